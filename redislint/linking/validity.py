"""Lines that the server refuses, ignores or overrides → `directive` subjects, by its own judgement."""

from __future__ import annotations

import re
from collections.abc import Iterable

from redislint.judgement.judge import verify, verify_sentinel
from redislint.judgement.verdict import Verdict
from redislint.knowledge.directives import all_names, table
from redislint.linking.statements import MODULES, refused_statements, refused_users
from redislint.model.deployment import Deployment
from redislint.model.server import Server, shown, spellings
from redislint.model.setting import Setting
from redislint.model.subject import Subject
from redislint.model.value import Origin, Value, default
from redislint.source import Source, Span
from redislint.syntax.conf import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.readers import Context

_MOST = 25
"""Refused lines reported of one file: after that many it is no configuration."""

_COMMENTS = ("//", ";")
"""How comments begin elsewhere."""

_REPEATED = frozenset(
    "save user rename-command loadmodule include client-output-buffer-limit sentinel "
    "loadmodule-config module-config".split()
)


def find_refusals(deployment: Deployment, context: Context) -> None:
    """One subject for every line of a server's settings that its version refuses or overrides."""
    seen: set[tuple[str, int]] = set()
    for server in [s for s in deployment.subjects if isinstance(s, Server)]:
        for subject in _of_server(server):
            place = (subject.anchor.path, subject.anchor.line) if subject.anchor else ("", 0)
            key = (f"{place[0]}:{subject.get('problem').value}", place[1])
            if key not in seen:
                seen.add(key)
                deployment.subjects.append(subject)


def _of_server(server: Server) -> Iterable[Subject]:
    by_source: dict[int, list[Setting]] = {}
    for setting in server.settings:
        if setting.span is not None and setting.where == "file":
            by_source.setdefault(id(setting.span.source), []).append(setting)
    for group in by_source.values():
        yield from _of_file(server, group)
    if server.kind == "sentinel" or server.acl_read:
        yield from _with_readers_of_their_own(server)
    options = [s for s in server.settings if s.where == "command line" and not s.templated]
    if options:
        text = "\n".join(" ".join(quote(w) for w in (s.name, *s.args)) for s in options)
        places = dict(enumerate(options, 1))
        yield from _refused(server, text, places, None)
    yield from _replica_in_cluster(server)
    yield from _duplicates(server)
    for setting in server.settings:
        if not setting.templated:
            yield from _spelling(server, setting)


def _with_readers_of_their_own(server: Server) -> Iterable[Subject]:
    for refused in (*refused_users(server), *refused_statements(server)):
        setting = refused.setting
        subject = _subject(server, setting, refused.problem, refused.message)
        subject.set("name", Value(refused.name, Origin(setting.span)))
        subject.set("value", Value(refused.value, Origin(setting.span)))
        hint = Value(refused.hint) if refused.hint else default(None, "no suggestion")
        subject.set("hint", hint)
        yield subject


def _of_file(server: Server, settings: list[Setting]) -> Iterable[Subject]:
    first = settings[0].span
    assert first is not None
    source = first.source
    lines = source.text.split("\n")
    # What a template will write is not judged, and neither is what an `include` brings.
    kept = {source_line(s.span): s for s in settings if s.span is not None and not s.templated}
    unread = {"include", "loadmodule"}
    if server.kind == "sentinel":
        # Names of masters and of hosts that a template or the network decides are not judged.
        unread.add("sentinel")
    text = [
        line if number in kept and kept[number].name not in unread else ""
        for number, line in enumerate(lines, 1)
    ]
    if any("\x00" in line for line in lines):
        return
    yield from _refused(server, "\n".join(text), kept, source)
    if source.outer is None and source.data is not None and source.data.startswith(b"\xef\xbb\xbf"):
        subject = _subject(
            server, settings[0], "utf8-bom", "the file begins with a byte-order mark"
        )
        subject.anchor = source.line_span(1)
        yield subject


def source_line(span: Span | None) -> int:
    """The line (from 1) of a span in its own text, embedded or not."""
    if span is None:
        return 0
    from bisect import bisect_right

    return bisect_right(span.source.lines, span.start)


