"""A running server becomes the same model as a file's, so that the rules hold for it."""

from __future__ import annotations

from redislint.auditing.judge import deployment_of
from redislint.auditing.model import server_of
from redislint.auditing.snapshot import Expectation, Snapshot
from redislint.model import load_vocabulary
from redislint.model.server import Server
from tests.audit.dumps import config, info, read, snapshot


def model(shot: Snapshot) -> Server:
    load_vocabulary()
    server = server_of(shot)
    assert server is not None
    return server


def test_only_what_differs_from_the_defaults_is_set() -> None:
    server = model(snapshot(None, config(maxmemory_policy="allkeys-lru", hz="10")))
    assert server.get("maxmemory-policy").set is True
    assert server.get("hz").set is False
    assert server.get("hz").value == 10


def test_a_setting_points_at_its_line_and_hides_its_secret() -> None:
    server = model(snapshot())
    span = server.written("requirepass")[0].span
    assert span is not None
    assert span.source.line_text(span.line) == "****"
    assert server.get("requirepass").value == "k4Vqt93mWz0b1dXs"


def test_the_version_is_what_info_says() -> None:
    assert model(snapshot(info(redis_version="7.2.11"))).candidates == ("redis-7.2",)
    assert model(snapshot(info(valkey_version="9.1.2"))).candidates == ("valkey-9.1",)


def test_folded_settings_become_lines_again() -> None:
    limits = "normal 0 0 0 slave 1 2 60 pubsub 3 4 60"
    server = model(snapshot(None, config(client_output_buffer_limit=limits)))
    lines = [setting.args for setting in server.written("client-output-buffer-limit")]
    assert lines == [
        ("normal", "0", "0", "0"),
        ("slave", "1", "2", "60"),
        ("pubsub", "3", "4", "60"),
    ]


def test_users_are_settings_without_the_built_in_one() -> None:
    server = model(snapshot(acl=read("acl-list.txt") + "user default on nopass ~* &* +@all\n"))
    assert [setting.args[0] for setting in server.written("user")] == ["default", "app"]


def test_what_runs_is_observed_not_guessed() -> None:
    server = model(snapshot(expected=Expectation(memory=2**30)))
    assert server.get("environment").value == "production"
    assert server.get("role").value == "master"
    assert server.get("memory-limit").value == 2**30
    assert server.get("password-in-file").value is False
    assert server.links["replica"].label == "a replica of it"


def test_how_far_it_is_reached_comes_from_the_address() -> None:
    for host, bind, scope in (
        ("10.0.0.5", "*", "network"),
        ("8.8.8.8", "*", "internet"),
        ("127.0.0.1", "*", "loopback"),
        ("redis.internal", "*", "network"),
        ("127.0.0.1", "127.0.0.1 -::1", "none"),
    ):
        shot = snapshot(None, config(bind=bind))
        shot.host = host
        assert model(shot).get("exposed").value == scope


def test_without_config_there_is_nothing_for_the_rules() -> None:
    shot = Snapshot("x")
    shot.read_info("info.txt", info())
    assert deployment_of([shot]).subjects == []
