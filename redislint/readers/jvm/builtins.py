"""What the evaluator knows of the JDK, Kotlin, Lombok and Spring's injection."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from redislint.readers.jvm import durations, lookup
from redislint.readers.jvm.values import (
    Abstract,
    Alternatives,
    Const,
    Enum,
    Function,
    Instance,
    Items,
    Seconds,
    Thing,
    Unknown,
    each,
    flatten,
    join,
)

if TYPE_CHECKING:
    from redislint.readers.jvm.evaluate import Evaluator
    from redislint.readers.jvm.frame import Frame
    from redislint.source import Span
    from redislint.syntax.jvm import Node

UNITS = {
    "NANOSECONDS": 1e-9,
    "NANOS": 1e-9,
    "MICROSECONDS": 1e-6,
    "MICROS": 1e-6,
    "MILLISECONDS": 1e-3,
    "MILLIS": 1e-3,
    "SECONDS": 1.0,
    "MINUTES": 60.0,
    "HOURS": 3600.0,
    "DAYS": 86400.0,
}
_OF = {
    "ofNanos": 1e-9,
    "ofMillis": 1e-3,
    "ofSeconds": 1.0,
    "ofMinutes": 60.0,
    "ofHours": 3600.0,
    "ofDays": 86400.0,
}
_KOTLIN_UNITS = {
    "nanoseconds": 1e-9,
    "microseconds": 1e-6,
    "milliseconds": 1e-3,
    "seconds": 1.0,
    "minutes": 60.0,
    "hours": 3600.0,
    "days": 86400.0,
}
_LISTS = frozenset(
    "asList of listOf setOf mutableListOf mutableSetOf arrayListOf hashSetOf arrayOf singletonList "
    "singleton newArrayList newHashSet emptyList emptySet copyOf setOfNotNull listOfNotNull".split()
)
_COLLECTIONS = frozenset(
    "List Set Objects HashSet LinkedHashSet TreeSet ArrayList LinkedList".split()
)
_SAME = frozenset(
    "stream parallelStream collect toList toSet toTypedArray toArray toMutableList toMutableSet "
    "asSequence distinct filter sorted sortedBy iterator asList toJavaDuration filterNotNull "
    "toTypedArray getFirst requireNonNull orElse orElseGet get first trim toString also "
    "toCharArray toJavaDuration intValue longValue toLong toInt boxed".split()
)
"""Methods whose result stands for what they are called on, where constants are concerned."""

SUBTYPES = {
    "ClientOptions": {"ClusterClientOptions"},
    "LettuceClientConfiguration": {"LettucePoolingClientConfiguration"},
    "RedisConfiguration": {
        "RedisClusterConfiguration",
        "RedisStandaloneConfiguration",
        "RedisSentinelConfiguration",
        "RedisStaticMasterReplicaConfiguration",
        "RedisSocketConfiguration",
    },
    "GenericObjectPoolConfig": {"JedisPoolConfig", "ConnectionPoolConfig"},
    "ClientResources": {"DefaultClientResources"},
    "RedisConnectionFactory": {"LettuceConnectionFactory", "JedisConnectionFactory"},
    "JedisClientConfig": {"DefaultJedisClientConfig"},
    "AbstractRedisClient": {"RedisClient", "RedisClusterClient"},
}
_BEANS = frozenset(
    "ClientOptions ClusterClientOptions LettuceClientConfiguration TimeoutOptions SocketOptions "
    "LettucePoolingClientConfiguration RedisConfiguration RedisClusterConfiguration "
    "RedisStandaloneConfiguration RedisSentinelConfiguration GenericObjectPoolConfig ClientResources "
    "RedisStaticMasterReplicaConfiguration RedisURI JedisPoolConfig ClusterTopologyRefreshOptions "
    "JedisClientConfiguration JedisClientConfig DefaultJedisClientConfig ConnectionPoolConfig Config "
    "RedisClusterClient RedisClient LettuceConnectionFactory DefaultClientResources".split()
)
"""Types of beans that are looked up where a method takes one."""


def find_bean(e: Evaluator, param: Any, this: Instance) -> Abstract | None:
    """The bean that Spring would hand in for a parameter or field, None where none is known."""
    if param.type not in _BEANS:
        return None
    types = frozenset({param.type, *SUBTYPES.get(param.type, ())})
    qualifier = next(
        (a.text("", "value") for a in param.annotations if a.name == "Qualifier"), None
    )
    methods = [
        (e.unit, m)
        for c in e.unit.all_classes()
        for m in c.methods
        if m.type in types and m.annotation("Bean")
    ]
    if not methods:
        pattern = re.compile(r"\b(" + "|".join(sorted(types)) + r")\b")
        methods = e.repo.beans(types, pattern)
    if not methods:
        return None
    for wanted in (qualifier, param.name):
        exact = [(u, m) for u, m in methods if wanted and wanted in _bean_names(m)]
        if exact:
            methods = exact
            break
    values = []
    for _, method in methods[:6]:
        assert method.owner is not None
        values.append(e.bean(method, e.instance(method.owner)))
    return join(values)


def _bean_names(method: Any) -> list[str]:
    names = [method.name]
    bean = method.annotation("Bean")
    for _, node in bean.args if bean else ():
        if node.kind == "lit" and isinstance(node.value, str):
            names.append(node.value)
        names += [i.value for i in node.items if i.kind == "lit"]
    return names


def placeholder(text: str | None, span: Span | None) -> Unknown:
    """What `@Value("${key:default}")` injects: unknown, with its default."""
    match = re.search(r"\$\{([^:{}]{1,300})(?::([^}]{0,1000}))?\}", text or "")
    if not match:
        return Unknown("it is injected", span)
    found = Unknown(f"it is read from the property {match[1]}", span)
    found.default = match[2]
    return found


# conditions


def test(e: Evaluator, node: Node, frame: Frame) -> tuple[bool | None, set[str]]:
    """Whether a condition holds, where that is known, and the names it shows not to be null."""
    if node.kind == "test":
        value = e.value(node.value, frame)
        if node.bind:
            frame.locals[node.bind] = value
        kinds = {v.type for v in each(value) if isinstance(v, Thing)}
        wanted = node.name.removesuffix(".Builder")
        if not node.bind and node.value.kind == "name" and "ClusterClientOptions" in node.name:
            pass
        if wanted in kinds or (wanted == "ClusterClientOptions" and "ClientOptions" in kinds):
            return True, set()
        return None, set()
    if node.kind == "binary" and node.name in ("==", "!=") and len(node.items) == 2:
        left, right = node.items
        null = next((i for i in node.items if i.kind == "lit" and i.value is None), None)
        if null is not None:
            other = right if null is left else left
            value = e.value(other, frame)
            guards = {other.name} if other.kind == "name" and node.name == "!=" else set()
            if other.kind == "member" and node.name == "!=":
                guards = {other.name}
            if all(isinstance(v, Thing) for v in each(value)):
                return node.name == "!=", guards
            if isinstance(value, Const):
                return (value.value is None) == (node.name == "=="), guards
            return None, guards
        a, b = e.value(left, frame), e.value(right, frame)
        if isinstance(a, Const) and isinstance(b, Const):
            return (a.value == b.value) == (node.name == "=="), set()
        return None, set()
    if node.kind == "binary" and node.name in ("&&", "||"):
        known: list[bool | None] = []
        guards = set()
        for item in node.items:
            result, more = test(e, item, frame)
            known.append(result)
            if node.name == "&&":
                guards |= more
        short = node.name == "||"
        if short in known:
            return short, guards
        return (None if None in known else not short), guards
    if node.kind == "binary" and node.name == "!" and node.items:
        result, _ = test(e, node.items[0], frame)
        return (None if result is None else not result), set()
    value = e.value(node, frame)
    if isinstance(value, Const) and isinstance(value.value, bool):
        return value.value, set()
    if node.kind == "call" and node.name in ("isPresent", "nonNull") and node.obj is not None:
        inner = node.args[0][1] if node.args else node.obj
        return None, {inner.name} if inner.kind == "name" else set()
    return None, set()


# computations


def concat(values: list[Abstract], span: Span) -> Abstract:
    """Texts (or numbers) joined by `+`; a known beginning is kept."""
    if all(isinstance(v, Const) for v in values):
        held = [v.value for v in values if isinstance(v, Const)]
        if all(isinstance(h, int | float) and not isinstance(h, bool) for h in held):
            return Const(sum(held), span)  # type: ignore[arg-type]
        return Const("".join(_text(h) for h in held), span)
    partly = ""
    for value in values:
        if isinstance(value, Const):
            partly += _text(value.value)
        elif isinstance(value, Unknown) and value.partly:
            partly += value.partly
        else:
            partly += "\0"
    why = next((v.why for v in values if isinstance(v, Unknown)), "it is computed")
    return Unknown(why, span, partly=partly)


def _text(value: object) -> str:
    return {True: "true", False: "false", None: "null"}.get(value, str(value))  # type: ignore[call-overload, no-any-return]


def arithmetic(operator: str, values: list[Abstract], span: Span) -> Abstract:
    """The value of an arithmetic expression of constants."""
    if len(values) == 1 and operator == "!" and isinstance(values[0], Const):
        return Const(not values[0].value, span)
    if len(values) != 2 or not all(isinstance(v, Const) for v in values):
        return Unknown("it is computed", span)
    left, right = (v.value for v in values if isinstance(v, Const))
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return Unknown("it is computed", span)
    if operator == "*":
        return Const(left * right, span)
    if operator == "-":
        return Const(left - right, span)
    if operator == "/" and right:
        return Const(left // right if isinstance(left, int) else left / right, span)
    return Unknown("it is computed", span)


def construct(type: str, args: list[Abstract], span: Span) -> Abstract | None:
    """Objects of the JDK that are made with `new`."""
    if type.split(".")[0] in ("Duration", "URI", "String") and args:
        return args[0]
    if type in _COLLECTIONS:
        # A copy of another collection, or an empty one of some capacity.
        held = [a for a in args if isinstance(a, Items)]
        return Items(flatten(Items(held)), span, more=len(held) < len(args) and not _is_size(args))
    return None


def _is_size(args: list[Abstract]) -> bool:
    return isinstance(args[0], Const) and isinstance(args[0].value, int)


def constant(type: str, name: str, span: Span) -> Abstract:
    """A constant of a library or of the JDK."""
    if type == "Duration" and name == "ZERO":
        return Const(Seconds(0), span)
    if type == "Integer" and name == "MAX_VALUE":
        return Const(2**31 - 1, span)
    if type == "Long" and name == "MAX_VALUE":
        return Const(2**63 - 1, span)
    if type == "RedisURI" and name == "DEFAULT_TIMEOUT_DURATION":
        return Const(Seconds(60), span)
    return Enum(type.rsplit(".", 1)[-1], name, span)


def seconds(amount: Abstract, factor: float, span: Span) -> Abstract:
    """A duration of so many units."""
    results: list[Abstract] = []
    for one in each(amount):
        if isinstance(one, Const) and isinstance(one.value, int | float):
            results.append(Const(Seconds(round(one.value * factor, 9)), span))
        else:
            why = one.why if isinstance(one, Unknown) else "it is computed"
            results.append(Unknown(why, span))
    return join(results, span)


def static_call(
    type: str, name: str, args: list[Abstract], span: Span, e: Evaluator, frame: Frame
) -> Abstract | None:
    """A static call that computes a constant; None where it makes an object of a library."""
    if type == "Duration":
        if name in _OF and args:
            return seconds(args[0], _OF[name], span)
        if name == "of" and len(args) == 2 and isinstance(args[1], Enum):
            return seconds(args[0], UNITS.get(args[1].name, 1.0), span)
        if name == "parse" and args and isinstance(args[0], Const):
            value = durations.iso(str(args[0].value))
            return Const(Seconds(value), span) if value is not None else Unknown("unclear", span)
        return Unknown("it is computed", span)
    if type in (
        "Arrays",
        "List",
        "Set",
        "Collections",
        "Lists",
        "Sets",
        "ImmutableList",
        "ImmutableSet",
    ):
        if name in _LISTS:
            return Items(flatten(Items(args)), span)
        if args and name in ("stream", "unmodifiableList", "unmodifiableSet"):
            return args[0]
        return Unknown("it is computed", span)
    if type == "Stream" and name == "of":
        return Items(args, span)
    if type in ("Optional", "Objects", "URI", "String", "Integer", "Long", "Boolean") and args:
        if name in ("valueOf", "parseInt", "parseLong", "parseBoolean") and isinstance(
            args[0], Const
        ):
            held = args[0].value
            if isinstance(held, str) and re.fullmatch(r"-?\d+", held):
                return Const(int(held), span)
            return args[0]
        if name == "format":
            return Unknown("it is computed", span)
        return args[0]
    if type == "ReadFrom" and name == "valueOf":
        if args and isinstance(args[0], Const) and isinstance(args[0].value, str):
            text = re.sub(r"([a-z])([A-Z])", r"\1_\2", args[0].value)
            return Enum("ReadFrom", text.upper().replace("-", "_"), span)
        return Unknown("it is computed", span)
    if type in PLAIN_UNKNOWN:
        return Unknown("it is computed", span)
    return None


PLAIN_UNKNOWN = frozenset("Map TimeUnit Math Period Double Collectors ChronoUnit".split())


def function(name: str, args: list[Abstract], span: Span) -> Abstract | None:
    """Functions of Kotlin's standard library."""
    if name in _LISTS:
        return Items(flatten(Items(args)), span)
    if name in ("requireNotNull", "checkNotNull", "requireNonNull") and args:
        return args[0]
    if name == "lazy" and args:
        return args[-1]
    return None


