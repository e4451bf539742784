"""The subject that stands for a call which is wrong whatever the options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redislint.model.subject import Subject
from redislint.model.value import Origin, Value

if TYPE_CHECKING:
    from redislint.syntax.jvm import Node, Unit


def trap(unit: Unit, node: Node, name: str, called: str, detail: str = "") -> Subject:
    """A call that a rule of that name reports."""
    span = unit.span(node.at if node.at > node.start else node.start, node.end)
    made = Subject(f"{called}()", span, "call")
    made.set("name", Value(called, Origin(span)))
    made.set("trap", Value(name, Origin(span)))
    made.set("detail", Value(detail or called, Origin(span)))
    made.set("language", Value(unit.language))
    return made
