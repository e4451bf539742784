"""What a server has taken in while it reads its configuration."""

from __future__ import annotations

from redislint.knowledge.commands import commands
from redislint.knowledge.servers import flavour, version
from redislint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.judgement.acl import Declared, Dialect

SENTINEL_COMMANDS = frozenset(
    "acl auth client command hello info ping psubscribe publish punsubscribe role sentinel "
    "shutdown subscribe unsubscribe".split()
)
"""The commands of a sentinel that rename-command finds there."""


class Where(Record):
    """Where a value comes from.

    ``source``: a file name, ``"command line"``, or ``"default"``. ``line``: 1-based line in that
    file; in the option string for a command line; None for a default.
    """

    __slots__ = ("line", "source")

    def __init__(self, source: str, line: int | None) -> None:
        self.source = source
        self.line = line


class Dependence(Record):
    """Something the verdict hangs on that the text does not say."""

    __slots__ = ("line", "reason")

    def __init__(self, reason: str, line: int | None) -> None:
        self.reason = reason
        self.line = line


class State:
    """One reading of one configuration by one server.

    ``jemalloc``: built with the bundled jemalloc; ``tls``: built with TLS; ``sentinel``: started
    with --sentinel; ``bare``: no options follow the file.
    """

    def __init__(
        self,
        server: str,
        *,
        jemalloc: bool = False,
        tls: bool = True,
        sentinel: bool = False,
        bare: bool = False,
    ) -> None:
        self.server = server
        self.version: tuple[int, int] = version(server)
        self.valkey = flavour(server) == "valkey"
        self.jemalloc = jemalloc
        self.tls = tls
        self.sentinel = sentinel
        self.bare = bare
        self.values: dict[str, tuple[list[bytes], Where]] = {}
        """Canonical name -> (words, where) of the last accepted line."""
        self.saves: list[tuple[int, int]] | None = None
        """Save points (seconds, changes); None while the defaults stand."""
        self.save_where: Where | None = None
        self.save_loaded = False
        self.reading = True
        """False once an include has ended (7.0 on): a ``save`` line then clears those before it."""
        self.buffers: dict[str, tuple[tuple[int, int, int], Where]] = {}
        self.users: dict[bytes, Declared] = {}
        self.modules: list[tuple[bytes, Where]] = []
        self.unknown: dict[bytes, tuple[bytes, Where]] = {}
        """Names kept for modules -> (value, where)."""
        self.renamed: dict[bytes, bytes | None] | None = None
        """Command table after renames: name in the file -> original; built when first needed."""
        self.masterhost: bytes | None = None
        self.cluster = False
        self.file_line = 0
        self.depends: list[Dependence] = []
        self.opened: list[bytes] = []
        """Log files that the reader created on its way."""
        self.moved = False
        """A ``dir`` line has changed the working directory."""
        self.source = ""

    @property
    def acl(self) -> Dialect:
        """The ACL dialect of the server."""
        from redislint.judgement.acl import dialect  # few configurations declare users

        if self.sentinel:
            names = commands(self.server).names & SENTINEL_COMMANDS
            return dialect(self.server, names | self.sentinel_only())
        return dialect(self.server)

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
