"""Terraform and OpenTofu → managed caches, and what opens or misconfigures them.

A call of a module that lies in the tree is read with the arguments of the call, each call for
itself; of a module that lies elsewhere, only what the call writes (readers/cloud/modules.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from redislint.model.container import Container
from redislint.model.deployment import Problem
from redislint.model.managed import ManagedCache
from redislint.model.subject import Subject
from redislint.model.value import Value, unknown
from redislint.readers import Context, ecs
from redislint.readers.cloud import aws, ecsservices, modules, network, others, services
from redislint.readers.cloud.scope import Call, Scope, files_of, load
from redislint.source import Source
from redislint.syntax import hcl, hcltree
from redislint.syntax.hcl import Block
from redislint.syntax.yaml import Mapping, Node

_DEPTH = 4
_Made = Callable[[Block, Scope], Iterator[Subject]]


def read(source: Source, context: Context) -> Iterator[Subject | Container | Problem]:
    """The managed caches of a file, and the resources beside them that a rule judges."""
    if len(source.text) > hcl.MAX_CHARACTERS:
        yield Problem(source.path, 1, "has more than four million characters: not read")
        return
    blocks, line = load(source)
    if any(_interesting(block) for block in blocks):
        scope = _scope(source.path, context)
        for block in blocks:
            yield from _block(block, scope)
    if line is not None:
        yield Problem(source.path, line, "is no valid HCL from here on: the rest may be unread")


_LAST: list[tuple[Context, str, Scope]] = []


def _scope(path: str, context: Context) -> Scope:
    """The scope of a file's folder; the last one is kept, for its files come one after another."""
    folder = path.rpartition("/")[0]
    if _LAST and _LAST[0][0] is context and _LAST[0][1] == folder and path in _LAST[0][2].blocks:
        return _LAST[0][2]
    found = Scope(path, context)
    _LAST[:] = [(context, folder, found)]
    return found


def _interesting(block: Block) -> bool:
    kind = block.labels[0] if len(block.labels) > 1 else ""
    return block.type == "module" or (block.type == "resource" and kind in _READERS)


def _block(block: Block, scope: Scope) -> Iterator[Subject]:
    if not _interesting(block) or not block.labels or _switched_off(block, scope):
        return
    if block.type == "resource":
        yield from _READERS[block.labels[0]](block, scope)
        return
    folder = modules.local_folder(block, scope)
    paths = files_of(folder, scope.context) if folder is not None else []
    if folder is None or not paths:
        made = modules.elsewhere(block, _ask(block, scope))
        if made is not None:
            yield made
        return
    call = Call(block, scope)
    if call.depth > _DEPTH:
        return
    inner = Scope(paths[0], scope.context, call)
    for blocks in inner.blocks.values():
        for one in blocks:
            yield from _block(one, inner)


def _switched_off(block: Block, scope: Scope) -> bool:
    """`count = 0`, or `enabled = false` of a module: nothing of it is made.

    A switch that only a default turns off is for whoever uses the module: that is read.
    """
    count = block.attributes.get("count")
    value = count.value(scope.resolve) if count is not None else None
    if value is not None and value.known and value.value == 0:
        note = value.origin.note
        return scope.call is not None or not ("var." in (count.raw if count else "") or note)
    if block.type != "module":
        return False
    for name in ("enabled", "create"):
        expression = block.attributes.get(name)
        if expression is not None and expression.value(scope.resolve).value is False:
            return True
    return False


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


def _label(block: Block, scope: Scope) -> str:
    outer = f"{scope.call.name}." if scope.call else ""
    return f"{outer}{block.labels[0]}.{block.labels[1]}"


def _aws(make: Callable[..., ManagedCache | None]) -> _Made:
    def of(block: Block, scope: Scope) -> Iterator[Subject]:
        ask = _with_group(block, scope, _ask(block, scope, ("cluster_mode",)))
        cache = make(_label(block, scope), block.head, block.labels[0], ask)
        if cache is not None:
            if _joined(block, scope):
                why = "other resources add nodes to the group"
                for fact in ("nodes", "replicas"):
                    cache.set(fact, unknown(why, set=None))
            yield cache

    return of


def _joined(block: Block, scope: Scope) -> bool:
    """Whether aws_elasticache_cluster resources of the folder are nodes of this group."""
    own = f"{block.labels[0]}.{block.labels[1]}."
    return any(
        name.startswith("aws_elasticache_cluster.")
        and (member := other.attributes.get("replication_group_id")) is not None
        and own in f"{member.raw}."
        for name, other in scope.resources.items()
    )


