"""The arrows of docs/design.md: which room may import which, and that nothing goes in circles.

Imports inside functions count as those at the top do; names for type checkers only do not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "redislint"

FLOOR = {"source", "record", "plugins", "masking", "model.value", "model.versions"}
"""Modules without knowledge of any stage: every room may use them, they use each other only."""

ROOMS = {
    "syntax": set(),
    "knowledge": set(),
    "model": {"knowledge", "syntax.shell"},
    "judgement": {"syntax", "knowledge"},
    "readers": {"syntax", "model", "knowledge"},
    "linking": {"readers", "model", "judgement", "syntax", "knowledge"},
    "link": {"linking", "readers", "model"},
    "rules": {"model"},
    "findings": {"rules", "model"},
    "report": {"findings", "rules", "discover"},
    "config": set(),
    "discover": {"readers"},
    "reading": {"discover", "readers", "findings", "model"},
    "parallel": {"reading", "discover", "findings", "model"},
    "advisor": {"model", "knowledge", "judgement", "config", "auditing.wire"},
    "auditing": {"findings", "rules", "model", "knowledge"},
}
"""What is not named here (checking, understand, examples, explaining, cli) sees everything below."""


def modules() -> dict[str, Path]:
    """Module (without `redislint.`) → its file."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(module: str) -> set[str]:
    """Our modules that a module imports when it runs."""

    def visit(node: ast.AST) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            if isinstance(child, ast.ImportFrom) and (child.module or "").startswith("redislint"):
                package = str(child.module).removeprefix("redislint").removeprefix(".")
                for alias in child.names:
                    inner = f"{package}.{alias.name}".lstrip(".")
                    yield inner if inner in MODULES else package
            yield from visit(child)

    return set(visit(ast.parse(MODULES[module].read_text(encoding="utf-8")))) - {module}


GRAPH = {module: imports(module) for module in MODULES}


def within(module: str, rooms: set[str]) -> bool:
    return any(module == room or module.startswith(room + ".") for room in rooms)


def test_no_imports_go_in_circles() -> None:
    TopologicalSorter(GRAPH).prepare()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_is_below_it(room: str) -> None:
    allowed = ROOMS[room] | FLOOR | {room}
    assert [
        f"{module} imports {other}"
        for module in MODULES
        if within(module, {room}) and module not in FLOOR
        for other in sorted(GRAPH[module])
        if other and not within(other, allowed)
    ] == []


def test_the_floor_stands_on_nothing() -> None:
    assert [
        f"{module} imports {other}"
        for module in sorted(FLOOR)
        for other in sorted(GRAPH[module])
        if other not in FLOOR
    ] == []


def test_the_folder_tour_names_every_room() -> None:
    design = (PACKAGE.parent / "docs" / "design.md").read_text(encoding="utf-8")
    tour = design.partition("## The rooms")[2].partition("### ")[0]
    rooms = {m.partition(".")[0] for m in MODULES} - {"", "__main__"}
    assert [r for r in sorted(rooms) if f"{r}.py`" not in tour and f"{r}/`" not in tour] == []
