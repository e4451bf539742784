"""Command lines as a shell splits them, and the server that they start.

Words whose text a shell will compute (`$VAR`, `$(…)`, backticks) are unknown; `${VAR:-x}` keeps
its default as the reason. Nothing is ever run.
"""

from __future__ import annotations

import re

from redislint.model.value import Value, at, unknown
from redislint.source import Source, Span

SERVERS = frozenset({"redis-server", "valkey-server", "keydb-server", "redis-stack-server"})
SENTINELS = frozenset({"redis-sentinel", "valkey-sentinel"})
_WRAPPERS = frozenset(
    "exec nohup sudo gosu su-exec tini dumb-init env nice time command stdbuf numactl setpriv "
    "chroot timeout unbuffer ionice taskset".split()
)
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_ENDS = frozenset({";", "&&", "||", "|", "&", "\n", ")", "(", "|&", ";;"})
_TOKEN = re.compile(
    r"""(?P<blank>(?:[ \t\r]|\\\r?\n)+)|(?P<comment>\#[^\n]*)|(?P<end>&&|\|\||;;|\|&|[;&|\n()])"""
    r"""|(?P<redirect>\d*(?:>>|<<<|<<|>&|<&|[<>])\s*[^\s;&|<>()]*)"""
)
# Lengths have limits so that openings which never close do not cost the square of their number.
_PIECE = re.compile(
    r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|\\(?P<escape>.)"""
    r"""|(?P<sub>\$\((?:[^()]|\([^()]*\)){0,4000}\)|`[^`]*`)|(?P<var>\$\{[^}]{0,1000}\}|\$[A-Za-z_]\w*|\$[@*#?0-9!-])"""
    r"""|(?P<plain>[^\s'"\\$`;&|()<>]+|\$)""",
    re.S,
)
_VARIABLE = re.compile(r"\$\{[^}]{0,1000}\}|\$[A-Za-z_]\w*|\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`")


class Word:
    """A word of a command line, or an operator (`end`): its value and its place in the text."""

    __slots__ = ("end", "operator", "start", "value")

    def __init__(self, value: Value, start: int, end: int, operator: str = "") -> None:
        self.value = value
        self.start = start
        self.end = end
        self.operator = operator

    @property
    def text(self) -> str:
        """The text where it is known, else empty."""
        return str(self.value.value) if self.value.known else ""


def split(text: str, source: Source | None = None, offset: int = 0) -> list[Word]:
    """The words of a command line, in linear time; spans lie at `offset` in `source`."""
    words: list[Word] = []
    position = 0
    while position < len(text) and len(words) < 20_000:
        token = _TOKEN.match(text, position)
        if token:
            if token["comment"] is not None and words and words[-1].end == position:
                pass  # a `#` inside a word is no comment
            else:
                if token["end"]:
                    words.append(Word(Value(token["end"]), position, token.end(), token["end"]))
                position = token.end()
                continue
        start = position
        parts: list[str] = []
        reason = ""
        while position < len(text):
            piece = _PIECE.match(text, position)
            if piece is None:
                if text[position] in "'\"":  # never closed: the rest belongs to it
                    parts.append(text[position + 1 :])
                    position = len(text)
                elif text[position] == "\\" or position == start:
                    parts.append(text[position])
                    position += 1
                    continue
                break
            position = piece.end()
            if piece["single"] is not None:
                parts.append(piece["single"])
            elif piece["double"] is not None:
                if variable := _VARIABLE.search(piece["double"].replace("\\$", "")):
                    reason = variable[0]
                parts.append(re.sub(r'\\(["\\$`])', r"\1", piece["double"]))
            elif piece["escape"] is not None:
                parts.append("" if piece["escape"] == "\n" else piece["escape"])
            elif piece["sub"] or piece["var"]:
                reason = piece[0]
                parts.append(piece[0])
            else:
                parts.append(piece["plain"])
        words.append(_word("".join(parts), reason, start, position, source, offset))
    return words


def _word(text: str, reason: str, start: int, end: int, source: Source | None, offset: int) -> Word:
    span = Span(source, offset + start, offset + end) if source is not None else None
    if reason:
        value = unknown(f"the shell fills in {reason[:60]}", span)
        value.raw = text
    else:
        value = at(text, span)
    return Word(value, start, end)


class Invocation:
    """A server or sentinel that a command starts: its arguments, and how sure that is.

    `program` is the base name; `certain` is false where it runs under a condition that the text
    does not decide.
    """

    __slots__ = ("arguments", "program", "sentinel", "value")

    def __init__(self, program: str, arguments: list[Value], value: Value, sentinel: bool) -> None:
        self.program = program
        self.arguments = arguments
        self.value = value
        self.sentinel = sentinel


def find_server(values: list[Value], depth: int = 0) -> Invocation | None:
    """The server that an argument list starts, through wrappers and `sh -c`; else None."""
    index = 0
    while index < len(values) and depth < 5:
        value = values[index]
        name = str(value.value).rpartition("/")[2] if value.known else ""
        if name in SERVERS or name in SENTINELS:
            arguments = values[index + 1 :]
            sentinel = name in SENTINELS or any(
                v.value == "--sentinel" for v in arguments if v.known
            )
            return Invocation(name, arguments, value, sentinel)
        if name in _SHELLS:
            rest = values[index + 1 :]
            for place, word in enumerate(rest):
                text = str(word.value) if word.known else ""
                if re.fullmatch(r"-[a-z]*c[a-z]*", text) and place + 1 < len(rest):
                    return in_script(rest[place + 1], depth + 1)
            return None
        index += 1
    return None


def in_script(script: Value, depth: int = 0) -> Invocation | None:
    """The last server that a shell script starts in the foreground, as far as the text shows."""
    text = script.raw if not script.known and script.raw else str(script.value or "")
    span = script.span
    source = None
    offset = 0
    if span is not None:
        # Places are those of the script's text where it stands unchanged in the file.
        offset = span.source.text.find(text, span.start, span.end + 1)
        source = span.source if offset >= 0 else None
    found: Invocation | None = None
    for command in commands(split(text, source, max(offset, 0))):
        invocation = find_server(_strip(command), depth + 1)
        if invocation is not None:
            found = invocation
    if found is not None and source is None and span is not None:
        for word in (*found.arguments, found.value):
            if word.span is None:
                word.origin = type(word.origin)(span, word.origin.note)
    return found


def in_command(command: list[Value]) -> Invocation | None:
    """The server that one simple command of a script starts."""
    return find_server(_strip(command), 1)


def commands(words: list[Word]) -> list[list[Value]]:
    """The simple commands of a line, without operators."""
    found: list[list[Value]] = [[]]
    for word in words:
        if word.operator in _ENDS:
            found.append([])
        else:
            found[-1].append(word.value)
    return [c for c in found if c]


def _strip(command: list[Value]) -> list[Value]:
    """A command without leading assignments, keywords and wrappers with their options."""
    index = 0
    while index < len(command):
        text = str(command[index].value) if command[index].known else ""
        assignment = re.match(r"[A-Za-z_]\w*=", command[index].raw or text)
        if assignment or text in ("if", "then", "else", "do", "while", "until", "!", "{", "time"):
            index += 1
        elif text.rpartition("/")[2] in _WRAPPERS:
            index += 1
            while index < len(command) and str(command[index].value or "").startswith("-"):
                index += 1
        else:
            break
    rest = command[index:]
    if rest and rest[0].known:
        name = str(rest[0].value).rpartition("/")[2]
        if name in (
            "echo",
            "printf",
            "which",
            "pkill",
            "killall",
            "cp",
            "mv",
            "ln",
            "chmod",
            "chown",
            "rm",
            "apt-get",
            "apk",
            "yum",
            "install",
            "cd",
            "test",
            "[",
            "grep",
            "cat",
            "sed",
            "service",
            "systemctl",
            "supervisorctl",
            "pgrep",
            "pidof",
            "mkdir",
            "touch",
        ):
            return []
    return rest
