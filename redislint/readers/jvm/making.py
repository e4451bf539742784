"""What `new Type(…)` makes and what `Type.NAME` is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redislint.readers.jvm import builtins, lookup
from redislint.readers.jvm.frame import MAX_CALLS, Frame
from redislint.readers.jvm.names import PREFIXES, canonical
from redislint.readers.jvm.values import Abstract, Enum, Instance, Unknown

if TYPE_CHECKING:
    from redislint.readers.jvm.evaluate import Evaluator
    from redislint.syntax.jvm import Node


def construct(
    e: Evaluator,
    name: str,
    written: str,
    args: list[Abstract],
    names: list[str],
    frame: Frame,
    node: Node,
) -> Abstract:
    """A new object of a type: a library's, or one of the repository."""
    if written[:1].islower() and "." in written:
        library = canonical(written) if written.startswith(PREFIXES) else None
    else:
        library = lookup.library(e, name, frame)
    if library is not None:
        made = builtins.construct(library, args, frame.unit.span(node.start, node.end))
        if made is not None:
            return made
        return e.thing(library, "new", args, names, frame, node)
    cls = e.repo.find_class(name, frame.unit)
    if cls is None:
        e.escape(args, f"{name} is not among the files")
        return Unknown(
            f"{name} is not among the files", frame.unit.span(node.start, node.end), name
        )
    this = Instance(cls, frame.unit.span(node.start, node.end))
    if len(e.stack) < MAX_CALLS:
        for index, param in enumerate(cls.arguments):
            if param.name in names:
                this.fields[param.name] = args[names.index(param.name)]
            elif index < len(args) and not names[index]:
                this.fields[param.name] = args[index]
            elif param.default is not None:
                this.fields[param.name] = e.value(param.default, Frame(cls.unit, this))
        e.fill(this, static=False)
        maker = next((m for m in cls.methods if m.constructor and len(m.params) == len(args)), None)
        if maker is not None:
            e.invoke(maker, this, args, names, None)
    else:
        e.escape(args, f"{name} was not followed")
    return this


def constant(e: Evaluator, owner: str, name: str, frame: Frame, node: Node) -> Abstract:
    """`Type.NAME`: a library's constant, or a static field of the repository."""
    library = lookup.library(e, owner, frame, node.obj if node.kind == "member" else None)
    span = frame.unit.span(node.start, node.end)
    if library is not None:
        return builtins.constant(library, name, span)
    cls = e.repo.find_class(owner, frame.unit)
    if cls is not None:
        nested = next((c for c in cls.classes if c.name == name), None)
        found = e.field(e.instance(cls), name)
        if found is not None:
            return found
        if nested is not None or cls.kind == "enum":
            return Enum(owner, name, span)
    return Unknown(f"{owner}.{name} is not among the files", span)
