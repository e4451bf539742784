"""Compose files and how they lie over each other: extends, the override file, layers for `-f`."""

from __future__ import annotations

import posixpath
import re

from redislint.model.value import Value, unknown
from redislint.readers import Context
from redislint.readers.interpolation import dotenv, interpolate
from redislint.source import Source
from redislint.syntax import yaml
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence


class File:
    """One compose file with what its services share."""

    def __init__(self, source: Source, top: Mapping, context: Context) -> None:
        self.source = source
        self.top = top
        self.context = context
        self.folder = posixpath.dirname(source.path)
        env = context.find(posixpath.join(self.folder, ".env"))
        self.variables = dotenv(env.text) if env is not None else {}
        self.env_path = env.path if env is not None else ""
        self.circles: dict[int, str] = {}
        """Lines whose `extends` leads back to itself: compose refuses the file."""
        self.joined: list[File] | None = None
        """The files that compose joins with it, once they were looked for."""

    def value(self, node: Node | None) -> Value | None:
        """The interpolated value of a scalar; None where there is none."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        if node.templated:
            return unknown("a template fills it in", node.span)
        return interpolate(node.text, self.variables, node.span, where=self.env_path)


def is_compose(document: Mapping, services: Mapping) -> bool:
    """Whether a document with `services` is a compose file and nothing else of that key."""
    keys = {"image", "build", "command", "container_name", "extends", "ports", "environment"}
    for _, body in services.pairs:
        if isinstance(body, Mapping) and keys & {k.text for k, _ in body.pairs}:
            return True
        if isinstance(body, Mapping) and any(k.text == "<<" for k, _ in body.pairs):
            return True
    return False


_NAME = re.compile(r"(?i)(?:^|[._-])(?:docker-?compose|compose|fig)(?:[._-][\w.-]*)?\.ya?ml$")


def top_of(document: Node, path: str) -> Mapping | None:
    """The top of a compose file; one of the first format, which is nothing but services, gets it.

    That format has no mark of its own, so the file has to be named as compose files are, and
    everything in it has to be a service.
    """
    if not isinstance(document, Mapping):
        return None
    services = document.get("services")
    if services is not None:
        return (
            document if isinstance(services, Mapping) and is_compose(document, services) else None
        )
    bodies = [body for _, body in document.pairs]
    if not bodies or not _NAME.search(posixpath.basename(path)):
        return None
    if all(
        isinstance(body, Mapping) and any(body.get(k) is not None for k in _STARTS)
        for body in bodies
    ):
        return document.under("services")
    return None


_STARTS = ("image", "build", "extends")


def is_default(path: str) -> bool:
    """Whether compose takes a file of this name when none is named."""
    return bool(re.fullmatch(r"(?:docker-)?compose\.ya?ml", posixpath.basename(path)))


def is_override(path: str) -> bool:
    """Whether compose lays a file of this name over the default one without being told."""
    return bool(re.fullmatch(r"(?:docker-)?compose\.override\.ya?ml", posixpath.basename(path)))


def beside(file: File, override: bool) -> File | None:
    """The override file of a default one, or (for any other) the default one of its folder."""
    for stem in ("compose", "docker-compose"):
        for end in ("yml", "yaml"):
            name = f"{stem}.override.{end}" if override else f"{stem}.{end}"
            found = file.context.find(posixpath.join(file.folder, name))
            if found is not None and found.path != file.source.path:
                return opened(found, file.context)
    return None


def opened(source: Source, context: Context) -> File | None:
    """The first compose document of a text."""
    for document in yaml.load(source).documents:
        if isinstance(document, Mapping):
            layer = isinstance(
                document.get("services"), Mapping
            )  # may hold what no file of its own may
            top = document if layer else top_of(document, source.path)
            if top is not None:
                return File(source, top, context)
    return None


def stack(file: File) -> list[File]:
    """The files that compose is told to join with this one, the first lowest; empty where it is not.

    `.env` names them in COMPOSE_FILE, or the default file includes a list of them as one.
    """
    if file.joined is None:
        file.joined = _join(file, _told(file) or _included(file))
    return file.joined


def _join(file: File, names: list[str]) -> list[File]:
    if len(names) < 2:
        return []
    found = []
    for name in names:
        if name == file.source.path:
            found.append(file)
        elif (source := file.context.find(name)) is not None:
            other = opened(source, file.context)
            found += [other] if other is not None else []
    return found if len(found) > 1 else []


def _place(file: File, together: list[File]) -> int:
    return next(n for n, f in enumerate(together) if f.source.path == file.source.path)


def below(file: File, name: str) -> bool:
    """Whether a file that compose reads before this one has the service already."""
    together = stack(file)
    earlier = together[: _place(file, together)] if together else []
    return any(f.top.get("services", name) is not None for f in earlier)


def _told(file: File) -> list[str]:
    listed = file.variables.get("COMPOSE_FILE", "")
    mark = file.variables.get("COMPOSE_PATH_SEPARATOR") or (";" if ";" in listed else ":")
    names = [posixpath.normpath(posixpath.join(file.folder, p)) for p in listed.split(mark) if p]
    return names if file.source.path in names else []


def _included(file: File) -> list[str]:
    folders = dict.fromkeys((file.folder, posixpath.dirname(file.folder), ""))
    for folder in folders:
        for base in ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"):
            path = posixpath.join(folder, base)
            if path == file.source.path or not file.context.exists(path):
                continue
            source = file.context.find(path)
            if source is None or "include" not in source.text:
                continue
            for names in _includes(source, folder):
                if file.source.path in names:
                    return names
    return []


def _includes(source: Source, folder: str) -> list[list[str]]:
    """The lists of files that a compose file includes, each joined to one before."""
    found = []
    for document in yaml.load(source).documents:
        node = document.get("include") if isinstance(document, Mapping) else None
        for item in node.items if isinstance(node, Sequence) else []:
            paths = names_in(item.get("path") if isinstance(item, Mapping) else item)
            found.append([posixpath.normpath(posixpath.join(folder, p)) for p in paths])
    return found


def layers(file: File, name: str, body: Mapping) -> list[tuple[File, Mapping]]:
    """The mappings that make a service, the one that counts most first.

    The override file lies over the default file. A service that names neither image nor build is
    a layer for `-f`: it lies over the default file of its folder.
    """
    found = chain(file, name, body)
    together = stack(file)
    if together:
        above: list[tuple[File, Mapping]] = []
        for upper in together[_place(file, together) + 1 :]:
            node = upper.top.get("services", name)
            if isinstance(node, Mapping):
                above = chain(upper, name, node) + above
        return above + found
    if is_default(file.source.path):
        over = beside(file, override=True)
        other = over.top.get("services", name) if over is not None else None
        if over is not None and isinstance(other, Mapping):
            return chain(over, name, other) + found
    elif not any(m.get("image") or m.get("build") for _, m in found):
        base = beside(file, override=False)
        other = base.top.get("services", name) if base is not None else None
        if base is not None and isinstance(other, Mapping):
            return found + chain(base, name, other)
    return found


def chain(
    file: File, name: str, body: Mapping, seen: tuple[str, ...] = ()
) -> list[tuple[File, Mapping]]:
    """The service's mapping and those that it extends, nearest first; loops end."""
    found = [(file, body)]
    above = _extended(file, body) if len(seen) <= 10 else None
    mark = f"{file.source.path}:{name}"
    if above is not None and mark not in seen:
        found += chain(*above, (*seen, mark))
    return found


