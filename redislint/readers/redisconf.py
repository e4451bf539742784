"""redis.conf, valkey.conf, sentinel.conf and ACL files → ConfFile.

Many programs call their file `*.conf`; only what reads like a Redis file is taken.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.knowledge.directives import all_names
from redislint.model.conf import ConfFile
from redislint.model.deployment import Problem
from redislint.model.setting import Setting
from redislint.readers import Context
from redislint.source import Source, Span
from redislint.syntax.conf import split_words

_NAMED = r"(?i)(redis|valkey)[^/]*$|(^|/)sentinel[^/]*\.conf|(^|/)(redis|valkey)[^/]*/[^/]*\.conf"
_CONTROL = r"^\s*(?:\{\{-?\s*(if|else|end|range|with|define|template|include)\b.*\}\}|\{%.*%\}|<%(?!=).*%>)"
_OPENS = r"^\s*(?:\{\{-?\s*(?:if|range|with|define)\b|\{%-?\s*(?:if|for)\b|<%-?\s*(?:if|unless|.*\bdo\b))"
_CLOSES = r"^\s*(?:\{\{-?\s*end\b|\{%-?\s*end|<%-?\s*(?:end|\}))"
_FOREIGN = re.compile(
    r"(?m)^[ \t]*(\[[\w .:-]+\]\s*$|<\w[^>\n]*>|[\w.]+\s*=\s*\S|\w[\w \"'/.$*-]*[;{]\s*$|[\w.-]+\s*:\s)"
)
_MAX_INCLUDES = 50


def read(source: Source, context: Context) -> Iterator[ConfFile | Problem]:
    """The configuration file, where it is one."""
    if source.path.lower().endswith(".acl"):
        users = acl_file(source)
        if users is not None:
            yield users
        return
    if not is_redis(source):
        return
    conf = conf_file(source, context)
    yield conf
    for loop in conf.loops:
        if loop.span is not None:
            why = f"include {loop.args[0]} leads back to a file that is being read: the server dies of it"
            yield Problem(loop.span.path, loop.span.line, why)


_USER = re.compile(r"(?i)^user\s+\S+(?=\s).*\s(?:on|off|nopass|reset|[+-]@?[a-z]|[~>#]\S)")
_RULE = re.compile(r"[-+~&%><#@(!]|all(?:keys|commands|channels)\b|no(?:pass|commands)\b|reset")


def acl_file(source: Source, label: str = "") -> ConfFile | None:
    """A file of users; None for the many other files of that name (Kafka's, a proxy's)."""
    lines = [s for line in source.text.split("\n", 4000)[:4000] if (s := line.strip())]
    users = [line for line in lines if _USER.match(line)]
    others = [line for line in lines if not line.startswith(("user ", "user\t"))]
    if not users or not all(_RULE.match(line) or line.startswith("/") for line in others):
        return None
    conf = ConfFile(source, "acl", [], label)
    for setting in settings(source):
        if setting.name == "user":
            setting.where = "acl file"
            conf.settings.append(setting)
    return conf


def is_redis(source: Source, name: str = "") -> bool:
    """Whether a text reads like a configuration of Redis or Valkey.

    A text inside another file (the value of a ConfigMap's key) has a name of its own.
    """
    known = all_names()
    names = 0
    others = 0
    for line in source.text.split("\n", 4000)[:4000]:
        stripped = line.strip()
        if not stripped or stripped[0] == "#":
            continue
        if stripped.startswith(("//", ";")):
            continue  # a comment of another language: the server refuses it, its author means Redis
        if stripped[0] in "{<" and re.match(_CONTROL, line):
            continue
        word = stripped.split(None, 1)[0].strip("\"'").lower()
        if word in known or word == "sentinel":
            names += 1
        elif not stripped.startswith(("{{", "{%", "<%", "${")):
            others += 1
    foreign = len(_FOREIGN.findall(source.text))
    if re.search(_NAMED, name or source.path):
        return names > 0 and names >= others and foreign <= max(1, names // 3)
    return names >= 3 and names >= 4 * others and foreign == 0


def conf_file(source: Source, context: Context | None, label: str = "") -> ConfFile:
    """The settings of a text that is known to be a configuration file."""
    found: list[Setting] = []
    conf = ConfFile(source, "server", found, label)
    _collect(source, context, conf, [source.path])
    if any(s.name == "sentinel" for s in found):
        conf.role = "sentinel"
    return conf


def _collect(source: Source, context: Context | None, conf: ConfFile, stack: list[str]) -> None:
    for setting in settings(source, conf):
        if setting.name != "include" or not setting.args:
            conf.settings.append(setting)
            continue
        path = setting.args[0]
        target = _included(path, source.path, context) if not setting.templated else None
        if (
            target is None
            or target.path in stack
            or len(stack) > 10
            or len(conf.settings) > 100_000
        ):
            conf.settings.append(setting)
            why = f"include {path} is not in the scanned folder"
            if target is not None:
                why = f"include {path} includes itself"
                if target.path in stack:
                    conf.loops.append(setting)
            conf.open_why = conf.open_why or why
            continue
        _collect(target, context, conf, [*stack, target.path])


def _included(path: str, holder: str, context: Context | None) -> Source | None:
    """An included file inside the tree: as written beside its holder, else of the same name."""
    if context is None or any(c in path for c in "*?["):
        return None
    folder = posixpath.dirname(holder)
    for attempt in (path, posixpath.basename(path)):
        if not attempt.startswith("/"):
            found = context.find(posixpath.join(folder, attempt))
            if found is not None:
                return found
    return None


def settings(source: Source, conf: ConfFile | None = None) -> Iterator[Setting]:
    """The settings of a text with their spans; those under a template's condition are left out."""
    level = 0
    text = source.text
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end]
        stripped = line.strip(" \t\r")
        begin, start = start, end + 1
        if not stripped or stripped[0] == "#":
            continue
        if stripped.startswith(("{{", "{%", "<%")) and re.match(_CONTROL, line):
            if conf is not None:
                conf.template = True
                conf.open_why = conf.open_why or "a template decides which lines are there"
            if re.match(_OPENS, line):
                level += 1
            elif re.match(_CLOSES, line):
                level = max(0, level - 1)
            continue
        if level:
            continue
        words, error = split_words(line)
        if not words:
            continue
        offset = begin
        first, last = words[0], words[-1]
        last_end = offset + (last.end if error is None else len(line.rstrip()))
        name = first.text
        if name.startswith(("{{", "${", "<%")):
            if conf is not None:
                conf.template = True
                conf.open_why = conf.open_why or "a template fills in whole lines"
            continue
        setting = Setting(
            name,
            tuple(w.text for w in words[1:]),
            Span(source, offset + first.start, last_end),
            "file",
            tuple(Span(source, offset + w.start, offset + w.end) for w in words[1:]),
        )
        if conf is not None and setting.templated:
            conf.template = True
        yield setting
