"""What only two files together show is reported at the one to change, and noted in the other."""

from __future__ import annotations

from pathlib import Path

from redislint.checking import check
from redislint.config import Config

_COMPOSE = (
    "services:\n  redis:\n    image: redis:7.2\n    ports: ['6379:6379']\n"
    "    volumes: ['./redis.conf:/etc/redis.conf']\n    mem_limit: 256m\n"
    "    command: redis-server /etc/redis.conf\n"
)


def _found(folder: Path, rule: str, compose: str, conf: str) -> list[tuple[str, str, int, str]]:
    (folder / "compose.yml").write_text(compose)
    (folder / "redis.conf").write_text(conf)
    findings = check([str(folder)], Config(select=[rule])).findings
    return sorted((f.severity, Path(f.span.path).name, f.span.line, f.message) for f in findings)


def test_a_loopback_bind_is_noted_at_the_command_that_reads_the_file(tmp_path: Path) -> None:
    conf = "bind 127.0.0.1\nrequirepass ${PASSWORD}\n"
    error, note = _found(tmp_path, "bind-loopback-in-container", _COMPOSE, conf)
    assert error[:3] == ("error", "redis.conf", 1)
    assert note[:3] == ("note", "compose.yml", 7)
    assert note[3].startswith(error[3])
    assert note[3].endswith("redis.conf:1)")


def test_maxmemory_is_noted_where_the_limit_is_in_another_file(tmp_path: Path) -> None:
    conf = "maxmemory 256mb\nrequirepass ${PASSWORD}\n"
    error, note = _found(tmp_path, "maxmemory-equals-container-limit", _COMPOSE, conf)
    assert error[:3] == ("error", "compose.yml", 6)
    assert note[:3] == ("note", "redis.conf", 1)


def test_one_file_has_one_end(tmp_path: Path) -> None:
    compose = _COMPOSE.replace("/etc/redis.conf\n", "/etc/redis.conf --maxmemory 256mb\n")
    found = _found(tmp_path, "maxmemory-equals-container-limit", compose, "save 60 1\n")
    assert [f[:2] for f in found] == [("error", "compose.yml")]
