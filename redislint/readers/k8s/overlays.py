"""kustomize: what overlays make of the objects of their bases.

A workload that an overlay patches is judged as each overlay leaves it; the base alone is never
applied then.
"""

from __future__ import annotations

import copy
import posixpath
import re
from collections.abc import Iterator

from redislint.knowledge import images
from redislint.readers import Context
from redislint.readers.k8s.layered import Written, merge, put
from redislint.readers.k8s.objects import Folder, Object
from redislint.source import Source
from redislint.syntax import yaml
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

_FILE = re.compile(r"(?:^|/)kustomization\.ya?ml$")
_MOST_FILES = 400
_DEEPEST = 6


class Change:
    """One patch: an object to lay over, or a list of JSON operations, and what it is meant for."""

    __slots__ = ("body", "kind", "name")

    def __init__(self, body: Node, kind: str, name: str) -> None:
        self.body = body
        self.kind = kind
        self.name = name

    def fits(self, found: Object) -> bool:
        """Whether the change is for an object; its target's name is a regular expression."""
        if self.kind and self.kind != found.kind:
            return False
        try:
            return not self.name or re.fullmatch(self.name, found.name) is not None
        except re.error:
            return self.name == found.name


class Overlay:
    """One kustomization: the objects that it takes, and what it changes about them."""

    def __init__(self, source: Source, context: Context) -> None:
        self.path = source.path
        self.folder = posixpath.dirname(source.path)
        self.context = context
        document = next((d for d in yaml.load(source).documents if isinstance(d, Mapping)), None)
        self.top = document
        self.patches: set[str] = set()
        """The files of its patches: objects with only what is changed."""
        self.changes = list(self._changes())
        self.images = self._table("images")
        self.copies = self._table("replicas")

    def _items(self, name: str) -> list[Node]:
        node = self.top.get(name) if self.top is not None else None
        return node.items if isinstance(node, Sequence) else []

    def _table(self, name: str) -> dict[str, Mapping]:
        rows = [i for i in self._items(name) if isinstance(i, Mapping)]
        return {n: row for row in rows if (n := row.text("name"))}

    def resources(self) -> list[str]:
        """Folders and files that it builds on, as paths in the tree; addresses are left out."""
        names = [i for n in ("resources", "bases", "components") for i in self._items(n)]
        return [
            posixpath.normpath(posixpath.join(self.folder, i.text))
            for i in names
            if isinstance(i, Scalar) and "://" not in i.text and "?" not in i.text
        ]

    def _changes(self) -> Iterator[Change]:
        for name in ("patches", "patchesStrategicMerge", "patchesJson6902"):
            for item in self._items(name):
                yield from self._change(item)

    def _change(self, item: Node) -> Iterator[Change]:
        source: Source | None = None
        kind = name = ""
        if isinstance(item, Mapping):
            kind = item.text("target", "kind") or ""
            name = item.text("target", "name") or ""
            inline, path = item.get("patch"), item.text("path")
            if isinstance(inline, Scalar):
                source = inline.embedded()
            elif path:
                source = self._patch(path)
        elif isinstance(item, Scalar):
            inside = "\n" in item.text
            source = item.embedded() if inside else self._patch(item.text.strip())
        for document in yaml.load(source).documents if source is not None else []:
            if isinstance(document, Sequence):
                yield Change(document, kind, name)
            elif isinstance(document, Mapping):
                own = document.get("metadata", "name")
                yield Change(
                    document,
                    kind or document.text("kind") or "",
                    name or (re.escape(own.text) if isinstance(own, Scalar) else ""),
                )

    def _patch(self, path: str) -> Source | None:
        full = posixpath.normpath(posixpath.join(self.folder, path))
        self.patches.add(full)
        return self.context.find(full)

    def generators(self, near: Folder) -> Folder:
        """The base's folder with the ConfigMaps that this overlay makes or changes."""
        if not self._items("configMapGenerator"):
            return near
        joined = copy.copy(near)
        joined.generated = {k: dict(v) for k, v in near.generated.items()}
        joined.generate(self.top, self.folder)
        return joined

    def applied(self, found: Object) -> Object | None:
        """The object as this overlay leaves it; None where it changes nothing of it."""
        node: Node = found.node
        touched = False
        for change in self.changes:
            if not change.fits(found):
                continue
            touched = True
            body = change.body
            node = _json(node, body) if isinstance(body, Sequence) else merge(node, body)
        node, other = self._pictured(node)
        count = self.copies.get(found.name)
        number = count.get("count") if count is not None else None
        if number is not None:
            node = put(node, ["spec", "replicas"], number)
        if not (touched or other or number is not None) or not isinstance(node, Mapping):
            return None
        return Object(node, found.path, found.templated)

    def _pictured(self, node: Node) -> tuple[Node, bool]:
        """The object with its images renamed; whether one was."""
        changed = False
        for start in (["spec", "template", "spec"], ["spec"]):
            table = node.get(*start, "containers") if isinstance(node, Mapping) else None
            for index, item in enumerate(table.items if isinstance(table, Sequence) else []):
                image = item.get("image") if isinstance(item, Mapping) else None
                if not isinstance(image, Scalar) or image.templated:
                    continue
                made = self._image(image)
                if made is not None:
                    node = put(node, [*start, "containers", str(index), "image"], made)
                    changed = True
        return node, changed

    def _image(self, image: Scalar) -> Written | None:
        name, tag, digest = images.parse(image.text)
        bare = re.sub(r"(?::[\w.-]+)?(?:@.*)?$", "", image.text)
        row = self.images.get(bare) or self.images.get(name)
        if row is None:
            return None
        place = row.get("newTag") or row.get("digest") or row.get("newName") or row
        text = row.text("newName") or bare
        if row.text("digest"):
            return Written(place, f"{text}@{row.text('digest')}")
        new = row.get("newTag")
        tag = new.text if isinstance(new, Scalar) else tag
        return Written(place, text + (f":{tag}" if tag else "") + (f"@{digest}" if digest else ""))


