"""Code of a library leaves the options to its users."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.model.client import Client
from redislint.model.deployment import Deployment
from redislint.model.subject import Subject
from tests.readers.trees import linked, read

CODE = "import redis\nclient = redis.Redis(host='h')\nclient.keys('a*')\n"


def context_of(base: Path, files: dict[str, str], reader: str = "pydeps") -> set[str]:
    found: list[Subject] = read(base, "python", {"pkg/storage.py": CODE, **files})
    deployment: Deployment = linked(base, reader, files, found)
    assert any(isinstance(s, Client) for s in deployment.subjects)
    return {str(s.get("context").value) for s in found}


PYPROJECT = '[build-system]\nrequires = []\n[project]\nname = "x"\n%s\n'


@pytest.mark.parametrize(
    ("body", "context"),
    [
        ('dependencies = ["redis"]', "application"),
        ('dependencies = ["redis"]\nkeywords = ["queue"]', "library"),
        (
            'dependencies = ["redis"]\nclassifiers = ["Intended Audience :: Developers"]',
            "library",
        ),
        ('[project.optional-dependencies]\nredis = ["redis>=5"]', "library"),
        ('[project.optional-dependencies]\ntest = ["redis>=5"]', "application"),
        (
            'dependencies = ["redis"]\n[project.optional-dependencies]\nredis = ["redis[hiredis]"]',
            "application",
        ),
        ('classifiers = ["Intended Audience :: Developers"]', "application"),
    ],
)
def test_what_a_pyproject_says(tmp_path: Path, body: str, context: str) -> None:
    assert context_of(tmp_path, {"pyproject.toml": PYPROJECT % body}) == {context}


def test_extras_of_setup_py(tmp_path: Path) -> None:
    text = "from setuptools import setup\nsetup(name='x', extras_require={'redis': ['redis>=4']})\n"
    assert context_of(tmp_path, {"setup.py": text}) == {"library"}


def test_the_nearest_manifest_decides(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": PYPROJECT % 'dependencies = ["redis"]\nkeywords = ["a"]',
        "pkg/pyproject.toml": PYPROJECT % 'dependencies = ["redis"]',
    }
    assert context_of(tmp_path, files) == {"application"}


def test_requirements_make_a_folder_within_a_library_a_project_of_its_own(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": PYPROJECT % 'dependencies = ["redis"]\nkeywords = ["a"]',
        "pkg/requirements.txt": "redis==5.0.8\n",
    }
    assert context_of(tmp_path, files) == {"application"}


def test_tests_of_a_library_stay_tests(tmp_path: Path) -> None:
    files = {"pyproject.toml": PYPROJECT % 'dependencies = ["redis"]\nkeywords = ["a"]'}
    found = read(tmp_path, "python", {"tests/test_a.py": CODE, **files})
    linked(tmp_path, "pydeps", files, found)
    assert {s.get("context").value for s in found} == {"test"}


def test_installed_packages_are_libraries(tmp_path: Path) -> None:
    found = read(tmp_path, "python", {"venv/lib/python3.12/site-packages/x/a.py": CODE})
    assert {s.get("context").value for s in found} == {"library"}
