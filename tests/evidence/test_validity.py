"""Pages on refused lines say that the server does not start: real servers are asked, example by example."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.judgement.real import ask
from redislint.rules.packs import builtin_folder, load_page
from tests.audit.running import free_port
from tests.evidence.conftest import Start
from tests.evidence.realserver import ALL, SERVERS, run_to_end

FOLDER = builtin_folder() / "validity"

REFUSED = [
    "refused-by-server", "unknown-directive", "inline-comment", "bad-boolean", "bad-enum-value",
    "bad-memory-unit", "unbalanced-quotes", "equals-or-colon-syntax", "password-with-space-unquoted",
    "client-output-buffer-limit-arguments", "acl-rule-invalid", "utf8-bom", "dbfilename-path",
    "rename-command-unknown",
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


def refused(folder: Path, key: str, *arguments: str) -> str:
    """What a server says that ends at its start."""
    ended = run_to_end(folder, *arguments, "--port", str(free_port()), key=key)
    assert ended.code == 1
    return ended.text


@pytest.mark.parametrize("key", ALL)
def test_users_in_the_file_and_an_acl_file_exclude_each_other(key: str, tmp_path: Path) -> None:
    (tmp_path / "users.acl").write_text("user one on >x ~* +@all\n")
    (tmp_path / "redis.conf").write_text(f"aclfile {tmp_path}/users.acl\nuser two on >y ~* +@all\n")
    said = refused(tmp_path, key, "redis.conf")
    assert "at the same setting an ACL file path is invalid" in said


@pytest.mark.parametrize("key", ALL)
def test_an_acl_file_has_to_be_there_and_may_be_empty(
    start: Start, key: str, tmp_path: Path
) -> None:
    path = tmp_path / "users.acl"
    assert "Error loading ACLs, opening file" in refused(tmp_path, key, "--aclfile", str(path))
    path.write_text("")
    assert start("--aclfile", str(path), key=key).client().ping()


@pytest.mark.parametrize("key", ALL)
def test_an_included_file_has_to_be_there_and_a_pattern_need_not_from_7_0_on(
    start: Start, key: str, tmp_path: Path
) -> None:
    (tmp_path / "one.conf").write_text("include /nowhere/site.conf\n")
    assert "can't open config file" in refused(tmp_path, key, "one.conf")
    (tmp_path / "two.conf").write_text("include /nowhere/*.conf\n")
    if key == "redis-6.2":
        assert "can't open config file" in refused(tmp_path, key, "two.conf")
    else:
        assert start(key=key, conf="include /nowhere/*.conf\n").client().ping()


@pytest.mark.parametrize("key", ALL)
def test_a_folder_that_is_not_there_ends_the_start_except_for_the_pidfile(
    start: Start, key: str, tmp_path: Path
) -> None:
    said = refused(tmp_path, key, "--logfile", "/nowhere/redis.log")
    assert "Can't open the log file: No such file or directory" in said
    assert "No such file or directory" in refused(tmp_path, key, "--dir", "/nowhere")
    assert "No such file or directory" in refused(tmp_path, key, "--unixsocket", "/nowhere/r.sock")
    assert start("--pidfile", "/nowhere/redis.pid", key=key).client().ping()


@pytest.mark.parametrize("key", ALL)
def test_one_address_that_the_machine_lacks_ends_the_start_unless_it_has_a_dash(
    start: Start, key: str, tmp_path: Path
) -> None:
    # An address that no machine is given: it is for documentation.
    for addresses in (["192.0.2.211"], ["127.0.0.1", "192.0.2.211"]):
        said = refused(tmp_path, key, "--bind", *addresses)
        assert "bind: Cannot assign requested address" in said
        assert "Failed listening on port" in said
    assert start("--bind", "127.0.0.1", "-192.0.2.211", key=key).client().ping()


@pytest.mark.parametrize("key", ALL)
def test_hz_is_taken_into_its_range_silently(start: Start, key: str) -> None:
    for written, counts in (("1000", "500"), ("0", "1"), ("100", "100")):
        assert start("--hz", written, key=key).client().config_get("hz") == {"hz": counts}


@pytest.mark.parametrize("key", ALL)
@pytest.mark.parametrize(
    ("line", "starts"), [("# users of the shop", False), ("  ~shop:* +@read", False), ("", True)]
)
def test_an_acl_file_has_neither_comments_nor_lines_that_go_on(
    tmp_path: Path, start: Start, key: str, line: str, starts: bool
) -> None:
    users = tmp_path / "users.acl"
    users.write_text(f"user shop on >secret\n{line}\n")
    if starts:
        assert start(key=key, conf=f"aclfile {users}\n").client().ping()
        return
    ended = run_to_end(tmp_path, "--port", str(free_port()), "--aclfile", str(users), key=key)
    assert ended.code != 0
    assert f"{users}:2" in ended.text
    assert "should start with user keyword" in ended.text