def method(
    e: Evaluator, target: Abstract, name: str, args: list[Abstract], frame: Frame, node: Node
) -> Abstract | None:
    """Methods of texts, numbers, durations and lists."""
    span = frame.unit.span(node.start, node.end)
    if name in ("map", "flatMap", "mapTo", "mapNotNull", "mapToObj") and args:
        lam = args[-1]
        if isinstance(lam, Function):
            if lam.node.kind == "lambda":
                inside = list(flatten(target)) if isinstance(target, Items) else []
                use = inside[:1] or [Unknown("it is one of several")]
                return Items([e.call_function(lam, use, frame)], span, more=True)
            if lam.node.kind == "ref" and lam.node.obj is not None:
                return _mapped(e, lam, frame, span)
        return None
    if name in ("forEach", "ifPresent", "onEach") and args and isinstance(args[-1], Function):
        e.visit(args[-1], frame)
        return Const(None)
    if name in ("add", "addAll") and isinstance(target, Items):
        target.items += args
        return Const(True)
    if isinstance(target, Const):
        held = target.value
        if isinstance(held, Seconds):
            if name in ("toMillis", "inWholeMilliseconds"):
                return Const(held * 1000, span)
            if name in ("getSeconds", "toSeconds", "inWholeSeconds"):
                return Const(float(held), span)
            if name in _SAME:
                return target
        if isinstance(held, str):
            if name == "split":
                by = args[0].value if args and isinstance(args[0], Const) else ","
                return Items([Const(p, target.span) for p in held.split(str(by))], span)
            if name in ("isEmpty", "isBlank"):
                return Const(not held.strip(), span)
        if name in _SAME:
            return target
        return Unknown("it is computed", span)
    if isinstance(target, Items | Enum | Alternatives) and name in _SAME:
        if name in ("getFirst", "first", "get") and isinstance(target, Items) and target.items:
            return target.items[0]
        return target
    if isinstance(target, Items):
        if name in ("isEmpty",) and not target.more:
            return Const(not target.items, span)
        if name in ("size", "toString", "iterator", "isEmpty", "contains"):
            return Unknown("it is computed", span)
        return target
    if isinstance(target, Unknown) and name in _SAME and not args:
        return target
    return None


