"""The objects of a folder of manifests: what pods refer to by name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.model.conf import ConfFile
from redislint.model.value import Value, at, unknown
from redislint.readers import Context
from redislint.source import Source
from redislint.syntax import yaml
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

_REFERRED = re.compile(
    r"(?m)^[ \t\"-]*kind\"?[ \t]*:[ \t]*\"?(ConfigMap|Service|PodDisruptionBudget|List|PersistentVolume|NetworkPolicy)"
    r"|configMapGenerator"
)
_MAX_FILES = 300


class Object:
    """One object: its kind, name and mapping. `templated` marks a file with `{{ }}` in it."""

    __slots__ = ("kind", "name", "node", "path", "templated")

    def __init__(self, node: Mapping, path: str, templated: bool) -> None:
        self.node = node
        self.kind = node.text("kind") or ""
        name = node.get("metadata", "name")
        self.name = name.text if isinstance(name, Scalar) else ""
        self.path = path
        self.templated = templated


def objects(source: Source) -> Iterator[Object]:
    """The objects of a file, those of lists included."""
    stream = yaml.load(source)
    for document in stream.documents:
        if not isinstance(document, Mapping) or document.text("kind") is None:
            continue
        items = document.get("items")
        if (document.text("kind") or "").endswith("List") and isinstance(items, Sequence):
            for item in items.items:
                if isinstance(item, Mapping) and item.text("kind"):
                    yield Object(item, source.path, stream.templated)
        else:
            yield Object(document, source.path, stream.templated)


_COMPUTED = re.compile(
    r"(?m)^[ \t]*(?:-[ \t]+)?\{\{|:[ \t]*\{\{-?[ \t]*(?:toYaml|include|tpl|template|with|range|if)\b"
)


def is_open(node: Node, without: Node | None = None) -> bool:
    """Whether a template may add lines to a node: `{{ .Release.Name }}` in a value adds none."""
    span = node.span
    text = span.source.text
    if without is None:
        return bool(_COMPUTED.search(text, span.start, span.end))
    inner = without.span
    return bool(
        _COMPUTED.search(text, span.start, inner.start)
        or _COMPUTED.search(text, inner.end, max(span.end, inner.end))
    )


def words(value: Node | None) -> Value | None:
    """A scalar as a Value: unknown where a template or `$(NAME)` fills it in."""
    if not isinstance(value, Scalar) or value.is_null:
        return None
    if value.templated:
        return Value(None, at("", value.span).origin, known=False, why="a template fills it in",
                     raw=value.text)  # fmt: skip
    if re.search(r"\$\([A-Za-z_]\w*\)", value.text):
        held = unknown("the environment fills it in", value.span)
        held.raw = value.text
        return held
    return at(value.text, value.span)


class Folder:
    """ConfigMaps, Services and budgets of one folder, each ConfFile made once."""

    def __init__(self, path: str, context: Context) -> None:
        self.path = path
        self.objects: list[Object] = []
        self.generated: dict[str, dict[str, str]] = {}
        self._confs: dict[tuple[str, str], ConfFile | None] = {}
        self._kinds: dict[str, list[Object]] | None = None
        self._selected: dict[tuple[str, str], list[tuple[int, dict[str, str], Object]]] | None = (
            None
        )
        prefix = f"{path}/" if path else ""
        names = [
            p
            for pattern in ("*.yaml", "*.yml", "*.json")
            for p in context.glob(prefix + pattern)
            if posixpath.dirname(p) == path
        ]
        for name in sorted(names)[:_MAX_FILES]:
            source = context.find(name)
            if source is None or not _REFERRED.search(source.text):
                continue
            self.objects += objects(source)
            if posixpath.basename(name).startswith("kustomization"):
                for document in yaml.load(source).documents:
                    self.generate(document, path)

    def generate(self, document: Node | None, folder: str) -> None:
        """Add the ConfigMaps that a kustomization makes of files."""
        table = document.get("configMapGenerator") if isinstance(document, Mapping) else None
        for item in table.items if isinstance(table, Sequence) else []:
            name = item.text("name") if isinstance(item, Mapping) else None
            files = item.get("files") if isinstance(item, Mapping) else None
            for entry in files.items if isinstance(files, Sequence) else []:
                if isinstance(entry, Scalar) and name:
                    key, equals, path = entry.text.partition("=")
                    path = path if equals else key
                    key = key if equals else posixpath.basename(path)
                    full = posixpath.normpath(posixpath.join(folder, path))
                    self.generated.setdefault(name, {})[key] = full

    def of(self, kind: str) -> list[Object]:
        """The objects of a kind."""
        if self._kinds is None:
            self._kinds = {}
            for found in self.objects:
                self._kinds.setdefault(found.kind, []).append(found)
        return self._kinds.get(kind, [])

    def services_for(self, labels: Node | None) -> list[Object]:
        """The Services that select pods with these labels, in the order of the files."""
        if not isinstance(labels, Mapping):
            return []
        if self._selected is None:
            self._selected = {}
            for number, service in enumerate(self.of("Service")):
                selector = service.node.get("spec", "selector")
                wanted = selector.texts() if isinstance(selector, Mapping) else {}
                for first in list(wanted.items())[:1]:  # any pair of it finds it
                    self._selected.setdefault(first, []).append((number, wanted, service))
        given = labels.texts()
        found = [
            (number, service)
            for pair in given.items()
            for number, wanted, service in self._selected.get(pair, ())
            if wanted.items() <= given.items()
        ]
        return [service for _, service in sorted(found, key=lambda pair: pair[0])]

    def config_map(self, name: str) -> Object | None:
        """The ConfigMap of a name."""
        return next((o for o in self.of("ConfigMap") if o.name == name), None)

    def content(self, name: str) -> dict[str, object] | None:
        """What a ConfigMap mounts: key → ConfFile, embedded Source or path; None if unknown."""
        if name in self.generated:
            return dict(self.generated[name])
        found = self.config_map(name)
        if found is None:
            return None
        data = found.node.get("data")
        result: dict[str, object] = {}
        for key, value in data.pairs if isinstance(data, Mapping) else []:
            if isinstance(value, Scalar):
                result[key.text] = self.conf(found, key.text, value) or value.embedded()
        return result

    def conf(self, owner: Object, key: str, value: Scalar) -> ConfFile | None:
        """The configuration of Redis in a key, where it is one; the same object each time."""
        mark = (f"{owner.path}:{owner.name}", key)
        if mark not in self._confs:
            self._confs[mark] = _conf(owner, key, value)
        return self._confs[mark]


def _conf(owner: Object, key: str, value: Scalar) -> ConfFile | None:
    from redislint.readers.redisconf import acl_file, conf_file, is_redis

    if key.endswith(".acl"):
        return acl_file(value.embedded(), f"{key} of ConfigMap {owner.name}")
    if not key.endswith((".conf", ".cfg", "config", ".tpl")) and "\n" not in value.text:
        return None
    if not re.search(r"conf|cfg|cnf", key):
        return None
    source = value.embedded()
    if not is_redis(source, key):
        return None
    return conf_file(source, None, f"{key} of ConfigMap {owner.name}")


_FOLDERS: dict[tuple[int, str], tuple[Context, Folder]] = {}


def folder(source: Source, context: Context) -> Folder:
    """The folder that a file lies in; read once for each scan."""
    path = posixpath.dirname(source.path)
    held = _FOLDERS.get((id(context), path))
    if held is not None and held[0] is context:
        return held[1]
    if len(_FOLDERS) > 500:
        _FOLDERS.clear()
    made = Folder(path, context)
    _FOLDERS[(id(context), path)] = (context, made)
    return made


def selects(selector: Node | None, labels: Node | None) -> bool:
    """Whether a selector's pairs are all among the labels; templates are compared as text."""
    if not isinstance(selector, Mapping) or not isinstance(labels, Mapping):
        return False
    wanted = selector.texts()
    return bool(wanted) and wanted.items() <= labels.texts().items()
