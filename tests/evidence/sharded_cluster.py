"""A real cluster of three primaries and three replicas on loopback that elects its own successors."""

from __future__ import annotations

import contextlib
import random
import signal
import socket
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

from tests.evidence.moving_cluster import wait_for

SHARDS = 3
SLOTS = 16384
NODE_TIMEOUT = 2000
"""cluster-node-timeout, in ms."""


def _free(port: int) -> bool:
    for wanted in (port, port + 10000):  # the cluster bus is at port + 10000
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                return False
    return True


class ShardedCluster:
    """Nodes 0 to 2 are the primaries; node 3 + n is the replica of node n."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.binary = binary
        self.folder = folder
        self.ports: list[int] = []
        self.nodes: list[subprocess.Popen[bytes]] = []

    def ask(self, node: int, *words: object) -> Any:
        """The answer of a node to a command, over a connection of its own."""
        import redis

        with redis.Redis(
            "127.0.0.1", self.ports[node], socket_timeout=3, decode_responses=True
        ) as client:
            return client.execute_command(*words)

    def slots(self, shard: int) -> range:
        """The slots of a shard."""
        return range(SLOTS * shard // SHARDS, SLOTS * (shard + 1) // SHARDS)

    def seeds(self) -> str:
        """Where a client begins: the primaries as host:port, parted by commas."""
        return ",".join(f"127.0.0.1:{port}" for port in self.ports[:SHARDS])

    def start(self) -> None:
        """Start all nodes and wait until every node holds the cluster to be complete."""
        for node in range(2 * SHARDS):
            self._launch(node)
        for shard in range(SHARDS):
            self.ask(shard, "CLUSTER", "ADDSLOTS", *self.slots(shard))
            self.ask(shard, "CLUSTER", "SET-CONFIG-EPOCH", shard + 1)
        for node in range(1, 2 * SHARDS):
            self.ask(node, "CLUSTER", "MEET", "127.0.0.1", self.ports[0])
        everybody = range(2 * SHARDS)
        known = f"cluster_known_nodes:{2 * SHARDS}"
        wait_for(
            "the nodes to know each other",
            lambda: all(known in self._info(n) for n in everybody),
        )
        for shard in range(SHARDS):
            name = self.ask(shard, "CLUSTER", "MYID")
            wait_for(
                "a replica to follow",
                partial(self.ask, SHARDS + shard, "CLUSTER", "REPLICATE", name),
            )
        wait_for(
            "the replicas to be in step",
            lambda: all(self.ask(SHARDS + s, "ROLE")[3] == "connected" for s in range(SHARDS)),
        )
        wait_for(
            "the cluster to be up",
            lambda: all("cluster_state:ok" in self._info(n) for n in everybody),
        )

    def _info(self, node: int) -> str:
        # redis-py turns this answer into a dict; the text is the same for all releases.
        answer = self.ask(node, "CLUSTER", "INFO")
        if isinstance(answer, dict):
            return "\n".join(f"{k}:{v}" for k, v in answer.items())
        return str(answer)

    def _launch(self, node: int) -> None:
        port = next(p for p in iter(lambda: random.randint(20000, 50000), 0) if _free(p))
        folder = self.folder / f"node-{node}"
        folder.mkdir()
        options = {
            "bind": "127.0.0.1", "port": port, "dir": folder, "logfile": folder / "log",
            "cluster-enabled": "yes", "cluster-node-timeout": NODE_TIMEOUT,
            "cluster-require-full-coverage": "no", "save": "", "appendonly": "no",
            "repl-diskless-sync-delay": 0,
        }  # fmt: skip
        words = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self.ports.append(port)
        self.nodes.append(
            subprocess.Popen(
                [str(self.binary), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        )
        wait_for(f"node {node}", lambda: self.ask(node, "PING"))

    def kill(self, node: int) -> None:
        """End a node as a machine's death does; nothing answers at its address again."""
        self.nodes[node].send_signal(signal.SIGKILL)
        self.nodes[node].wait()

    def leads(self, node: int) -> bool:
        """Whether a node is a primary."""
        with contextlib.suppress(Exception):
            return bool(self.ask(node, "ROLE")[0] == "master")
        return False

    def stop(self) -> None:
        """End every node."""
        for process in self.nodes:
            process.kill()
            process.wait()
