from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.readers.manifests.requirements import lines
from redislint.source import Source
from tests.readers.trees import problems, read, versions


@pytest.mark.parametrize(
    ("line", "requirement"),
    [
        ("redis", ""),
        ("redis==4.5.1", "==4.5.1"),
        ("redis == 4.5.1  # pinned", "==4.5.1"),
        ("redis[hiredis]>=4.5,<5", ">=4.5,<5"),
        ("redis (>=4.5)", ">=4.5"),
        ("Redis~=5.0", "~=5.0"),
        ('redis>=4.2 ; python_version < "3.11"', ">=4.2"),
        ("redis==4.5.1 --hash=sha256:aaaa", "==4.5.1"),
        ("redis==4.5.1 \\\n    --hash=sha256:aaaa \\\n    --hash=sha256:bbbb", "==4.5.1"),
        ("redis @ git+https://github.com/redis/redis-py@v4.5.1", "==4.5.1"),
    ],
)
def test_a_line_of_requirements(tmp_path: Path, line: str, requirement: str) -> None:
    (found,) = read(tmp_path, "pydeps", {"requirements.txt": f"flask\n{line}\nhttpx\n"})
    assert (found.name, found.requirement.value) == ("redis", requirement)
    assert found.anchor.line == 2


@pytest.mark.parametrize("line", ["# redis==1", "-e .", "redistools==1", "./redis", "hredis==2"])
def test_lines_that_are_no_client(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, "pydeps", {"requirements.txt": line}) == []


def test_a_url_is_unknown_with_the_reason(tmp_path: Path) -> None:
    found = read(tmp_path, "pydeps", {"requirements.txt": "redis @ https://example.com/redis.zip"})
    assert versions(found) == {"redis": "unknown: it comes from a URL"}


def test_constraints_narrow_and_includes_are_followed(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-c limits.txt\n-r deps/base.list\nredis>=4\n",
        "limits.txt": "redis==4.6.0\n",
        "deps/base.list": "celery==5.3.1\n",
    }
    found = read(tmp_path, "pydeps", files)
    assert versions(found) == {"redis": "==4.6.0", "celery": "==5.3.1"}
    assert found[0].requirement.span.path == "limits.txt"


def test_an_included_file_that_is_read_anyway_is_not_repeated(tmp_path: Path) -> None:
    files = {"requirements/prod.txt": "-r base.txt\n", "requirements/base.txt": "redis==5.0.1\n"}
    assert read(tmp_path, "pydeps", files) == []


def test_a_requirements_folder_serves_the_folder_above(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "pydeps", {"api/requirements/base.txt": "redis==5.0.1\n"})
    assert found.module == "api"


def test_files_of_development_are_tests(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "pydeps", {"requirements-dev.txt": "redis==5.0.1\n"})
    assert found.scope == "test"


PYPROJECT = """[project]
name = "shop"
dependencies = [
  "flask",
  "redis[hiredis]>=4.5,<6",
]
[project.optional-dependencies]
queue = ["celery[redis]==5.3.1"]
[dependency-groups]
test = ["fakeredis>=2", { include-group = "lint" }]
[tool.uv]
override-dependencies = ["redis==5.0.8"]
"""


def test_pyproject_of_pep_621(tmp_path: Path) -> None:
    found = read(tmp_path, "pydeps", {"pyproject.toml": PYPROJECT})
    assert [(d.name, d.requirement.value, d.scope, d.anchor.line) for d in found] == [
        ("redis", ">=4.5,<6", "compile", 5),
        ("celery", "==5.3.1", "compile", 8),
        ("fakeredis", ">=2", "test", 10),
        ("redis", "==5.0.8", "managed", 12),
    ]


POETRY = """[tool.poetry.dependencies]
python = "^3.10"
redis = "^4.5"
celery = { version = "5.3.1", extras = ["redis"] }
[tool.poetry.group.test.dependencies]
fakeredis = "*"
[tool.poetry.group.worker.dependencies]
aioredis = [{ version = "^1.3", python = "<3.8" }, { version = "^2.0", python = ">=3.8" }]
[tool.poetry.dependencies.valkey]
git = "https://github.com/valkey-io/valkey-py"
tag = "v6.0.2"
"""


def test_pyproject_of_poetry(tmp_path: Path) -> None:
    found = read(tmp_path, "pydeps", {"pyproject.toml": POETRY})
    assert [(d.name, d.requirement.value, d.scope, d.anchor.line) for d in found] == [
        ("redis", "^4.5", "compile", 3),
        ("celery", "==5.3.1", "compile", 4),
        ("valkey", "==6.0.2", "compile", 9),
        ("fakeredis", "", "test", 6),
        ("aioredis", "^1.3 || ^2.0", "compile", 8),
    ]


def test_pyproject_that_is_no_toml_is_a_problem_with_its_line(tmp_path: Path) -> None:
    found = read(tmp_path, "pydeps", {"pyproject.toml": "[project]\ndependencies = [redis]\n"})
    assert [(p.path, p.line) for p in problems(found)] == [("pyproject.toml", 2)]


def test_pipfile(tmp_path: Path) -> None:
    text = '[packages]\nredis = "==4.5.1"\n[dev-packages]\nfakeredis = "*"\n'
    found = read(tmp_path, "pydeps", {"Pipfile": text})
    assert [(d.name, d.requirement.value, d.scope) for d in found] == [
        ("redis", "==4.5.1", "compile"),
        ("fakeredis", "", "test"),
    ]


