"""Values of charts that are not the well-known ones: images, passwords and Sentinels in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config


def findings(tmp_path: Path, text: str) -> set[tuple[str, int]]:
    (tmp_path / "values.yaml").write_text(text)
    report = check([str(tmp_path)], Config(select=["ALL"]))
    return {(f.rule.name, f.span.line) for f in report.findings}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('redis:\n  imageName: "redis"\n  imageTag: "4.0"\n', 3),
        ("redis:\n  enabled: true\n  image: redis:4.0.14\n", 3),
        ("redis:\n  image: quay.io/opstree/redis\n  tag: v6.0.9\n", 3),
        ("redis:\n  image:\n    repository: redis\n    tag: 5.0.7\n", 4),
    ],
)
def test_an_old_image_is_found_however_the_chart_calls_it(
    tmp_path: Path, text: str, line: int
) -> None:
    assert ("eol-version", line) in findings(tmp_path, text)


@pytest.mark.parametrize(
    ("value", "found"),
    [("password", True), ("redispassword", True), ("redis-password", False), ("", False)],
)
def test_a_password_is_none_only_where_it_is_the_name_of_a_key(
    tmp_path: Path, value: str, found: bool
) -> None:
    told = findings(tmp_path, f"redis:\n  auth:\n    password: {value}\n")
    assert (("password-in-repo", 3) in told) is found


def test_sentinels_are_counted_where_the_chart_counts_them(tmp_path: Path) -> None:
    text = """\
redis:
  replica:
    replicaCount: 3
  sentinel:
    enabled: true
    replicas: 2
"""
    assert ("sentinel-fewer-than-three", 6) in findings(tmp_path, text)
