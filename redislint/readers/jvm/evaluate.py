"""Evaluate client code of a class far enough to see how library objects are made and used.

Every object of a watched library is a `Thing` that records the calls made on it, through local
variables, fields, chains, lambdas, methods of the class and of the repository. What cannot be
followed is `Unknown` with the reason; a builder given to unread code is open.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from redislint.readers.jvm import builtins, configured
from redislint.readers.jvm.frame import MAX_CALLS, Frame
from redislint.readers.jvm.ledger import Ledger
from redislint.readers.jvm.values import (
    Abstract,
    Alternatives,
    Const,
    Function,
    Instance,
    Unknown,
    join,
    things,
)

if TYPE_CHECKING:
    from redislint.readers.jvm.repo import Repo
    from redislint.syntax.jvm import ClassDef, Method, Node, Unit

MAX_STEPS = 60_000
"""Expressions evaluated for one file; beyond that everything is unknown."""
MAX_DEPTH = 100
"""Depth of expressions, those of called methods included: below Python's own limit."""

_WORDS = re.compile(
    rb"RedisClient|RedisClusterClient|ConnectionFactory\s*\(|Redisson\b|Jedis|Options|Configuration|"
    rb"PoolConfig|Customizer|setTimeout|setReadFrom|\.timeout|\.options|async\(|reactive\(|"
    rb"RedisSentinelClient|MasterReplica|MasterSlave|RedisURI|use[A-Z]\w+Servers?\b"
)
"""Without one of these a method neither makes nor changes a client."""


