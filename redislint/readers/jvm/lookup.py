"""What a name written in code means: a type or a method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redislint.readers.jvm.names import PREFIXES, canonical, library_type

if TYPE_CHECKING:
    from redislint.readers.jvm.evaluate import Evaluator
    from redislint.readers.jvm.frame import Frame
    from redislint.readers.jvm.values import Instance
    from redislint.syntax.jvm import ClassDef, Method, Node


def type_of(node: Node, frame: Frame) -> str | None:
    """The type that an expression names: `Type`, `Outer.Type` or a full name; else None."""
    parts: list[str] = []
    here: Node | None = node
    while here is not None and here.kind == "member":
        parts.append(here.name)
        here = here.obj
    if here is None or here.kind != "name":
        return None
    parts.append(here.name)
    parts.reverse()
    if parts[0] in frame.locals or parts[0] in ("this", "super"):
        return None
    packages = 0
    while packages < len(parts) - 1 and parts[packages][:1].islower():
        if parts[packages] in frame.this.fields or parts[packages] in frame.this.cls.fields:
            return None
        packages += 1
    del parts[:packages]
    if not parts[0][:1].isupper():
        return None
    if len(parts) == 1 and parts[0].isupper() and parts[0] in frame.this.cls.fields:
        return None
    return ".".join(parts)


def library(e: Evaluator, name: str, frame: Frame, node: Node | None = None) -> str | None:
    """The library's type for a type as written, None for the project's own."""
    if node is not None and node.kind == "member":
        text = frame.unit.data[node.start : node.end].decode("utf-8", "replace")
        written = "".join(text.split())
        if written[:1].islower() and "." in written:
            if written.startswith((*PREFIXES, "java.")):
                return canonical(written)
            return None
    first = name.split(".")[0]
    own = first not in frame.unit.imports and e.repo.in_package(first)
    return library_type(frame.unit, name, own)


def find_method(
    e: Evaluator, cls: ClassDef, name: str, count: int
) -> tuple[Method, Instance] | None:
    """A method of a class, its companion, outer or base classes, by name and arity."""
    seen: set[int] = set()
    queue: list[ClassDef] = [cls]
    while queue and len(seen) < 8:
        here = queue.pop(0)
        if id(here) in seen:
            continue
        seen.add(id(here))
        fitting = [m for m in here.named(name) if not m.constructor]
        exact = [m for m in fitting if len(m.params) == count] or [
            m for m in fitting if sum(p.default is None for p in m.params) <= count <= len(m.params)
        ]
        if exact:
            return exact[0], e.instance(here)
        queue += [near for near in (here.companion, here.outer) if near is not None]
        if here.unit.top is not here and here.outer is None:
            queue.append(here.unit.top)
        for above in here.supers:
            found = e.repo.find_class(above, here.unit)
            if found is not None:
                queue.append(found)
    return None
