"""SPRING_REDIS_HOST and SPRING_DATA_REDIS_HOST of containers that are built from a module."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.jvm import boot_pom, fired

COMPOSE = "services:\n  app:\n    %s\n    environment:\n%s  redis:\n    image: redis:7\n"


def variables(*names: str) -> str:
    return "".join(f"      {name}: redis\n" for name in names)


@pytest.mark.parametrize(
    ("boot", "made", "names", "rule"),
    [
        ("3.2.0", "build: .", ["SPRING_REDIS_HOST"], "spring-boot-old-prefix"),
        ("2.7.18", "build: .", ["SPRING_DATA_REDIS_HOST"], "spring-new-prefix-on-boot2"),
        ("2.7.18", "build: .", ["SPRING_REDIS_HOST"], ""),
        ("3.2.0", "build: .", ["SPRING_DATA_REDIS_HOST"], ""),
        ("3.2.0", "build: .", ["SPRING_REDIS_HOST", "SPRING_DATA_REDIS_HOST"], ""),
        ("3.2.0", "image: other/app:1", ["SPRING_REDIS_HOST"], ""),
    ],
)
def test_variables_of_a_service(
    tmp_path: Path, boot: str, made: str, names: list[str], rule: str
) -> None:
    files = {"pom.xml": boot_pom(boot), "compose.yaml": COMPOSE % (made, variables(*names))}
    expected = [f"{rule} compose.yaml:5"] if rule else []
    assert fired(tmp_path, files, "spring-boot-old", "spring-new-prefix") == expected


def test_a_variable_that_the_properties_name(tmp_path: Path) -> None:
    files = {
        "pom.xml": boot_pom("3.2.0"),
        "src/main/resources/application.yml": "spring.data.redis.host: ${SPRING_REDIS_HOST:localhost}\n",
        "compose.yaml": COMPOSE % ("build: .", variables("SPRING_REDIS_HOST")),
    }
    assert fired(tmp_path, files, "spring-boot-old") == []
