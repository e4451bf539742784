"""Text that was made to keep a reader busy takes seconds at most, however often it repeats."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from redislint.checking import check
from redislint.masking import mask

CASES = {
    "blanks after a value's name in Terraform": (
        "main.tf",
        'resource "aws_elasticache_cluster" "redis" {\n engine = ' + " " * 100_000 + '"redis"\n}\n',
    ),
    "a chain of names in Java": (
        "A.java",
        "import io.lettuce.core.*;\nclass A { Object c = RedisClient.create(" + "a." * 30_000,
    ),
    "blanks in an import": (
        "B.java",
        "import" + " " * 100_000 + "io.lettuce.core.RedisClient;\nclass A { RedisClient c; }",
    ),
    "openings of templates that never close": ("redis.yaml", "image: redis\n" + "{{" * 50_000),
    "openings of placeholders": ("redis.conf", "requirepass " + "${" * 100_000),
    "a long word that is no password": ("redis.conf", "requirepas " + "a" * 200_000),
    "a line of comment signs": ("redis.conf", "port 1 redislint:\n#" + "-" * 200_000),
    "blank lines": ("requirements.txt", "redis==5.0.0\n" + "\n" * 200_000),
    "blanks in a requirement": ("requirements.txt", "redis" + " " * 100_000 + "#"),
    "a long identifier in Gradle": (
        "build.gradle",
        'implementation "redis.clients:jedis:4.0.0"\n' + "a" * 100_000,
    ),
    "a version of many placeholders that never ends": (
        "build.gradle",
        'implementation "redis.clients:jedis:' + "${a}" * 1_000 + "\n" + "${" * 5_000,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_made_up_text_takes_no_time(tmp_path: Path, case: str) -> None:
    name, text = CASES[case]
    (tmp_path / name).write_text(text, encoding="utf-8")
    begin = time.process_time()
    check([tmp_path / name])
    assert time.process_time() - begin < 5


def test_a_parser_that_is_kept_busy_gives_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redislint.syntax.treesitter.PATIENCE", 0.2)
    text = "import io.lettuce.core.*\nval c = RedisClient.create(" + "a=" * 30_000
    (tmp_path / "A.kt").write_text(text, encoding="utf-8")
    (tmp_path / "B.kt").write_text("val c = RedisClient.create()", encoding="utf-8")
    report = check([tmp_path / "A.kt", tmp_path / "B.kt"])
    assert [(e.path.rpartition("/")[2], e.message) for e in report.errors] == [
        ("A.kt", "takes too long to parse: exclude it, or split it")
    ]


def test_masking_a_minified_line_takes_no_time() -> None:
    begin = time.process_time()
    assert mask("password=" + "x" * 10 + " " + "password" * 50_000).startswith("password=****")
    assert time.process_time() - begin < 2
