"""Fresh configurations, judged by real servers of this machine and by redislint.

REDISLINT_LIVE_CASES says how many (CI: 2,000 and more); REDISLINT_SERVERS names directories with
more binaries. A case that the machine decides (a missing file, a port) is not compared.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redislint.judgement.agreement import code
from redislint.judgement.judge import verify
from redislint.judgement.real import ask, find_servers

from .generate import CASES, configurations

SERVERS = find_servers()
DECIDED_ELSEWHERE = ("env", "crash", "timeout")


def features(server: str) -> tuple[bool, bool]:
    """Whether this build knows the TLS directives, and whether it has the bundled jemalloc."""
    binary = SERVERS[server]
    tls = ask(binary, b"tls-ciphers x\n").accepted
    jemalloc = ask(binary, b"activedefrag yes\n").accepted
    return tls, jemalloc


@pytest.mark.server
@pytest.mark.skipif(not SERVERS, reason="no redis-server or valkey-server on this machine")
@pytest.mark.parametrize("server", sorted(SERVERS))
def test_says_what_the_server_says(server: str) -> None:
    tls, jemalloc = features(server)
    recorded_build = jemalloc == (server == "redis-8.2")
    compared = 0

    @settings(
        max_examples=max(1, CASES // len(SERVERS)),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def agree(data: st.DataObject) -> None:
        nonlocal compared
        text, files = data.draw(configurations(server, tls, recorded_build))
        real = ask(SERVERS[server], text, files)
        if real.stage in DECIDED_ELSEWHERE:
            return
        compared += 1
        with tempfile.TemporaryDirectory() as d:
            for name, content in files.items():
                path = Path(d, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            ours = verify(text, server, d)
        assert (code(ours), text, files) == (code(real), text, files)

    agree()
    assert compared > 0
