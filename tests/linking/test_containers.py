"""Containers, mounts and files together: what a server's settings become."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.discover import Tree
from redislint.link import link
from redislint.model.conf import ConfFile
from redislint.model.deployment import Deployment
from redislint.model.facts import load
from redislint.model.server import Server
from redislint.model.subject import Subject
from redislint.readers import compose
from tests.readers.trees import tree

load()


def servers(base: Path, services: str, files: dict[str, str] | None = None) -> dict[str, Server]:
    """The servers of a compose file by the names of their services."""
    context: Tree = tree(base, {"compose.yml": f"services:\n{services}", **(files or {})})
    deployment = Deployment()
    source = context.find("compose.yml")
    assert source is not None
    for found in compose.read(source, context):
        if isinstance(found, Subject):
            deployment.subjects.append(found)
    link(deployment, context)
    assert not any(isinstance(c, ConfFile) and c.role == "acl" for c in deployment.confs)
    return {
        s.label.removeprefix("service "): s for s in deployment.subjects if isinstance(s, Server)
    }


def test_the_command_line_wins_over_the_mounted_file(tmp_path: Path) -> None:
    found = servers(
        tmp_path,
        "  r:\n    image: redis:7.2\n    volumes: ['./r.conf:/r.conf']\n"
        "    command: redis-server /r.conf --port 7002\n",
        {"r.conf": "port 7001\nmaxmemory 1gb\n"},
    )["r"]
    assert (found.get("port").value, found.get("maxmemory").value) == (7002, 1024**3)


def test_a_relative_file_is_looked_up_in_the_folder_of_the_image(tmp_path: Path) -> None:
    dockerfile = (
        'FROM redis:7.2\nWORKDIR /redis\nCOPY redis.conf ./\nCMD ["redis-server", "redis.conf"]\n'
    )
    files = {"Dockerfile": dockerfile, "redis.conf": "port 7001\n"}
    found = servers(tmp_path, "  r:\n    build: .\n", files)["r"]
    assert (found.get("port").value, found.complete) == (7001, True)


def test_a_password_that_sed_writes_into_an_unknown_file_is_known(tmp_path: Path) -> None:
    dockerfile = (
        "FROM debian:12\nRUN wget http://download.redis.io/releases/redis-7.2.4.tar.gz\n"
        "RUN mv /tmp/r.conf /etc/redis/r.conf\n"
        "RUN sed -i 's/# requirepass foobared/requirepass 123456/' /etc/redis/r.conf\n"
        'CMD ["redis-server", "/etc/redis/r.conf"]\n'
    )
    found = servers(tmp_path, "  r:\n    build: .\n", {"Dockerfile": dockerfile})["r"]
    assert (found.get("requirepass").value, found.complete) == ("123456", False)


def test_a_mounted_folder_brings_the_file_in_it(tmp_path: Path) -> None:
    found = servers(
        tmp_path,
        "  r:\n    image: redis:7.2\n    volumes: ['./conf:/etc/redis']\n"
        "    command: redis-server /etc/redis/r.conf\n",
        {"conf/r.conf": "port 7001\n"},
    )["r"]
    assert found.get("port").value == 7001


def test_a_file_that_is_not_here_leaves_the_settings_unknown(tmp_path: Path) -> None:
    found = servers(
        tmp_path,
        "  r:\n    image: redis:7.2\n    volumes: ['/srv/r.conf:/r.conf']\n"
        "    command: redis-server /r.conf\n",
    )["r"]
    assert not found.get("appendonly").known


@pytest.mark.parametrize(
    ("volumes", "kind"),
    [
        ("['d:/data']", "volume"),
        ("['./d:/data']", "bind"),
        ("['./redis.conf:/data/redis.conf']", "image"),
        ("['./nodes:/data/nodes']", "bind"),
        ("['/data']", "anonymous"),
        ("['d:/var/lib/redis']", "image"),
    ],
)
def test_what_holds_the_data(tmp_path: Path, volumes: str, kind: str) -> None:
    found = servers(tmp_path, f"  r:\n    image: redis:7.2\n    volumes: {volumes}\n")["r"]
    assert found.get("data-volume").value == kind


def test_a_replica_finds_its_primary_by_the_services_name(tmp_path: Path) -> None:
    found = servers(
        tmp_path,
        "  a:\n    image: redis\n"
        "  b:\n    image: redis\n    command: redis-server --replicaof a 6379\n"
        "    deploy: {replicas: 2}\n"
        "  c:\n    image: redis\n    command: redis-server --replicaof a 6379"
        " --replica-priority 0\n",
    )
    assert found["b"].links["primary"] is found["a"]
    assert found["a"].get("replicas-found").value == 3
    assert found["a"].get("replicas-promotable").value == 1


_TWO = "  a:\n    image: redis\n    volumes: ['{}']\n  b:\n    image: redis\n    volumes: ['{}']\n"


@pytest.mark.parametrize(
    ("one", "two", "shared"),
    [
        ("d:/data", "d:/data", "service a"),
        ("./d:/data", "./d:/data", "service a"),
        ("d1:/data", "d2:/data", None),
        ("/data", "/data", None),
        ("d:/data", "d:/backup", None),
    ],
)
def test_two_servers_in_one_folder(tmp_path: Path, one: str, two: str, shared: str | None) -> None:
    found = servers(tmp_path, _TWO.format(one, two))
    assert found["b"].get("shared-data").value == shared


def test_two_servers_in_one_folder_with_names_of_their_own(tmp_path: Path) -> None:
    text = (
        "  a:\n    image: redis\n    command: redis-server --dbfilename a.rdb\n"
        "    volumes: ['d:/data']\n"
        "  b:\n    image: redis\n    command: redis-server --dbfilename b.rdb\n"
        "    volumes: ['d:/data']\n"
    )
    assert servers(tmp_path, text)["b"].get("shared-data").value is None


def test_nopass_beats_requirepass(tmp_path: Path) -> None:
    found = servers(
        tmp_path,
        "  r:\n    image: redis:7.2\n    volumes: ['./r.conf:/r.conf']\n"
        "    command: redis-server /r.conf\n",
        {"r.conf": "user default on nopass ~* +@all\nrequirepass secret\n"},
    )["r"]
    assert found.get("auth").value is False


@pytest.mark.parametrize(
    ("command", "runs"),
    [
        ("redis-server", True),
        ("--port 7001", True),
        ("sh -c 'exec redis-server --port 7001'", True),
        ("redis-cli -h other ping", False),
        ("sh -c 'redis-cli --cluster create a:1'", False),
    ],
)
def test_which_commands_start_a_server(tmp_path: Path, command: str, runs: bool) -> None:
    found = servers(tmp_path, f"  r:\n    image: redis:7.2\n    command: {command}\n")
    assert ("r" in found) is runs


def test_a_file_beside_is_taken_for_the_host_copy_that_is_mounted(tmp_path: Path) -> None:
    text = """
  redis:
    image: redis:7.2
    command: redis-server /conf/redis.conf
    volumes: ["~/app/conf:/conf"]
