"""A server with its settings: the same model for a file, a command line, an image, CONFIG GET."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from redislint.knowledge.directives import Directive, all_names, table
from redislint.knowledge.servers import SERVERS, flavour
from redislint.model import subject
from redislint.model.setting import Setting, parse, save_points
from redislint.model.subject import FactSpec, Subject
from redislint.model.value import ABSENT, Origin, Value, default, unknown
from redislint.source import Span

LIKELY = tuple(
    s
    for s in SERVERS
    if s not in ("redis-2.8", "redis-3.0", "redis-3.2", "redis-4.0", "redis-5.0", "redis-6.0")
)
"""Servers that somebody who names no version may still run: those that had releases since 2021."""

_LISTS = ("save", "address-list", "replicaof", "rename-command", "client-output-buffer-limit")
_TYPE = {"bool": "bool", "int": "int", "float": "number", "memory": "size", "enum": "enum"}


@lru_cache(maxsize=1)
def _newest_first() -> dict[str, Directive]:
    found: dict[str, Directive] = {}
    for server in reversed(SERVERS):
        for name, directive in table(server).items():
            found.setdefault(name, directive)
    return found


@lru_cache(maxsize=2048)
def spellings(name: str) -> tuple[str, ...]:
    """Every name that any server gives to the directive of this name, itself first."""
    found = {name: None}
    for server in all_names().get(name, ()):
        directive = table(server).get(name)
        if directive is not None:
            found[directive.name] = None
            found.update(dict.fromkeys(directive.aliases))
    return tuple(found)


def shown(server: str) -> str:
    """A server key as users read it: `redis 7.2`."""
    return server.replace("-", " ")


class Server(Subject):
    """A Redis or Valkey server.

    `settings` are in the order in which the server reads them. `complete` says whether all of
    them are known; where it is not, a directive that nobody set is unknown, with `why`.
    `image_defaults` are defaults that an image or a package changes.
    """

    kind = "server"

    def __init__(
        self,
        label: str,
        anchor: Span | None,
        settings: Iterable[Setting] = (),
        *,
        complete: bool = True,
        why: str = "",
    ) -> None:
        super().__init__(label, anchor)
        self.settings: list[Setting] = list(settings)
        self.complete = complete
        self.why = why
        self.candidates = LIKELY
        self.version_origin = Origin(None, "no version is named")
        self.image_defaults: dict[str, Value] = {}
        self.config_paths: tuple[str, ...] = ()
        self.acl_read = False
        """Whether the users of its ACL file are among the settings."""
        self._by_name: dict[str, list[Setting]] = {}
        self._indexed = -1

    @property
    def server(self) -> str:
        """The server key under which facts are asked: the view's, else the newest candidate."""
        return self.version or self.candidates[-1]

    def written(self, name: str) -> list[Setting]:
        """The settings of a directive, under any spelling, in order."""
        if self._indexed != len(self.settings):
            self._indexed = len(self.settings)
            self._by_name = {}
            for setting in self.settings:
                self._by_name.setdefault(setting.name, []).append(setting)
        names = spellings(name)
        if len(names) == 1:
            return self._by_name.get(name, [])
        found = [n for n in names if n in self._by_name]
        if len(found) < 2:
            return self._by_name[found[0]] if found else []
        return [s for s in self.settings if s.name in found]

    def missing(self, name: str) -> Value:
        """The effective value of a directive; absent for names that are none."""
        lines = self.written(name)
        if not lines and self.complete and not self.image_defaults:  # most facts of most files
            return built_in(name, self.server, bool(self.settings or self.config_paths))
        if name not in _newest_first():
            return ABSENT
        if name == "save" and lines:
            return self._save(lines)
        if lines:
            return lines[-1].value(_directive(name, self.server) or _newest_first()[name])
        if not self.complete:
            return unknown(self.why or "part of the configuration is unknown", set=None)
        if name in self.image_defaults:
            return self.image_defaults[name]
        return built_in(name, self.server, bool(self.settings or self.config_paths))

    def _save(self, lines: list[Setting]) -> Value:
        """Save lines accumulate; `save ""` forgets those before it."""
        points: list[tuple[int, int]] = []
        last = lines[-1]
        for line in lines:
            if line.templated:
                return unknown("filled in from outside", line.span)
            found = save_points(line.args)
            if found == ():
                points, last = [], line
            elif found:
                points += found
                last = line
        shown = " ".join(f"{s} {c}" for s, c in points) or '""'
        return Value(tuple(points), Origin(last.span), raw=shown)