def _refused(
    server: Server, text: str, places: dict[int, Setting], source: Source | None
) -> Iterable[Subject]:
    """The lines that every version in question refuses, in order."""
    data = text.encode("utf-8", "surrogateescape").decode("latin-1").encode("latin-1", "replace")
    raw = data.split(b"\n")
    for _ in range(_MOST):
        found: tuple[int, str, str] | None = None
        some = False  # another version stops at another line first
        for candidate in reversed(_asked(server)):
            verdict = _verdict(server, b"\n".join(raw), candidate)
            named = _named_line(raw, verdict.message or "")
            if verdict.accepted or (verdict.stage not in ("parse", "unresolved") and not named):
                return
            line = verdict.line or named or _unknown_line(raw, candidate)
            if not line:
                return
            some = some or (found is not None and found[0] != line)
            if found is None or line < found[0]:
                found = (line, verdict.message or "refused", candidate)
        if found is None or found[0] not in places:
            return
        if some:  # not every version minds this line; a later one they may all refuse
            raw[found[0] - 1] = b""
            continue
        line, message, candidate = found
        if _of_a_module(places[line], message, server) or _filled_in(places[line], candidate):
            raw[line - 1] = b""
            continue
        yield _classified(server, places[line], message, candidate)
        raw[line - 1] = b""
        if places[line].name.startswith(_COMMENTS):  # one mistake, made on every line of a comment
            raw = [b"" if r.lstrip().startswith((b"//", b";")) else r for r in raw]


def _replica_in_cluster(server: Server) -> Iterable[Subject]:
    """replicaof and cluster-enabled in two places, such as a file and the command line."""
    last = {s.name: s for s in server.settings}
    cluster = last.get("cluster-enabled")
    replica = last.get("replicaof") or last.get("slaveof")
    if cluster is None or replica is None or cluster.templated or replica.templated:
        return
    if cluster.where == replica.where and (replica.where != "file" or _same_file(cluster, replica)):
        return  # judged with its file
    of_none = [word.lower() for word in replica.args] == ["no", "one"]
    if (
        [word.lower() for word in cluster.args] == ["yes"]
        and len(replica.args) == 2
        and not of_none
    ):
        message = f"{replica.name} directive not allowed in cluster mode"
        yield _classified(server, replica, message, server.candidates[-1])


def _of_a_module(setting: Setting, message: str, server: Server) -> bool:
    """Whether a module may know what the server alone does not."""
    if setting.name == "user":
        return MODULES.search(message) is not None
    return setting.name not in all_names() and any(s.name == "loadmodule" for s in server.settings)


