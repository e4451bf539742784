"""The objects that evaluated code makes, and what is called on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redislint.readers.jvm.frame import CLIENTS
from redislint.readers.jvm.values import Record, Thing, things

if TYPE_CHECKING:
    from redislint.readers.jvm.frame import Frame
    from redislint.readers.jvm.values import Abstract
    from redislint.syntax.jvm import Method, Node


class Ledger:
    """Notes every library object, the calls on it, and under which branch it was made."""

    def __init__(self) -> None:
        self.branches: list[int] = []
        self.stack: list[Method] = []
        self.made: list[Thing] = []
        self.all: list[Thing] = []
        self.born: dict[int, tuple[int, ...]] = {}

    def thing(
        self,
        type: str,
        maker: str,
        args: list[Abstract],
        names: list[str],
        frame: Frame,
        node: Node,
        parent: Thing | None = None,
    ) -> Thing:
        """A new library object, noted where it is a client."""
        made = Thing(type, maker, args, frame.unit.span(node.start, node.end), names, parent)
        made.owner = (self.stack[-1] if self.stack else None, frame.this.cls, frame.unit)
        self.born[id(made)] = tuple(self.branches)
        self.all.append(made)
        if type in CLIENTS:
            self.made.append(made)
        return made

    def maybe(self, thing: Thing) -> bool:
        """Whether code that runs now is run only sometimes, seen from where the object was made."""
        born = self.born.get(id(thing), ())
        now = tuple(self.branches)
        return born[: len(now)] != now

    def record(
        self,
        thing: Thing,
        name: str,
        args: list[Abstract],
        names: list[str],
        frame: Frame,
        node: Node,
    ) -> Record:
        """Note a call on an object."""
        call = Record(name, args, names, frame.unit.span(node.at, node.end), self.maybe(thing))
        thing.calls.append(call)
        return call

    def escape(self, values: list[Abstract], why: str) -> None:
        """Builders among the values went to code that was not read."""
        for value in values:
            for thing in things(value):
                if thing.type in CLIENTS or thing.called("build"):
                    continue
                if not thing.open_why:
                    thing.open_why = why

    def use(self, values: list[Abstract]) -> None:
        """Objects that are returned, stored or handed on: not thrown away."""
        for value in values:
            for thing in things(value):
                thing.used = True