@pytest.mark.parametrize("name", ["poetry.lock", "uv.lock", "pdm.lock"])
def test_lock_files_of_packages(tmp_path: Path, name: str) -> None:
    text = """version = 1
[[package]]
name = "redis"
version = "4.5.1"
dependencies = [
    { name = "async-timeout" },
]
[[package]]
name = "flask"
version = "2.3.0"
"""
    (found,) = read(tmp_path, "pydeps", {name: text})
    assert (found.name, found.requirement.value, found.scope) == ("redis", "==4.5.1", "lock")
    assert (found.anchor.line, found.requirement.span.line) == (3, 4)


def test_pylock(tmp_path: Path) -> None:
    text = 'lock-version = "1.0"\n[[packages]]\nname = "valkey"\nversion = "6.0.2"\n'
    assert versions(read(tmp_path, "pydeps", {"pylock.toml": text})) == {"valkey": "==6.0.2"}


def test_pipfile_lock(tmp_path: Path) -> None:
    text = """{
    "default": {
        "redis": {
            "hashes": ["sha256:aa"],
            "version": "==4.5.1"
        }
    },
    "develop": {
        "fakeredis": {
            "version": "==2.10.0"
        }
    }
}"""
    found = read(tmp_path, "pydeps", {"Pipfile.lock": text})
    assert [(d.name, d.requirement.value, d.scope, d.anchor.line) for d in found] == [
        ("redis", "==4.5.1", "lock", 3),
        ("fakeredis", "==2.10.0", "test", 9),
    ]


def test_setup_cfg(tmp_path: Path) -> None:
    text = """[metadata]
name = shop
redis = 1
[options]
install_requires =
    flask
    redis>=4.5
[options.extras_require]
queue = celery==5.3.1
test =
    fakeredis
"""
    found = read(tmp_path, "pydeps", {"setup.cfg": text})
    assert [(d.name, d.requirement.value, d.scope, d.anchor.line) for d in found] == [
        ("redis", ">=4.5", "compile", 7),
        ("celery", "==5.3.1", "compile", 9),
        ("fakeredis", "", "test", 11),
    ]


def test_setup_py_is_parsed_not_run(tmp_path: Path) -> None:
    text = """import os
os.remove("setup.py")
base = ["flask", 'redis>=3,<4']
setup(name="shop", install_requires=base + ["celery"], extras_require={"test": ["fakeredis"]})
"""
    found = read(tmp_path, "pydeps", {"setup.py": text})
    assert [(d.name, d.requirement.value, d.scope, d.anchor.text) for d in found] == [
        ("redis", ">=3,<4", "compile", "redis>=3,<4"),
        ("celery", "", "compile", "celery"),
        ("fakeredis", "", "test", "fakeredis"),
    ]
    assert (tmp_path / "setup.py").exists()


def test_setup_py_with_a_syntax_error_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "pydeps", {"setup.py": "setup(install_requires=['redis'"}) == []


@given(st.text(max_size=120))
def test_any_requirements_file_is_read_without_an_exception(text: str) -> None:
    for found in lines(Source("requirements.txt", text), "", "compile"):
        assert found.anchor is not None
        assert 0 <= found.anchor.start <= len(text)


def test_a_lock_file_in_one_line(tmp_path: Path) -> None:
    text = (
        '{"_meta":{"sources":[{"name":"pypi"}]},"default":{"redis":{"hashes":["sha256:aa"],'
        '"version":"==4.5.1"}},"develop":{"fakeredis":{"version":"==2.10.0"}}}'
    )
    found = read(tmp_path, "pydeps", {"Pipfile.lock": text})
    assert [(d.name, d.requirement.value, d.scope, d.anchor.line) for d in found] == [
        ("redis", "==4.5.1", "lock", 1),
        ("fakeredis", "==2.10.0", "test", 1),
    ]


@pytest.mark.parametrize(
    ("item", "requirement"),
    [
        ("redis-py", ""),
        ("redis-py=4.5.1", "==4.5.1"),
        ("redis-py=4.5", "==4.5.*"),
        ("redis-py==4.5.1", "==4.5.1"),
        ("redis-py=4.5.1=pyhd8ed1ab_0", "==4.5.1"),
        ("redis-py 4.5.*", "==4.5.*"),
        ("conda-forge::redis-py>=4.5,<6", ">=4.5,<6"),
        ('"redis-py >=5"', ">=5"),
    ],
)
def test_a_package_of_conda(tmp_path: Path, item: str, requirement: str) -> None:
    text = f"name: shop\ndependencies:\n  - python=3.11\n  - {item}\n  - numpy\n"
    (found,) = read(tmp_path, "pydeps", {"environment.yml": text})
    assert (found.name, found.requirement.value, found.anchor.line) == ("redis", requirement, 4)


def test_what_pip_installs_into_an_environment_of_conda(tmp_path: Path) -> None:
    # conda's own package "redis" is the server.
    text = """dependencies:
  - redis=7.0
  - pip:
    - redis==4.6.0  # the client
    - celery[redis]>=5.3
  - rq=1.15.1
"""
    found = read(tmp_path, "pydeps", {"environment.yaml": text})
    assert versions(found) == {"redis": "==4.6.0", "celery": ">=5.3", "rq": "==1.15.1"}
