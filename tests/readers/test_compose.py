"""Compose files as `docker compose config` reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.discover import Tree
from redislint.model.container import Container
from redislint.readers import compose
from redislint.source import Source
from tests.readers.trees import linked, read


def service(base: Path, body: str, extra: dict[str, str] | None = None) -> Container:
    """The first service of a file with one service called redis."""
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    text = f"services:\n  redis:\n{indented}\n"
    found = read(base, "compose", {"compose.yml": text, **(extra or {})})
    assert isinstance(found[0], Container)
    return found[0]


def words(container: Container) -> list[object]:
    return [w.value if w.known else f"? {w.raw}" for w in container.argv or []]


@pytest.mark.parametrize(
    "command",
    [
        "command: redis-server --port 7001",
        "command: 'redis-server --port 7001'",
        "command: [redis-server, --port, '7001']",
        "command:\n  - redis-server\n  - --port\n  - '7001'",
        "command: >\n  redis-server\n  --port 7001",
        "command: |\n  redis-server --port 7001\n",
        'command: redis-server "--port" 7001',
    ],
)
def test_every_form_of_a_command_gives_the_same_words(tmp_path: Path, command: str) -> None:
    assert words(service(tmp_path, f"image: redis\n{command}")) == [
        "redis-server",
        "--port",
        "7001",
    ]


def test_an_empty_argument_stays(tmp_path: Path) -> None:
    found = service(tmp_path, "image: redis\ncommand: redis-server --save ''")
    assert words(found) == ["redis-server", "--save", ""]


def test_a_quoted_argument_keeps_its_spaces(tmp_path: Path) -> None:
    found = service(tmp_path, 'image: redis\ncommand: redis-server --save "60 1"')
    assert words(found) == ["redis-server", "--save", "60 1"]


def test_defaults_of_variables_count(tmp_path: Path) -> None:
    found = service(tmp_path, "image: redis:${TAG:-7.2}\ncommand: redis-server --port ${P-7001}")
    assert found.facts["tag"].value == "7.2"
    assert words(found)[-1] == "7001"


def test_a_variable_of_the_env_file_beside_it_counts(tmp_path: Path) -> None:
    found = service(tmp_path, "image: redis:${TAG:-7.2}", {".env": "TAG=6.2\n"})
    assert found.facts["tag"].value == "6.2"


def test_a_variable_that_nobody_sets_is_unknown(tmp_path: Path) -> None:
    found = service(tmp_path, "image: redis\ncommand: redis-server --port ${PORT}")
    assert words(found)[-1] == "? ${PORT}"


def test_words_for_a_variable_that_is_set_become_arguments(tmp_path: Path) -> None:
    body = "image: redis\ncommand: redis-server ${PW:+--requirepass ${PW}} --port 7001"
    assert words(service(tmp_path, body)) == [
        "redis-server", "--requirepass", "? ${PW}", "--port", "7001",
    ]  # fmt: skip
    assert words(service(tmp_path, body, {".env": "PW=\n"})) == ["redis-server", "--port", "7001"]


def test_a_doubled_dollar_is_left_to_the_containers_shell(tmp_path: Path) -> None:
    found = service(tmp_path, "image: redis\ncommand: redis-server --requirepass $${PASSWORD}")
    assert words(found)[-1] == "? ${PASSWORD}"


@pytest.mark.parametrize(
    ("written", "host", "inside", "scope"),
    [
        ('"6380:6379"', 6380, 6379, "network"),
        ("6379:6379", 6379, 6379, "network"),
        ('"127.0.0.1:6380:6379"', 6380, 6379, "loopback"),
        ('"[::1]:6380:6379"', 6380, 6379, "loopback"),
        ('"0.0.0.0:6380:6379"', 6380, 6379, "network"),
        ('"6379"', None, 6379, "network"),
        ('"6380:6379/tcp"', 6380, 6379, "network"),
        ('"${PORT:-6380}:6379"', 6380, 6379, "network"),
        ('"127.0.0.1::6379"', None, 6379, "loopback"),
        ("{target: 6379, published: 6380}", 6380, 6379, "network"),
        ("{target: 6379, published: '6380', host_ip: 127.0.0.1}", 6380, 6379, "loopback"),
    ],
)
def test_ports(tmp_path: Path, written: str, host: int | None, inside: int, scope: str) -> None:
    (port,) = service(tmp_path, f"image: redis\nports:\n  - {written}").ports
    assert (port.host, port.container, port.scope) == (host, inside, scope)


def test_a_range_of_ports_is_each_of_them(tmp_path: Path) -> None:
    found = service(tmp_path, 'image: redis\nports: ["7000-7002:7000-7002"]')
    assert [(p.host, p.container) for p in found.ports] == [
        (7000, 7000),
        (7001, 7001),
        (7002, 7002),
    ]


def test_udp_is_no_port_of_redis(tmp_path: Path) -> None:
    assert service(tmp_path, 'image: redis\nports: ["6379:6379/udp"]').ports == []


@pytest.mark.parametrize(
    ("written", "kind", "source", "target", "read_only"),
    [
        ("data:/data", "volume", "data", "/data", False),
        ("./redis.conf:/etc/redis.conf:ro", "bind", "./redis.conf", "/etc/redis.conf", True),
        ("/srv/redis:/data", "bind", "/srv/redis", "/data", False),
        ("~/redis:/data", "bind", "~/redis", "/data", False),
        ("/data", "anonymous", "", "/data", False),
        ("{type: tmpfs, target: /data}", "tmpfs", "", "/data", False),
        ("{type: bind, source: ./d, target: /data}", "bind", "./d", "/data", False),
        ("{type: volume, source: d, target: /data}", "volume", "d", "/data", False),
        ("{type: volume, target: /data}", "anonymous", "", "/data", False),
        (
            "{type: bind, source: ./r.conf, target: /r.conf, read_only: true}",
            "bind",
            "./r.conf",
            "/r.conf",
            True,
        ),
    ],
)
def test_volumes(
    tmp_path: Path, written: str, kind: str, source: str, target: str, read_only: bool
) -> None:
    (mount,) = service(tmp_path, f"image: redis\nvolumes:\n  - {written}").mounts
    assert (mount.kind, mount.source, mount.target) == (kind, source, target)
    assert mount.read_only is read_only


def test_a_bind_knows_its_file_in_the_repository(tmp_path: Path) -> None:
    text = "services:\n  r:\n    image: redis\n    volumes: ['../conf/r.conf:/r.conf']\n"
    (found,) = read(tmp_path, "compose", {"deploy/compose.yml": text})
    assert found.mounts[0].file == "conf/r.conf"


def test_anchors_and_merge_keys(tmp_path: Path) -> None:
    text = """\
