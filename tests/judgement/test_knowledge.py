"""The tables of servers, directives and commands."""

from __future__ import annotations

import time

import pytest

from redislint.knowledge.commands import commands
from redislint.knowledge.directives import _rows, all_names, table
from redislint.knowledge.explain_directive import explain_directive, notes
from redislint.knowledge.servers import SERVERS, matching, resolve, version


@pytest.mark.parametrize(
    ("tag", "servers"),
    [
        ("7", ("redis-7.0", "redis-7.2", "redis-7.4")),
        ("7.2.5-alpine", ("redis-7.2",)),
        ("6.2-bookworm", ("redis-6.2",)),
        ("latest", ("redis-8.2",)),
        ("", ("redis-8.2",)),
        ("alpine", ("redis-8.2",)),
        ("valkey/valkey:8.0.1", ("valkey-8.0",)),
        ("valkey-8", ("valkey-8.0", "valkey-8.1")),
        ("8.4.0", ("redis-8.2",)),
        ("2.6", ()),
        ("${TAG}", ()),
    ],
)
def test_a_tag_means_servers(tag: str, servers: tuple[str, ...]) -> None:
    assert matching(tag) == servers


def test_users_spell_servers_in_many_ways() -> None:
    for text in ("redis-7.2", "Redis 7.2", "redis:7.2.4", "7.2", "v7.2"):
        assert resolve(text) == "redis-7.2"
    assert resolve("7") is None


def test_every_server_has_a_version() -> None:
    assert [version(s) for s in SERVERS][:3] == [(2, 8), (3, 0), (3, 2)]


@pytest.mark.parametrize(
    ("server", "count"),
    [("redis-2.8", 67), ("redis-6.2", 176), ("redis-7.2", 210), ("valkey-9.1", 265)],
)
def test_number_of_accepted_names(server: str, count: int) -> None:
    assert len(table(server)) == count


def test_an_alias_leads_to_the_same_directive() -> None:
    assert table("redis-7.2")["slave-priority"] is table("redis-7.2")["replica-priority"]
    assert table("redis-7.2")["slave-priority"].name == "replica-priority"


def test_a_default_that_changed() -> None:
    assert table("redis-6.2")["repl-diskless-sync"].default == "no"
    assert table("redis-7.0")["repl-diskless-sync"].default == "yes"


def test_times_have_units() -> None:
    d = table("redis-7.2")
    assert (d["repl-timeout"].time, d["cluster-node-timeout"].time) == ("s", "ms")
    assert d["slowlog-log-slower-than"].time == "us"


def test_one_table_loads_in_a_few_milliseconds() -> None:
    best = 1.0
    for _ in range(5):
        _rows.cache_clear()
        table.cache_clear()
        start = time.perf_counter()
        table("redis-7.2")
        best = min(best, time.perf_counter() - start)
    assert best < 0.02


def test_commands() -> None:
    assert "get" in commands("redis-2.8").names
    assert "vadd" in commands("redis-8.0").module_names
    assert "getdel" in commands("redis-6.2").names
    assert "getdel" not in commands("redis-6.0").names


def test_every_directive_is_explained() -> None:
    explained = set()
    for name in all_names():
        found = explain_directive(name)
        assert found is not None
        assert len(found.note) > 20, name
        explained.add(found.note)
    assert explained == set(notes().values())


def test_an_explanation_tells_the_history() -> None:
    found = explain_directive("Slave_Priority")
    assert found is not None
    assert found.name == "replica-priority"
    assert "renamed from slave-priority to replica-priority in redis 5.0" in found.history
    save = explain_directive("save")
    assert save is not None
    assert save.defaults[0] == ("redis 2.8-6.0", '""')
    gopher = explain_directive("gopher-enabled")
    assert gopher is not None
    assert "removed in redis 7.0" in gopher.history


def test_an_unknown_name_is_not_explained() -> None:
    assert explain_directive("nosuch") is None
