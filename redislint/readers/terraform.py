"""Terraform and OpenTofu → managed caches, and what opens or misconfigures them.

Variables are worth what terraform.tfvars or *.auto.tfvars say, else their default, except below a
`modules` folder: there whoever calls the module decides.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from redislint.model.deployment import Problem
from redislint.model.managed import ManagedCache
from redislint.model.subject import Subject
from redislint.model.value import Value, unknown
from redislint.readers import Context
from redislint.readers.cloud import aws, network, others
from redislint.source import Source
from redislint.syntax import hcl
from redislint.syntax.hcl import Block, Expression

_LOOPS = 20


class Scope:
    """Variables and locals of a folder."""

    def __init__(self, source: Source, context: Context) -> None:
        self.defaults: dict[str, Expression] = {}
        self.declared: set[str] = set()
        self.given: dict[str, Expression] = {}
        self.locals: dict[str, Expression] = {}
        self._depth = 0
        folder = posixpath.dirname(source.path)
        self.module = bool(re.search(r"(^|/)modules?(/|$)", folder))
        for path in _beside(source.path, folder, context):
            found = source if path == source.path else context.find(path)
            if found is None or len(found.text) > hcl.MAX_CHARACTERS:
                continue
            file = hcl.File(found)
            if path.endswith(".tfvars"):
                for name, expression in _top(file):
                    self.given[name] = expression
                continue
            for block in hcl.blocks(file):
                if block.type == "variable" and block.labels:
                    self.declared.add(block.labels[0])
                    if "default" in block.attributes:
                        self.defaults[block.labels[0]] = block.attributes["default"]
                elif block.type == "locals":
                    self.locals.update(block.attributes)

    def resolve(self, reference: str) -> Value | None:
        """The value of `var.x` or `local.x`, with one member behind it."""
        match = re.fullmatch(r"(var|local)\.([\w-]+)((?:\.[\w-]+)*)", reference)
        if match is None or self._depth > _LOOPS:
            return None
        kind, name = match[1], match[2]
        if kind == "var":
            expression = self.given.get(name)
            if expression is None:
                if self.module:
                    return unknown(f"whoever calls the module sets {name}")
                expression = self.defaults.get(name)
            note = f"variable {name}"
        else:
            expression = self.locals.get(name)
            note = f"local {name}"
        if expression is None:
            return unknown(f"{reference} has no value in the files")
        self._depth += 1
        try:
            value = expression.value(self.resolve)
        finally:
            self._depth -= 1
        if kind == "var" and value.known and value.value is None:
            return unknown(f"variable {name} is set elsewhere")
        for member in match[3].split(".")[1:]:
            held = value.value.get(member) if isinstance(value.value, dict) else None
            if not isinstance(held, Value):
                return unknown(f"{reference} has no value in the files")
            value = held
        if not value.known:
            return value
        return Value(value.value, value.origin) if value.origin.note else _noted(value, note)


def _noted(value: Value, note: str) -> Value:
    from redislint.model.value import Origin

    return Value(value.value, Origin(value.span, note), raw=value.raw)


def _beside(path: str, folder: str, context: Context) -> list[str]:
    """The files that Terraform reads together with this one."""
    prefix = f"{folder}/" if folder else ""
    near = {path}
    for suffix in ("*.tf", "*.tofu", "*terraform.tfvars", "*.auto.tfvars"):
        near.update(p for p in context.glob(prefix + suffix) if posixpath.dirname(p) == folder)
    return sorted(near)[:200]


def _top(file: hcl.File) -> Iterator[tuple[str, Expression]]:
    for body in file.root.children:
        for node in body.children if body.type == "body" else []:
            if node.type == "attribute" and len(node.children) >= 3:
                yield file.text(node.children[0]), Expression(file, node.children[-1], node)


def read(source: Source, context: Context) -> Iterator[Subject | Problem]:
    """The managed caches of a file, and the resources beside them that a rule judges."""
    if len(source.text) > hcl.MAX_CHARACTERS:
        yield Problem(source.path, 1, "has more than four million characters: not read")
        return
    file = hcl.File(source)
    scope: Scope | None = None
    for block in hcl.blocks(file):
        if block.type != "resource" or len(block.labels) < 2 or block.labels[0] not in _READERS:
            continue
        if scope is None:
            scope = Scope(source, context)
        yield from _READERS[block.labels[0]](block, scope)
    line = hcl.broken(file)
    if line is not None:
        yield Problem(source.path, line, "is no valid HCL from here on: the rest may be unread")


def _ask(block: Block, scope: Scope, inside: tuple[str, ...] = ()) -> aws.Ask:
    """Asks for an argument of the block, or of nested blocks of those names."""

    def ask(name: str) -> Value | None:
        for one in [block, *(c for kind in inside for c in block.children(kind))]:
            expression = one.attributes.get(name)
            if expression is not None:
                return expression.value(scope.resolve)
        for child in block.blocks:
            if child.type == name:
                return Value(True)
        return None

    return ask


def _nested(block: Block, scope: Scope, kind: str) -> aws.Ask:
    def ask(name: str) -> Value | None:
        for child in block.children(kind):
            if name in child.attributes:
                return child.attributes[name].value(scope.resolve)
        return None

    return ask


def _label(block: Block) -> str:
    return f"{block.labels[0]}.{block.labels[1]}"


_Made = Callable[[Block, Scope], Iterator[Subject]]


def _aws(make: Callable[..., ManagedCache | None]) -> _Made:
    def of(block: Block, scope: Scope) -> Iterator[Subject]:
        ask = _ask(block, scope, ("cluster_mode",))
        cache = make(_label(block), block.head, block.labels[0], ask)
        if cache is not None:
            yield cache

    return of


def _other(make: Callable[..., ManagedCache], nested: str) -> _Made:
    def of(block: Block, scope: Scope) -> Iterator[Subject]:
        yield make(
            _label(block),
            block.head,
            block.labels[0],
            _ask(block, scope),
            _nested(block, scope, nested),
        )

    return of


def _group(block: Block, scope: Scope) -> Iterator[Subject]:
    """The ingress blocks of a security group."""
    for ingress in block.children("ingress"):
        ask = _ask(ingress, scope)
        yield from _opened(block, ask, ingress.head)


def _rule(block: Block, scope: Scope) -> Iterator[Subject]:
    ask = _ask(block, scope)
    kind = ask("type")
    if block.labels[0] == "aws_security_group_rule" and (kind is None or kind.value != "ingress"):
        return
    yield from _opened(block, ask, block.head)


def _opened(block: Block, ask: aws.Ask, span: object) -> Iterator[Subject]:
    ranges: list[Value] = []
    for name in ("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"):
        value = ask(name)
        if value is None or not value.known:
            continue
        if isinstance(value.value, list):
            ranges += [v for v in value.value if isinstance(v, Value)]
        else:
            ranges.append(value)
    first, last = ask("from_port"), ask("to_port")
    found = network.opened(block.labels[0], block.labels[1], block.head, first, last, ranges)
    if found is not None:
        yield found


def _parameters(block: Block, scope: Scope) -> Iterator[Subject]:
    for parameter in block.children("parameter"):
        ask = _ask(parameter, scope)
        name, value = ask("name"), ask("value")
        if name is not None and value is not None:
            found = network.parameter(block.labels[0], block.labels[1], name, value)
            if found is not None and _of_redis(block, scope):
                yield found


def _of_redis(block: Block, scope: Scope) -> bool:
    family = _ask(block, scope)("family")
    text = str(family.value) if family is not None and family.known else ""
    return "redis" in text or "valkey" in text


_READERS: dict[str, _Made] = {
    "aws_elasticache_replication_group": _aws(aws.replication_group),
    "aws_elasticache_cluster": _aws(aws.single),
    "aws_elasticache_serverless_cache": _aws(aws.serverless),
    "aws_memorydb_cluster": _aws(aws.memorydb),
    "aws_elasticache_parameter_group": _parameters,
    "aws_memorydb_parameter_group": _parameters,
    "aws_security_group": _group,
    "aws_security_group_rule": _rule,
    "aws_vpc_security_group_ingress_rule": _rule,
    "azurerm_redis_cache": _other(others.azure_cache, "redis_configuration"),
    "azurerm_managed_redis": _other(others.azure_managed, "default_database"),
    "azurerm_redis_enterprise_database": _other(others.azure_managed, ""),
    "google_redis_instance": _other(others.google_instance, "persistence_config"),
    "google_redis_cluster": _other(others.google_cluster, ""),
    "google_memorystore_instance": _other(others.google_cluster, ""),
}
