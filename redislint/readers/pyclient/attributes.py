"""What attributes and operators stand for, and what a class derives from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redislint.readers.pyclient.arguments import only
from redislint.readers.pyclient.names import Kind, Made, kind_of
from redislint.readers.pyclient.things import (
    HANDED_IN,
    Arguments,
    Bound,
    Class,
    File,
    Instance,
    Method,
    Ref,
    Scalar,
    Series,
    Table,
    Thing,
    known,
    unknown,
)
from redislint.source import Span
from redislint.syntax.python import Node, named

if TYPE_CHECKING:
    from redislint.readers.pyclient.evaluate import Evaluator

BUILTINS = frozenset(
    "dict list tuple set frozenset int float str bool len min max getattr super print open "
    "type isinstance object property staticmethod classmethod range sorted zip map".split()
)

FOREIGN = frozenset(
    "redis valkey aioredis rediscluster os sys functools typing json time asyncio logging ssl "
    "django flask celery kombu fastapi pydantic pydantic_settings decouple environ environs dotenv rq "
    "dependency_injector dataclasses collections datetime abc enum pathlib urllib socket "
    "threading contextlib argparse fakeredis pytest unittest channels channels_redis numpy pandas "
    "dramatiq huey arq taskiq_redis socketio flask_socketio flask_caching flask_session "
    "flask_limiter slowapi limits aiocache fastapi_cache fastapi_limiter aiogram apscheduler "
    "django_redis rq_scheduler".split()
)
"""Import names never looked for in the repository."""

_SETTINGS_BASES = ("BaseSettings", "BaseModel", "Config")


def binary(ev: Evaluator, left: Thing, operator: str, right: Thing, node: Node) -> Thing:
    """What a binary operator gives."""
    span = ev.module.tree.span(node)
    if operator == "|" and isinstance(left, Table):
        joined = left.copy()
        joined.merge(right)
        joined.span = span
        return joined
    if operator == "+" and isinstance(left, Series) and isinstance(right, Series):
        return Series(left.items + right.items, span, left.open_why or right.open_why)
    if operator == "%" and isinstance(left, Scalar) and left.text is not None:
        return unknown("is computed", span, template=_percent(left.text, right))
    if not (isinstance(left, Scalar) and isinstance(right, Scalar)):
        return unknown("is computed", span)
    if operator == "+" and (left.text is not None or right.text is not None):
        joined_text = "".join("\0" if t is None else t for t in (left.text, right.text))
        if len(joined_text) > 20_000:
            return unknown("is too long to follow", span)
        if "\0" not in joined_text:
            return known(joined_text, span)
        return unknown("holds parts that are computed", span, template=joined_text)
    a, b = left.value.value, right.value.value
    if isinstance(a, int | float) and isinstance(b, int | float):
        try:
            if operator == "*" and abs(a) < 1e15 and abs(b) < 1e15:
                return known(a * b, span)
            if operator == "+":
                return known(a + b, span)
            if operator == "-":
                return known(a - b, span)
            if operator == "/":
                return known(a / b, span)
        except (OverflowError, ZeroDivisionError):
            pass
    return unknown("is computed", span)


def _percent(text: str, right: Thing) -> str:
    values = right.items if isinstance(right, Series) else [right]
    items = iter(values)

    def fill(match: object) -> str:
        thing = next(items, None)
        if isinstance(thing, Scalar) and thing.value.known:
            return str(thing.value.value)
        template = thing.text if isinstance(thing, Scalar) else None
        return template if template is not None else "\0"

    return re.sub(r"%[sdr]", fill, text)


def attribute(ev: Evaluator, held: Thing, name: str, node: Node) -> Thing:
    """What `held.name` stands for."""
    span = ev.module.tree.span(node)
    if isinstance(held, Ref):
        if held.name == "django.conf.settings":
            return _django(ev, name, span)
        return Ref(f"{held.name}.{name}")
    if isinstance(held, File):
        return ev.other(held.module).member(name)
    if isinstance(held, Made):
        return Method(held, name)
    if isinstance(held, Class):
        return ev.other(held.module).attribute_of_class(held, name, None)
    if isinstance(held, Instance):
        if isinstance(held.of, Class):
            thing = ev.other(held.of.module).attribute_of_class(held.of, name, None)
            if is_settings(ev, held.of) and isinstance(thing, Scalar):
                hint = thing.value.value if thing.value.known else thing.hint
                return unknown(f"comes from the setting {name}", span, hint=hint, source="settings")
            return thing
        return Bound(Ref(held.of.name + "()." + name), Arguments())
    if isinstance(held, Table) and name in ("get", "pop", "copy", "setdefault"):
        return Bound(Ref("dict." + name), only(held))
    if isinstance(held, Scalar) and held.text is not None and name == "format":
        return Bound(Ref("str.format"), only(held))
    if isinstance(held, Scalar) and name in ("strip", "lower", "rstrip", "lstrip"):
        return Bound(Ref("str." + name), only(held))
    if isinstance(held, Scalar) and held.source == "argv":
        return unknown("comes from the command line", span, source="argv")
    if isinstance(held, Scalar) and held.source in HANDED_IN:
        return unknown("is a part of what is handed in", span, source="handed-in")
    return unknown("is computed when the program runs", span)


def _django(ev: Evaluator, name: str, span: Span) -> Thing:
    """A setting of the Django project, where one of its settings files names it."""
    if name.isupper():
        for module in ev.load.django():
            if name in module.top.names and ev.depth < 16:
                return ev.other(module).member(name)
    return unknown(f"comes from the setting {name}", span, source="settings")


def bases(ev: Evaluator, of: Class) -> list[Thing]:
    """The base classes of a class."""
    listing = of.node.child_by_field_name("superclasses")
    if listing is None:
        return []
    inner = ev.other(of.module)
    parent = of.scope.parent or of.module.top
    return [inner.eval(c, parent) for c in named(listing) if c.type != "keyword_argument"][:8]


def is_settings(ev: Evaluator, of: Class, depth: int = 0) -> bool:
    """Whether values of a class may come from the environment (pydantic settings)."""
    for base in bases(ev, of):
        if isinstance(base, Ref) and base.name.split(".")[-1] in _SETTINGS_BASES:
            return True
        if isinstance(base, Class) and depth < 4 and is_settings(ev, base, depth + 1):
            return True
    return False


def client_base(ev: Evaluator, of: Class, depth: int = 0) -> tuple[Kind, list[Class]] | None:
    """The client class that a class of the repository derives from, and the classes between."""
    for base in bases(ev, of):
        if isinstance(base, Ref):
            kind = kind_of(base.name)
            if kind is not None and kind.role in ("client", "cluster", "sentinel"):
                return kind, [of]
        elif isinstance(base, Class) and depth < 4:
            found = client_base(ev, base, depth + 1)
            if found is not None:
                return found[0], [of, *found[1]]
    return None
