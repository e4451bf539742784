"""Who listens to keyspace events that no server sends, and where locks of Redisson are taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config

LISTENER = "import redis\np = redis.Redis(host='%s').pubsub()\np.psubscribe('__keyevent@*__:%s')\n"


def rules(base: Path, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(text)
    return [f.rule.name for f in check([str(base)], Config()).findings]


def compose(**flags: str) -> str:
    services = [
        f"  {name}:\n    image: redis:7.2\n"
        + (f"    command: redis-server --notify-keyspace-events {held}\n" if held else "")
        for name, held in flags.items()
    ]
    return "services:\n" + "".join(services)


@pytest.mark.parametrize(
    ("host", "event", "servers", "told"),
    [
        ("cache", "expired", {"cache": ""}, True),
        ("cache", "expired", {"cache": "Ex"}, False),
        ("cache", "expired", {"cache": "KEA"}, False),
        ("cache", "expired", {"cache": "Kx"}, True),
        ("cache", "expired", {"cache": "Eg"}, True),
        ("cache", "*", {"cache": "Eg"}, False),
        ("cache", "expired", {"cache": "", "other": "Ex"}, True),
        ("elsewhere", "expired", {"cache": "", "other": "Ex"}, False),
        ("elsewhere", "expired", {}, False),
    ],
)
def test_events_that_nobody_sends(
    tmp_path: Path, host: str, event: str, servers: dict[str, str], told: bool
) -> None:
    files = {"app.py": LISTENER % (host, event)}
    if servers:
        files["compose.yaml"] = compose(**servers)
    assert ("notify-keyspace-missing" in rules(tmp_path, files)) is told


REDISSON = """import org.redisson.Redisson;
import org.redisson.config.*;
class C { Object make() { Config c = new Config();
  c.use%s().%s("redis://h.internal:6379"); return Redisson.create(c); } }
"""
LOCK = 'import org.redisson.api.*;\nclass L { RedissonClient r; void f() { r.getLock("a").lock(); } }\n'


@pytest.mark.parametrize(
    ("section", "place", "told"),
    [
        (("ClusterServers", "addNodeAddress"), "shop/src/main/java/L.java", True),
        (("SingleServer", "setAddress"), "shop/src/main/java/L.java", False),
        (("ClusterServers", "addNodeAddress"), "tool/src/main/java/L.java", False),
    ],
)
def test_locks_that_a_failover_may_forget(
    tmp_path: Path, section: tuple[str, str], place: str, told: bool
) -> None:
    files = {"shop/src/main/java/C.java": REDISSON % section, place: LOCK}
    assert ("redisson-lock-failover" in rules(tmp_path, files)) is told
