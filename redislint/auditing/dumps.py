"""Read what INFO, CONFIG GET, CLUSTER, CLIENT, MODULE and ACL print, also when it was pasted.

Every parser returns the values and, for each, the line (from 1) on which it stands, so that a
finding points into the file that the user gave.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from redislint.knowledge.directives import all_names

Fields = dict[str, str]
Lines = dict[str, int]

_FIELD = re.compile(r"([A-Za-z_][\w.|-]*):(.*)")
_QUOTED = re.compile(r"\s*\d+[)#]\s*+(.*)")
_ID = re.compile(r"[0-9a-f]{40}")


class DumpError(Exception):
    """A dump that is not what it should be; one line that says what to paste."""


def text_lines(text: str) -> list[str]:
    """The lines of a dump without the prompts and quotes of redis-cli and without indentation."""
    lines = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = line.strip()
        if len(line) > 1 and line[0] == line[-1] == '"' and "\\r\\n" not in line:
            line = line[1:-1]
        lines.append(line)
    return lines


def parse_info(text: str) -> list[tuple[Fields, Lines]]:
    """The samples in INFO output: one, or several when it was taken again and again.

    Raises DumpError where no INFO output is in the text.
    """
    if text.lstrip().startswith('"') and "\\r\\n" in text:  # redis-cli --no-raw
        text = text.replace("\\r\\n", "\n").replace('"', "")
    samples: list[tuple[Fields, Lines]] = []
    fields: Fields = {}
    lines: Lines = {}
    for number, line in enumerate(text_lines(text), 1):
        match = _FIELD.fullmatch(line)
        if match is None:
            continue
        name, value = match[1], match[2].strip()
        if name in ("redis_version", "valkey_version") and name in fields:
            samples.append((fields, lines))
            fields, lines = {}, {}
        if name == "module" and name in fields:
            fields[name] += f" {value}"  # the one field that INFO repeats
        fields.setdefault(name, value)
        lines.setdefault(name, number)
    samples.append((fields, lines))
    known = (
        "redis_version",
        "valkey_version",
        "role",
        "used_memory",
        "uptime_in_seconds",
        "loading",
    )
    if not any(name in fields for fields, _ in samples for name in known):
        raise DumpError("holds no INFO output: paste what `redis-cli INFO everything` prints")
    return samples


def parse_fields(text: str, what: str, known: str) -> tuple[Fields, Lines]:
    """`name:value` lines such as CLUSTER INFO's. Raises DumpError where `known` is not there."""
    fields: Fields = {}
    lines: Lines = {}
    for number, line in enumerate(text_lines(text), 1):
        match = _FIELD.fullmatch(line)
        if match is not None:
            fields.setdefault(match[1], match[2].strip())
            lines.setdefault(match[1], number)
    if known not in fields:
        raise DumpError(f"holds no {what} output: paste what `redis-cli {what}` prints")
    return fields, lines


def parse_config(text: str) -> tuple[Fields, Lines]:
    """CONFIG GET * as redis-cli prints it to a terminal or a pipe, as JSON, or as a file.

    Raises DumpError where it is none of these.
    """
    stripped = text.lstrip()
    json_like = stripped.startswith(("{", "["))
    pairs = _config_json(stripped) if json_like else _config_lines(text)
    known = all_names()
    hits = sum(name in known for name, _, _ in pairs)
    if not hits or hits * 2 < len(pairs):
        raise DumpError("holds no CONFIG GET output: paste what `redis-cli CONFIG GET '*'` prints")
    fields = {name: value for name, value, _ in pairs}
    return fields, {name: line for name, _, line in pairs}


def _config_json(text: str) -> list[tuple[str, str, int]]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise DumpError(f"is no valid JSON: {error}") from None
    if isinstance(data, list):
        data = dict(zip(data[::2], data[1::2], strict=False))
    if not isinstance(data, dict):
        raise DumpError("holds no CONFIG GET output")
    rows = text.split("\n")
    pairs = []
    for name, value in data.items():
        line = next((n for n, row in enumerate(rows, 1) if f'"{name}"' in row), 1)
        pairs.append((str(name).lower(), "" if value is None else str(value), line))
    return pairs


