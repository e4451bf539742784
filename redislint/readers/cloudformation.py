"""CloudFormation, SAM and serverless.yml → managed caches and ECS containers.

`!Ref` of a parameter is its default; every other intrinsic function is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from redislint.model.container import Container
from redislint.model.deployment import Problem
from redislint.model.managed import ManagedCache
from redislint.model.subject import Subject
from redislint.model.value import Origin, Value, at, unknown
from redislint.readers import Context, ecs
from redislint.readers.cloud import aws, ecsservices, network
from redislint.source import Source, Span
from redislint.syntax import yaml
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

_WHY = "CloudFormation computes it"
_INGRESS = ("FromPort", "ToPort", "IpProtocol", "CidrIp", "CidrIpv6")
_MAKE: dict[str, Callable[..., ManagedCache | None]] = {
    "AWS::ElastiCache::ReplicationGroup": aws.replication_group,
    "AWS::ElastiCache::CacheCluster": aws.single,
    "AWS::ElastiCache::ServerlessCache": aws.serverless,
    "AWS::MemoryDB::Cluster": aws.memorydb,
}


def read(source: Source, context: Context) -> Iterator[Subject | Container | Problem]:
    """The managed caches, containers and open security groups of a template."""
    stream = yaml.load(source)
    seen = False
    for document in stream.documents:
        if not isinstance(document, Mapping):
            continue
        resources = document.get("Resources") or document.get("resources", "Resources")
        if not isinstance(resources, Mapping):
            continue
        template = _Template(document)
        found: list[Subject | Container] = []
        kinds: set[str] = set()
        for key, body in resources.pairs:
            kind = body.text("Type") if isinstance(body, Mapping) else None
            if kind is None or not isinstance(body, Mapping) or not kind.startswith("AWS::"):
                continue
            seen = True
            properties = body.get("Properties")
            if isinstance(properties, Mapping):
                kinds.add(kind)
                found += _resource(template, key, kind, properties)
        if kinds & _GUARDS and not any(s.facts.get("trap") for s in found):
            _guard(found)
        yield from found
    if seen:
        for line, why in stream.unread:
            yield Problem(source.path, line, why)


_GUARDS = {"AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"}


def _guard(found: list[Subject | Container]) -> None:
    """Security groups of which none is open let in what the template names, and nobody else."""
    for task in found:
        mode = task.facts.get("network-mode")
        if isinstance(task, Container) and mode is not None and mode.value == "awsvpc":
            for port in task.ports:
                port.scope = "container"


def _resource(
    template: _Template, key: Scalar, kind: str, properties: Mapping
) -> Iterator[Subject | Container]:
    if kind in _MAKE:
        ask = template.ask(properties, memorydb="MemoryDB" in kind)
        cache = _MAKE[kind](f"{kind.split('::', 1)[1]} {key.text}", key.span, kind, ask)
        if cache is not None:
            yield cache
    elif kind == "AWS::ECS::TaskDefinition":
        for container in ecs.containers(properties):
            template.serve(container, key.text)
            yield container
    elif kind == "AWS::EC2::SecurityGroup":
        rules = properties.get("SecurityGroupIngress")
        for rule in rules.items if isinstance(rules, Sequence) else []:
            if isinstance(rule, Mapping):
                yield from template.opened(kind, key, rule)
    elif kind == "AWS::EC2::SecurityGroupIngress":
        yield from template.opened(kind, key, properties)
    elif kind in ("AWS::ElastiCache::ParameterGroup", "AWS::MemoryDB::ParameterGroup"):
        group = properties.get("CacheParameterGroupFamily")
        if group is not None:
            wrong = network.family(kind.split("::", 1)[1], key.text, template.value(group))
            if wrong is not None:
                yield wrong
        table = properties.get("Properties") or properties.get("Parameters")
        for name, node in table.pairs if isinstance(table, Mapping) else []:
            found = network.parameter(
                kind.split("::", 1)[1], key.text, at(name.text, name.span), template.value(node)
            )
            family = properties.text("CacheParameterGroupFamily") or properties.text("Family") or ""
            if found is not None and "memcached" not in family:
                yield found


class _Template:
    """The parameters of a template, and how a node is read with them."""

    def __init__(self, document: Mapping) -> None:
        self.parameters: dict[str, Node | None] = {}
        maps = document.get("Mappings")
        self.mappings = {k.text: v for k, v in maps.pairs} if isinstance(maps, Mapping) else {}
        resources = document.get("Resources") or document.get("resources", "Resources")
        self.resources = (
            {k.text: v for k, v in resources.pairs} if isinstance(resources, Mapping) else {}
        )
        table = document.get("Parameters")
        for key, body in table.pairs if isinstance(table, Mapping) else []:
            self.parameters[key.text] = body.get("Default") if isinstance(body, Mapping) else None

    def value(self, node: Node) -> Value:
        """The value of a property; null for AWS::NoValue."""
        if isinstance(node, Scalar):
            return self._scalar(node)
        if isinstance(node, Sequence):
            if node.tag in ("!If", "!FindInMap"):
                return self._chosen(node.tag[1:], node)
            if node.tag.startswith("!"):
                return unknown(_WHY, node.head)
            return at([self.value(item) for item in node.items], node.head)
        if isinstance(node, Mapping) and len(node.pairs) == 1:
            key, inner = node.pairs[0]
            if key.text == "Ref" and isinstance(inner, Scalar):
                return self._ref(inner.text, node.head)
            if key.text in ("Fn::If", "Fn::FindInMap") and isinstance(inner, Sequence):
                return self._chosen(key.text[4:], inner)
            if key.text.startswith("Fn::"):
                return unknown(_WHY, node.head)
        if isinstance(node, Mapping) and not node.tag.startswith("!"):
            return at(yaml.plain(node), node.head)
        return unknown(_WHY, node.head)

    def _chosen(self, function: str, node: Sequence) -> Value:
        """What Fn::If and Fn::FindInMap give whichever way they go; else it is unknown."""
        items = node.items
        if len(items) != 3:
            return unknown(_WHY, node.head)
        choices = items[1:] if function == "If" else self._mapped(items)
        values = [self.value(choice) for choice in choices]
        if not values or not all(v.known and not isinstance(v.value, list | dict) for v in values):
            return unknown(_WHY, node.head)
        if len({str(v.value) for v in values}) > 1:
            why = "a condition decides" if function == "If" else "a key decides"
            return unknown(why, node.head)
        return at(values[0].value, node.head)

    def _mapped(self, items: list[Node]) -> list[Node]:
        """The values that a mapping may give: those of the key, or of all where it is computed."""
        name, key, last = items
        table = self.mappings.get("" if not isinstance(name, Scalar) else name.text)
        if not isinstance(table, Mapping) or not isinstance(last, Scalar) or last.tag[0] == "!":
            return []
        plain = isinstance(key, Scalar) and not key.tag.startswith("!")
        rows = [body for k, body in table.pairs if not plain or k.text == key.text]  # type: ignore[attr-defined]
        found = [row.get(last.text) if isinstance(row, Mapping) else None for row in rows]
        return [] if None in found else [node for node in found if node is not None]

    def _scalar(self, node: Scalar) -> Value:
        if node.templated:
            return unknown("a template fills it in", node.span)
        if node.tag == "!Ref":
            return self._ref(node.text, node.span)
        if node.tag == "!Sub":
            return unknown(_WHY, node.span) if "${" in node.text else at(node.text, node.span)
        if node.tag.startswith("!") or "${" in node.text or node.text.startswith("{{resolve:"):
            return unknown(_WHY, node.span)
        return at(None if node.is_null else node.text, node.span)

    def _ref(self, name: str, span: Span) -> Value:
        if name == "AWS::NoValue":
            return at(None, span)
        default = self.parameters.get(name)
        if isinstance(default, Scalar) and not default.templated and default.text:
            return Value(default.text, Origin(span, f"default of parameter {name}"))
        return unknown(f"{name} is given at deployment", span)

    def ask(self, properties: Mapping, *, memorydb: bool) -> aws.Ask:
        """Asks for a property by the name that Terraform gives it."""

        def ask(name: str) -> Value | None:
            if name in ("family", "maxmemory-policy"):
                return self._group(properties, name)
            wanted = aws.cloudformation_name(name, memorydb=memorydb)
            pair = properties.pair(wanted) if wanted else None
            if pair is None:
                return None
            key, node = pair
            value = self.value(node)
            if key.span.source is not node.span.source or node.span.end < key.span.start:
                return value
            line = Span(key.span.source, key.span.start, max(node.head.end, key.span.end))
            whole = line if "\n" not in line.text else key.span
            if not value.known:
                return unknown(value.why, whole)
            return Value(value.value, Origin(whole, value.origin.note), raw=value.raw)

        return ask

    def serve(self, container: Container, task: str) -> None:
        """Join a task's container with the service of the template that runs it."""
        for body in self.resources.values():
            properties = body.get("Properties") if isinstance(body, Mapping) else None
            if not isinstance(properties, Mapping) or not isinstance(body, Mapping):
                continue
            node = properties.get("TaskDefinition")
            inner = node.get("Ref") if isinstance(node, Mapping) else node
            if body.text("Type") != "AWS::ECS::Service" or not isinstance(inner, Scalar):
                continue
            if inner.text == task:
                strategies = properties.get("CapacityProviderStrategy")
                named = [
                    self.value(n)
                    for s in (strategies.items if isinstance(strategies, Sequence) else [])
                    if isinstance(s, Mapping) and (n := s.get("CapacityProvider")) is not None
                ]
                ecsservices.join(container, self._of_service(properties), named, body.head)
                return

    def _of_service(self, properties: Mapping) -> aws.Ask:
        paths = {
            "desired_count": ("DesiredCount",),
            "deployment_maximum_percent": ("DeploymentConfiguration", "MaximumPercent"),
        }

        def ask(name: str) -> Value | None:
            node = properties.get(*paths[name])
            return self.value(node) if node is not None else None

        return ask

    def _group(self, properties: Mapping, name: str) -> Value | None:
        """The family or the policy of the parameter group that a resource names by !Ref."""
        node = properties.get("CacheParameterGroupName") or properties.get("ParameterGroupName")
        inner = node.get("Ref") if isinstance(node, Mapping) else node
        if not isinstance(inner, Scalar):
            return None
        group = self.resources.get(inner.text)
        body = group.get("Properties") if isinstance(group, Mapping) else None
        if not isinstance(body, Mapping):
            return None
        if name == "family":
            held = body.get("CacheParameterGroupFamily") or body.get("Family")
        else:
            held = body.get("Properties", name) or body.get("Parameters", name)
        return self.value(held) if held is not None else None

    def opened(self, kind: str, key: Scalar, rule: Mapping) -> Iterator[Subject]:
        """The trap of an ingress rule that is open to the internet."""
        nodes = {name: rule.get(name) for name in _INGRESS}
        values = {name: self.value(node) for name, node in nodes.items() if node is not None}
        ranges = [values[n] for n in ("CidrIp", "CidrIpv6") if n in values]
        found = network.opened(
            kind.split("::", 1)[1], key.text, key.span,
            values.get("FromPort"), values.get("ToPort"), ranges, values.get("IpProtocol"),
        )  # fmt: skip
        if found is not None:
            yield found
