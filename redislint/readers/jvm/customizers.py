"""Spring Boot's customizer beans: what they change of the client that Boot makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from redislint.model.subject import Subject
from redislint.model.value import Origin, Value
from redislint.readers.jvm import lookup
from redislint.readers.jvm.options import Options, client_options
from redislint.readers.jvm.springdata import configuration
from redislint.readers.jvm.values import Abstract, Function, Instance, Thing, Unknown, each

if TYPE_CHECKING:
    from redislint.readers.jvm.evaluate import Evaluator
    from redislint.readers.jvm.frame import Frame
    from redislint.syntax.jvm import ClassDef, Method

CONFIGURATION = frozenset(("LettuceClientConfigurationBuilderCustomizer",))
OPTIONS = frozenset(("LettuceClientOptionsBuilderCustomizer", "ClientOptionsBuilderCustomizer"))


def find(e: Evaluator, kind: Value) -> Iterator[Subject]:
    """A `spring-customizer` for each customizer bean or component of the unit."""
    for cls in e.unit.all_classes():
        if any(s in CONFIGURATION | OPTIONS for s in cls.supers):
            for method in cls.methods:
                if method.name == "customize" and method.params:
                    yield _of_class(e, cls, method, kind)
        for method in cls.methods:
            if method.type in CONFIGURATION | OPTIONS and method.annotation("Bean"):
                value = e.entry(method, e.instance(cls))
                for one in each(value):
                    found = _of_bean(e, method, one, kind)
                    if found is not None:
                        yield found


def _target(type_name: str, start: int, end: int, e: Evaluator, cls: ClassDef) -> Thing:
    from redislint.readers.jvm.frame import Frame
    from redislint.syntax.jvm import Node

    name = "LettuceClientConfiguration" if type_name in CONFIGURATION else "ClientOptions"
    frame: Frame = Frame(e.unit, e.instance(cls))
    return e.thing(name, "customizer", [], [], frame, Node("other", start, end))


def _of_class(e: Evaluator, cls: ClassDef, method: Method, kind: Value) -> Subject:
    type_name = next(s for s in cls.supers if s in CONFIGURATION | OPTIONS)
    target = _target(type_name, method.start, method.end, e, cls)
    e.invoke(method, e.instance(cls), [target], [""], None)
    return _subject(e, type_name, target, kind, method.start)


def _of_bean(e: Evaluator, method: Method, value: Abstract, kind: Value) -> Subject | None:
    from redislint.readers.jvm.frame import Frame

    assert method.owner is not None
    target = _target(method.type, method.start, method.end, e, method.owner)
    if isinstance(value, Function) and value.node.kind == "lambda":
        e.call_function(value, [target], Frame(e.unit, e.instance(method.owner)))
    elif isinstance(value, Function):
        named = lookup.find_method(e, method.owner, value.node.name, 1)
        if named is None:
            target.open_why = "a method of something that was not read customizes it"
        else:
            e.invoke(named[0], named[1], [target], [""], None)
    elif isinstance(value, Instance):
        inner = next((m for m in value.cls.methods if m.name == "customize"), None)
        if inner is None:
            return None
        e.invoke(inner, value, [target], [""], None)
    elif isinstance(value, Unknown):
        target.open_why = value.why
    return _subject(e, method.type, target, kind, method.start)


def _subject(e: Evaluator, type_name: str, target: Thing, kind: Value, start: int) -> Subject:
    out = Options()
    if type_name in CONFIGURATION:
        configuration(target, out, cluster=True)
    else:
        client_options(target, out, cluster=True)
    out.facts.pop("configuration", None)
    made = Subject(type_name, target.span, "spring-customizer")
    made.facts.update(out.facts)
    made.set("context", kind)
    replaces = any(c.name == "clientOptions" for c in target.calls)
    made.set("replaces-options", Value(replaces, Origin(target.span)))
    why = out.open_why or target.open_why
    if why:
        made.set("open", Value(why))
    return made