def extends_itself(file: File, name: str, body: Mapping) -> bool:
    """Whether a service extends itself, at once or by way of others: compose refuses the file."""
    seen: set[str] = set()
    step: tuple[File, str, Mapping] | None = (file, name, body)
    while step is not None:
        mark = f"{step[0].source.path}:{step[1]}"
        if mark in seen:
            return True
        seen.add(mark)
        step = _extended(step[0], step[2])
    return False


def _extended(file: File, body: Mapping) -> tuple[File, str, Mapping] | None:
    """The service that a service extends: its file, name and mapping."""
    extends = body.get("extends")
    if isinstance(extends, Mapping):
        base, path = extends.text("service"), extends.text("file")
    else:
        base, path = (extends.text if isinstance(extends, Scalar) else None), None
    if base is None:
        return None
    other = file
    if path is not None:
        held = file.context.find(posixpath.normpath(posixpath.join(file.folder, path)))
        opener = opened(held, file.context) if held is not None else None
        if opener is None:
            return None
        other = opener
    target = other.top.get("services", base)
    return (other, base, target) if isinstance(target, Mapping) else None


def names_in(node: Node | None) -> list[str]:
    """The names of a list, the keys of a mapping, or the one scalar."""
    if isinstance(node, Mapping):
        return [k.text for k, _ in node.merged()]
    if isinstance(node, Sequence):
        return [i.text for i in node.items if isinstance(i, Scalar)]
    return [node.text] if isinstance(node, Scalar) else []


def replaces(node: Node) -> bool:
    """Whether `!override` or `!reset` lays a value over another instead of joining them."""
    return node.tag in ("!override", "!reset")