class Evaluator(Ledger):
    """Evaluates the code of one unit; `made` lists the clients it makes."""

    def __init__(self, unit: Unit, repo: Repo) -> None:
        super().__init__()
        self.unit = unit
        self.repo = repo
        self.steps = 0
        self.depth = 0
        self.filling = 0
        self._branch = 0
        self.instances: dict[int, Instance] = {}
        self.bean_values: dict[int, Abstract] = {}
        self.ran: set[int] = set()
        self.returned: dict[int, tuple[Method, Abstract]] = {}

    # running

    def run(self) -> None:
        """Evaluate every class of the unit: fields, constructors, then methods."""
        units = [*self.unit.all_classes(), self.unit.top]
        for cls in units:
            self.instance(cls)
        for cls in units:
            this = self.instance(cls)
            methods = sorted(cls.methods, key=self._order)
            for method in methods:
                if id(method) not in self.ran and self._matters(method):
                    self.entry(method, this)

    def _matters(self, method: Method) -> bool:
        """Whether a method can make or change a client: by the words in it."""
        if method.constructor:
            return True
        return _WORDS.search(self.unit.data, method.start, method.end) is not None

    def _order(self, method: Method) -> int:
        text = self.unit.data[method.start : method.end]
        if method.constructor:
            return 0
        if method.annotation("PostConstruct") or method.name in ("afterPropertiesSet", "init"):
            return 1
        makes = b"RedisClusterClient" in text or b"RedisClient" in text or b"Factory(" in text
        if "private" in method.flags or "private" in text[:60].decode("latin-1"):
            return 4 if not makes else 3
        return 2 if makes else 3

    def entry(self, method: Method, this: Instance) -> Abstract:
        """Evaluate a method that nothing seen calls: parameters are beans or unknown."""
        if method.annotation("Bean"):
            return self.bean(method, this)
        args = [self.parameter(p, method, this) for p in method.params]
        return self.invoke(method, this, args, [""] * len(args), None)

    def bean(self, method: Method, this: Instance) -> Abstract:
        """The value of a bean method, evaluated once."""
        if id(method) not in self.bean_values:
            self.bean_values[id(method)] = Unknown(f"the bean {method.name} needs itself")
            args = [self.parameter(p, method, this) for p in method.params]
            value = self.invoke(method, this, args, [""] * len(args), None)
            if method.annotation("ConfigurationProperties"):
                for thing in things(value):
                    thing.open_why = "it is bound to properties"
            self.bean_values[id(method)] = value
        return self.bean_values[id(method)]

    def parameter(self, param: Any, method: Method | None, this: Instance) -> Abstract:
        """The value of a parameter or injected field, when no call is seen."""
        unit = this.cls.unit
        value = next((a for a in param.annotations if a.name == "Value"), None)
        if value is not None:
            text, span = value.text("", "value"), unit.span(value.start, value.start)
            return configured.injected(self, text, param.type, span) or builtins.placeholder(
                text, span
            )
        found = builtins.find_bean(self, param, this)
        if found is not None:
            return found
        handed = Unknown(f"{param.name} is handed in from elsewhere", None, param.type)
        handed.partly = None
        if getattr(param, "default", None) is not None:
            frame = Frame(unit, this)
            return Alternatives([self.value(param.default, frame), handed])
        return handed

    def instance(self, cls: ClassDef) -> Instance:
        """The one object that stands for all of a class of the repository."""
        found = self.instances.get(id(cls))
        if found is not None:
            return found
        this = self.instances[id(cls)] = Instance(cls)
        self.fill(this)
        return this

    def fill(self, this: Instance, static: bool = True) -> None:
        """Evaluate field initialisers and initialiser blocks; static ones once a class."""
        cls = this.cls
        if self.filling > 6:
            return
        self.filling += 1
        try:
            self._fill(this, cls, static)
        finally:
            self.filling -= 1

    def _fill(self, this: Instance, cls: ClassDef, static: bool) -> None:
        frame = Frame(cls.unit, this)
        for param in cls.arguments:
            held = configured.bound(self, cls, param.name, param.type, None)
            this.fields.setdefault(param.name, held or self.parameter(param, None, this))
        bound = configured.is_bound(cls)
        assigned = [
            f for f in cls.fields.values() if f.value is not None and (static or not f.static)
        ]
        for field in sorted(assigned, key=lambda f: f.value.start if f.value else 0):
            value = next((a for a in field.annotations if a.name == "Value"), None)
            held = configured.bound(self, cls, field.name, field.type, None)
            if held is not None:
                this.fields[field.name] = held
                continue
            if value is not None or bound:
                why = f"{field.name} is read from configuration"
                this.fields[field.name] = Unknown(why, None, field.type)
                continue
            assert field.value is not None
            this.fields[field.name] = self.value(field.value, frame)
            self.use([this.fields[field.name]])
        for block in cls.initializers:
            if block.body is not None:
                self.block(block.body, frame)

    def field(
        self, this: Instance, name: str, seen: frozenset[int] = frozenset()
    ) -> Abstract | None:
        """A field's value; None where the class (with its outer ones) has no such field."""
        if name in this.fields:
            return this.fields[name]
        if id(this.cls) in seen:
            return None
        seen = seen | {id(this.cls)}
        field = this.cls.fields.get(name)
        if field is not None:
            value = configured.bound(self, this.cls, name, field.type, None) or self.parameter(
                field, None, this
            )
            if isinstance(value, Unknown):
                value.why = value.why.replace("is handed in", "is set")
            this.fields[name] = value
            return value
        for near in (this.cls.companion, this.cls.outer):
            if near is not None:
                found = self.field(self.instance(near), name, seen)
                if found is not None:
                    return found
        if this.cls is not this.cls.unit.top and this.cls.outer is None:
            found = self.field(self.instance(this.cls.unit.top), name, seen)
            if found is not None:
                return found
        for above in this.cls.supers[:1]:
            cls = self.repo.find_class(above, this.cls.unit) if above != this.cls.name else None
            if cls is not None and len(self.stack) < MAX_CALLS:
                return self.field(self.instance(cls), name, seen)
        return None

    # methods

    def invoke(
        self,
        method: Method,
        this: Instance,
        args: list[Abstract],
        names: list[str],
        receiver: Abstract | None,
    ) -> Abstract:
        """The value that a method returns for these arguments."""
        if method in self.stack or len(self.stack) >= MAX_CALLS or self.steps > MAX_STEPS:
            return Unknown(f"{method.name} calls itself")
        self.ran.add(id(method))
        body = method.body
        if body is None:
            self.escape(args, f"{method.name} has no body here")
            return Unknown(f"{method.name} has no body here", None, method.type)
        frame = Frame(this.cls.unit, this)
        if receiver is not None:
            frame.receivers.append(receiver)
        positional = [a for a, n in zip(args, names, strict=False) if not n]
        named = {n: a for a, n in zip(args, names, strict=False) if n}
        for index, param in enumerate(method.params):
            if param.name in named:
                frame.locals[param.name] = named[param.name]
            elif index < len(positional):
                frame.locals[param.name] = positional[index]
            elif param.default is not None:
                frame.locals[param.name] = self.value(param.default, frame)
            else:
                frame.locals[param.name] = Unknown(f"{param.name} is not passed")
        self.stack.append(method)
        try:
            self.block(body, frame)
        finally:
            self.stack.pop()
        value = join(frame.returns) if frame.returns else Const(None)
        if not frame.returns and method.type not in ("void", "Unit", ""):
            value = Unknown(f"{method.name} returns nothing that was read", None, method.type)
        self.returned[id(method)] = (method, value)
        return value

    def call_function(
        self,
        function: Function,
        args: list[Abstract],
        frame: Frame,
        receiver: Abstract | None = None,
    ) -> Abstract:
        """The value of a lambda for these arguments."""
        node = function.node
        base: Frame = function.env or frame
        inner = base.inner()
        names = node.params or (["it"] if args else [])
        saved = {n: inner.locals.get(n) for n in names}
        for name, value in zip(names, args, strict=False):
            inner.locals[name] = value
        for name in names[len(args) :]:
            inner.locals[name] = Unknown(f"{name} comes from elsewhere")
        if receiver is not None:
            inner.receivers = [*inner.receivers, receiver]
        self.block(node.body, inner)
        for name, old in saved.items():
            if old is None:
                inner.locals.pop(name, None)
            else:
                inner.locals[name] = old
        return join(inner.returns) if inner.returns else Const(None)

    def visit(self, value: Abstract, frame: Frame) -> None:
        """Look into a lambda that somebody else will run: clients may be made there."""
        if isinstance(value, Function) and value.node.kind == "lambda":
            self._branch += 1
            self.branches.append(self._branch)
            try:
                unknown: list[Abstract] = [
                    Unknown(f"{p} comes from elsewhere") for p in value.node.params
                ]
                self.call_function(value, unknown, frame)
            finally:
                self.branches.pop()

    # statements

    def block(self, node: Node, frame: Frame) -> bool:
        """Run statements; True when the end is not reached."""
        return any(self.statement(item, frame) for item in node.items)

    def branch(self, node: Node | None, frame: Frame) -> bool:
        """Run statements that run only sometimes."""
        if node is None:
            return False
        self._branch += 1
        self.branches.append(self._branch)
        try:
            if node.kind in ("block", "local", "do", "if", "return", "loop", "try", "throw"):
                return (
                    self.block(node, frame) if node.kind == "block" else self.statement(node, frame)
                )
            self.value(node, frame)
            return False
        finally:
            self.branches.pop()

    def statement(self, node: Node, frame: Frame) -> bool:
        """Run one statement; True when what follows is not reached."""
        from redislint.readers.jvm.statements import statement

        return statement(self, node, frame)

    def value(self, node: Node | None, frame: Frame) -> Abstract:
        """The value of an expression."""
        if node is None:
            return Const(None)
        self.steps += 1
        if self.steps > MAX_STEPS or self.depth > MAX_DEPTH:
            return Unknown("the code is too large to follow")
        self.depth += 1
        try:
            return self._value(node, frame)
        finally:
            self.depth -= 1

    def _value(self, node: Node, frame: Frame) -> Abstract:
        from redislint.readers.jvm.expressions import HANDLERS, STATEMENTS, as_value, other

        handler = HANDLERS.get(node.kind)
        if handler is not None:
            return handler(self, node, frame)
        if node.kind in STATEMENTS:
            return as_value(self, node, frame)
        return other(self, node, frame)

    def value_in_branch(self, node: Node, frame: Frame) -> Abstract:
        """The value of an expression that is evaluated only sometimes."""
        self._branch += 1
        self.branches.append(self._branch)
        try:
            return self.value(node, frame)
        finally:
            self.branches.pop()

    def arguments(self, node: Node, frame: Frame) -> tuple[list[Abstract], list[str]]:
        """The values and names of a call's arguments."""
        values = [self.value(a, frame) for _, a in node.args]
        self.use(values)
        return values, [n for n, _ in node.args]

    def assign_field(self, this: Instance, name: str, value: Abstract) -> None:
        """Set a field; in a branch the old value stays possible."""
        self.use([value])
        old = this.fields.get(name)
        if (
            self.branches
            and old is not None
            and not (isinstance(old, Unknown) or (isinstance(old, Const) and old.value is None))
        ):
            value = join([old, value])
        this.fields[name] = value
