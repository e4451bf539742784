"""conda's environment.yml: packages of conda, and those that pip installs beside them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.model.dependency import Dependency
from redislint.model.value import at
from redislint.readers.manifests.pypi import CLIENTS, is_dev, make, normal, requirement
from redislint.source import Source, Span

_ITEM = re.compile(r"(?m)^([ \t]*)-[ \t]+([\"']?)([^\s#\"'][^#\"'\n]*)")
_PACKAGE = re.compile(r"(?:[\w./-]+::)?([A-Za-z0-9][\w.-]*)[ \t]*([=<>!~ ][^\[;]*)?$")
_NAMES = {"redis-py": "redis", "valkey-py": "valkey", "redis": "", "valkey": ""}
"""Names of conda's channels that differ from PyPI's; `redis` is the server there."""


def read(source: Source) -> Iterator[Dependency]:
    """The clients among an environment's dependencies. Lines are enough: the form is fixed."""
    module = posixpath.dirname(source.path)
    scope = "test" if is_dev(source.path) else "compile"
    below: int | None = None
    """The indent of `- pip:`, while the items of its list are read."""
    for match in _ITEM.finditer(source.text):
        indent, text = len(match[1]), match[3].rstrip()
        if below is not None and indent <= below:
            below = None
        if re.fullmatch(r"pip[ \t]*:", text):
            below = indent
            continue
        start = match.start(3)
        if below is not None:
            found = requirement(text, source, start, module, scope)
            if found is not None:
                yield found
            continue
        package = _PACKAGE.match(text)
        name = normal(package[1]) if package is not None else ""
        name = _NAMES.get(name, name)
        if package is None or name not in CLIENTS:
            continue
        span = Span(source, start, start + len(text))
        yield make(name, at(_specifier(package[2] or ""), span), span, module, scope)


def _specifier(text: str) -> str:
    """A constraint of conda in the terms of PEP 440: `=4.5` is any 4.5, a build is left out."""
    text = " ".join(text.split())
    exact = re.fullmatch(r"={1,2} ?([\w.*+!]+)(?:[= ].*)?|([\d.*]+)(?: \S+)?", text)
    if exact is None:
        return text.replace(" ", "")
    release = exact[1] or exact[2]
    if "*" in release or release.count(".") > 1 or text.startswith("=="):
        return f"=={release}"
    return f"=={release}.*"
