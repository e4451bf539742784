from __future__ import annotations

from pathlib import Path

from redislint.model.client import Client
from redislint.model.dependency import Dependency
from redislint.model.facts import load
from redislint.model.value import Value, at
from redislint.source import Source
from tests.readers.trees import linked

load()
LETTUCE = "io.lettuce:lettuce-core"


def client(
    path: str, library: str = "redis-py", package: str = "redis", mode: str = "standalone"
) -> Client:
    source = Source(path, "client = Redis()\n")
    made = Client("client", source.span(0), library, Value(mode), package)
    made.set("asyncio", Value(False))
    made.set("framework", Value("none"))
    return made


def pin(version: str) -> str:
    return f"redis=={version}\n"


def test_every_module_keeps_its_own_release(tmp_path: Path) -> None:
    a, b, top = client("a/src/app.py"), client("b/app.py"), client("tool.py")
    files = {"a/requirements.txt": pin("4.5.1"), "b/requirements.txt": pin("5.0.8"),
             "requirements.txt": pin("3.5.3")}  # fmt: skip
    linked(tmp_path, "pydeps", files, [a, b, top])
    assert (a.candidates, b.candidates, top.candidates) == (("4.5.1",), ("5.0.8",), ("3.5.3",))
    assert a.get("version").value == "4.5.1"
    assert a.get("version").span is not None
    assert a.links["dependency"].label == "redis"


def test_a_lock_file_beats_the_range_of_the_manifest(tmp_path: Path) -> None:
    app = client("app/main.py")
    files = {
        "pyproject.toml": '[tool.poetry.dependencies]\nredis = "^4.5"\n',
        "poetry.lock": '[[package]]\nname = "redis"\nversion = "4.6.0"\n',
    }
    deployment = linked(tmp_path, "pydeps", files, [app])
    assert app.candidates == ("4.6.0",)
    manifest, lock = (d for d in deployment.of("dependency") if isinstance(d, Dependency))
    assert manifest.get("version").value == "4.6.0"
    assert manifest.get("version").origin.note == "locked"
    assert [d.get("duplicate").value for d in (manifest, lock)] == [False, True]


def test_a_range_is_every_release_that_it_allows(tmp_path: Path) -> None:
    app = client("main.py")
    linked(tmp_path, "pydeps", {"requirements.txt": "redis>=4.5,<5\n"}, [app])
    assert (app.candidates[0], app.candidates[-1]) == ("4.5.0", "4.6.0")
    version = app.get("version")
    assert not version.known
    assert version.why == "any release from 4.5.0 to 4.6.0 is allowed"


def test_a_pin_beside_a_range_is_what_runs(tmp_path: Path) -> None:
    app = client("shop/main.py")
    files = {"setup.py": "setup(install_requires=['redis>=3'])", "requirements.txt": pin("4.5.1")}
    linked(tmp_path, "pydeps", files, [app])
    assert app.candidates == ("4.5.1",)


def test_requirements_of_tests_do_not_decide(tmp_path: Path) -> None:
    app = client("main.py")
    files = {"requirements-dev.txt": pin("5.0.8"), "requirements.txt": pin("4.5.1")}
    linked(tmp_path, "pydeps", files, [app])
    assert app.candidates == ("4.5.1",)


def test_what_the_repository_agrees_on_counts_elsewhere_too(tmp_path: Path) -> None:
    script = client("scripts/fill.py")
    files = {"backend/requirements.txt": pin("4.5.1")}
    linked(tmp_path, "pydeps", files, [script])
    assert script.candidates == ("4.5.1",)


def test_where_modules_disagree_nothing_is_guessed(tmp_path: Path) -> None:
    script = client("scripts/fill.py")
    files = {"a/requirements.txt": pin("4.5.1"), "b/requirements.txt": pin("5.0.8")}
    linked(tmp_path, "pydeps", files, [script])
    assert script.candidates == ()
    assert script.get("version").why == "no manifest names its release"


def test_spring_boot_of_the_module_reaches_the_client(tmp_path: Path) -> None:
    app = client("svc/src/main/resources/application.yml", "lettuce", LETTUCE, "cluster")
    app.set("framework", Value("spring-boot"))
    files = {
        "svc/pom.xml": """<project><parent><groupId>org.springframework.boot</groupId>
<artifactId>spring-boot-starter-parent</artifactId><version>2.7.18</version></parent>
<dependencies><dependency><groupId>org.springframework.boot</groupId>
<artifactId>spring-boot-starter-data-redis</artifactId></dependency></dependencies></project>"""
    }
    linked(tmp_path, "maven", files, [app])
    assert app.get("boot-version").value == "2.7.18"
    assert app.get("version").value == "6.1.10.RELEASE"


def test_a_manifest_that_never_mentions_redis_still_names_spring_boot(tmp_path: Path) -> None:
    app = client("svc/src/main/resources/application.yml", "lettuce", LETTUCE)
    app.set("framework", Value("spring-boot"))
    (tmp_path / "svc").mkdir()
    (tmp_path / "svc/build.gradle").write_text(
        "plugins { id 'org.springframework.boot' version '3.2.4' }"
    )
    linked(tmp_path, "maven", {}, [app])
    assert app.get("boot-version").value == "3.2.4"


def bugs(dependency: object) -> str:
    assert isinstance(dependency, Dependency)
    return " ".join(str(b) for b in dependency.get("known-bugs").value or ())  # type: ignore[union-attr]


def test_only_bugs_that_this_code_can_meet_are_named(tmp_path: Path) -> None:
    plain, cluster = client("a/main.py"), client("b/main.py", mode="cluster")
    files = {"a/requirements.txt": pin("4.5.1"), "b/requirements.txt": pin("4.5.1")}
    linked(tmp_path, "pydeps", files, [plain, cluster])
    assert "#2377" not in bugs(plain.links["dependency"])
    assert "#2377" in bugs(cluster.links["dependency"])
    assert "CVE-2023-28859" not in bugs(cluster.links["dependency"])


def test_an_asyncio_client_meets_the_leak(tmp_path: Path) -> None:
    app = client("main.py")
    app.set("asyncio", at(True, None))
    linked(tmp_path, "pydeps", {"requirements.txt": pin("4.5.1")}, [app])
    assert "CVE-2023-28859" in bugs(app.links["dependency"])


def test_an_open_range_means_what_is_installed_today(tmp_path: Path) -> None:
    plain, cluster = client("app.py"), client("app.py", mode="cluster")
    linked(tmp_path, "pydeps", {"requirements.txt": "redis\n"}, [plain, cluster])
    assert plain.candidates[0] == "4.4.0"
    bounded = client("app.py", mode="cluster")
    linked(tmp_path, "pydeps", {"requirements.txt": "redis<5\n"}, [bounded])
    assert bounded.candidates[0] == "4.1.0"
