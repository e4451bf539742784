"""What Celery is told in other files: `config_from_object`, and how long tasks are put off."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.model.value import Value, at
from redislint.readers.pyclient.arguments import arguments
from redislint.readers.pyclient.frameworks.common import Reading
from redislint.readers.pyclient.scopes import Module, Scope
from redislint.readers.pyclient.things import Class, Entry, File, Instance, Scalar, Thing
from redislint.source import Span

MAX_FILES = 16
"""Task modules that are looked at for the longest delay."""

_CONFIG_FILE = re.compile(r"(?i)(^|/)[^/]*celery[_-]?(conf|config|settings)\w*\.py$")
"""A module that holds every setting of its Celery application, by its name."""

_DELAY = re.compile(r"\bcountdown\s*=\s*(\d{1,7}(?:\s*\*\s*\d{1,5}){0,3})\s*[,)\n]")
_TASKS = ("*task*.py", "*celery*.py", "*worker*.py", "*job*.py")


def is_whole(reading: Reading) -> bool:
    """Whether a module without an application holds all settings of one, as far as files show."""
    path, context = reading.ev.module.path, getattr(reading.ev.load, "context", None)
    if context is None or not _CONFIG_FILE.search(path):
        return False
    for other in [p for p in context.glob("*celery*.py") if p != path][:MAX_FILES]:
        source = context.find(other)
        if source is not None and "transport_options" in source.text.lower():
            return False
    return True


def configured(reading: Reading) -> Iterator[tuple[str, Entry]]:
    """(name, value) of the settings in the objects that `config_from_object` names."""
    for node, scope in reading.calls("config_from_object"):
        given = arguments(reading.ev, node, scope)
        thing = given.positional[0].thing if given.positional else given.keywords.get("obj")
        prefix = given.keywords.get("namespace")
        if prefix is None and len(given.positional) > 3:
            prefix = given.positional[3].thing
        space = prefix.text if isinstance(prefix, Scalar) else None
        for module, place in _places(reading, thing):
            yield from _settings(reading, module, place, f"{space}_" if space else "")


def _places(reading: Reading, thing: Thing | None) -> Iterator[tuple[Module, Scope]]:
    """The modules and classes that an argument of config_from_object stands for."""
    ev = reading.ev
    if isinstance(thing, Instance):
        thing = thing.of if isinstance(thing.of, Class) else None
    if isinstance(thing, Class):
        yield thing.module, thing.scope
    elif isinstance(thing, File):
        yield thing.module, thing.module.top
    text = thing.text if isinstance(thing, Scalar) else None
    if not text or "\0" in text:
        return
    if text in ("django.conf:settings", "django.conf.settings"):
        for module in ev.load.django():
            yield module, module.top
        return
    name, _, member = text.partition(":")
    found = ev.load(ev.module, name)
    if found is None and "." in name and not member:
        name, _, member = name.rpartition(".")
        found = ev.load(ev.module, name)
    if found is None:
        return
    held = ev.other(found).member(member) if member else None
    if isinstance(held, Class):
        yield held.module, held.scope
    elif not member:
        yield found, found.top


def _settings(
    reading: Reading, module: Module, place: Scope, prefix: str
) -> Iterator[tuple[str, Entry]]:
    ev = reading.ev.other(module)
    for name, bindings in place.names.items():
        last = bindings[-1]
        if last.kind != "value" or not name.startswith(prefix):
            continue
        top = place is module.top
        thing = ev.member(name) if top else ev.eval(last.node, place)
        yield name[len(prefix) :], Entry(thing, module.tree.span(last.node))


def delay_elsewhere(reading: Reading) -> Value | None:
    """The longest literal countdown in the task modules below the application's folder."""
    context = getattr(reading.ev.load, "context", None)
    if context is None:
        return None
    folder = posixpath.dirname(reading.ev.module.path)
    folder = posixpath.dirname(folder) if folder.count("/") > 1 else folder
    longest: Value | None = None
    paths = dict.fromkeys(p for pattern in _TASKS for p in context.glob(pattern))
    near = [p for p in paths if p.startswith(folder) and "test" not in p.lower()]
    for path in near[:MAX_FILES]:
        source = context.find(path)
        if source is None or "elery" not in source.text:
            continue
        for match in _DELAY.finditer(source.text):
            if "#" in source.text[source.text.rfind("\n", 0, match.start()) + 1 : match.start()]:
                continue
            seconds = 1
            for factor in match[1].split("*"):
                seconds *= int(factor)
            if longest is None or seconds > _number(longest):
                longest = at(seconds, Span(source, match.start(), match.end(1)))
    return longest


def _number(value: Value) -> float:
    return value.value if isinstance(value.value, int | float) else 0
