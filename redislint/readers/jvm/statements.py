"""How statements run: declarations, branches, loops, and what is known after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redislint.readers.jvm import builtins
from redislint.readers.jvm.values import Const, Items, Unknown, flatten, join

if TYPE_CHECKING:
    from redislint.readers.jvm.evaluate import Evaluator
    from redislint.readers.jvm.frame import Frame
    from redislint.syntax.jvm import Node


def statement(e: Evaluator, node: Node, frame: Frame) -> bool:
    """Run one statement; True when what follows is not reached."""
    kind = node.kind
    if kind == "local":
        value = (
            e.value(node.value, frame)
            if node.value is not None
            else Unknown(f"{node.name} has no value yet", None, node.type)
        )
        frame.locals[node.name] = value
        return False
    if kind == "do":
        e.value(node.value, frame)
        return False
    if kind == "return":
        result = e.value(node.value, frame) if node.value is not None else Const(None)
        e.use([result])
        frame.returns.append(result)
        return True
    if kind == "if":
        return conditional(e, node, frame)
    if kind == "block":
        return e.block(node, frame)
    if kind == "loop":
        if node.value is not None:
            over = e.value(node.value, frame)
            if node.bind:
                inside = list(flatten(over))
                frame.locals[node.bind] = (
                    inside[0]
                    if isinstance(over, Items) and len(inside) == 1
                    else Unknown(f"{node.bind} is one of several")
                )
        for item in node.items:
            e.branch(item, frame)
        return False
    if kind == "try":
        ended = e.block(node.body, frame)
        for item in node.items:
            before = dict(frame.locals)
            e.branch(item, frame)
            if ended:
                frame.locals.update(before)
        return ended
    if kind == "throw":
        e.value(node.value, frame)
        return True
    e.value(node, frame)
    return False


def conditional(e: Evaluator, node: Node, frame: Frame) -> bool:
    """Run an `if`: the branches that are possible, their names joined after it."""
    assert node.cond is not None
    known, guards = builtins.test(e, node.cond, frame)
    if known is True:
        return e.statement(node.body, frame)
    if known is False:
        return e.statement(node.other, frame) if node.other is not None else False
    before = dict(frame.locals)
    added = guards - frame.guards
    frame.guards |= added
    ended = e.branch(node.body, frame)
    frame.guards -= added
    after = dict(frame.locals)
    frame.locals.clear()
    frame.locals.update(before)
    other_ended = e.branch(node.other, frame) if node.other is not None else False
    if ended and not other_ended:
        return False
    if other_ended and not ended:
        frame.locals.clear()
        frame.locals.update(after)
        return False
    for name, value in after.items():
        old = frame.locals.get(name)
        if old is None:
            frame.locals[name] = value
        elif old is not value:
            frame.locals[name] = (
                value
                if isinstance(old, Unknown) and old.why.endswith("has no value yet")
                else join([old, value])
            )
    return ended and other_ended


# expressions
