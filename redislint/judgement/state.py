"""What a server has taken in while it reads its configuration."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from redislint.judgement.acl import Declared, Dialect, dialect
from redislint.knowledge.commands import commands
from redislint.knowledge.servers import flavour, version

SENTINEL_COMMANDS = frozenset(
    "acl auth client command hello info ping psubscribe publish punsubscribe role sentinel "
    "shutdown subscribe unsubscribe".split()
)
"""The commands of a sentinel that rename-command finds there."""


class Where(NamedTuple):
    """Where a value comes from."""

    source: str
    """A file name, ``"command line"``, or ``"default"``."""
    line: int | None
    """1-based line in that file; in the option string for a command line; None for a default."""


class Dependence(NamedTuple):
    """Something the verdict hangs on that the text does not say."""

    reason: str
    line: int | None


@dataclass(slots=True)
class State:
    """One reading of one configuration by one server."""

    server: str
    version: tuple[int, int] = (0, 0)
    valkey: bool = False
    values: dict[str, tuple[list[bytes], Where]] = field(default_factory=dict)
    """Canonical name -> (words, where) of the last accepted line."""
    saves: list[tuple[int, int]] | None = None
    """Save points (seconds, changes); None while the defaults stand."""
    save_where: Where | None = None
    save_loaded: bool = False
    reading: bool = True
    """False once an include has ended (7.0 on): a ``save`` line then clears those before it."""
    buffers: dict[str, tuple[tuple[int, int, int], Where]] = field(default_factory=dict)
    users: dict[bytes, Declared] = field(default_factory=dict)
    modules: list[tuple[bytes, Where]] = field(default_factory=list)
    unknown: dict[bytes, tuple[bytes, Where]] = field(default_factory=dict)
    """Names kept for modules -> (value, where)."""
    renamed: dict[bytes, bytes | None] | None = None
    """Command table after renames: name in the file -> original; built when first needed."""
    masterhost: bytes | None = None
    cluster: bool = False
    file_line: int = 0
    depends: list[Dependence] = field(default_factory=list)
    opened: list[bytes] = field(default_factory=list)
    """Log files that the reader created on its way."""
    moved: bool = False
    """A ``dir`` line has changed the working directory."""
    source: str = ""
    jemalloc: bool = False
    """Built with the bundled jemalloc."""
    tls: bool = True
    """Built with TLS."""
    sentinel: bool = False
    """Started with --sentinel."""
    bare: bool = False
    """No options follow the file."""

    def __post_init__(self) -> None:
        self.version = version(self.server)
        self.valkey = flavour(self.server) == "valkey"

    @property
    def acl(self) -> Dialect:
        """The ACL dialect of the server."""
        found = dialect(self.server)
        if self.sentinel:
            names = (found.known.names & SENTINEL_COMMANDS) | self.sentinel_only()
            return replace(found, known=found.known._replace(names=names))
        return found

    def pubsub_all(self) -> bool:
        """Whether new users may use all channels (acl-pubsub-default)."""
        found = self.values.get("acl-pubsub-default")
        if found is None:
            return self.version == (6, 2)
        return found[0][0].lower() == b"allchannels"

    def text(self, name: str, default: bytes = b"") -> bytes:
        """Return the one word of a directive, cut at a NUL."""
        found = self.values.get(name)
        if found is None:
            return default
        word = found[0][0] if found[0] else b""
        return word.partition(b"\0")[0]

    def yes(self, name: str) -> bool:
        """Whether a yes/no directive was set to yes."""
        return self.text(name).lower() == b"yes"

    def command_table(self) -> dict[bytes, bytes | None]:
        """Return the commands by their present (lower-case) names."""
        if self.renamed is None:
            names = commands(self.server).names
            if self.sentinel:
                names &= SENTINEL_COMMANDS
            self.renamed = {n.encode("ascii"): None for n in names | self.sentinel_only()}
        return self.renamed

    def sentinel_only(self) -> frozenset[str]:
        """Return the commands that only a sentinel has."""
        return frozenset({"sentinel"}) if self.sentinel else frozenset()

    def own_commands(self) -> frozenset[str]:
        """Return the server's own command names."""
        return commands(self.server).names