def _filled_in(setting: Setting, candidate: str) -> bool:
    """Whether a word in capitals stands where only a number or a keyword can: a script's mark."""
    directive = table(candidate).get(setting.name)
    marks = [w for w in setting.args if re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", w)]
    return bool(marks) and directive is not None and directive.kind != "string"


def _asked(server: Server) -> tuple[str, ...]:
    """The versions that judge: a Sentinel of Redis 8 reads over what it does not know."""
    if server.kind != "sentinel":
        return tuple(server.candidates)
    strict = tuple(c for c in server.candidates if not c.startswith("redis-8"))
    return strict or tuple(server.candidates)


def _verdict(server: Server, text: bytes, candidate: str) -> Verdict:
    """What the version says of the text, as a server or as a Sentinel."""
    if server.kind == "sentinel":
        return verify_sentinel(text, candidate)
    return verify(text, candidate, build="official")


def _named_line(raw: list[bytes], message: str) -> int:
    """The line that a refusal of the whole file speaks of, where its words tell; else 0."""
    user = re.search(r"user at line (\d+)", message)
    if user:
        return int(user[1])
    if message.endswith("directive not allowed in cluster mode"):  # from 7.0 on without a line
        starts = [b"".join(line.lower().split()[:1]) for line in raw]
        places = (n for n, word in enumerate(starts, 1) if word in (b"replicaof", b"slaveof"))
        return max(places, default=0)
    if message.endswith("cannot rename a subcommand"):
        words = [line.lower().split()[:2] for line in raw]
        places = (
            n for n, w in enumerate(words, 1) if w[:1] == [b"rename-command"] and b"|" in w[-1]
        )
        return next(places, 0)
    return 0


def _unknown_line(raw: list[bytes], server: str) -> int:
    """The line of the first name that the server does not know."""
    known = table(server)
    for number, line in enumerate(raw, 1):
        words = line.split()
        if (
            words
            and not words[0].startswith(b"#")
            and words[0].decode("latin-1").lower() not in known
        ):
            return number
    return 0


def _subject(server: Server, setting: Setting, problem: str, reason: str) -> Subject:
    subject = Subject(server.label, setting.span, "directive")
    origin = Origin(setting.span)
    subject.set("problem", Value(problem, origin))
    subject.set("name", Value(setting.written, origin))
    subject.set("reason", Value(reason, Origin(None, f"what {shown(server.server)} says")))
    subject.set("versions", Value(_versions(server), server.version_origin))
    subject.links["server"] = server
    return subject


def _versions(server: Server) -> str:
    if len(server.candidates) == 1:
        # Valkey 9.0 is judged by 9.1's tables; its users know it as 9.0.
        container = server.links.get("container")
        tag = container.get("tag").value if container is not None else None
        written = re.match(r"\d+\.\d+(?=$|[.-])", str(tag or ""))
        known = server.candidates[0]
        return f"{known.partition('-')[0]} {written[0]}" if written else shown(known)
    return "every version that may run here"


def _classified(server: Server, setting: Setting, message: str, candidate: str) -> Subject:
    """The refused line with the kind of its mistake, as the rules name them."""
    known = table(candidate)
    directive = known.get(setting.name)
    problem = "refused"
    hint = ""
    commented = next((i for i, w in enumerate(setting.args) if w.startswith("#")), None)
    raw = setting.span.text if setting.span else ""
    if "nbalanced quotes" in message:
        problem = "unbalanced-quotes"
    elif directive is None:
        problem, hint = _unknown(setting, candidate)
        if setting.name.startswith(_COMMENTS):
            hint = "a comment begins with #"
        if server.kind == "sentinel":
            hint = f"{hint or 'no such name'}; only a Sentinel of Redis 8 reads over it"
    elif not setting.args:
        pass  # whatever it takes, it was given nothing
    elif "can't be a path" in message:
        problem = "dbfilename-path"
    elif setting.name == "rename-command" and re.search("No such command|subcommand", message):
        problem = "rename-command-unknown"
    elif (commented is not None and directive.kind != "string") or (commented or 0) > 0:
        problem = "inline-comment"
    elif directive.kind == "bool":
        problem = "bad-boolean"
    elif directive.kind == "enum":
        problem = "bad-enum-value"
        hint = ", ".join(directive.enum)
    elif directive.kind in ("memory", "percent-or-memory"):
        problem = "bad-memory-unit"
    elif setting.name in ("requirepass", "masterauth", "primaryauth") and len(setting.args) > 1:
        problem = "password-with-space-unquoted"
    elif setting.name == "client-output-buffer-limit":
        problem = "client-output-buffer-limit-arguments"
    elif setting.name == "save":
        problem = "save-odd-or-quoted-arguments"
    elif setting.name == "user":
        problem = "acl-rule-invalid"
    subject = _subject(server, setting, problem, message)
    subject.set("hint", Value(hint) if hint else default(None, "no suggestion"))
    value = " ".join(setting.args)[:60] if setting.args else "without a value"
    subject.set("value", Value(value, Origin(setting.span)))
    assert raw is not None
    return subject


def _unknown(setting: Setting, candidate: str) -> tuple[str, str]:
    from difflib import get_close_matches

    from redislint.knowledge.servers import SERVERS, flavour

    name = setting.name
    if "=" in setting.written or name.endswith(":"):
        return "equals-or-colon-syntax", re.split(r"[=:]", name)[0]
    holders = all_names().get(name, ())
    if holders:
        same = [s for s in holders if flavour(s) == flavour(candidate)]
        if not same:
            return "valkey-only-option-on-redis", f"{flavour(holders[0])} knows it"
        if all(SERVERS.index(s) > SERVERS.index(candidate) for s in same):
            return "option-too-new", f"since {shown(same[0])}"
        return "option-removed", f"last known to {shown(same[-1])}"
    close = get_close_matches(name, table(candidate), n=1, cutoff=0.75)
    return "unknown-directive", f"did you mean {close[0]}?" if close else ""


def _duplicates(server: Server) -> Iterable[Subject]:
    """Settings that a later line of the same server sets to something else."""
    last: dict[str, Setting] = {}
    for setting in server.settings:
        if setting.name in _REPEATED or setting.name not in all_names():
            continue
        family = min(spellings(setting.name))
        before = last.get(family)
        last[family] = setting
        if before is None or before.args == setting.args or before.templated or setting.templated:
            continue
        if setting.where == "build":  # sed changed that very line
            continue
        if before.where == "file" and setting.where != "file":
            problem = "cli-flags-override-conf"
        elif before.where == setting.where == "file" and _same_file(before, setting):
            problem = "duplicate-directive"
        elif before.where == setting.where == "file":
            problem = "include-order-overrides"
        else:
            continue
        subject = _subject(server, before, problem, "the last line counts")
        subject.set("winner", Value(_masked(setting), Origin(setting.span)))
        yield subject


def _masked(setting: Setting) -> str:
    directive = table("redis-8.2").get(setting.name) or table("valkey-9.1").get(setting.name)
    if directive is not None and directive.secret:
        return "another value"
    return " ".join(setting.args)[:60] or '""'


def _same_file(one: Setting, two: Setting) -> bool:
    return one.span is not None and two.span is not None and one.span.source is two.span.source


def _spelling(server: Server, setting: Setting) -> Iterable[Subject]:
    """Names that still work and have a newer one; values that mean less than they seem to."""
    known = table(server.candidates[-1])
    directive = known.get(setting.name)
    if directive is None:
        return
    oldest = table(server.candidates[0])
    if directive.name != setting.name and "slave" in setting.name + directive.name:
        newer = next((n for n in (directive.name, *directive.aliases) if "slave" not in n), "")
        if newer and newer in oldest and "slave" in setting.name:
            subject = _subject(server, setting, "deprecated-alias", "the old name of a directive")
            subject.set("hint", Value(newer))
            yield subject
    elif "ziplist" in setting.name and setting.name.replace("ziplist", "listpack") in oldest:
        subject = _subject(server, setting, "deprecated-alias", "the old name of a directive")
        subject.set("hint", Value(setting.name.replace("ziplist", "listpack")))
        yield subject
    if (
        directive.kind == "memory"
        and setting.args
        and re.fullmatch(r"\d+[kmg]", setting.args[0].lower())
    ):
        subject = _subject(server, setting, "memory-unit-decimal", "k, m and g are powers of ten")
        subject.set("hint", Value(setting.args[0] + "b"))
        subject.set("value", Value(setting.args[0], Origin(setting.span)))
        yield subject
    if (
        setting.name == "maxmemory"
        and setting.args
        and setting.args[0].isdecimal()
        and 0 < int(setting.args[0]) < 2**20
    ):
        subject = _subject(
            server, setting, "maxmemory-without-unit-tiny", "a plain number is bytes"
        )
        subject.set("value", Value(setting.args[0], Origin(setting.span)))
        yield subject
    if all(_is_dead(setting.name, candidate) for candidate in server.candidates):
        yield _subject(server, setting, "option-removed-silently", "read and ignored")
    if setting.name == "save" and any(a.startswith("#") for a in setting.args):
        # Up to 6.2 a save line of the wrong length is dropped in silence; 7.0 refuses the file.
        yield _subject(server, setting, "inline-comment", "the words are no save points")


def _is_dead(name: str, candidate: str) -> bool:
    """Whether a version keeps a name only so that old files load."""
    directive = table(candidate).get(name)
    return directive is not None and directive.kind == "dead"
