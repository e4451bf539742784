"""A real cluster of a few nodes on loopback, up in two seconds, with the options of the test."""

from __future__ import annotations

from typing import Any

from tests.evidence.conftest import Start
from tests.evidence.realserver import RealServer, until

SLOTS = 16384


class SmallCluster:
    """`primaries` share the slots evenly; `replicas` follow the first of them, one by one."""

    def __init__(
        self, start: Start, key: str, *options: str, primaries: int = 3, replicas: int = 0
    ) -> None:
        common = ("--save", "", "--cluster-enabled", "yes", "--repl-diskless-sync-delay", "0")
        count = primaries + replicas
        self.nodes = [start(*common, *options, key=key) for _ in range(count)]
        self.primaries = self.nodes[:primaries]
        self.replicas = self.nodes[primaries:]
        for number, node in enumerate(self.primaries):
            ask(node, "CLUSTER", "ADDSLOTS", *self.slots(number))
            ask(node, "CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for node in self.nodes[1:]:
            ask(node, "CLUSTER", "MEET", "127.0.0.1", self.nodes[0].port)
        until(lambda: all(int(info(n)["cluster_known_nodes"]) == count for n in self.nodes))
        for number, node in enumerate(self.replicas):
            until(lambda node=node, number=number: self._follow(node, number))
        until(lambda: all(ask(n, "ROLE")[3] == "connected" for n in self.replicas))
        until(lambda: all(state(n) == "ok" for n in self.nodes))
        listed = [str(n.port) for n in self.replicas]
        until(lambda: all(p in str(ask(n, "CLUSTER", "SLOTS")) for n in self.nodes for p in listed))

    def _follow(self, node: RealServer, number: int) -> bool:
        primary = self.primaries[number % len(self.primaries)]
        try:
            return bool(ask(node, "CLUSTER", "REPLICATE", ask(primary, "CLUSTER", "MYID")))
        except Exception:  # it does not know that node yet
            return False

    def slots(self, number: int) -> range:
        """The slots of a primary."""
        count = len(self.primaries)
        return range(SLOTS * number // count, SLOTS * (number + 1) // count)

    def key_of(self, number: int) -> str:
        """A key whose slot a primary serves."""
        names = (f"key:{n}" for n in range(SLOTS))
        return next(
            k for k in names if ask(self.nodes[0], "CLUSTER", "KEYSLOT", k) in self.slots(number)
        )


def ask(node: RealServer, *words: object) -> Any:
    """A node's own answer to a command."""
    with node.client() as client:
        return client.execute_command(*words)


def info(node: RealServer) -> dict[str, str]:
    """What CLUSTER INFO says there."""
    answer: dict[str, str] = ask(node, "CLUSTER INFO")
    return answer


def state(node: RealServer) -> str:
    """Whether a node holds the cluster to be up: ok or fail."""
    return info(node)["cluster_state"]


def role(node: RealServer) -> str:
    """master or slave."""
    return str(ask(node, "ROLE")[0])
