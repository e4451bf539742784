"""ACL files: whose users they are, and what a file says that no server here reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config
from redislint.model.facts.secrets import is_weak

_RULES = [
    "acl-default-user-on",
    "acl-plaintext-password",
    "acl-rule-invalid",
    "aclfile-and-inline-users",
    "requirepass-overridden-by-default-nopass",
    "requirepass-weak",
]


def _found(folder: Path, files: dict[str, str]) -> list[tuple[str, int, str]]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    report = check([str(folder)], Config(select=_RULES))
    return sorted(
        (Path(f.span.path).name, f.span.line, f.rule.name) for f in report.findings if f.span
    )


def test_a_file_of_users_is_judged_without_a_word_of_redis_in_it(tmp_path: Path) -> None:
    files = {"deploy/users.acl": "user default on nopass ~* &* +@all\nuser app on >app ~* +@read\n"}
    assert _found(tmp_path, files) == [
        ("users.acl", 1, "requirepass-overridden-by-default-nopass"),
        ("users.acl", 2, "acl-plaintext-password"),
        ("users.acl", 2, "requirepass-weak"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "*/admin@EXAMPLE.ORG *\n",
        "user roger\ntopic readwrite home/#\n",
        "acl office src 10.0.0.0/8\nuser nobody\n",
    ],
)
def test_files_of_other_programs_are_left_alone(tmp_path: Path, text: str) -> None:
    assert _found(tmp_path, {"kadm5.acl": text}) == []


def test_a_comment_in_a_file_of_users_stops_the_server(tmp_path: Path) -> None:
    text = "# users of the shop\nuser default off\n# and one more\nuser a on >${PASS} +@read ~*\n"
    literal = text.replace("${PASS}", "k39-mountain-lake-winter")
    assert _found(tmp_path, {"users.acl": literal})[0] == ("users.acl", 1, "acl-rule-invalid")
    # Who fills in the password may take out the comments too.
    assert _found(tmp_path, {"users.acl": text}) == []


def test_a_line_that_goes_on_in_the_next_one_stops_the_server(tmp_path: Path) -> None:
    text = "user default off\nuser a on >k39-mountain-lake-winter\n  ~a:* +@read\n"
    assert ("users.acl", 3, "acl-rule-invalid") in _found(tmp_path, {"users.acl": text})


def test_the_file_beside_redis_conf_brings_its_users(tmp_path: Path) -> None:
    conf = "port 6379\nbind 0.0.0.0\nprotected-mode no\naclfile /etc/redis/users.acl\n"
    users = "user default off\nuser app on #" + "a" * 64 + " ~app:* +@read\n"
    assert _found(tmp_path, {"redis.conf": conf, "users.acl": users}) == []


def test_default_is_open_where_the_file_does_not_name_it_in_spite_of_requirepass(
    tmp_path: Path,
) -> None:
    conf = "port 6379\nrequirepass k39-mountain-lake-winter\naclfile /etc/redis/users.acl\n"
    users = "user app on #" + "a" * 64 + " ~app:* +@read\n"
    assert _found(tmp_path, {"redis.conf": conf, "users.acl": users}) == [
        ("users.acl", 1, "acl-default-user-on")
    ]


def test_a_mounted_file_belongs_to_the_service(tmp_path: Path) -> None:
    compose = (
        "services:\n  redis:\n    image: redis:7.2\n    ports: ['6379:6379']\n"
        "    command: redis-server --aclfile /etc/redis/users.acl\n"
        "    volumes: ['./acl/users.acl:/etc/redis/users.acl']\n"
    )
    users = "user default off\nuser app on #" + "a" * 64 + " ~app:* +@read\n"
    files = {"compose.yml": compose, "acl/users.acl": users}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    names = {f.rule.name for f in check([str(tmp_path)], Config()).findings}
    assert not names & {"docker-publish-all-interfaces", "no-auth-network", "acl-default-user-on"}
    (tmp_path / "acl/users.acl").write_text("user default on nopass ~* &* +@all\n")
    names = {f.rule.name for f in check([str(tmp_path)], Config()).findings}
    assert names & {"docker-publish-all-interfaces", "implicit-replication-exposed-server"}


@pytest.mark.parametrize(
    ("line", "open_"),
    [
        ("user default off nopass nocommands", False),
        ("user default on ~* &* +@all", False),
        ("user default on nopass >k39-mountain-lake ~* +@all", False),
        ("user default on nopass ~* +@all", True),
    ],
)
def test_default_lets_in_only_where_it_is_on_and_has_nopass(
    tmp_path: Path, line: str, open_: bool
) -> None:
    conf = f"port 6379\nrequirepass k39-mountain-lake-winter\n{line}\n"
    found = _found(tmp_path, {"redis.conf": conf})
    assert (("redis.conf", 3, "requirepass-overridden-by-default-nopass") in found) is open_


def test_the_users_in_a_config_map_are_judged_at_their_lines(tmp_path: Path) -> None:
    text = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: redis}\ndata:\n"
        "  users.acl: |\n    user default on nopass ~* &* +@all\n"
    )
    assert _found(tmp_path, {"redis.yaml": text}) == [
        ("redis.yaml", 6, "requirepass-overridden-by-default-nopass")
    ]


@pytest.mark.parametrize(
    ("password", "weak"),
    [
        ("mysecretpassword", True),
        ("p@ssw0rd", True),
        ("testpassword", False),
        ("search_complexpass", False),
        ("csust-bot-redis-password", False),
        ("redis-9f8Kd2xPq71", False),
    ],
)
def test_a_password_that_stands_in_the_lists_is_weak(password: str, weak: bool) -> None:
    assert is_weak(password) is weak


def test_users_of_the_acl_file_are_no_users_of_the_configuration(tmp_path: Path) -> None:
    files = {
        "redis.conf": "port 6379\naclfile /etc/redis/users.acl\n",
        "users.acl": "user default off\nuser app on #" + "a1" * 32 + " ~* +@read\n",
    }
    assert _found(tmp_path, files) == []


def test_users_in_both_are_told_at_the_configuration(tmp_path: Path) -> None:
    files = {
        "redis.conf": "port 6379\naclfile /etc/redis/users.acl\nuser default off\n",
        "users.acl": "user app on #" + "a1" * 32 + " ~* +@read\n",
    }
    assert _found(tmp_path, files) == [("redis.conf", 3, "aclfile-and-inline-users")]