x-redis: &redis
  image: redis:7.2
  restart: always
services:
  one:
    <<: *redis
    ports: ["7001:6379"]
  two:
    <<: *redis
    image: redis:6.2
"""
    one, two = read(tmp_path, "compose", {"compose.yml": text})
    assert (one.facts["tag"].value, two.facts["tag"].value) == ("7.2", "6.2")
    assert one.facts["restarts"].value is True
    assert one.ports[0].host == 7001


def test_a_service_extends_one_of_another_file(tmp_path: Path) -> None:
    base = "services:\n  base:\n    image: redis:7.2\n    command: redis-server --port 7001\n"
    text = "services:\n  r:\n    extends: {file: base.yml, service: base}\n    image: redis:6.2\n"
    (found,) = read(tmp_path, "compose", {"compose.yml": text, "base.yml": base})
    assert found.facts["tag"].value == "6.2"
    assert words(found) == ["redis-server", "--port", "7001"]


def test_services_that_extend_each_other_end(tmp_path: Path) -> None:
    text = (
        "services:\n  a: {image: redis, extends: {service: b}}\n"
        "  b: {image: redis, extends: {service: a}}\n"
    )
    found = read(tmp_path, "compose", {"compose.yml": text})
    assert [type(item).__name__ for item in found] == ["Container", "Problem"] * 2


@pytest.mark.parametrize(
    "written", ["environment:\n  A: x", "environment:\n  - A=x", "environment: ['A=x']"]
)
def test_both_forms_of_environment(tmp_path: Path, written: str) -> None:
    assert service(tmp_path, f"image: redis\n{written}").env["A"].value == "x"


def test_a_variable_without_a_value_comes_from_outside(tmp_path: Path) -> None:
    assert not service(tmp_path, "image: redis\nenvironment: [A]").env["A"].known


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("mem_limit: 512m", 512 * 1024**2),
        ("mem_limit: 1gb", 1024**3),
        ("deploy: {resources: {limits: {memory: 256M}}}", 256 * 1024**2),
    ],
)
def test_limits_of_memory_are_powers_of_1024(tmp_path: Path, written: str, size: int) -> None:
    assert service(tmp_path, f"image: redis\n{written}").facts["memory-limit"].value == size


def test_a_setting_of_the_whole_host_is_remembered(tmp_path: Path) -> None:
    found = service(
        tmp_path, "image: redis\nsysctls: [net.core.somaxconn=9, vm.overcommit_memory=1]"
    )
    assert found.facts["host-sysctl"].value == "vm.overcommit_memory"
    other = service(tmp_path, "image: redis\nsysctls: {net.core.somaxconn: 9}")
    assert "host-sysctl" not in other.facts
    assert other.facts["sysctl-somaxconn"].value == 9


def test_a_file_of_another_kind_gives_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "compose", {"x.yml": "services:\n  redis: some words\n"}) == []


_PIECES = st.sampled_from(
    ["services:\n", "  redis:\n", "    image: redis\n", "    command: ", "[", "]", "{", "}", "&a ",
     "*a", "<<: *a\n", "${A:-${B}}", "$$", "'", '"', "    ports:\n", "      - ", "6379:6379", ":",
     "\n", "    volumes: ", "    extends: redis\n", "!!x ", "|\n", "\t", "0-99999999", "\x00", "é"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=25).map("".join) | st.text(max_size=80))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for prefix in ("", "services:\n  redis:\n    image: redis\n    ports: ['"):
        list(compose.read(Source("compose.yml", prefix + text), Tree("tests/readers")))


FIRST_FORMAT = """redis:
  image: redis:3.0
  ports: ["6379:6379"]
