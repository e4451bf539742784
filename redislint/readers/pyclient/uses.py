"""Calls on clients: commands that hurt, whatever the options, and what options must allow for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from redislint.model.subject import Subject
from redislint.model.value import Origin, Value, at
from redislint.readers.pyclient.arguments import arguments
from redislint.readers.pyclient.build import Built
from redislint.readers.pyclient.evaluate import Evaluator
from redislint.readers.pyclient.names import Made
from redislint.readers.pyclient.receivers import Receiver, receiver
from redislint.readers.pyclient.scopes import Scope
from redislint.readers.pyclient.slots import slot
from redislint.readers.pyclient.things import Arguments, Scalar, Series, Table, Thing
from redislint.source import Span
from redislint.syntax.python import Node, named

BLOCKING = {
    "blpop": 1, "brpop": 1, "bzpopmin": 1, "bzpopmax": 1, "brpoplpush": 2, "blmove": 2,
}  # fmt: skip
"""Commands with a `timeout` in seconds -> its position among the arguments."""

READ_STREAM = frozenset(["xread", "xreadgroup"])

MULTI_KEY = {
    "mget": "keys", "mset": "dict", "msetnx": "dict", "sinter": "keys", "sunion": "keys",
    "sdiff": "keys", "sinterstore": "keys", "sunionstore": "keys", "sdiffstore": "keys",
    "rename": "keys", "renamenx": "keys", "rpoplpush": "keys", "lmove": "two", "smove": "two",
    "brpoplpush": "two", "pfmerge": "keys", "pfcount": "keys", "blpop": "first", "brpop": "first",
    "copy": "two",
}  # fmt: skip
"""Commands whose keys must share a slot -> where the keys are among the arguments."""

_PACKERS = re.compile(
    r"\b(c?[Pp]ickle|dill|cloudpickle|joblib)\.dumps\b|\bmsgpack\.(packb|encode|Encoder)\b"
    r"|\b(zlib|gzip|lz4|bz2|zstd)[\w.]*\.compress\b|\.SerializeToString\b|\.tobytes\b|\bbson\.encode\b"
)
_SETTERS = frozenset(
    "set setex psetex hset hmset hsetnx lpush rpush sadd setnx getset publish".split()
)
REFUSED = {
    "config_get": "CONFIG", "config_set": "CONFIG", "config_rewrite": "CONFIG", "bgsave": "BGSAVE",
    "config_resetstat": "CONFIG", "save": "SAVE", "bgrewriteaof": "BGREWRITEAOF", "shutdown": "SHUTDOWN",
    "slaveof": "REPLICAOF", "replicaof": "REPLICAOF", "debug_object": "DEBUG", "migrate": "MIGRATE",
}  # fmt: skip
"""Methods whose commands managed services do not have."""
WATCHED = frozenset(
    [*BLOCKING, *READ_STREAM, *MULTI_KEY, *_SETTERS, "keys", "eval", "register_script", "xadd",
     "pipeline", "pubsub", "lock", "publish", "subscribe", "psubscribe", "listen", "execute_command",
     *REFUSED]
)  # fmt: skip


_OF_DJANGO_REDIS = frozenset(["keys", "lock"])
"""What django-redis adds to a cache of Django."""
_LOCK_WORDS = frozenset(
    "name timeout blocking_timeout blocking sleep thread_local lock_class".split()
)
_PLAUSIBLE = re.compile(r"(?i)redis|valkey|cache|conn|client|rdb|(^|[._])r$|(^|[._])db$")
_INSTANT = frozenset(
    "pipeline pubsub from_url register_script lock close from_pool json ft ts".split()
)
"""Methods that send nothing."""


def read(ev: Evaluator, found: dict[int, Built], context: str) -> list[Subject]:
    """The traps of every call on a client; uses are stored on the clients."""
    return list(_Uses(ev, found, context).run())


def call_subject(
    trap: str, name: str, span: Span, context: str, detail: str = "", client: Subject | None = None
) -> Subject:
    """A `call` that a rule named `trap` judges."""
    subject = Subject(f"{name}()", span, kind="call")
    subject.set("name", at(name, span))
    subject.set("trap", Value(trap))
    subject.set("detail", Value(detail))
    subject.set("context", Value(context))
    if client is not None:
        subject.links["client"] = client
    return subject


LOCK = re.compile(
    r"(?<![A-Za-z])(?:[Ll]ock|LOCK|[Mm]utex|MUTEX|[Ss]emaphore)s?(?![a-z])|[a-z]Lock(?![a-z])"
)
_TAKEN = re.compile(r"""(?i)(value=)?b?["'](lock(ed)?|in[-_ ]?progress|processing|running)["']""")
_LOCKING = re.compile(r"(?i)^_*(try|acquire|take|get|obtain|set|claim)_?\w*lock$|Lock$|Mutex$")
_Trap = Callable[..., Subject]


class _Uses:
    def __init__(self, ev: Evaluator, found: dict[int, Built], context: str) -> None:
        self.ev = ev
        self.module = ev.module
        self.context = context
        self.found = found
        self.told: set[int] = set()
        self.text = ev.module.tree.source.text

    def run(self) -> Iterable[Subject]:
        for node, scope in self.module.calls:
            function = node.child_by_field_name("function")
            if function is None or function.type != "attribute":
                continue
            name_node = function.child_by_field_name("attribute")
            name = self.module.text(name_node) if name_node is not None else ""
            if self._blocks_a_loop(node, scope, function):
                yield from self._in_coroutine(name, node, scope, function)
            if name not in WATCHED:
                continue
            held_node = function.child_by_field_name("object")
            held = receiver(self.ev, self.found, held_node, scope)
            if not held.looks and not (held.django and name in _OF_DJANGO_REDIS):
                continue
            if held.built is not None:
                held.built.client.uses.add(name)
            yield from self._call(name, node, scope, held)

    def _blocks_a_loop(self, node: Node, scope: Scope, function: Node) -> bool:
        """Whether a call stands in a coroutine and is not awaited."""
        if scope.kind != "function" or not scope.node.children:
            return False
        if scope.node.children[0].type != "async":
            return False
        return node.id not in self.module.awaited

    def _in_coroutine(
        self, name: str, node: Node, scope: Scope, function: Node
    ) -> Iterable[Subject]:
        held = function.child_by_field_name("object")
        if held is None or not _PLAUSIBLE.search(self.module.text(held)[-60:]):
            return
        thing = self.ev.eval(held, scope)
        if not isinstance(thing, Made) or not thing.is_client or thing.kind.asyncio:
            return
        if name in _INSTANT or thing.call in self.told:
            return
        self.told.add(thing.call)
        built = self.found.get(thing.call)
        span = self.module.tree.span(node)
        yield call_subject(
            "redispy-sync-client-in-async", name, span, self.context, "",
            built.client if built is not None else None,
        )  # fmt: skip

    def _call(self, name: str, node: Node, scope: Scope, held: Receiver) -> Iterable[Subject]:
        built = held.built
        given = arguments(self.ev, node, scope)
        span = self.module.tree.span(node)
        client = built.client if built is not None else None

        def trap(rule: str, detail: str = "") -> Subject:
            return call_subject(rule, name, span, self.context, detail, client)

        if name == "execute_command" and _command(given) == "KEYS":
            del given.positional[0]
            name = "keys"
        if name == "keys" and (given.positional or given.keywords.entries):
            yield trap("keys-command-on-cluster-or-large", _shown(given))
        if name == "lock" and held.sure | held.django and _never_ends(given):
            yield trap("lock-without-ttl", name)
        if name in REFUSED and client is not None:
            yield trap("managed-config-command", REFUSED[name])
        if name in ("eval", "register_script"):
            script = given.positional[0].thing if given.positional else given.keywords.get("script")
            if isinstance(script, Scalar) and not script.value.known and self._spliced(node, scope):
                yield trap("lua-injection")
        if name == "xadd" and self._grows(given):
            yield trap("stream-without-maxlen")
        if name in ("subscribe", "psubscribe") and "notify-keyspace" not in self.text:
            channel = _keyspace_channel(given)
            if channel:
                yield trap("notify-keyspace-missing", channel)
        if name in ("set", "setnx") and not held.piped:
            yield from self._lock(name, node, scope, given, trap)
        if name in _SETTERS and built is not None and not held.piped:
            self._binary(node, scope, built)
        if built is None:
            return
        if name in BLOCKING or name in READ_STREAM:
            self._block(name, given, span, built)
        if name == "lock":
            built.client.set("locks", Value("lock", Origin(span)))
        mode = built.client.get("mode").value
        if mode == "cluster" and name == "pipeline":
            first = given.positional[0].thing if given.positional else None
            wanted = given.keywords.get("transaction") or first
            if isinstance(wanted, Scalar) and wanted.value.known and wanted.value.value is True:
                built.client.set(
                    "transaction-call", Value("pipeline(transaction=True)", Origin(span))
                )
        if mode == "cluster":
            yield from self._cluster(name, given, trap)

    def _spliced(self, node: Node, scope: Scope) -> bool:
        """Whether the script is put together in this function: an f-string, `+`, `%` or format."""
        listing = node.child_by_field_name("arguments")
        first = named(listing)[0] if listing is not None and named(listing) else None
        if first is not None and first.type == "keyword_argument":
            first = first.child_by_field_name("value")
        if first is not None and first.type == "identifier":
            bound = scope.lookup(self.module.text(first))
            last = bound[1][-1] if bound is not None and bound[0] is scope else None
            first = last.node if last is not None and last.kind == "value" else None
        if first is None:
            return False
        if first.type == "string":
            return any(c.type == "interpolation" for c in first.children)
        if first.type == "binary_operator":
            return '"' in self.module.text(first) or "'" in self.module.text(first)
        return first.type == "call" and ".format(" in self.module.text(first)

    def _grows(self, given: Arguments) -> bool:
        """Whether an XADD trims nothing, and nothing else in the file trims or removes entries."""
        if {"maxlen", "minid"} & set(given.keywords.entries) or given.keywords.open_why:
            return False
        text = self.module.tree.source.text.lower()
        return len(given.positional) < 4 and "xtrim" not in text and "xdel" not in text

    def _lock(
        self, name: str, node: Node, scope: Scope, given: Arguments, trap: _Trap
    ) -> Iterable[Subject]:
        listing = node.child_by_field_name("arguments")
        words = named(listing) if listing is not None else []
        if not words or not (
            self._takes_lock(words, scope) or (name == "setnx" and self._expires_next(words, scope))
        ):
            return
        if name == "set":
            keywords = given.keywords
            nx = keywords.get("nx")
            if not (isinstance(nx, Scalar) and nx.value.known and nx.value.value is True):
                return
            if keywords.open_why or {"ex", "px", "exat", "pxat", "keepttl"} & set(keywords.entries):
                return
            if len(given.positional) > 2:
                return
        yield trap("lock-without-ttl", name)

    def _takes_lock(self, words: list[Node], scope: Scope) -> bool:
        """Whether key, value, function or class say that this marks something as taken."""
        texts = [self.module.text(word)[:200] for word in words[:2]]
        if LOCK.search(texts[0]) or (len(texts) > 1 and _TAKEN.fullmatch(texts[1])):
            return True
        owner = scope.enclosing_class()
        for place in (scope if scope.kind == "function" else None, owner):
            named_by = place.node.child_by_field_name("name") if place is not None else None
            if named_by is not None and _LOCKING.search(self.module.text(named_by)):
                return True
        return False

    def _expires_next(self, words: list[Node], scope: Scope) -> bool:
        """Whether the function gives the key its expiry in a second command."""
        key = re.escape(self.module.text(words[0]))
        return scope.kind == "function" and bool(
            re.search(rf"\.p?expire(at)?\(\s*{key}\s*,", self.module.text(scope.node))
        )

    def _binary(self, node: Node, scope: Scope, built: Built) -> None:
        listing = node.child_by_field_name("arguments")
        for child in named(listing)[1:] if listing is not None else []:
            value = (
                child.child_by_field_name("value") if child.type == "keyword_argument" else child
            )
            if value is None:
                continue
            text = self.module.text(value)
            if value.type == "identifier":
                bound = scope.lookup(text)
                last = bound[1][-1] if bound else None
                if last is not None and last.kind == "value":
                    text = self.module.text(last.node)
            match = _PACKERS.search(text[:400])
            if match and not re.search(r"b64encode|\.hex\(|\.decode\(", text):
                span = self.module.tree.span(node)
                built.client.set("binary-use", at(match[0].split("(")[0], span))

    def _block(self, name: str, given: Arguments, span: Span, built: Built) -> None:
        shown: str
        if name in READ_STREAM:
            thing = given.keywords.get("block")
            if not (isinstance(thing, Scalar) and isinstance(thing.value.value, int)):
                return
            seconds = thing.value.value / 1000
            shown = f"{name}(block={thing.value.value})"
        else:
            thing = given.keywords.get("timeout")
            position = BLOCKING[name]
            if thing is None and len(given.positional) > position:
                thing = given.positional[position].thing
            if thing is None and given.keywords.open_why:
                return
            held = 0 if thing is None else thing.value.value if isinstance(thing, Scalar) else None
            if isinstance(thing, Scalar) and thing.is_none:
                held = 0
            if not isinstance(held, int | float):
                return
            seconds = float(held)
            shown = (
                f"{name}(timeout={held:g})" if thing is not None else f"{name}() without timeout"
            )
        before = built.client.facts.get("longest-block")
        longest = before.value if before is not None else None
        if isinstance(longest, int | float) and (longest == 0 or 0 < seconds <= longest):
            return
        built.client.set("longest-block", Value(seconds, Origin(span)))
        built.client.set("block-call", Value(shown, Origin(span)))

    def _cluster(self, name: str, given: Arguments, trap: _Trap) -> Iterable[Subject]:
        if name in ("publish",):
            yield trap("cluster-pubsub-broadcast")
        where = MULTI_KEY.get(name)
        if where is None:
            return
        keys = _keys(where, given)
        if keys is None or len(keys) < 2:
            return
        slots = {k: slot(k.encode()) for k in keys}
        if len(set(slots.values())) > 1:
            first = keys[0]
            second = next(k for k in keys if slots[k] != slots[first])
            yield trap(
                "cluster-crossslot",
                f"'{first}' is in slot {slots[first]}, '{second}' in {slots[second]}",
            )


def _keys(where: str, given: Arguments) -> list[str] | None:
    """The literal keys of a call; None where one is not literal."""
    things: list[Thing] = []
    if where == "dict":
        first = given.positional[0].thing if given.positional else given.keywords.get("mapping")
        if not isinstance(first, Table) or first.open_why:
            return None
        return list(first.entries)
    if where == "two":
        things = [e.thing for e in given.positional[:2]]
    elif where == "first":
        things = [e.thing for e in given.positional[:1]]
        if not isinstance(things[0] if things else None, Series):
            return None
    else:
        things = [e.thing for e in given.positional]
    keys: list[str] = []
    for thing in things:
        for item in thing.items if isinstance(thing, Series) else [thing]:
            if isinstance(thing, Series) and thing.open_why:
                return None
            if not (isinstance(item, Scalar) and item.value.known):
                return None
            if isinstance(item.value.value, str):
                keys.append(item.value.value)
    return keys


def _command(given: Arguments) -> str:
    """The command that execute_command() is given, in capitals; empty where it is not literal."""
    first = given.positional[0].thing if given.positional else None
    text = first.text if isinstance(first, Scalar) else None
    return text.upper() if text is not None else ""


def _never_ends(given: Arguments) -> bool:
    """Whether the arguments of lock() leave its timeout at none: it lasts until it is released."""
    words = given.keywords
    if words.open_why or given.open_why or not (given.positional or "name" in words.entries):
        return False
    if set(words.entries) - _LOCK_WORDS or len(given.positional) > 2:
        return False
    timeout = words.get("timeout")
    if timeout is None and len(given.positional) > 1:
        timeout = given.positional[1].thing
    return timeout is None or (isinstance(timeout, Scalar) and timeout.is_none)


def _keyspace_channel(given: Arguments) -> str:
    """The channel of keyspace notifications that a subscription names; empty for another one."""
    names = [e.thing.text for e in given.positional if isinstance(e.thing, Scalar)]
    names += list(given.keywords.entries)
    for name in names:
        if name and name.startswith(("__keyevent@", "__keyspace@")):
            return name.replace("\0", "*")
    return ""


def _shown(given: Arguments) -> str:
    first = given.positional[0].thing if given.positional else given.keywords.get("pattern")
    text = first.text if isinstance(first, Scalar) else None
    return text.replace("\0", "…")[:60] if text else "a pattern"
