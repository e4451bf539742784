"""Dumps are read as people paste them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.auditing.dumps import (
    DumpError,
    parse_acl,
    parse_clients,
    parse_config,
    parse_info,
    parse_modules,
    parse_nodes,
)
from tests.audit.dumps import read

CONFIG = {
    "two lines each": "maxmemory\n0\nsave\n\nappendonly\nno\n",
    "numbered": '1) "maxmemory"\n2) "0"\n3) "save"\n4) ""\n5) "appendonly"\n6) "no"\n',
    "numbered, begun in the middle": '2) "yes"\n3) "maxmemory"\n4) "0"\n5) "save"\n6) ""\n'
    '7) "appendonly"\n8) "no"\n',
    "RESP3 map": '1# "maxmemory" => "0"\n2# "save" => ""\n3# "appendonly" => "no"\n',
    "JSON": '{"maxmemory": "0", "save": "", "appendonly": "no"}',
    "JSON list": '["maxmemory", "0", "save", "", "appendonly", "no"]',
    "name and value": 'maxmemory 0\nsave ""\nappendonly no\n',
    "Windows line ends": "maxmemory\r\n0\r\nsave\r\n\r\nappendonly\r\nno\r\n",
    "CSV": '"maxmemory","0","save","","appendonly","no"\n',
    "with the prompt": "127.0.0.1:6379> CONFIG GET *\nmaxmemory\n0\nsave\n\nappendonly\nno\n",
}


@pytest.mark.parametrize("text", CONFIG.values(), ids=CONFIG)
def test_config_get_is_read_in_every_form(text: str) -> None:
    assert parse_config(text)[0] == {"maxmemory": "0", "save": "", "appendonly": "no"}


def test_a_setting_has_the_line_of_its_value() -> None:
    assert parse_config(CONFIG["two lines each"])[1]["appendonly"] == 6
    assert parse_config(CONFIG["RESP3 map"])[1]["appendonly"] == 3


@pytest.mark.parametrize(
    "text", ["", "hello", "{", "[1", "# Server\nredis_version:7\n", "a b\nc d\n"]
)
def test_what_is_no_config_get_is_refused(text: str) -> None:
    with pytest.raises(DumpError):
        parse_config(text)


@pytest.mark.parametrize("text", ["", "hello\n", "maxmemory\n0\n", "a:b\n"])
def test_what_is_no_info_is_refused(text: str) -> None:
    with pytest.raises(DumpError):
        parse_info(text)


def test_info_is_read_with_windows_line_ends_and_prompts() -> None:
    text = "127.0.0.1:6379> INFO\r\n# Server\r\nredis_version:7.2.4\r\nrole:master\r\n"
    fields, lines = parse_info(text)[0]
    assert fields == {"redis_version": "7.2.4", "role": "master"}
    assert lines["role"] == 4


def test_two_samples_are_told_apart() -> None:
    samples = parse_info("redis_version:7.2.4\nsync_full:1\nredis_version:7.2.4\nsync_full:2\n")
    assert [fields["sync_full"] for fields, _ in samples] == ["1", "2"]


def test_all_modules_of_info_are_kept() -> None:
    text = "redis_version:8.2.0\nmodule:name=bf,ver=1\nmodule:name=search,ver=2\n"
    assert "name=search" in parse_info(text)[0][0]["module"]


def test_cluster_nodes_have_hosts_ports_flags_and_slots() -> None:
    nodes = parse_nodes(read("cluster-nodes.txt"))
    assert [(n.host, n.port, n.slots) for n in nodes[:2]] == [
        ("10.20.0.11", 6379, 5461),
        ("10.20.0.12", 6379, 5462),
    ]
    assert nodes[0].flags == {"myself", "master"}
    assert nodes[5].master == "3" * 40


def test_old_and_new_forms_of_a_node_are_read() -> None:
    line = "{} {} master - 0 0 1 connected 0-5 7 [8->-{}]\n"
    text = line.format("a" * 40, "10.0.0.1:7000", "b" * 40)
    text += line.format("b" * 40, "2001:db8::7:7000@17000,redis-1.example", "a" * 40)
    old, new = parse_nodes(text)
    assert (old.host, old.port, old.slots) == ("10.0.0.1", 7000, 7)
    assert (new.host, new.port) == ("2001:db8::7", 7000)


def test_acl_list_clients_and_modules_are_read() -> None:
    assert parse_acl('1) "user default on nopass ~* +@all"\n') == [
        ("user default on nopass ~* +@all", 1)
    ]
    clients = parse_clients("id=3 addr=10.0.0.9:5 fd=8 name= flags=O cmd=monitor\n")
    assert clients[0][0]["flags"] == "O"
    assert parse_modules('1) 1) "name"\n   2) "bf"\n   3) "ver"\n')[0] == ("bf", 2)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_info, parse_config, parse_nodes, parse_acl, parse_clients, parse_modules):
        with contextlib.suppress(DumpError):
            assert parse(text) is not None
