"""Variables, locals and resources of a Terraform folder: what its references are worth.

Variables are worth what terraform.tfvars or *.auto.tfvars say, else their default, except below a
`modules` folder: there whoever calls the module decides. For a call of a module, the call decides.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.model.value import Origin, Value, unknown
from redislint.readers import Context
from redislint.source import Source
from redislint.syntax import hcl, hcljson
from redislint.syntax.hcl import Block, Expression, Given

_LOOPS = 20
_FILES = 200
SUFFIXES = (".tf", ".tofu", ".tf.json", ".tofu.json")


_LOADED: dict[int, tuple[Source, list[Block], int | None]] = {}
_KEPT = 256


def load(source: Source) -> tuple[list[Block], int | None]:
    """The top-level blocks of a file, and the line from which on it is broken.

    Parsed once however many files and calls of modules ask for it.
    """
    held = _LOADED.get(id(source))
    if held is not None and held[0] is source:
        return held[1], held[2]
    if source.path.endswith(".json"):
        blocks, line = hcljson.blocks(source)
    else:
        file = hcl.File(source)
        blocks, line = list(hcl.blocks(file)), hcl.broken(file)
    if len(_LOADED) >= _KEPT:
        _LOADED.clear()
    _LOADED[id(source)] = (source, blocks, line)
    return blocks, line


class Call:
    """A module block whose folder is in the tree: its arguments, in the scope of the caller."""

    def __init__(self, block: Block, scope: Scope) -> None:
        self.block = block
        self.scope = scope
        self.depth: int = scope.call.depth + 1 if scope.call else 1

    @property
    def name(self) -> str:
        """The address: `module.cache`, below another call `module.app.module.cache`."""
        outer = f"{self.scope.call.name}." if self.scope.call else ""
        return f"{outer}module.{self.block.labels[0]}"


class Scope:
    """The folder of a file, as Terraform reads it: all its files together."""

    def __init__(self, path: str, context: Context, call: Call | None = None) -> None:
        self.folder = posixpath.dirname(path)
        self.context = context
        self.call = call
        self.defaults: dict[str, Expression] = {}
        self.given: dict[str, Expression] = {}
        self.locals: dict[str, Expression] = {}
        self.resources: dict[str, Block] = {}
        self.blocks: dict[str, list[Block]] = {}
        self._depth = 0
        self.module = call is None and bool(re.search(r"(^|/)modules?(/|$)", self.folder))
        for beside in files_of(self.folder, context) or [path]:
            found = context.find(beside)
            if found is None or len(found.text) > hcl.MAX_CHARACTERS:
                continue
            if beside.endswith(".tfvars"):
                self.given.update(_top(hcl.File(found)))
            else:
                self._add(beside, load(found)[0])

    def _add(self, path: str, blocks: list[Block]) -> None:
        self.blocks[path] = blocks
        for block in blocks:
            if block.type == "variable" and block.labels and "default" in block.attributes:
                self.defaults[block.labels[0]] = block.attributes["default"]
            elif block.type == "locals":
                self.locals.update(block.attributes)
            elif block.type == "resource" and len(block.labels) > 1:
                self.resources[f"{block.labels[0]}.{block.labels[1]}"] = block

    def resolve(self, reference: str) -> Value | None:
        """The value of `var.x` or `local.x`, also of a member of it."""
        match = re.fullmatch(r"(var|local)\.([\w-]+)((?:\.[\w-]+)*)", reference)
        if match is None or self._depth > _LOOPS:
            return None
        self._depth += 1
        try:
            value = self._variable(match[2]) if match[1] == "var" else self._local(match[2])
        finally:
            self._depth -= 1
        for member in match[3].split(".")[1:]:
            held = value.value.get(member) if isinstance(value.value, dict) else None
            if not value.known or not isinstance(held, Value):
                return unknown(value.why or f"{reference} has no value in the files")
            value = Value(held.value, value.origin, raw=held.raw) if held.known else held
        return value

    def _local(self, name: str) -> Value:
        expression = self.locals.get(name)
        if expression is None:
            return unknown(f"local.{name} has no value in the files")
        return _noted(expression.value(self.resolve), f"local {name}")

    def _variable(self, name: str) -> Value:
        if self.call is not None:
            return self._argument(name, self.call)
        expression = self.given.get(name)
        if expression is None:
            if self.module:
                return unknown(f"whoever calls the module sets {name}")
            expression = self.defaults.get(name)
        if expression is None:
            return unknown(f"var.{name} has no value in the files")
        value = expression.value(self.resolve)
        if value.known and value.value in (None, ""):
            return unknown(f"variable {name} is set elsewhere")
        return _noted(value, f"variable {name}")

    def _argument(self, name: str, call: Call) -> Value:
        """What the call gives, else the module's own default; the place is the call's."""
        expression = call.block.attributes.get(name)
        if expression is not None:
            value = expression.value(call.scope.resolve)
            if not value.known:
                return value
            note = value.origin.note or f"argument {name} of {call.name}"
            return Value(value.value, Given(value.span, note), raw=value.raw)
        default = self.defaults.get(name)
        if default is None:
            return unknown(f"{call.name} does not give {name}")
        value = default.value(self.resolve)
        if not value.known:
            return value
        note = f"default of {name}, which {call.name} does not give"
        return Value(value.value, Given(call.block.head, note), raw=value.raw)


def _noted(value: Value, note: str) -> Value:
    if not value.known or value.origin.note:
        return value
    return Value(value.value, Origin(value.span, note), raw=value.raw)


def files_of(folder: str, context: Context) -> list[str]:
    """The files that Terraform reads together, in a folder."""
    prefix = f"{folder}/" if folder else ""
    near: set[str] = set()
    for suffix in (*(f"*{s}" for s in SUFFIXES), "*terraform.tfvars", "*.auto.tfvars"):
        near.update(p for p in context.glob(prefix + suffix) if posixpath.dirname(p) == folder)
    return sorted(near)[:_FILES]


def _top(file: hcl.File) -> Iterator[tuple[str, Expression]]:
    for expression in hcl.attributes(file):
        yield file.text(expression.whole.children[0]), expression
