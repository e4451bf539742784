"""Containers that start their server by a script of the repository."""

from __future__ import annotations

from pathlib import Path

from redislint.model.server import Server
from tests.linking.test_containers import servers


def by_script(base: Path, script: str, **files: str) -> dict[str, Server]:
    """The server of a service that mounts and runs start.sh."""
    service = (
        "  r:\n    image: redis:7.2\n    command: sh /start.sh\n"
        "    volumes: ['./start.sh:/start.sh', './r.conf:/r.conf']\n"
    )
    return servers(base, service, {"start.sh": script, "r.conf": "maxmemory 1gb\n", **files})


def test_the_script_says_how_the_server_starts(tmp_path: Path) -> None:
    found = by_script(tmp_path, "#!/bin/sh\nset -e\nexec redis-server /r.conf --port 7001\n")["r"]
    assert (found.get("port").value, found.get("maxmemory").value) == (7001, 1024**3)


def test_a_script_that_edits_the_file_leaves_the_rest_unknown(tmp_path: Path) -> None:
    script = 'sed -i "s/^port.*/port $PORT/" /r.conf\nredis-server /r.conf\n'
    found = by_script(tmp_path, script)["r"]
    assert found.get("maxmemory").value == 1024**3
    assert not found.get("requirepass").known


def test_a_script_takes_the_file_from_a_variable_of_the_image(tmp_path: Path) -> None:
    dockerfile = (
        "FROM redis:7.2\nENV REDIS_CONF=/r.conf\nCOPY r.conf /r.conf\nCOPY start.sh /start.sh\n"
        'ENTRYPOINT ["/start.sh"]\n'
    )
    files = {"Dockerfile": dockerfile, "r.conf": "maxmemory 1gb\n"}
    files["start.sh"] = (
        'sed -i "s/# requirepass .*/requirepass $P/" "$REDIS_CONF"\nexec redis-server "${REDIS_CONF}"\n'
    )
    found = servers(tmp_path, "  r:\n    build: .\n", files)["r"]
    assert found.get("maxmemory").value == 1024**3
    assert not found.get("requirepass").known


def test_a_server_goes_before_the_sentinel_beside_it(tmp_path: Path) -> None:
    script = "redis-server /r.conf --daemonize yes\nredis-sentinel /s.conf\n"
    assert by_script(tmp_path, script)["r"].kind == "server"


def test_a_script_of_the_image_named_redis_is_a_server_of_which_little_is_known(
    tmp_path: Path,
) -> None:
    found = servers(tmp_path, "  r:\n    image: someone/redis:latest\n    command: ./init.sh\n")[
        "r"
    ]
    assert not found.complete


def test_a_client_that_runs_a_script_on_the_official_image_is_no_server(tmp_path: Path) -> None:
    script = "redis-cli --cluster create a:1 b:1 c:1\n"
    service = (
        "  r:\n    image: redis:7.2\n    command: sh -c 'redis-cli -h x ping'\n"
        "  s:\n    image: redis:7.2\n    command: redis-cli -h x\n"
    )
    assert servers(tmp_path, service, {"start.sh": script}) == {}


def test_a_file_copied_into_a_folder_keeps_its_name(tmp_path: Path) -> None:
    files = {
        "d/Dockerfile": "FROM redis:7.2\nCOPY ./r.conf /etc\n",
        "d/r.conf": "port 7005\n",
    }
    service = "  r:\n    build: ./d\n    command: redis-server /etc/r.conf\n"
    assert servers(tmp_path, service, files)["r"].get("port").value == 7005


def test_redis_stack_is_not_unknown_because_a_data_folder_is_mounted(tmp_path: Path) -> None:
    service = "  r:\n    image: redis/redis-stack:7.2.0-v10\n    volumes: ['d:/data']\n"
    assert servers(tmp_path, service)["r"].complete


def test_a_template_that_the_image_renders_reads_its_variables(tmp_path: Path) -> None:
    files = {
        "d/Dockerfile": "FROM redis:7.2\nCOPY r.conf.template /etc/redis/\n"
        "CMD envsubst < /etc/redis/r.conf.template > /etc/r.conf && redis-server /etc/r.conf\n",
        "d/r.conf.template": "requirepass ${REDIS_PASSWORD}\n",
    }
    service = "  r:\n    build: ./d\n    environment: {REDIS_PASSWORD: x}\n"
    assert servers(tmp_path, service, files)["r"].get("ignored-variable").value is None


def test_a_file_that_an_image_takes_in_has_the_versions_of_the_image(tmp_path: Path) -> None:
    from redislint.understand import understand

    (tmp_path / "Dockerfile").write_text(
        'FROM redis:3.2\nCOPY sentinel.conf /etc/\nENTRYPOINT ["/run-it"]\n'
    )
    (tmp_path / "sentinel.conf").write_text("sentinel monitor m redis-0.redis 6379 2\n")
    found = [s for s in understand([str(tmp_path)]).deployment.subjects if s.kind == "sentinel"]
    assert [s.candidates for s in found] == [("redis-3.2",)]
    assert found[0].get("named-master").value is None


def test_a_word_to_be_filled_in_is_no_host_name(tmp_path: Path) -> None:
    from redislint.understand import understand

    for host, found in (("master_ip_address", None), ("REDIS_MASTER_HOST", None),
                        ("redis_master", "redis_master"), ("ip-10-0-0-1", "ip-10-0-0-1")):  # fmt: skip
        (tmp_path / "sentinel.conf").write_text(f"sentinel monitor m {host} 6379 2\n")
        made = [s for s in understand([str(tmp_path)]).deployment.subjects if s.kind == "sentinel"]
        assert made[0].get("named-master").value == found


def test_a_loopback_bind_matters_where_somebody_needs_the_server(tmp_path: Path) -> None:
    alone = (
        "  r:\n    image: redis:7.2\n    command: redis-server --bind 127.0.0.1\n"
    )  # fmt: skip
    assert servers(tmp_path / "a", alone)["r"].get("unreachable-inside").value is None
    needed = alone + "  app:\n    image: shop\n    environment: {REDIS_HOST: r}\n"
    assert servers(tmp_path / "b", needed)["r"].get("unreachable-inside").value == "127.0.0.1"
    shared = needed.replace("    command", "    network_mode: host\n    command")
    assert servers(tmp_path / "c", shared)["r"].get("unreachable-inside").value is None
