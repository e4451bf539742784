"""Pages on refused lines say that the server does not start: real servers are asked, example by example."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.judgement.real import ask
from redislint.rules.packs import builtin_folder, load_page
from tests.evidence.conftest import Start
from tests.evidence.realserver import ALL, SERVERS

FOLDER = builtin_folder() / "validity"

REFUSED = [
    "refused-by-server", "unknown-directive", "inline-comment", "bad-boolean", "bad-enum-value",
    "bad-memory-unit", "unbalanced-quotes", "equals-or-colon-syntax", "password-with-space-unquoted",
    "client-output-buffer-limit-arguments", "acl-rule-invalid", "utf8-bom",
]  # fmt: skip
ACCEPTED = ["duplicate-directive", "memory-unit-decimal", "maxmemory-without-unit-tiny"]

pytestmark = pytest.mark.server


def texts(page: str, wrong: bool) -> list[bytes]:
    """The page's examples that are one redis.conf and nothing that a template fills in."""
    loaded = load_page(FOLDER / f"{page}.md", page)
    found = [
        e.files["redis.conf"].encode()
        for e in loaded.examples
        if e.wrong == wrong and list(e.files) == ["redis.conf"]
    ]
    return [t for t in found if b"${" not in t and b"loadmodule" not in t and b"logfile" not in t]


@pytest.fixture(params=sorted(SERVERS) or ["none"])
def server(request: pytest.FixtureRequest) -> Path:
    if not SERVERS:
        pytest.skip("no redis-server or valkey-server is installed")
    return SERVERS[request.param]


@pytest.mark.parametrize("page", REFUSED)
def test_no_server_starts_with_a_wrong_example(server: Path, page: str) -> None:
    examples = texts(page, True)
    assert examples
    for text in examples:
        assert not ask(server, text).accepted, text


@pytest.mark.parametrize("page", REFUSED + ACCEPTED)
def test_every_server_starts_with_a_right_example(server: Path, page: str) -> None:
    for text in texts(page, False):
        verdict = ask(server, text)
        assert verdict.accepted, (text, verdict.message)


@pytest.mark.parametrize("page", ACCEPTED)
def test_a_line_that_means_something_else_is_accepted_silently(server: Path, page: str) -> None:
    examples = texts(page, True)
    assert examples
    for text in examples:
        assert ask(server, text).accepted


OLD, NEW = ("redis-6.2",), ("redis-7.0", "redis-8.2", "valkey-9.1")
DIFFERING = {
    # line: the servers of those here that start with it
    "shutdown-timeout 10": NEW,  # option-too-new
    "appenddirname logs": NEW,
    "gopher-enabled yes": OLD,  # option-removed
    "dual-channel-replication-enabled yes": ("valkey-9.1",),  # valkey-only-option-on-redis
    "save 900": OLD,  # save-odd-or-quoted-arguments
    "save 900 one": OLD,
    "save 900 1 300": OLD,
    "list-max-ziplist-entries 512": OLD + NEW,  # option-removed-silently
    "slave-priority 10": OLD + NEW,  # deprecated-alias
    "hash-max-ziplist-entries 512": OLD + NEW,
    "replica-priority 10": OLD + NEW,
    "list-max-listpack-size 128": NEW,
}


@pytest.mark.parametrize("line", DIFFERING)
def test_a_line_is_known_to_some_versions_only(server: Path, line: str) -> None:
    key = next(k for k, path in SERVERS.items() if path == server)
    if key not in OLD + NEW:
        pytest.skip("this release has no entry in the table")
    assert ask(server, f"{line}\n".encode()).accepted is (key in DIFFERING[line])


@pytest.mark.parametrize("key", ALL)
def test_the_old_name_sets_what_the_new_one_shows(start: Start, key: str) -> None:
    server = start(key=key, conf="slave-priority 10\nhash-max-ziplist-entries 99\n")
    shown = server.client().config_get("replica-priority")
    assert shown == {"replica-priority": "10"}
    if key != "redis-6.2":
        name = "hash-max-listpack-entries"
        assert server.client().config_get(name) == {name: "99"}


@pytest.mark.parametrize("key", ALL)
def test_a_name_that_is_kept_for_old_files_does_nothing(start: Start, key: str) -> None:
    name = "list-max-ziplist-entries"
    client = start(key=key, conf=f"{name} 512\n").client()
    assert client.config_get(name) == {}


@pytest.mark.parametrize("key", [k for k in ALL if k == "redis-6.2"])
def test_6_2_drops_an_odd_save_line_with_the_built_in_points_and_reads_a_word_as_0(
    start: Start, key: str
) -> None:
    assert start(key=key).client().config_get("save") == {"save": "3600 1 300 100 60 10000"}
    for line, shown in (("save 900", ""), ("save 900 1 300", ""), ("save 900 one", "900 0")):
        client = start(key=key, conf=f"{line}\n").client()
        assert client.config_get("save") == {"save": shown}, line


@pytest.mark.parametrize("key", ALL)
def test_the_command_line_wins_and_a_rewrite_writes_it_into_the_file(
    start: Start, key: str
) -> None:
    server = start("--appendonly", "yes", key=key, conf="appendonly no\n")
    assert server.client().config_get("appendonly") == {"appendonly": "yes"}
    server.client().config_rewrite()
    assert "appendonly yes" in server.conf.read_text()
