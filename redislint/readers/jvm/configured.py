"""Numbers, durations and switches that code takes from the application's own properties files.

Addresses are left alone: what a repository's properties say of them is for the developer's machine.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from redislint.knowledge.clients.spring import relaxed
from redislint.readers.jvm import durations
from redislint.readers.jvm.values import Abstract, Const, Seconds

if TYPE_CHECKING:
    from redislint.readers.jvm.evaluate import Evaluator
    from redislint.source import Span
    from redislint.syntax.jvm import ClassDef

_TYPES = frozenset("int Integer Int long Long short boolean Boolean Duration".split())
_KEY = re.compile(r"\s*\$\{\s*([^:}\s]+)\s*(?::[^{}]*)?\}\s*")
_FILES = re.compile(r"(^|/)(application|bootstrap)[\w.-]*\.(ya?ml|properties)$")
_CACHE: WeakKeyDictionary[object, dict[str, dict[str, str | None]]] = WeakKeyDictionary()


def injected(e: Evaluator, text: str | None, type: str, span: Span | None) -> Abstract | None:
    """What `@Value("${key}")` injects where the module's properties say it; else None."""
    match = _KEY.fullmatch(text or "")
    return _value(e, match[1], type, span) if match else None


def bound(e: Evaluator, cls: ClassDef, name: str, type: str, span: Span | None) -> Abstract | None:
    """The value of a field of a class with @ConfigurationProperties, or of a class inside one."""
    prefix = _prefix(cls)
    if not prefix:
        return None
    inner = next((c for c in cls.classes if c.name == type), None)
    return e.instance(inner) if inner is not None else _value(e, f"{prefix}.{name}", type, span)


def is_bound(cls: ClassDef) -> bool:
    """Whether properties fill the fields of a class."""
    return cls.annotation("ConfigurationProperties") is not None


def _prefix(cls: ClassDef, depth: int = 0) -> str:
    annotation = cls.annotation("ConfigurationProperties")
    if annotation is not None:
        return annotation.text("", "value", "prefix") or ""
    outer = cls.outer
    if outer is None or depth > 4:
        return ""
    holder = next((f.name for f in _members(outer) if f.type == cls.name), "")
    above = _prefix(outer, depth + 1) if holder else ""
    return f"{above}.{holder}" if above else ""


def _members(cls: ClassDef) -> list[Any]:
    return [*cls.fields.values(), *cls.arguments]


def _value(e: Evaluator, key: str, type: str, span: Span | None) -> Abstract | None:
    if type not in _TYPES:
        return None
    text = _properties(e).get(relaxed(key))
    held = _converted(text, type) if text is not None else None
    return Const(held, span) if held is not None else None


def _converted(text: str, type: str) -> object:
    text = text.strip()
    if type in ("boolean", "Boolean"):
        return {"true": True, "false": False}.get(text.lower())
    if type == "Duration":
        held = durations.boot(text)
        return None if held is None else Seconds(held)
    return int(text) if re.fullmatch(r"-?\d{1,15}", text) else None


def _properties(e: Evaluator) -> dict[str, str | None]:
    """relaxed key → text of the module's properties; None where profiles differ."""
    context, module = e.repo.context, e.repo.module()
    try:
        held = _CACHE.setdefault(context, {})
    except TypeError:
        held = {}
    if module not in held:
        held[module] = _read(e, module)
    return held[module]


def _read(e: Evaluator, module: str) -> dict[str, str | None]:
    from redislint.readers.jvm import springkeys

    folder = f"{module}/src/main/resources/" if module else "src/main/resources/"
    paths = [p for p in e.repo.context.glob(folder + "*") if _FILES.search(p)]
    base: dict[str, str | None] = {}
    profiles: dict[str, set[str]] = {}
    for path in paths[:20]:
        source = e.repo.context.find(path)
        for document in springkeys.read(source) if source is not None else []:
            if document.profile and springkeys.DEVELOPMENT.search(document.profile):
                continue
            for name, item in document.properties.items():
                if document.profile:
                    profiles.setdefault(name, set()).add(item.value or "")
                elif name in base and base[name] != item.value:
                    base[name] = None
                else:
                    base[name] = item.value
    for name, texts in profiles.items():
        if texts != {base.get(name)}:
            base[name] = None
    for _ in range(3):
        for name, text in base.items():
            match = _KEY.fullmatch(text) if text and "${" in text and ":" not in text else None
            if match:
                base[name] = base.get(relaxed(match[1]))
    return base