@lru_cache(maxsize=4096)
def _directive(name: str, server: str) -> Directive | None:
    """The directive of a name under any of its spellings, as a server knows it."""
    known = table(server)
    return next((known[n] for n in spellings(name) if n in known), None)


@lru_cache(maxsize=4096)
def built_in(name: str, server: str, configured: bool) -> Value:
    """What a directive is where nobody sets it; `configured`: with a file or any option."""
    directive = _directive(name, server)
    if directive is None:
        return ABSENT
    note = f"default of {shown(server)}"
    if name == "save" and configured and not _saves_by_default(server):
        return default((), f"{shown(server)} drops its save points when any option is given")
    if directive.default is None:
        return default(None, note)
    words = tuple(directive.default.split()) if directive.kind != "string" else (directive.default,)
    if name == "save":
        return default(save_points(words) or (), note)
    return default(parse(directive, words or ("",)), note)


def _saves_by_default(server: str) -> bool:
    """Up to redis 6.0 a configuration file or any option cleared the built-in save points."""
    return flavour(server) == "valkey" or SERVERS.index(server) >= SERVERS.index("redis-6.2")


def _spec(name: str, directive: Directive) -> FactSpec:
    kind = directive.kind
    type_ = "duration" if directive.time and kind != "save" else _TYPE.get(kind, "text")
    if kind in _LISTS:
        type_ = "list"
    return FactSpec(
        name,
        type_,
        f"the directive {name}",
        choices=directive.enum if kind == "enum" else (),
        unit=directive.time or "",
        secret=directive.secret,
    )


class Vocabulary(dict[str, FactSpec]):
    """The server's vocabulary; a directive joins it when it is first asked for.

    Building 300 entries costs more than judging a file, and a check with compiled pages asks for
    the few that its findings show.
    """

    fallback: Vocabulary | None = None
    """The table of a kind that this one is a special case of: a Sentinel is a server too."""

    def __contains__(self, name: object) -> bool:
        if dict.__contains__(self, name):
            return True
        if self.fallback is not None and isinstance(name, str) and name in self.fallback:
            self[name] = self.fallback[name]
            return True
        directive = _newest_first().get(name) if isinstance(name, str) else None
        if directive is None:
            return False
        self[str(name)] = _spec(str(name), directive)
        return True

    def get(self, name: str, default: FactSpec | None = None) -> FactSpec | None:  # type: ignore[override]
        """The entry of a name, directives included."""
        found = dict.get(self, name)
        if found is None and name in self:
            found = self[name]
        return default if found is None else found

    def load(self) -> Vocabulary:
        """Fill in every directive: for listing the vocabulary."""
        for name in _newest_first():
            assert name in self
        return self


subject.VOCABULARY["server"] = Vocabulary(subject.VOCABULARY.get("server", {}))
subject.kind(
    "server",
    "a Redis or Valkey server, from a configuration file, a command line, an image or CONFIG GET",
    [
        FactSpec("container", "subject", "the container that runs it", target="container"),
        FactSpec("cluster", "subject", "the cluster it is a node of", target="cluster"),
        FactSpec("primary", "subject", "the server that it replicates", target="server"),
        FactSpec("replica", "subject", "a server that replicates it", target="server"),
        FactSpec("sentinel", "subject", "a Sentinel that watches it", target="sentinel"),
        FactSpec("purpose", "enum", "what the data is for, as far as the repository shows",
                 choices="cache session queue rate-limiter leaderboard lock pubsub primary unknown".split()),
        FactSpec("environment", "enum", "where it runs, as far as names and addresses show",
                 choices="production development test example unknown".split()),
    ],
)  # fmt: skip