def _json(node: Node, operations: Sequence) -> Node:
    for item in operations.items:
        path = item.text("path") if isinstance(item, Mapping) else None
        if path is None or not isinstance(item, Mapping) or not path.startswith("/"):
            continue
        words = [w.replace("~1", "/").replace("~0", "~") for w in path[1:].split("/")]
        operation = item.text("op")
        if operation == "remove":
            node = put(node, words, None)
        elif operation in ("add", "replace") and (value := item.get("value")) is not None:
            node = put(node, words, value, insert=operation == "add")
    return node


class Overlays:
    """Every kustomization of a tree that changes something, by the file of the objects it takes."""

    def __init__(self, context: Context) -> None:
        self.by_file: dict[str, list[Overlay]] = {}
        paths = [p for p in context.glob("*kustomization.y*ml") if _FILE.search(p)]
        made: dict[str, Overlay] = {}
        for path in sorted(paths)[:_MOST_FILES]:
            source = context.find(path)
            if source is not None:
                made[posixpath.dirname(path)] = Overlay(source, context)
        self.patches = {p for o in made.values() for p in o.patches}
        for overlay in made.values():
            if overlay.changes or overlay.images or overlay.copies:
                for path in _files(overlay, made, context, 0):
                    self.by_file.setdefault(path, []).append(overlay)

    def of(self, found: Object) -> list[tuple[Overlay, Object]]:
        """What each overlay makes of an object; empty where none changes it."""
        pairs = [(o, o.applied(found)) for o in self.by_file.get(found.path, [])]
        return [(o, made) for o, made in pairs if made is not None]


def _files(
    overlay: Overlay, made: dict[str, Overlay], context: Context, depth: int
) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    for path in overlay.resources():
        if path.endswith((".yaml", ".yml", ".json")):
            yield path
        elif path in made and made[path] is not overlay:
            yield from _files(made[path], made, context, depth + 1)


_KEPT: list[tuple[Context, Overlays]] = []


def overlays(context: Context) -> Overlays:
    """The overlays of a tree, read once."""
    for held, found in _KEPT:
        if held is context:
            return found
    made = Overlays(context)
    _KEPT[:] = [(context, made)]
    return made