def _with_group(block: Block, scope: Scope, ask: aws.Ask) -> aws.Ask:
    """Asks for the family and the policy of the parameter group too, where the folder makes it."""
    named = block.attributes.get("parameter_group_name")
    group: Block | None = None
    if named is not None:
        for name, other in scope.resources.items():
            if "_parameter_group." in name and f"{name}." in f"{named.raw}.".replace("[0]", ""):
                group = other

    def answer(name: str) -> Value | None:
        if group is not None and name == "family":
            return _ask(group, scope)("family")
        if group is not None and name == "maxmemory-policy":
            for parameter in group.children("parameter"):
                inner = _ask(parameter, scope)
                key = inner("name")
                if key is not None and key.known and key.value == name:
                    return inner("value")
            return None
        return ask(name)

    return answer


def _other(make: Callable[..., ManagedCache], nested: str) -> _Made:
    def of(block: Block, scope: Scope) -> Iterator[Subject]:
        yield make(
            _label(block, scope),
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
    found = network.opened(
        block.labels[0], block.labels[1], block.head, ask("from_port"), ask("to_port"), ranges,
        ask("protocol") or ask("ip_protocol"),
    )  # fmt: skip
    if found is not None:
        yield found


def _parameters(block: Block, scope: Scope) -> Iterator[Subject]:
    if block.labels[0] == "aws_elasticache_parameter_group":
        unknown = network.family(block.labels[0], block.labels[1], _ask(block, scope)("family"))
        if unknown is not None:
            yield unknown
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


def _task(block: Block, scope: Scope) -> Iterator[Container]:
    """The containers of an ECS task, written with jsonencode or as JSON in a heredoc."""
    held = block.attributes.get("container_definitions")
    if held is None:
        return
    definitions = hcltree.tree(held, scope.resolve)
    if definitions is None:
        return
    pairs: list[tuple[str, Node]] = [("containerDefinitions", definitions)]
    for name, key in (("network_mode", "networkMode"), ("memory", "memory")):
        expression = block.attributes.get(name)
        if expression is not None:
            pairs.append((key, hcltree.scalar(expression.value(scope.resolve), expression.span)))
    volumes = [_volume(v, scope) for v in block.children("volume")]
    pairs.append(("volumes", hcltree.sequence(volumes, block.head)))
    service = ecsservices.of_task(block, scope)
    for container in ecs.containers(hcltree.mapping(pairs, block.head)):
        if service is not None:
            providers = ecsservices.providers_of(service, scope)
            ecsservices.join(container, _ask(service, scope), providers, service.head)
        yield container


def _volume(block: Block, scope: Scope) -> Mapping:
    pairs: list[tuple[str, Node]] = []
    ask = _ask(block, scope)
    for name, key in (("name", "name"), ("configure_at_launch", "configuredAtLaunch")):
        value = ask(name)
        if value is not None and value.value is not False:
            pairs.append((key, hcltree.scalar(value, block.head)))
    for name, key in (
        ("efs_volume_configuration", "efsVolumeConfiguration"),
        ("docker_volume_configuration", "dockerVolumeConfiguration"),
        ("fsx_windows_file_server_volume_configuration", "fsxWindowsFileServerVolumeConfiguration"),
    ):
        if next(block.children(name), None) is not None:
            pairs.append((key, hcltree.mapping([], block.head)))
    path = ask("host_path")
    if path is not None:
        inner = hcltree.mapping([("sourcePath", hcltree.scalar(path, block.head))], block.head)
        pairs.append(("host", inner))
    return hcltree.mapping(pairs, block.head)


_READERS: dict[str, _Made] = {
    "aws_elasticache_replication_group": _aws(aws.replication_group),
    "aws_elasticache_cluster": _aws(aws.single),
    "aws_elasticache_serverless_cache": _aws(aws.serverless),
    "aws_memorydb_cluster": _aws(aws.memorydb),
    "aws_elasticache_parameter_group": _parameters,
    "aws_memorydb_parameter_group": _parameters,
    "aws_ecs_task_definition": _task,
    "aws_security_group": _group,
    "aws_security_group_rule": _rule,
    "aws_vpc_security_group_ingress_rule": _rule,
    "azurerm_redis_cache": _other(others.azure_cache, "redis_configuration"),
    "azurerm_managed_redis": _other(others.azure_managed, "default_database"),
    "azurerm_redis_enterprise_database": _other(others.azure_managed, ""),
    "google_redis_instance": _other(others.google_instance, "persistence_config"),
    "google_redis_cluster": _other(others.google_cluster, ""),
    "google_memorystore_instance": _other(others.google_cluster, ""),
    "upstash_redis_database": _other(services.upstash, ""),
    "aiven_redis": _other(services.aiven_redis, "redis_user_config"),
    "aiven_valkey": _other(services.aiven_valkey, "valkey_user_config"),
}
