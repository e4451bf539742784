"""Ansible's lineinfile, blockinfile and replace → what they make of a redis.conf that a package brought."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redislint.model.conf import ConfFile
from redislint.model.setting import Setting
from redislint.readers.redisconf import settings
from redislint.source import Source, Span
from redislint.syntax import shell
from redislint.syntax.conf import split_words
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

_PLACE = re.compile(
    r"(?i)(?:redis|valkey)[\w.-]*\.conf$|\{\{[^}]*(?:redis|valkey)[^}]*conf[^}]*\}\}$"
)
_ITEM = re.compile(r"^\s*\{\{\s*item(?:\.(\w+)|\[['\"](\w+)['\"]\])?\s*\}\}\s*$")
_ITEMS = ("loop", "with_items", "with_list")
_PACKAGED = ("127.0.0.1", "-::1")


class Edits:
    """The lines that tasks of one file write, by the file that they change."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: dict[str, list[Setting]] = {}

    def take(self, task: Mapping, name: str, body: Node) -> None:
        """One task of the three modules, with its loop."""
        place, text, span = _arguments(body, name)
        if place is None or text is None or span is None or not _PLACE.search(place):
            return
        lines = self.found.setdefault(place, [])
        if name == "blockinfile":
            if isinstance(span, Scalar):
                for setting in settings(span.embedded()):
                    setting.where = "build"
                    lines.append(setting)
            return
        looped = _ITEM.match(text)
        if looped is None:
            self._line(lines, text, span.span if isinstance(span, Scalar) else span)
            return
        for item in _loop(task):
            key = looped[1] or looped[2]
            node = item.get(key) if key and isinstance(item, Mapping) else item
            if isinstance(node, Scalar):
                self._line(lines, node.text, node.span)

    def _line(self, lines: list[Setting], text: str, span: Span) -> None:
        words, error = split_words(text)
        if words and error is None and re.fullmatch(r"[a-z][a-z0-9-]+", words[0].text):
            lines.append(Setting(words[0].text, tuple(w.text for w in words[1:]), span, "build"))

    def confs(self) -> Iterator[ConfFile]:
        """The configurations; where no task writes `bind` the package's stays."""
        from redislint.knowledge.directives import all_names

        for place, lines in self.found.items():
            known = [s for s in lines if s.name in all_names() or s.name == "sentinel"]
            if not known:
                continue
            if any(s.name == "sentinel" for s in known):
                conf = ConfFile(self.source, "sentinel", known, place)
                conf.open_why = f"the rest of {place} is not known"
            else:
                conf = ConfFile(self.source, "server", known, place)
                if all(s.name != "bind" for s in known):
                    known.append(Setting("bind", _PACKAGED, None, "build"))
            yield conf


def _arguments(body: Node, name: str) -> tuple[str | None, str | None, Scalar | Span | None]:
    """(the changed file, the text written, where it stands)."""
    key = {"lineinfile": "line", "blockinfile": "block", "replace": "replace"}[name]
    if isinstance(body, Mapping):
        place = next((t for k in ("path", "dest", "destfile", "name") if (t := body.text(k))), None)
        node = body.get(key)
        if body.text("state") == "absent" or not isinstance(node, Scalar):
            return None, None, None
        return place, node.text, node
    if not isinstance(body, Scalar) or name == "blockinfile":
        return None, None, None
    given = {}
    for word in shell.split(body.text):
        left, equals, right = str(word.value.value or word.value.raw or "").partition("=")
        if equals:
            given[left] = right
    if given.get("state") == "absent":
        return None, None, None
    return given.get("path") or given.get("dest"), given.get(key), body.span


def _loop(task: Mapping) -> list[Node]:
    for name in _ITEMS:
        node = task.get(name)
        if isinstance(node, Sequence):
            return list(node.items)
    return []