"""
    found = servers(tmp_path, text, {"redis.conf": "protected-mode no\n"})
    server = found["redis"]
    assert server.get("protected-mode").value is False
    assert not server.get("appendonly").known


def test_a_fixed_address_is_no_address_behind_nat(tmp_path: Path) -> None:
    node = """
  node-{0}:
    image: redis:7.2
    command: redis-server --cluster-enabled yes
    ports: ["700{0}:6379"]
    networks: {{ net: {1} }}
"""
    fixed = "".join(node.format(i, f"{{ ipv4_address: 172.30.0.{i} }}") for i in range(1, 4))
    free = "".join(node.format(i, "{}") for i in range(1, 4))
    assert servers(tmp_path, fixed)["node-1"].links["cluster"].get("nat").value is False
    assert servers(tmp_path, free)["node-1"].links["cluster"].get("nat").value is True


def test_keydb_keeps_its_own_directives_to_itself(tmp_path: Path) -> None:
    text = """
  keydb:
    image: eqalpha/keydb
    command: keydb-server --active-replica yes --appendonly yes
"""
    assert [s.name for s in servers(tmp_path, text)["keydb"].settings] == ["appendonly"]


@pytest.mark.parametrize(
    ("lines", "chosen"),
    [
        ("save 900 1\nsave 300 10\nsave 60 10000\nappendonly no\n", False),
        ("save 3600 1 300 100 60 10000\n", False),
        ("save 600 1\n", True),
        ("appendonly yes\n", True),
        ('save ""\n', True),
    ],
)
def test_what_the_shipped_file_says_is_nobodys_choice(
    tmp_path: Path, lines: str, chosen: bool
) -> None:
    service = (
        "  r:\n    image: redis:7.2\n    volumes: ['./r.conf:/r.conf']\n"
        "    command: redis-server /r.conf\n"
    )
    found = servers(tmp_path, service, {"r.conf": lines})["r"]
    assert found.get("persistence-chosen").value is chosen


def test_an_empty_variable_means_no_password(tmp_path: Path) -> None:
    service = "  r:\n    image: redis:7.2\n    environment: {{REDIS_PASSWORD: '{0}'}}\n"
    assert servers(tmp_path / "a", service.format(""))["r"].get("ignored-variable").value is None
    for text in ("geheim", "${REDIS_PASSWORD:-}"):
        found = servers(tmp_path / text[:3], service.format(text))["r"]
        assert found.get("ignored-variable").value == "REDIS_PASSWORD"


@pytest.mark.parametrize(
    ("image", "folder"),
    [
        ("registry.k8s.io/redis:v1", None),
        ("mirror.example.org/library/redis:7.2", "/data"),
        ("docker.io/library/redis:7.2", "/data"),
    ],
)
def test_a_registry_s_own_build_is_not_the_official_image(
    tmp_path: Path, image: str, folder: str | None
) -> None:
    command = "    command: redis-server\n    volumes: [d:/other]\n"
    found = servers(tmp_path, f"  r:\n    image: {image}\n{command}")["r"]
    assert (found.get("dir").value == "/data") is (folder is not None)
    assert found.get("misplaced-volume").value == (folder and "/other")


def test_where_somebody_s_own_image_keeps_its_data_is_not_known(tmp_path: Path) -> None:
    service = "  r:\n    image: kubernetes/redis:v1\n    volumes: [d:/redis-master-data]\n"
    assert servers(tmp_path, service)["r"].get("misplaced-volume").value is None


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("redis-server --requirepass $$PASS", "requirepass"),
        ('["redis-server", "--requirepass", "$$PASS"]', "requirepass"),
        ("redis-server --requirepass \"$(cat /run/secrets/pass)\"", "requirepass"),
        ("--appendonly yes --masterauth $${PASS}", "masterauth"),
        ("redis-server --requirepass ${PASS}", None),
        ("redis-server --requirepass $PASS", None),
        ("sh -c 'redis-server --requirepass $$PASS'", None),
        ('["sh", "-c", "exec redis-server --requirepass $$(cat /run/secrets/pass)"]', None),
    ],
)  # fmt: skip
def test_a_variable_that_no_shell_fills_in_is_told(
    tmp_path: Path, command: str, told: str | None
) -> None:
    found = servers(tmp_path, f"  r:\n    image: redis:7.2\n    command: {command}\n")["r"]
    assert found.get("placeholder").value == told


@pytest.mark.parametrize(
    ("deploy", "swarm"),
    [("placement: {constraints: [node.role == manager]}", True), ("endpoint_mode: dnsrr", True),
     ("resources: {limits: {memory: 1G}}", None), ("replicas: 1", None)],
)  # fmt: skip
def test_a_service_with_keys_of_a_swarm_is_replaced_by_it(
    tmp_path: Path, deploy: str, swarm: bool | None
) -> None:
    found = servers(tmp_path, f"  r:\n    image: redis:7.2\n    deploy:\n      {deploy}\n")["r"]
    container = found.links["container"]
    assert (container.get("swarm").value, container.get("restarts").value) == (swarm, swarm)


def test_copies_of_one_service_are_told_where_none_replicates(tmp_path: Path) -> None:
    found = servers(
        tmp_path,
        "  a:\n    image: redis:7.2\n    deploy: {replicas: 3}\n"
        "  b:\n    image: redis:7.2\n    command: redis-server --replicaof a 6379\n    scale: 3\n",
    )
    assert found["a"].get("independent-copies").value == 3
    assert found["b"].get("independent-copies").value is None
