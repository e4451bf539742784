"""The configuration file that a container's own command writes before it starts the server."""

from __future__ import annotations

import posixpath
import re

from redislint.model.value import Value
from redislint.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.model.container import Container

_HERE = re.compile(
    r"<<(?P<dash>-?)[ \t]*(?P<q>[\"']?)(?P<mark>\w+)(?P=q)(?P<tail>[^\n]*)\n"
    r"(?P<body>(?:[^\n]*\n)*?)[ \t]*(?P=mark)[ \t]*(?=\n|$)"
)
_COMMAND = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^;&|\n'"\\]|&(?!&)|\|(?!\|))+""", re.S)
_DECIDES = re.compile(r"(?:^|[\n;&|])\s*(?:if\s+(?!\[\s+!\s+-[efs]\s)|case\s|for\s)")
"""What may keep a line from being written: a loop that waits does not, nor does `if [ ! -f x ]`."""
_LONGEST = 50_000


class Written:
    """What a command makes of a file: the lines that it adds to what lay at `base`.

    `base` is the path that it was made of ("" where it is written anew); `why` says what is not
    understood of it.
    """

    __slots__ = ("base", "lines", "why")

    def __init__(self, base: str) -> None:
        self.base = base
        self.lines: list[str] = []
        self.why = ""

    def source(self, script: Value) -> Source | None:
        """The lines as a text inside the file in which the command stands."""
        span = script.span
        if not self.lines or span is None:
            return None
        starts, cursor = [], span.start
        for line in self.lines:
            place = _place(span, line.strip(), cursor)
            starts.append(place)
            cursor = place
        return span.source.embedded("\n".join(self.lines) + "\n", starts)


def _place(span: Span, line: str, cursor: int) -> int:
    """Where a line stands in the file: compose halves dollars, and quotes lie around it."""
    for text in (line, line.replace("$", "$$"), line.partition(" ")[0]):
        for begin in (cursor, span.start):
            place = span.source.text.find(text, begin, span.end) if text else -1
            if place >= 0:
                return place
    return span.start


def written(container: Container, inside: str) -> tuple[Written, Value] | None:
    """What the script of `sh -c` does to a file; None where it does not name it but to start."""
    words = [*(container.entrypoint or []), *(container.argv or [])]
    for index, word in enumerate(words[1:], 1):
        option = str(words[index - 1].value or "")
        text = str(word.value) if word.known else (word.raw or "")
        if re.fullmatch(r"-[a-z]*c[a-z]*", option) and inside in text and len(text) <= _LONGEST:
            found = _read(text, inside)
            if found is not None:
                return found, word
    return None


def _read(script: str, inside: str) -> Written | None:
    found: Written | None = None
    bodies: list[str] = []

    def keep(match: re.Match[str]) -> str:
        bodies.append(match["body"])
        return f"{match['tail']} \x02{len(bodies) - 1}\x02"

    text = _HERE.sub(keep, re.sub(r"\\\r?\n", " ", script))
    text = re.sub(r"(?m)^[ \t]*#.*$", "", text)
    for command in _COMMAND.findall(text):
        if inside not in command:
            continue
        redirect = re.search(rf"(>>?)\s*[\"']?{re.escape(inside)}(?![\w.-])", command)
        tee = re.search(
            rf"\btee\s+(-a\s+|--append\s+)?[\"']?{re.escape(inside)}(?![\w.-])", command
        )
        copy = re.search(r"\b(?:cp|mv)\s+(?:-\w+\s+)*([^\s;&|]+)\s+([^\s;&|]+)", command)
        if redirect or tee:
            appends = redirect[1] == ">>" if redirect else bool(tee and tee[1])
            if not appends:
                found = Written("")
            elif found is None:
                found = Written(inside)
            _write(found, command, redirect.start() if redirect else len(command), bodies)
        elif copy is not None:
            origin, target = (posixpath.normpath(g.strip("\"'")) for g in copy.groups())
            beside = posixpath.join(target, posixpath.basename(origin))
            if inside in (target, beside) and origin.startswith("/") and origin != inside:
                found = Written(origin)
        elif re.search(r"\b(?:sed|awk|perl)\b", command):
            found = found or Written(inside)
            found.why = f"a command changes {inside} before the start"
    if found is not None and _DECIDES.search(text):
        found.why = found.why or f"a condition decides what is in {inside}"
    return found


def _write(found: Written, command: str, end: int, bodies: list[str]) -> None:
    """Add what a command prints; a file that it prints is what the lines are added to."""
    from redislint.syntax import shell

    for number in re.findall("\x02(\\d+)\x02", command):
        found.lines += [line.strip() for line in bodies[int(number)].splitlines()]
        return
    words = [w.text or str(w.value.raw or "") for w in shell.split(command[:end]) if not w.operator]
    while words and words[0] in ("exec", "sudo", "{", "(", "then", "else", "do"):
        words = words[1:]
    name = words[0].rpartition("/")[2] if words else ""
    if name in ("echo", "printf"):
        printed = " ".join(w for w in words[1:] if not re.fullmatch(r"-[neE]+", w))
        found.lines += [line.strip() for line in printed.replace("\\n", "\n").split("\n")]
        if name == "printf" and "%" in printed:
            found.why = "printf fills in its format"
        return
    files = [w for w in words[1:] if w.startswith("/")]
    if name == "cat" and len(files) == 1 and not found.base:
        found.base = files[0]
        return
    if name == "envsubst" or name == "sed":
        origin = re.search(r"<\s*[\"']?(/[\w./-]+)", command) or re.search(
            r"(/[\w./-]+\.\w+)\s*$", command
        )
        if origin is not None and not found.base:
            found.base = posixpath.normpath(origin[1])
    found.why = "a command writes the configuration file"
