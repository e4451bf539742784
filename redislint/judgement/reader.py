"""The servers' reading of a configuration file, line by line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from redislint.judgement import checks, legacy
from redislint.judgement.checks import Check
from redislint.judgement.cnumbers import cstr, same
from redislint.judgement.includes import TOO_LONG, Includes, Unreadable
from redislint.judgement.state import Dependence, State, Where
from redislint.knowledge.directives import Directive, table
from redislint.knowledge.servers import SERVERS, flavour, version
from redislint.syntax.conf import split_line, visible

BAD = "Bad directive or wrong number of arguments"
UNBALANCED = "Unbalanced quotes in configuration line"
COMMAND_LINE = "command line"
MAX_DEPTH = 60
"""Nested includes after which a server is taken to have run out of stack."""


class Refused(Exception):
    """The server ends here."""

    def __init__(
        self, message: str, line: int | None, stage: str, text: bytes = b"", source: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.stage = stage
        self.text = text
        self.source = source


class Entry:
    """How one server handles one directive."""

    __slots__ = ("arity", "check", "directive", "least", "most", "name", "split")

    def __init__(
        self, d: Directive, check: Check, least: int, most: int | None, arity: str, split: bool
    ) -> None:
        self.directive = d
        self.name = d.name
        self.check = check
        self.least = least
        self.most = 1 << 60 if most is None else most
        self.arity = arity
        self.split = split


_SPECIAL = frozenset({"include", "rename-command", "acl-user", "loadmodule", "sentinel", "dead"})
_LATE = frozenset(
    # Read outside of the common table in 6.x: a wrong number of words is a "bad directive" there.
    {
        "bind", "unixsocketperm", "save", "dir", "logfile", "replicaof", "cluster-config-file",
        "client-output-buffer-limit", "oom-score-adj-values", "notify-keyspace-events",
    }
)  # fmt: skip


def _modern(d: Directive, v: tuple[int, int], valkey: bool) -> Check:
    makers: dict[str, Callable[[], Check]] = {
        "bool": lambda: checks.boolean(d),
        "enum": lambda: checks.enum(d, v),
        "int": lambda: checks.integer(d, v, valkey),
        "memory": lambda: checks.memory(d, v, valkey),
        "percent-or-memory": lambda: checks.memory(d, v, valkey),
        "octal": lambda: checks.octal(v),
        "string": lambda: checks.string(d, v, valkey),
        "int-list": lambda: checks.oom_values,
        "float-list": lambda: checks.percentiles,
        "keyspace-events": lambda: checks.keyspace_events(d, v),
        "address-list": lambda: checks.addresses if v >= (7, 0) else legacy.bind,
        "replicaof": lambda: checks.replicaof,
        "save": lambda: checks.save if v >= (7, 0) else legacy.save,
        "client-output-buffer-limit": lambda: (
            checks.buffer_limits if v >= (7, 0) else legacy.buffer_limits
        ),
    }
    make = makers.get(d.kind)
    return make() if make else checks.any_text


def _entry(d: Directive, v: tuple[int, int], valkey: bool) -> Entry | None:
    if d.kind in _SPECIAL or "module" in d.flags:
        return None
    least, most = d.args
    if v >= (7, 0):
        split = "split" in d.flags
        check = _modern(d, v, valkey)
        return Entry(d, check, 0 if split else 1, None if split else 1, checks.ARITY, split)
    if v >= (6, 0):
        late = d.name in _LATE or (v == (6, 0) and d.name in ("requirepass", _QUERY))
        if v == (6, 0) and d.name == _QUERY:
            return Entry(d, checks.any_text, 1, 1, BAD, False)
        check = _modern(d, v, valkey)
        return Entry(d, check, least, most, BAD if late else checks.ARITY, False)
    lists: dict[str, Check] = {
        "address-list": legacy.bind,
        "save": legacy.save,
        "client-output-buffer-limit": legacy.buffer_limits,
        "replicaof": legacy.slaveof,
        "octal": checks.octal(v),
        "keyspace-events": checks.keyspace_events(d, v),
    }
    check = lists.get(d.kind) or legacy.single(d, v)
    return Entry(d, check, least, most, BAD, False)


_QUERY = "client-query-buffer-limit"


@lru_cache(maxsize=len(SERVERS))
def entries(server: str) -> Mapping[bytes, Entry]:
    """Return the ordinary directives of a server by lower-case name."""
    v, valkey = version(server), flavour(server) == "valkey"
    made: dict[int, Entry | None] = {}
    out: dict[bytes, Entry] = {}
    for name, d in table(server).items():
        if id(d) not in made:
            made[id(d)] = _entry(d, v, valkey)
        entry = made[id(d)]
        if entry is not None:
            out[name.encode("ascii")] = entry
    return out


@lru_cache(maxsize=len(SERVERS))
def dead_names(server: str) -> frozenset[bytes]:
    """Return the names that are accepted with one word and ignored."""
    return frozenset(n.encode("ascii") for n, d in table(server).items() if d.kind == "dead")


class Reader:
    """Reads texts into a :class:`State` until something is refused (:class:`Refused`)."""

    def __init__(self, state: State, includes: Includes) -> None:
        self.state = state
        self.includes = includes
        self.entries = entries(state.server)
        self.depth = 0
        self.sentinel: Callable[[list[bytes], bytes], str | None] | None = None
        """Carries out ``sentinel`` lines in sentinel mode."""
        self.all_refusals: list[Refused] | None = None
        """A list makes the reader go on after a refusal, which it appends there."""

    def read(self, text: bytes, source: str, options: bytes | None = None) -> None:
        """Read one text, the includes in it too, and the options that are appended to it."""
        st = self.state
        st.reading = True
        outer = st.source, st.file_line
        loaded = st.save_loaded
        if st.version == (6, 2):  # there each text forgets, at its first save, what came before
            st.save_loaded = False
        lines = visible(text).split(b"\n")
        slaveof_line = self.lines(lines, source, False)
        if options is not None:
            last = self.lines(options.split(b"\n"), COMMAND_LINE, True)
            slaveof_line = last + len(lines) if last else slaveof_line
        try:
            self.end_of_text(slaveof_line, lines)
        except Refused as refused:
            self.refuse(refused)
        if st.version == (6, 2):
            st.save_loaded = loaded
        st.reading = False
        st.source, st.file_line = outer

    def lines(self, lines: list[bytes], source: str, options: bool) -> int:
        """Carry out lines; return the number of the last one that named a master, or 0."""
        st = self.state
        get = self.entries.get
        modern = st.version >= (7, 0)
        st.source = source
        slaveof_line = 0
        for number, raw in enumerate(lines, 1):
            line = raw.strip(b" \t\r")
            if not line or line[0] == 35:
                continue
            words = split_line(line, st.server)
            st.file_line = number
            error: str | None = UNBALANCED
            if words is not None:
                if not words:
                    continue
                name = words[0].lower()
                if not modern and b"\0" in name:
                    name = cstr(name)
                entry = get(name)
                if entry is None:
                    error = self.special(name, words[1:], line)
                else:
                    error = self.set(entry, words[1:])
                    if error is None and entry.directive.kind == "replicaof":
                        slaveof_line = number
            if error is not None:
                self.refuse(Refused(error, None if options else number, "parse", line, source))
        return slaveof_line

    def refuse(self, refused: Refused) -> None:
        """End the reading, or, where every refusal is wanted, note it and go on."""
        if self.all_refusals is None or refused.stage == "crash":
            raise refused
        self.all_refusals.append(refused)

    def set(self, entry: Entry, args: list[bytes]) -> str | None:
        """Carry out an ordinary directive."""
        if not entry.least <= len(args) <= entry.most:
            return entry.arity
        st = self.state
        if entry.split and len(args) == 1 and args[0]:
            args = split_line(cstr(args[0]), st.server) or []
        error = entry.check(args, st)
        name = entry.name
        if name == "activedefrag" and args and same(args[0], b"yes"):
            st.depends.append(
                Dependence("activedefrag needs a build with the bundled jemalloc", st.file_line)
            )
        if error is not None:
            return error
        st.values[name] = (args, Where(st.source, st.file_line))
        if name == "cluster-enabled":
            st.cluster = same(args[0], b"yes")
        elif name == "dir":
            self.chdir(cstr(args[0]))
        elif name == "save":
            st.save_where = Where(st.source, st.file_line)
        elif name == "logfile" and st.version < (7, 0):
            self.log_file(cstr(args[0]))
        return None

    def chdir(self, path: bytes) -> None:
        """Follow a ``dir`` line."""
        st = self.state
        where = Where(st.source, st.file_line)
        if not path and st.valkey and st.version >= (8, 0):
            refused = Refused("dir can't be empty", where.line, "parse", b'dir ""', st.source)
            self.refuse(refused)
            return
        if path not in (b".", b"./"):
            st.moved = True
        trouble = self.includes.chdir(path)
        if trouble == "depends":
            shown = path.decode("latin-1")
            st.depends.append(Dependence(f"the directory '{shown}' must exist", where.line))
        elif trouble:
            if st.version < (7, 0):
                shown = path.decode("latin-1")
                self.refuse(Refused(f"Can't chdir to '{shown}': {trouble}", None, "env"))
                return
            stage = "parse" if trouble == TOO_LONG else "env"
            self.refuse(Refused(trouble, st.file_line, stage, b"dir " + path, st.source))

    def log_file(self, path: bytes) -> None:
        """Note that the log file is opened: up to 6.2 at its line, later at each text's end."""
        if path and b"/" in path:
            shown = path.decode("latin-1")
            self.state.depends.append(
                Dependence(f"the log file '{shown}' must be writable", self.state.file_line)
            )
        elif path and not self.state.moved:
            self.state.opened.append(path)

    def special(self, name: bytes, args: list[bytes], line: bytes) -> str | None:
        """Carry out what is no ordinary directive; the server's message or None."""
        st = self.state
        count = len(args)
        key = cstr(name)
        if key in dead_names(st.server) and count == 1:
            return None
        if key == b"include" and count == 1:
            self.include(cstr(args[0]))
            return None
        if key == b"rename-command" and count == 2:
            return self.rename(args[0], args[1])
        if key == b"user" and count >= 1 and st.version >= (6, 0):
            from redislint.judgement.acl import declare

            return declare(args, st.file_line, st.users, st.acl, st.pubsub_all())
        if key == b"loadmodule" and count >= 1 and st.version >= (4, 0):
            st.modules.append((cstr(args[0]), Where(st.source, st.file_line)))
            return None
        if key == b"sentinel":
            if not count:
                return None
            if self.sentinel is not None:
                return self.sentinel(args, line)
            return "sentinel directive while not in sentinel mode"
        if st.version >= (7, 0):
            newer = st.version >= (8, 0) and not st.valkey
            if (b"." in key and not newer) or (newer and count):
                if not count:
                    return "Module config specified without value"
                value = b" ".join(args)
                st.unknown[name] = (value, Where(st.source, st.file_line))
                return None
        return BAD

    def rename(self, old: bytes, new: bytes) -> str | None:
        """rename-command."""
        st = self.state
        table = st.command_table()
        key = old.lower()
        if key not in table:
            if st.version >= (7, 0) and self.is_subcommand(key):
                raise Refused(
                    "the server dies: rename-command cannot rename a subcommand",
                    None,
                    "crash",
                )
            return "No such command in rename-command"
        origin = table.pop(key)
        if new:
            if new.lower() in table:
                return "Target command name already exists"
            table[new.lower()] = origin or key
        return None

    def is_subcommand(self, key: bytes) -> bool:
        """Whether ``container|sub`` names a subcommand under the present names."""
        parts = key.split(b"|")
        if len(parts) != 2:
            return False
        table = self.state.command_table()
        if parts[0] not in table:
            return False
        origin = table[parts[0]] or parts[0]
        try:
            full = (origin + b"|" + parts[1]).decode("ascii")
        except UnicodeDecodeError:
            return False
        return full in self.state.acl.known.subcommands

    def include(self, path: bytes) -> None:
        """Read an included file in place."""
        st = self.state
        shown = path.decode("latin-1")
        if path == b"-" and st.version < (6, 2):
            self.nested(b"", "standard input")
            return
        globbing = st.version >= (7, 0) and any(c in path for c in b"*?[")
        try:
            found = self.includes.load(path, globbing)
        except Unreadable as trouble:
            if trouble.certain:
                reason = f"Fatal error, can't open config file '{shown}'"
                if st.version >= (6, 0):
                    reason += f": {trouble}"
                self.refuse(Refused(reason, None, "env"))
                return
            st.depends.append(
                Dependence(f"the included file '{shown}' was not read: {trouble}", st.file_line)
            )
            found = b""
        self.nested(found, shown)

    def nested(self, text: bytes, source: str) -> None:
        """Read an included text."""
        self.depth += 1
        if self.depth > MAX_DEPTH or self.includes.spent():
            raise Refused("the server dies: an include that never ends", None, "crash")
        self.read(text, source)
        self.depth -= 1

    def end_of_text(self, slaveof_line: int, lines: list[bytes]) -> None:
        """Check what the servers check at the end of every text."""
        st = self.state
        if st.version >= (7, 0) and (self.depth or st.bare) and st.text("logfile"):
            self.log_file(st.text("logfile"))
        if not st.cluster or st.masterhost is None or st.version < (3, 0):
            return
        name = "slaveof" if st.version < (5, 0) else "replicaof"
        message = f"{name} directive not allowed in cluster mode"
        if st.version >= (7, 0) or slaveof_line == 0:
            raise Refused(message, None, "post")
        if slaveof_line > len(lines):
            raise Refused(message, None, "parse", b"", COMMAND_LINE)
        text = lines[slaveof_line - 1].strip()
        raise Refused(message, slaveof_line, "parse", text, st.source)