web:
  build: .
  links: [redis]
"""


@pytest.mark.parametrize("name", ["docker-compose.yml", "docker-compose-dev.yaml", "fig.yml"])
def test_a_file_of_the_first_format_is_nothing_but_services(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, "compose", {name: FIRST_FORMAT})
    assert [c.label for c in found] == ["service redis", "service web"]
    assert [p.host for p in found[0].ports] == [6379]
    assert found[0].anchor is not None
    assert found[0].anchor.line == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("values.yml", FIRST_FORMAT),
        ("docker-compose.yml", FIRST_FORMAT + "version: 3\n"),
        ("docker-compose.yml", "global: { image: redis }\nredis: { enabled: true }\n"),
    ],
)
def test_what_only_looks_like_the_first_format_is_left_alone(
    tmp_path: Path, name: str, text: str
) -> None:
    assert read(tmp_path, "compose", {name: text}) == []


def test_env_file_in_its_long_form(tmp_path: Path) -> None:
    found = service(
        tmp_path,
        "    image: bitnami/redis:7.2\n    env_file:\n      - path: redis.env\n        required: false\n",
        {"redis.env": "# who\nexport REDIS_PASSWORD=kX7wYw0c\n"},
    )
    held = found.env["REDIS_PASSWORD"]
    assert held.value == "kX7wYw0c"
    assert held.span is not None
    assert (held.span.path, held.span.line) == ("redis.env", 2)


def test_a_dockerfile_in_the_compose_file(tmp_path: Path) -> None:
    text = (
        "services:\n  cache:\n    build:\n      dockerfile_inline: |\n        FROM redis:6.0\n"
        '        CMD ["redis-server", "--appendonly", "yes"]\n'
    )
    server = linked(tmp_path, "compose", {"compose.yml": text}, []).of("server")[0]
    assert server.get("version").value == "6.0"
    line = server.settings[0]
    assert (line.name, line.args) == ("appendonly", ("yes",))
    assert line.span is not None
    assert (line.span.line, line.span.column) == (6, 30)