def _mapped(e: Evaluator, reference: Function, frame: Frame, span: Span) -> Abstract | None:
    """`.map(RedisURI::create)`: an object of the type."""
    obj = reference.node.obj
    assert obj is not None
    owner = lookup.type_of(obj, frame)
    library = lookup.library(e, owner, frame, obj) if owner else None
    if library is None:
        return Unknown("it is computed", span)
    made = e.thing(
        library.removesuffix(".Builder"),
        reference.node.name,
        [Unknown("it is one of several")],
        [""],
        frame,
        reference.node,
    )
    return Items([made], span, more=True)


def of_thing(e: Evaluator, target: Thing, name: str, args: list[Abstract]) -> Abstract | None:
    """Calls on a library object that only read."""
    if name in ("isInstance", "unwrap"):
        return target
    return None


def read_property(e: Evaluator, target: Abstract, name: str) -> Abstract | None:
    """`object.name`: Kotlin's properties, what was set before, durations of numbers."""
    if isinstance(target, Const):
        if name in _KOTLIN_UNITS and isinstance(target.value, int | float):
            return Const(Seconds(round(target.value * _KOTLIN_UNITS[name], 9)), target.span)
        return None
    if isinstance(target, Unknown):
        return None
    if isinstance(target, Thing):
        bare = name[:1].lower() + name[1:]
        for call in reversed(target.calls):
            if call.name in (bare, "set" + name[:1].upper() + name[1:]) and call.args:
                return Unknown("it changes", None) if call.maybe else call.args[0]
        return None
    if isinstance(target, Instance):
        return e.field(target, name)
    return None


def write_property(
    e: Evaluator,
    receivers: list[Abstract],
    target: Node,
    value: Abstract,
    frame: Frame,
    node: Node,
) -> None:
    """`object.name = value`: a setter of a library object, or a field."""
    for receiver in reversed(receivers):
        if isinstance(receiver, Thing):
            setter = "set" + target.name[:1].upper() + target.name[1:]
            e.record(receiver, setter, [value], [""], frame, node)
            return
        if isinstance(receiver, Instance):
            e.assign_field(receiver, target.name, value)
            return


def accessor(e: Evaluator, target: Instance, name: str, args: list[Abstract]) -> Abstract | None:
    """Getters and setters that Lombok or a record make."""
    for prefix in ("get", "is", ""):
        if not args and name.startswith(prefix) and len(name) > len(prefix):
            bare = name[len(prefix) :]
            found = e.field(target, bare[:1].lower() + bare[1:])
            if found is not None:
                return found
    if len(args) == 1 and name.startswith("set") and len(name) > 3:
        bare = name[3].lower() + name[4:]
        if bare in target.cls.fields:
            e.assign_field(target, bare, args[0])
            return Const(None)
    return None
