"""A real one-shard cluster on loopback whose nodes get new addresses when they are replaced.

Every node has an address of its own (127.0.N.x) and all have one port, so a replaced node is at a
new address as in a managed service. The endpoint's name is resolved by the clients from a file.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ENDPOINT = "endpoint.test"


def wait_for(what: str, holds: Callable[[], Any], seconds: float = 20) -> None:
    """Wait until something holds. Raises TimeoutError that names it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(Exception):
            if holds():
                return
        time.sleep(0.1)
    raise TimeoutError(f"waited {seconds:g} s for {what}")


class MovingCluster:
    """One primary and one replica; `replace` takes the primary away and adds a new node."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.binary = binary
        self.folder = folder
        self.net = random.randint(80, 250)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        if self.port > 50000:  # the cluster bus is at port + 10000
            self.port -= 25000
        self.names = folder / "names.json"
        self.nodes: dict[str, subprocess.Popen[bytes]] = {}
        self.ids: dict[str, str] = {}
        self.count = 0
        self.primary = ""
        self.replica = ""

    def ask(self, address: str, *words: object) -> Any:
        """The answer of a node to a command, over a connection of its own."""
        import redis

        with redis.Redis(address, self.port, socket_timeout=3, decode_responses=True) as client:
            return client.execute_command(*words)

    def start(self) -> None:
        """Start with a primary and a replica."""
        self.primary = self._node()
        for low in range(0, 16384, 4096):
            self.ask(self.primary, "CLUSTER", "ADDSLOTS", *range(low, low + 4096))
        self.replica = self._join(self.primary)
        self.publish()

    def _node(self) -> str:
        self.count += 1
        address = f"127.0.{self.net}.{self.count}"
        folder = self.folder / address
        folder.mkdir()
        options = {
            "bind": address, "port": self.port, "cluster-enabled": "yes", "dir": folder,
            "cluster-node-timeout": 1000, "cluster-require-full-coverage": "no",
            "cluster-replica-validity-factor": 0, "save": "", "appendonly": "no",
            "protected-mode": "no", "repl-diskless-sync-delay": 0, "cluster-announce-ip": address,
            "logfile": folder / "log",
        }  # fmt: skip
        words = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self.nodes[address] = subprocess.Popen(
            [str(self.binary), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(f"the node at {address}", lambda: self.ask(address, "PING"))
        self.ids[address] = str(self.ask(address, "CLUSTER", "MYID"))
        return address

    def _join(self, primary: str) -> str:
        """Add a replica of the primary and wait until every node lists both."""
        address = self._node()
        self.ask(address, "CLUSTER", "MEET", primary, self.port)
        wait_for(
            "the replica's handshake",
            lambda: self.ask(address, "CLUSTER", "REPLICATE", self.ids[primary]),
        )
        for node in (primary, address):
            wait_for(
                "the topology to settle",
                lambda node=node: all(
                    a in json.dumps(self.ask(node, "CLUSTER", "SLOTS"), default=str)
                    for a in (primary, address)
                ),
            )
        return address

    def publish(self) -> None:
        """Let the endpoint's name lead to the live nodes."""
        live = [a for a in (self.primary, self.replica) if a]
        scratch = self.names.with_suffix(".new")
        scratch.write_text(json.dumps({ENDPOINT: live}), encoding="utf-8")
        os.replace(scratch, self.names)

    def lose_primary(self) -> None:
        """Kill the primary; its replica takes over and the cluster forgets the dead node."""
        dead = self.primary
        self.nodes[dead].send_signal(signal.SIGKILL)
        self.nodes[dead].wait()
        self.primary, self.replica = self.replica, ""
        # One primary has nobody to vote for its replica: a managed service decides from outside.
        wait_for("the takeover", lambda: self.ask(self.primary, "CLUSTER", "FAILOVER", "TAKEOVER"))
        wait_for("the new primary", lambda: self.ask(self.primary, "ROLE")[0] == "master")
        self.ask(self.primary, "CLUSTER", "FORGET", self.ids[dead])
        wait_for(
            "the cluster to be up",
            lambda: "cluster_state:ok" in str(self.ask(self.primary, "CLUSTER", "INFO")),
        )
        self.publish()

    def add_replica(self) -> None:
        """Add a node at a new address as the replica."""
        self.replica = self._join(self.primary)
        self.publish()

    def stop(self) -> None:
        """End every node."""
        for process in self.nodes.values():
            process.kill()
            process.wait()
