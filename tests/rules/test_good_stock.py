"""Stock configurations of released versions stay silent: nobody chose what they say.

tests/rules/good/ holds the lines in effect of each version's files: facts, without the comments."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config

LISTS = sorted((Path(__file__).parent / "good").glob("*.txt"))
PACKAGED = [
    Path("/etc/redis/redis.conf"),
    Path("/etc/redis/sentinel.conf"),
    Path("/etc/valkey/valkey.conf"),
]


def found(path: Path, text: str, servers: list[str]) -> list[str]:
    path.write_text(text, encoding="utf-8")
    # A version past its end is worth a word; here it is the subject.
    report = check([path.parent], Config(servers=servers, ignore=["eol-version"]))
    assert report.errors == []
    return [f"{f.rule.name}: {f.message}" for f in report.findings]


@pytest.mark.parametrize("known", [True, False], ids=["version known", "version unknown"])
@pytest.mark.parametrize("listed", LISTS, ids=[p.stem for p in LISTS])
def test_the_stock_file_of_a_version_is_silent(tmp_path: Path, listed: Path, known: bool) -> None:
    version, _, kind = listed.stem.rpartition(".")
    name = f"{version.partition('-')[0]}.conf" if kind == "server" else "sentinel.conf"
    servers = [version] if known else []
    assert found(tmp_path / name, listed.read_text(encoding="utf-8"), servers) == []


@pytest.mark.parametrize(
    ("stock", "server"),
    [
        ("redis-7.2", "redis-8.2"),
        ("redis-8.0", "redis-8.2"),
        ("valkey-8.1", "valkey-9.0"),
        ("valkey-8.1", "valkey-9.1"),
    ],
)
@pytest.mark.parametrize("kind", ["server", "sentinel"])
def test_a_stock_file_that_an_upgrade_kept_is_silent(
    tmp_path: Path, stock: str, server: str, kind: str
) -> None:
    listed = Path(__file__).parent / "good" / f"{stock}.{kind}.txt"
    name = f"{server.partition('-')[0]}.conf" if kind == "server" else "sentinel.conf"
    assert found(tmp_path / name, listed.read_text(encoding="utf-8"), [server]) == []


def test_the_lists_cover_redis_5_to_8_0_and_valkey_7_2_to_8_1() -> None:
    versions = {p.stem.rpartition(".")[0] for p in LISTS}
    assert versions >= {
        "redis-5.0", "redis-6.0", "redis-6.2", "redis-7.0", "redis-7.2", "redis-7.4",
        "redis-8.0", "valkey-7.2", "valkey-8.0", "valkey-8.1",
    }  # fmt: skip


@pytest.mark.parametrize("path", [p for p in PACKAGED if p.exists()] or [None])
def test_the_file_of_the_package_on_this_machine_is_silent(
    tmp_path: Path, path: Path | None
) -> None:
    if path is None:
        pytest.skip("no package of redis or valkey is installed here")
    assert found(tmp_path / path.name, path.read_text(encoding="utf-8"), []) == []
