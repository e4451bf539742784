"""Rule pages: Markdown → a checked rule and its examples.

The one place that knows the form of a page; docs/writing-rules.md teaches it.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from redislint.model.subject import KINDS
from redislint.rules.condition import ConditionError, compile_condition, lookup
from redislint.rules.errors import PageError

SEVERITIES = ("note", "warning", "error")
CONFIDENCES = ("low", "medium", "high")
REQUIRED = ("code", "on", "when", "severity", "confidence", "message")
OPTIONAL = (
    "aliases", "also-at", "also-on", "at", "catalogue", "covered-by", "cwe", "evidence", "fix", "note-when", "preview",
    "security-severity", "since", "summary", "tags", "versions",
)  # fmt: skip

FILE_OF_LANGUAGE = {
    "redis.conf": "redis.conf", "valkey.conf": "valkey.conf", "sentinel.conf": "sentinel.conf",
    "users.acl": "users.acl", "dockerfile": "Dockerfile", "compose": "compose.yaml",
    "kubernetes": "redis.yaml", "helm-values": "values.yaml", "ecs": "task-definition.json",
    "terraform": "main.tf", "cloudformation": "template.yaml", "systemd": "redis.service",
    "ansible": "playbook.yml", "spring-yaml": "src/main/resources/application.yml",
    "properties": "src/main/resources/application.properties", "java": "src/main/java/RedisConfig.java",
    "kotlin": "src/main/kotlin/RedisConfig.kt", "python": "app.py", "pom": "pom.xml",
    "gradle": "build.gradle", "gradle-kts": "build.gradle.kts", "requirements": "requirements.txt",
    "pyproject": "pyproject.toml", "json": "redis.json", "yaml": "redis.yaml", "toml": "redis.toml",
    "redisson": "redisson.yaml",
}  # fmt: skip

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CODE = re.compile(r"[A-Z]{2,6}\d{3,4}")
_FENCE = re.compile(r"^(`{3,}|~{3,})[ \t]*([^\n`]*)$")
_FIELD = re.compile(r"\{([a-z][\w.-]*(?:\([^)]*\))?)\}")


class Example:
    """One example of a page: whether the rule must fire on it, and its files."""

    __slots__ = ("files", "line", "wrong")

    def __init__(self, wrong: bool, line: int, files: dict[str, str]) -> None:
        self.wrong = wrong
        self.line = line
        self.files = files


class Page:
    """A parsed page. `meta` is the TOML block, `prose` the text between it and the examples."""

    __slots__ = ("examples", "key_lines", "meta", "name", "path", "prose", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.name = ""
        self.meta: dict[str, Any] = {}
        self.prose = ""
        self.examples: list[Example] = []
        self.key_lines: dict[str, int] = {}

    def wrong(self, key: str, message: str, extra: int = 0) -> PageError:
        """An error at the line of a key of the TOML block."""
        return PageError(self.path, self.key_lines.get(key, 1) + extra, f"{key}: {message}")


def parse_page(path: str, text: str) -> Page:
    """Read a page's form; the condition is not looked at yet. Raises PageError."""
    page = Page(path, text)
    lines = text.splitlines()
    section = ""
    index = 0
    prose: list[str] = []
    while index < len(lines):
        line = lines[index]
        fence = _FENCE.match(line)
        if fence:
            end = index + 1
            while end < len(lines) and lines[end].strip() != fence[1]:
                end += 1
            if end == len(lines):
                raise PageError(path, index + 1, "this fence is never closed")
            body = "\n".join(lines[index + 1 : end]) + "\n"
            info = fence[2].strip()
            if info == "toml" and not page.meta and not section:
                page.key_lines = _key_lines(body, index + 2)
                page.meta = _meta(path, index + 1, body, page.key_lines)
            elif section in ("wrong", "right"):
                _example(page, section == "wrong", index + 1, info, body)
            else:
                prose += lines[index : end + 1]
            index = end + 1
            continue
        if line.startswith("# ") and not page.name:
            page.name = line[2:].strip()
            if not _NAME.fullmatch(page.name):
                raise PageError(path, index + 1, f"'{page.name}' is no rule name: use kebab-case")
        elif line.startswith("## "):
            section = line[3:].strip().lower()
        elif not section:
            prose.append(line)
        index += 1
    if not page.name:
        raise PageError(path, 1, "the page has no title: begin with '# rule-name'")
    if not page.meta:
        raise PageError(path, 1, "the page has no ```toml block under its title")
    page.prose = "\n".join(prose).strip()
    return page


def _key_lines(body: str, first: int) -> dict[str, int]:
    """The line of each key of a TOML block that begins at line `first`."""
    lines: dict[str, int] = {}
    for number, line in enumerate(body.splitlines(), first):
        key = re.match(r"\s*([\w-]+)\s*=", line)
        if key:
            lines.setdefault(key[1], number)
    return lines