def _config_lines(text: str) -> list[tuple[str, str, int]]:
    raw = text.replace("\r\n", "\n").split("\n")
    numbered = [n for n, line in enumerate(raw, 1) if re.match(r"\s*\d+[)#] ", line)]
    if len(numbered) >= 2:
        return _config_numbered(raw, numbered)
    if "\n" not in text.strip() and text.count('","') >= 3:  # redis-cli --csv
        words = [_unquote(word) for word in re.findall(r'"(?:[^"\\]|\\.)*"', text)]
        return [(n.lower(), v, 1) for n, v in zip(words[::2], words[1::2], strict=False)]
    known = all_names()
    rows = [(n, line.strip()) for n, line in enumerate(raw, 1)]
    start = next((i for i, (_, line) in enumerate(rows) if line.lower() in known), None)
    if start is not None:
        # Names and values alternate; a value may be an empty line.
        pairs = []
        for at in range(start, len(rows) - 1, 2):
            number, name = rows[at]
            if name:
                pairs.append((name.lower(), _unquote(rows[at + 1][1]), number + 1))
        return pairs
    pairs = []
    for number, line in rows:
        match = re.fullmatch(r"([\w.-]+)(?::|\s*=|\s)\s*(.*)", line)
        if match and not line.startswith("#"):
            pairs.append((match[1].lower(), _unquote(match[2]), number))
    return pairs


def _config_numbered(raw: list[str], numbered: list[int]) -> list[tuple[str, str, int]]:
    pairs = []
    waiting = ""
    for number in numbered:
        match = _QUOTED.match(raw[number - 1])
        assert match is not None
        name, arrow, value = match[1].partition("=>")
        if arrow:
            pairs.append((_unquote(name).lower(), _unquote(value), number))
        elif not waiting:
            if re.match(r"\s*\d*[13579][)#]", raw[number - 1]):  # names have odd numbers
                waiting = _unquote(name).lower()
        else:
            pairs.append((waiting, _unquote(name), number))
            waiting = ""
    return pairs


def _unquote(text: str) -> str:
    text = text.strip()
    if text == "(nil)":
        return ""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


class ClusterNode:
    """One line of CLUSTER NODES."""

    __slots__ = ("address", "flags", "host", "id", "line", "link", "master", "port", "slots")

    def __init__(self, words: list[str], line: int) -> None:
        self.id = words[0]
        self.address = words[1].split("@")[0].split(",")[0]
        host, _, port = self.address.rpartition(":")
        self.host = host
        self.port = int(port) if port.isdecimal() else 0
        self.flags = set(words[2].split(","))
        self.master = words[3]
        self.link = words[7]
        self.slots = sum(_slots(word) for word in words[8:])
        self.line = line


def _slots(word: str) -> int:
    if word.startswith("["):
        return 0
    first, _, last = word.partition("-")
    if not first.isdecimal() or (last and not last.isdecimal()):
        return 0
    return int(last or first) - int(first) + 1


def parse_nodes(text: str) -> list[ClusterNode]:
    """CLUSTER NODES. Raises DumpError where no node is in the text."""
    nodes = []
    for number, line in enumerate(text_lines(text), 1):
        words = line.split()
        if len(words) >= 8 and _ID.fullmatch(words[0]):
            nodes.append(ClusterNode(words, number))
    if not nodes:
        raise DumpError(
            "holds no CLUSTER NODES output: paste what `redis-cli CLUSTER NODES` prints"
        )
    return nodes


def parse_acl(text: str) -> list[tuple[str, int]]:
    """ACL LIST or an ACL file: pairs of a user's line and its line number."""
    users = []
    for number, line in enumerate(text_lines(text), 1):
        line = re.sub(r'^\d+[)#] *"?(.*?)"?$', r"\1", line)
        if re.match(r"user \S", line):
            users.append((line, number))
    if not users:
        raise DumpError("holds no ACL LIST output: paste what `redis-cli ACL LIST` prints")
    return users


def parse_clients(text: str) -> list[tuple[Fields, int]]:
    """CLIENT LIST: the fields of each client and its line number."""
    clients = []
    for number, line in enumerate(text_lines(text), 1):
        fields = dict(word.partition("=")[::2] for word in line.split(" ") if "=" in word)
        if "addr" in fields:
            clients.append((fields, number))
    return clients


def parse_modules(text: str) -> list[tuple[str, int]]:
    """MODULE LIST: names of modules and their line numbers."""
    lines = text_lines(text)
    modules = []
    for number, line in enumerate(lines, 1):
        bare = re.sub(r'^[\d)# ]*"?(.*?)"?$', r"\1", line)
        same = re.search(r'"?name"?\s*(?:=>|[:=])\s*"?([\w.-]+)', line)
        if same:
            modules.append((same[1], number))
        elif bare == "name" and number < len(lines):
            after = re.sub(r'^[\d)# ]*"?(.*?)"?$', r"\1", lines[number])
            modules.append((after, number + 1))
    return modules


def replica_fields(value: str) -> Mapping[str, str]:
    """The parts of `slave0:ip=...,port=...,lag=1`, `db0:keys=...`, `master0:name=...`."""
    return dict(part.partition("=")[::2] for part in value.split(",") if "=" in part)


def as_int(text: str | None) -> int | None:
    """A whole number, or None."""
    return int(text) if text is not None and text.lstrip("-").isdecimal() else None
