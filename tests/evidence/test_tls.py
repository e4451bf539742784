"""What rules/security says of TLS, on the first real server here that was built with it."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.audit.running import fake, free_port
from tests.evidence.conftest import Start
from tests.evidence.realserver import ALL, MISSING, Ended, run_to_end, until

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ALL, reason=MISSING)]


ONCE: dict[str, Any] = {"retry": Retry(NoBackoff(), 0), "socket_timeout": 3, "protocol": 2}


class Papers:
    """A certificate that is its own authority, and the options that name its files."""

    def __init__(self, folder: Path) -> None:
        self.pem, self.key = folder / "cert.pem", folder / "key.pem"
        self.cert_option = ["--tls-cert-file", str(self.pem)]
        self.key_option = ["--tls-key-file", str(self.key)]
        self.ca_option = ["--tls-ca-cert-file", str(self.pem)]
        self.options = [*self.cert_option, *self.key_option, *self.ca_option]


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("tls")
    for one in ALL:
        if "Failed to configure TLS" in without_files(folder, one).text:
            return one
    pytest.skip("no server on this machine was built with TLS")


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    if not shutil.which("openssl"):
        pytest.skip("no openssl on this machine to make a certificate")
    made = Papers(tmp_path_factory.mktemp("papers"))
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    command += ["-subj", "/CN=localhost", "-keyout", str(made.key), "-out", str(made.pem)]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    return made


def without_files(folder: Path, key: str, *options: str) -> Ended:
    port = str(free_port())
    return run_to_end(folder, "--port", "0", "--tls-port", port, *options, key=key)


def ping(
    port: int, papers: Papers, certificate: bool = False, only: ssl.TLSVersion | None = None
) -> tuple[bytes, str | None]:
    """The answer to a PING by TLS and the version that was agreed on."""
    context = ssl.create_default_context(cafile=str(papers.pem))
    context.check_hostname = False
    if certificate:
        context.load_cert_chain(papers.pem, papers.key)
    if only:
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            context.minimum_version = context.maximum_version = only
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain) as wire,
    ):
        wire.sendall(b"PING\r\n")
        return wire.recv(99), wire.version()


def test_each_of_certificate_key_and_authority_is_needed(
    key: str, papers: Papers, tmp_path: Path
) -> None:
    for options, missing in (
        (papers.key_option + papers.ca_option, "No tls-cert-file configured!"),
        (papers.cert_option + papers.ca_option, "No tls-key-file configured!"),
        (papers.cert_option + papers.key_option, "Either tls-ca-cert-file or tls-ca-cert-dir must"),
    ):
        ended = without_files(tmp_path, key, *options)
        assert ended.code == 1
        assert missing in ended.text
        assert "Failed to configure TLS. Check logs for more info." in ended.text


def test_without_an_authority_it_starts_only_if_it_asks_no_client(
    start: Start, key: str, papers: Papers
) -> None:
    port = free_port()
    options = [*papers.cert_option, *papers.key_option, "--tls-auth-clients", "no"]
    start("--tls-port", str(port), *options, key=key)
    assert ping(port, papers)[0] == b"+PONG\r\n"


def test_tls_auth_clients_no_lets_in_everybody_who_speaks_tls(
    start: Start, key: str, papers: Papers
) -> None:
    for asked in ("no", "optional", "yes"):
        port = free_port()
        start("--tls-port", str(port), *papers.options, "--tls-auth-clients", asked, key=key)
        assert ping(port, papers, certificate=True)[0] == b"+PONG\r\n"
        assert is_answered(port, papers) is (asked != "yes")


def is_answered(port: int, papers: Papers) -> bool:
    """Whether a client without a certificate gets a PONG.

    TLS 1.3 refuses it after the handshake: the client sees an alert, a reset or just the end.
    """
    try:
        return ping(port, papers)[0] == b"+PONG\r\n"
    except (ssl.SSLError, ConnectionError):
        return False


def test_a_client_by_tls_and_a_server_without_do_not_meet(
    start: Start, key: str, papers: Papers
) -> None:
    port = free_port()
    server = start("--tls-port", str(port), *papers.options, "--tls-auth-clients", "no", key=key)
    with pytest.raises(redis.RedisError):
        redis.Redis(port=server.port, ssl=True, ssl_ca_certs=str(papers.pem), **ONCE).ping()
    with pytest.raises(redis.ConnectionError):
        redis.Redis(port=port, **ONCE).ping()
    assert "Error accepting a client connection" in server.log()
    assert redis.Redis("localhost", port, ssl=True, ssl_ca_certs=str(papers.pem), **ONCE).ping()


def test_a_client_that_checks_no_certificate_gives_its_password_to_anybody(papers: Papers) -> None:
    heard: list[bytes] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers.pem, papers.key)

    def pose(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as wire:
            while data := wire.recv(4096):
                heard.append(data)
                wire.sendall(b"+OK\r\n")

    with fake(pose) as port:
        checking = redis.Redis(port=port, password="Bd1s-long", ssl=True, **ONCE)
        with pytest.raises(redis.ConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
            checking.ping()
        assert not any(b"Bd1s-long" in data for data in heard)
        careless = {"ssl": True, "ssl_cert_reqs": "none", "ssl_check_hostname": False}
        with suppress(redis.RedisError):
            redis.Redis(port=port, password="Bd1s-long", **careless, **ONCE).ping()
    assert any(b"Bd1s-long" in data for data in heard)


def test_tls_port_leaves_the_plain_port_open(start: Start, key: str, papers: Papers) -> None:
    server = start(
        "--tls-port", str(free_port()), "--requirepass", "Bd1s-long", *papers.options, key=key
    )
    assert server.client("default", "Bd1s-long").ping(), "the password crossed the wire readable"


def test_tls_1_1_is_spoken_if_it_is_named_and_the_library_still_lets(
    start: Start, key: str, papers: Papers
) -> None:
    old = ssl.TLSVersion.TLSv1_1
    anything = ("--tls-ciphers", "DEFAULT@SECLEVEL=0")
    for protocols, ciphers, spoken in (
        ("TLSv1.1 TLSv1.2", anything, True),
        ("TLSv1.1 TLSv1.2", (), False),
        ("TLSv1.2 TLSv1.3", anything, False),
    ):
        port = free_port()
        words = ("--tls-protocols", protocols, *ciphers, "--tls-auth-clients", "no")
        start("--tls-port", str(port), *papers.options, *words, key=key)
        assert ping(port, papers)[0] == b"+PONG\r\n", "new clients notice nothing"
        if spoken:
            assert ping(port, papers, only=old) == (b"+PONG\r\n", "TLSv1.1")
        else:
            with pytest.raises(ssl.SSLError):
                ping(port, papers, only=old)


def test_a_replica_without_tls_replication_talks_plain_text(
    start: Start, key: str, papers: Papers
) -> None:
    port = free_port()
    quick = ("--repl-diskless-sync-delay", "0", "--save", "")
    primary = start("--tls-port", str(port), *papers.options, *quick, key=key)
    for target, word, status in ((port, "no", "down"), (port, "yes", "up"),
                                 (primary.port, "no", "up")):  # fmt: skip
        replica = start(
            "--replicaof", "127.0.0.1", str(target), "--logfile", "replica.log",
            *papers.options, "--tls-port", str(free_port()), "--tls-replication", word, *quick,
            key=key,
        )  # fmt: skip
        log = replica.folder / "replica.log"
        if status == "up":
            until(lambda r=replica: r.client().info("replication")["master_link_status"] == "up")
        else:
            until(lambda log=log: "did not respond to command during SYNC" in log.read_text())
            assert replica.client().info("replication")["master_link_status"] == "down"