def _meta(path: str, line: int, body: str, at: dict[str, int]) -> dict[str, Any]:
    try:
        meta = tomllib.loads(body)
    except tomllib.TOMLDecodeError as error:
        inner = re.search(r"at line (\d+)", str(error))
        raise PageError(path, line + (int(inner[1]) if inner else 0), f"toml: {error}") from None
    for key in meta:
        if key not in REQUIRED + OPTIONAL:
            known = ", ".join(REQUIRED + OPTIONAL)
            raise PageError(path, at.get(key, line), f"unknown key '{key}': {known}")
    for key in REQUIRED:
        if not isinstance(meta.get(key), str):
            raise PageError(path, at.get(key, line), f"the key '{key}' is missing or no text")
    checks = (
        ("severity", meta["severity"] in SEVERITIES, "one of " + ", ".join(SEVERITIES)),
        ("confidence", meta["confidence"] in CONFIDENCES, "one of " + ", ".join(CONFIDENCES)),
        ("code", bool(_CODE.fullmatch(meta["code"])), "letters and three or four digits: RL201"),
        ("message", "\n" not in meta["message"].strip(), "one line"),
        ("aliases", isinstance(meta.get("aliases", []), list), "a list of names"),
        ("also-on", isinstance(meta.get("also-on", []), list), "a list of subjects"),
        ("covered-by", isinstance(meta.get("covered-by", []), list), "a list of names"),
        ("fix", isinstance(meta.get("fix", {}), dict), "a table"),
    )
    for key, fine, want in checks:
        if not fine:
            raise PageError(path, at.get(key, line), f"{key} = {meta[key]!r}: give {want}")
    security = meta.get("security-severity")
    if security is not None:
        try:
            fine = isinstance(security, str) and 0 < float(security) <= 10
        except ValueError:
            fine = False
        if not fine:
            where = at.get("security-severity", line)
            raise PageError(path, where, 'security-severity is a text from "0.1" to "10.0"')
    return meta


def _example(page: Page, wrong: bool, line: int, info: str, body: str) -> None:
    words = info.split()
    if not words:
        raise PageError(page.path, line, "an example needs a language: ```redis.conf")
    joined = "+" in words[1:]
    named = next((w[5:] for w in words[1:] if w.startswith("path=")), None)
    if named is None and words[0] not in FILE_OF_LANGUAGE:
        known = ", ".join(FILE_OF_LANGUAGE)
        raise PageError(page.path, line, f"'{words[0]}' is no language of examples: {known}")
    name = named or FILE_OF_LANGUAGE[words[0]]
    if name.startswith("/") or ".." in name.split("/"):
        raise PageError(page.path, line, f"path={name} leaves the example: give a relative path")
    if joined and page.examples and page.examples[-1].wrong == wrong:
        page.examples[-1].files[name] = body
    else:
        page.examples.append(Example(wrong, line, {name: body}))


def compile_page(page: Page) -> dict[str, Any]:
    """The rule as data: what a check needs, without the prose. Raises PageError."""
    meta = page.meta
    kind = meta["on"]
    for key, given in (("on", [kind]), ("also-on", meta.get("also-on", []))):
        for one in given:
            if one not in KINDS:
                raise page.wrong(key, f"unknown subject '{one}': one of {', '.join(sorted(KINDS))}")
    try:
        tree = compile_condition(meta["when"], kind)
    except ConditionError as error:
        extra = meta["when"][: error.offset].count("\n")
        raise page.wrong("when", str(error), extra) from None
    for field in _FIELD.findall(meta["message"]):
        if field != "subject" and "(" not in field and lookup(field, kind) is None:
            raise page.wrong("message", f"unknown fact '{field}' of {kind}")
    for other in meta.get("also-on", []):
        try:
            compile_condition(meta["when"], other)
        except ConditionError as error:
            raise page.wrong("also-on", f"{other}: {error}") from None
    softer = _note_when(page)
    where, other_end = meta.get("at", ""), meta.get("also-at", "")
    for key, fact in (("at", where), ("also-at", other_end)):
        if fact and (key, fact) != ("at", "anchor") and lookup(fact, kind) is None:
            raise page.wrong(key, f"unknown fact '{fact}' of {kind}")
    return {
        "name": page.name,
        "code": meta["code"],
        "on": kind,
        "also-on": list(meta.get("also-on", [])),
        "when": tree,
        "note-when": softer,
        "severity": meta["severity"],
        "confidence": meta["confidence"],
        "message": meta["message"].strip(),
        "at": where,
        "also-at": other_end,
        "aliases": list(meta.get("aliases", [])),
        "covered-by": list(meta.get("covered-by", [])),
        "preview": bool(meta.get("preview", False)),
        "cwe": meta.get("cwe", ""),
        "security-severity": meta.get("security-severity", ""),
        "tags": list(meta.get("tags", [])),
        "fix": meta.get("fix", {}),
        "since": meta.get("since", ""),
        "summary": meta.get("summary") or summary(page.prose) or page.name,
        "catalogue": meta.get("catalogue", page.name),
        "evidence": meta.get("evidence", ""),
        "path": page.path,
    }


def _note_when(page: Page) -> list[Any]:
    """The condition under which a finding is only a note; an empty list where there is none."""
    condition = page.meta.get("note-when")
    if condition is None:
        return []
    tree: list[Any] = []
    for kind in (page.meta["on"], *page.meta.get("also-on", [])):
        try:
            compiled = compile_condition(condition, kind)
        except ConditionError as error:
            raise page.wrong("note-when", f"on {kind}: {error}") from None
        tree = tree or compiled
    return tree


def summary(prose: str) -> str:
    """The first sentence of a page's prose, without markup."""
    paragraph = next((p for p in re.split(r"\n\s*\n", prose) if p.strip()), "")
    plain = re.sub(
        r"`+([^`]*)`+|[*]+|(?<!\w)_+|_+(?!\w)|\[([^\[\]]*)\]\([^()]*\)",
        lambda m: m[1] or m[2] or "",
        " ".join(paragraph.split()),
    )
    match = re.match(r".{20,300}?[.!?](?=\s|$)", plain)
    return match[0] if match else plain[:300]
