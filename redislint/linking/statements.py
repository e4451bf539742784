"""Lines that have readers of their own, ACL files' and Sentinels': which of them every version refuses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from redislint.judgement.cnumbers import cstr
from redislint.judgement.sentinel import NO_MASTER, STATEMENTS, UNKNOWN, Master, Statements
from redislint.judgement.state import State
from redislint.model.server import Server
from redislint.model.setting import Setting

_SECRET = ("auth-pass", "sentinel-pass")
_MARK = re.compile(r"[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*|.*[<>%@{}$].*")
"""A word that a script replaces: in capitals, or with a template's signs."""

MODULES = re.compile(
    r"'[+-]\w+\.[\w.|]+'|'[+-]@(search|json|timeseries|bloom|cuckoo|cms|topk|tdigest)'", re.I
)
"""Commands with a point and these categories come with modules, which the files need not name."""


class RefusedLine(NamedTuple):
    """A line, the kind of its mistake, what the server says, and what may be shown of it."""

    setting: Setting
    problem: str
    message: str
    name: str
    value: str
    hint: str


def refused_users(server: Server) -> Iterator[RefusedLine]:
    """The lines of its ACL file that every version in question refuses, one of each kind."""
    users = [s for s in server.settings if s.where == "acl file" and s.span is not None]
    if not users or any(s.templated for s in users):  # who fills it in may do more than that
        return
    from redislint.judgement.aclfile import judge_acl_file

    assert users[0].span is not None
    source = users[0].span.source
    data = source.text.encode("utf-8", "surrogateescape")
    refusals = [
        {r.line: r.message for r in judge_acl_file(data, candidate)}
        for candidate in server.candidates
        if not re.match(r"redis-[2-5]", candidate)
    ]
    lines = source.text.split("\n")
    told: set[str] = set()
    for line, message in refusals[0].items() if refusals else ():
        comment = lines[line - 1].lstrip().startswith("#")
        kind = "comment" if comment else message
        if kind in told or MODULES.search(message) or not all(line in r for r in refusals):
            continue
        told.add(kind)
        setting = next((s for s in users if s.span and s.span.line == line), None)
        if setting is None:
            setting = Setting("user", (), source.line_span(line), "acl file")
        if comment:
            message = f"an ACL file has no comments, every line {message}"
        yield RefusedLine(setting, "acl-rule-invalid", message, "user", "", "")


def refused_statements(server: Server) -> Iterator[RefusedLine]:
    """The `sentinel` lines that every version in question refuses, whatever the network is like."""
    if server.kind != "sentinel":
        return
    lines = [s for s in server.settings if s.name == "sentinel" and s.where == "file"]
    if not lines or any(s.templated or _marked(s) for s in lines):
        return
    refusals = [_refusals(lines, candidate, server.complete) for candidate in server.candidates]
    for number, setting in enumerate(lines):
        if all(number in found for found in refusals):
            yield _described(setting, refusals[-1][number])


def _marked(setting: Setting) -> bool:
    """Whether a word of it is one that a script puts in; names of masters may be in capitals."""
    return any(_MARK.fullmatch(word) and len(word) > 1 for word in setting.args[2:])


def _refusals(lines: list[Setting], candidate: str, complete: bool) -> dict[int, str]:
    state = State(candidate, jemalloc=True, sentinel=True)
    judge = Statements(state)
    judge.hostnames = True  # what a name resolves to is the network's matter
    order: Iterable[int] = range(len(lines))
    if state.version >= (6, 2):
        order = sorted(order, key=lambda n: [w.lower() for w in lines[n].args[:1]] != ["monitor"])
    found: dict[int, str] = {}
    for number in order:
        words = [word.encode("utf-8", "surrogateescape") for word in lines[number].args]
        message = judge.carry_out(words) if words else UNKNOWN
        if message == NO_MASTER and (not complete or not judge.masters):
            continue  # a script may add the monitor line
        if message is not None:
            found[number] = message
            if words and cstr(words[0]).lower() == b"monitor" and len(words) > 1:
                judge.masters.setdefault(cstr(words[1]), Master())
    return found


def _described(setting: Setting, message: str) -> RefusedLine:
    word = setting.args[0].lower() if setting.args else ""
    name = f"{setting.written} {word}".strip()
    shown = setting.args[1:2] if word in _SECRET else setting.args[1:]
    value = " ".join(shown)[:60] or "without a value"
    if message == UNKNOWN and word and word not in STATEMENTS:
        from difflib import get_close_matches

        close = get_close_matches(word, STATEMENTS, n=1, cutoff=0.75)
        hint = f"did you mean {close[0]}?" if close else ""
        return RefusedLine(setting, "unknown-directive", message, name, value, hint)
    if message == UNKNOWN:
        least, most = STATEMENTS[word][:2] if word else (1, 1)
        told = "a value" if most == 1 else str(least) if least == most else f"{least} or {most}"
        told = told if most == 1 else f"{told} words"
        message = f"it takes {told}, not {len(setting.args) - 1} ({message.rstrip('.')})"
    return RefusedLine(setting, "refused", message.rstrip("."), name, value, "")
