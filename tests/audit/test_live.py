"""Audits of real servers on loopback: standalone, replica, cluster, Sentinel, TLS, ACL."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import redis
from click.testing import CliRunner

from redislint.cli.audit import command
from tests.audit.running import MISSING, SERVERS, free_port, server

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not SERVERS, reason=MISSING),
]
READ_ONLY = {
    "info", "config|get", "cluster|info", "cluster|nodes", "acl|list", "client|list",
    "module|list", "scan", "hello", "auth", "config", "cluster", "acl", "client", "module",
}  # fmt: skip


def run(*arguments: str, password: str = "") -> tuple[int, str, str]:
    result = CliRunner().invoke(
        command, ["--interval", "0", *arguments], env={"REDISCLI_AUTH": password}
    )
    return result.exit_code, result.stdout, result.stderr


def audit(*arguments: str, password: str = "") -> dict[str, Any]:
    status, output, errors = run(*arguments, "--format", "json", password=password)
    assert status in (0, 1), errors
    assert output, errors
    data: dict[str, Any] = json.loads(output)
    return data


def names(data: dict[str, Any]) -> set[str]:
    return {finding["name"] for finding in data["findings"]}


@pytest.mark.parametrize("key", sorted(SERVERS))
def test_a_running_server_is_only_read(key: str, tmp_path: Path) -> None:
    with server(tmp_path, key=key) as port:
        data = audit(f"redis://127.0.0.1:{port}")
        assert {"maxmemory-zero", "restarted"} <= names(data)
        assert data["errors"] == []
        client = redis.Redis(port=port)
        sent = {name.removeprefix("cmdstat_") for name in client.info("commandstats")}
        assert sent - {"client|setinfo", "client|setname"} <= READ_ONLY


def test_a_captured_server_is_found_out(tmp_path: Path) -> None:
    with server(tmp_path) as port:
        redis.Redis(port=port).replicaof("127.0.0.1", free_port())
        time.sleep(0.2)
        data = audit(f"redis://127.0.0.1:{port}")
        assert data["findings"][0]["name"] == "unexpected-replica"
        assert "replica-link-down-never-up" in names(data)


def test_a_replica_of_ones_own_is_no_finding(tmp_path: Path) -> None:
    with server(tmp_path) as primary, server(tmp_path) as port:
        redis.Redis(port=port).replicaof("127.0.0.1", primary)
        for _ in range(100):
            if redis.Redis(port=port).info("replication")["master_link_status"] == "up":
                break
            time.sleep(0.1)
        data = audit(f"redis://127.0.0.1:{port}", "--own-host", "127.0.0.1")
        assert not names(data) & {"unexpected-replica", "replica-link-down"}


def test_a_password_is_asked_for_and_taken_from_the_environment(tmp_path: Path) -> None:
    with server(tmp_path, "--requirepass", "hunter2") as port:
        url = f"redis://127.0.0.1:{port}"
        status, _, errors = run(url)
        assert status == 2
        assert errors == (
            f"redislint: {url}: wants a password: set REDISCLI_AUTH, and --user NAME for an ACL"
            " user\n"
        )
        status, _, errors = run(url, password="hunter3")
        assert status == 2
        assert "user or password is wrong" in errors
        for form in ("text", "json"):
            status, output, errors = run(url, "--format", form, password="hunter2")
            assert status == 1
            assert "hunter2" not in output + errors


def test_a_password_in_the_url_is_never_printed(tmp_path: Path) -> None:
    with server(tmp_path, "--requirepass", "hunter2") as port:
        status, output, errors = run(f"redis://:hunter2@127.0.0.1:{port}")
        assert status == 1
        assert "hunter2" not in output + errors


def test_an_acl_user_without_config_still_gets_the_conditions(tmp_path: Path) -> None:
    with server(tmp_path, "--user", "auditor", "on", ">pw", "+info", "+scan") as port:
        data = audit(f"redis://127.0.0.1:{port}", "--user", "auditor", password="pw")
        assert "maxmemory-zero" in names(data)
        assert [e["message"].split(":")[0] for e in data["errors"]] == [
            "CONFIG GET is refused (the user may not use it)"
        ]


def test_a_user_without_info_is_told_what_it_needs(tmp_path: Path) -> None:
    with server(tmp_path, "--user", "nobody", "on", ">pw", "+ping") as port:
        status, _, errors = run(f"redis://127.0.0.1:{port}", "--user", "nobody", password="pw")
        assert status == 2
        assert "+config|get" in errors


def test_a_renamed_config_is_said_and_can_be_named(tmp_path: Path) -> None:
    with server(tmp_path, "--rename-command", "CONFIG", "SETTINGS") as port:
        url = f"redis://127.0.0.1:{port}"
        assert "renamed, or a managed service" in audit(url)["errors"][0]["message"]
        assert audit(url, "--config-command", "SETTINGS")["errors"] == []


def test_an_open_server_is_an_error(tmp_path: Path) -> None:
    with server(tmp_path, "--protected-mode", "no") as port:
        # On loopback it is not open; what is bound elsewhere would be.
        assert "default-user-open" not in names(audit(f"redis://127.0.0.1:{port}"))


def test_monitor_is_seen(tmp_path: Path) -> None:
    with server(tmp_path) as port, redis.Redis(port=port).monitor():
        assert "monitor" in names(audit(f"redis://127.0.0.1:{port}"))


def test_errors_that_clients_got_are_counted(tmp_path: Path) -> None:
    with server(tmp_path, "--cluster-enabled", "yes") as port:
        with pytest.raises(redis.RedisError):
            redis.Redis(port=port).get("a")
        found = [
            finding["message"]
            for finding in audit(f"redis://127.0.0.1:{port}")["findings"]
            if finding["name"] == "errorstats"
        ]
        assert found == ["clients got CLUSTERDOWN as an answer once since the start"]


def test_every_node_of_a_cluster_is_visited(tmp_path: Path) -> None:
    with ExitStack() as stack:
        ports = [
            stack.enter_context(
                server(tmp_path, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
            )
            for _ in range(3)
        ]
        slots = [(0, 5460), (5461, 10922), (10923, 16383)]
        for number, (port, (first, last)) in enumerate(zip(ports, slots, strict=True), 1):
            node = redis.Redis(port=port)
            node.execute_command("CLUSTER SET-CONFIG-EPOCH", number)
            node.execute_command("CLUSTER ADDSLOTSRANGE", first, last)
            if port != ports[0]:
                node.execute_command("CLUSTER MEET", "127.0.0.1", ports[0])
        url = f"redis://127.0.0.1:{ports[0]}"
        for _ in range(150):
            texts = [redis.Redis(port=p).execute_command("CLUSTER INFO") for p in ports]
            if all(t["cluster_state"] == "ok" for t in texts):
                break
            time.sleep(0.1)
        data = audit(url)
        lonely = [f for f in data["findings"] if f["name"] == "cluster-master-no-replica"]
        assert len({finding["message"].split()[1] for finding in lonely}) == len(lonely) == 3
        for finding in lonely:  # each node was asked, and they say the same
            told = {reason["path"] for reason in finding["reasons"]}
            assert told == {f"redis://127.0.0.1:{p}/CLUSTER NODES" for p in ports}
        assert not names(data) & {"cluster-fail", "slots-uncovered", "cluster-private-announce"}


def test_a_node_without_slots_is_a_failed_cluster(tmp_path: Path) -> None:
    with server(tmp_path, "--cluster-enabled", "yes") as port:
        found = names(audit(f"redis://127.0.0.1:{port}"))
        assert {"cluster-fail", "slots-uncovered", "cluster-size"} <= found


def test_a_lonely_sentinel_is_no_quorum(tmp_path: Path) -> None:
    with server(tmp_path) as primary:
        port = free_port()
        conf = tmp_path / "sentinel.conf"
        conf.write_text(
            f"port {port}\nbind 127.0.0.1\nsentinel monitor mymaster 127.0.0.1 {primary} 1\n"
        )
        with server(tmp_path, str(conf), "--sentinel", port=port, ready="Sentinel ID"):
            time.sleep(0.3)
            data = audit(f"redis://127.0.0.1:{port}")
            assert "sentinel-quorum" in names(data)
            assert "maxmemory-zero" not in names(data)
            assert data["errors"] == []


def certificates(folder: Path) -> None:
    """A CA, and a certificate for 127.0.0.1 signed by it."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "rsa:2048", "-nodes", "-days", "2")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=test CA")
    openssl("req", *key[:3], "-keyout", "srv.key", "-out", "srv.csr", "-subj", "/CN=127.0.0.1")
    (folder / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(
        "x509", "-req", "-in", "srv.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
        "-out", "srv.crt", "-days", "2", "-extfile", "ext",
    )  # fmt: skip


def with_tls() -> str:
    """A server that was built with TLS."""
    for key, binary in SERVERS.items():
        if b"SSL_CTX_new" in binary.read_bytes():
            return key
    return ""


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl to make certificates")
def test_tls_is_verified_and_its_failures_are_named(tmp_path: Path) -> None:
    key = with_tls()
    if not key:
        pytest.skip("no server here was built with TLS")
    certificates(tmp_path)
    files = {name: str(tmp_path / name) for name in ("ca.crt", "srv.crt", "srv.key")}
    arguments = (
        "--port", "0", "--tls-port", "{port}", "--tls-cert-file", files["srv.crt"],
        "--tls-key-file", files["srv.key"], "--tls-ca-cert-file", files["ca.crt"],
    )  # fmt: skip
    ca = ("--cacert", files["ca.crt"])
    pair = ("--cert", files["srv.crt"], "--key", files["srv.key"])
    with server(tmp_path, *arguments, key=key) as port:
        url = f"rediss://127.0.0.1:{port}"
        assert "maxmemory-zero" in names(audit(url, *ca, *pair))
        assert "maxmemory-zero" in names(audit(f"127.0.0.1:{port}", "--tls", "--insecure", *pair))
        status, _, errors = run(url, *pair)
        assert (status, "its certificate is not trusted" in errors) == (2, True), errors
        status, _, errors = run(url, *ca)
        assert (status, "a client certificate: --cert" in errors) == (2, True), errors
        status, _, errors = run(f"redis://127.0.0.1:{port}", "--timeout", "2")
        assert (status, "TLS (rediss://)" in errors) == (2, True), errors
        assert errors.count("\n") == 1
