"""Real Sentinels on loopback, each with a sentinel.conf of its own that it may rewrite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.audit.running import free_port
from tests.evidence.realserver import RealServer, until

NAME = "mymaster"


class Sentinel(RealServer):
    """One Sentinel; its lines are those of the test, its port and folder its own."""

    def __init__(self, folder: Path, *lines: str, key: str) -> None:
        port = free_port()
        text = "".join(f"{line}\n" for line in lines)
        super().__init__(folder / f"sentinel-{port}", port, "--sentinel", key=key, conf=text)

    def master(self) -> dict[str, Any]:
        """What it says of the master that it watches."""
        with self.client() as client:
            found: dict[str, Any] = client.sentinel_master(NAME)
            return found

    def address(self) -> tuple[str, int]:
        """Where it sends clients that ask for the master."""
        with self.client() as client:
            host, port = client.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)
            return str(host), int(port)


def watch(port: int, quorum: int, *more: str, down_after: int = 1000) -> tuple[str, ...]:
    """The lines of a Sentinel for a master at a port of loopback; `more` follow `sentinel`."""
    return (
        f"sentinel monitor {NAME} 127.0.0.1 {port} {quorum}",
        f"sentinel down-after-milliseconds {NAME} {down_after}",
        f"sentinel failover-timeout {NAME} 3000",
        *(f"sentinel {line}" for line in more),
    )


def acquainted(*sentinels: Sentinel, replicas: int = 1) -> None:
    """Wait until each knows all the others and the replicas."""
    for one in sentinels:
        until(lambda one=one: int(one.master()["num-other-sentinels"]) == len(sentinels) - 1)
        until(lambda one=one: int(one.master()["num-slaves"]) == replicas)
