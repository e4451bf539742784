"""One server at one moment: everything that was read from it, with places to point at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from redislint.auditing import dumps
from redislint.knowledge.directives import all_names, table
from redislint.knowledge.servers import DEFAULT_SERVER, matching
from redislint.source import Source, Span

HIDDEN = "****"
_SECRETS = frozenset(
    "requirepass masterauth primaryauth tls-key-file-pass tls-client-key-file-pass"
    " sentinel-pass auth-pass".split()
)
_ACL_SECRET = re.compile(r"(?<=[ \"][>#<!])[^\s\"]+")


@dataclass
class Expectation:
    """What the user says about how the server should be.

    `role`: "primary", "replica" or "". `hosts`: names and addresses of own hosts. `memory`:
    bytes that the container or host gives. `conf`: directives of the file it is meant to run
    with, last line each, and the file's name in `conf_name`. `modules`: modules that belong
    there. `replicas`: that replicas are expected.
    """

    role: str = ""
    hosts: frozenset[str] = frozenset()
    memory: int = 0
    conf: Mapping[str, str] | None = None
    conf_name: str = ""
    modules: frozenset[str] = frozenset()
    replicas: bool = False


@dataclass
class Snapshot:
    """A server's answers. What was not asked, or was refused, is None.

    `name` is how users see it ("redis://10.0.0.5:6379" or a file), `host` the address at which
    it answered, empty for dumps. `earlier` is an INFO sample
    from before `info`, `now` the server's clock in seconds, `reachable` node addresses of its
    cluster that the auditing host could (True) or could not (False) open.
    """

    name: str
    host: str = ""
    info: dumps.Fields = field(default_factory=dict)
    earlier: dumps.Fields | None = None
    config: dumps.Fields | None = None
    cluster_info: dumps.Fields | None = None
    nodes: list[dumps.ClusterNode] | None = None
    acl: list[tuple[str, int]] | None = None
    clients: list[tuple[dumps.Fields, int]] | None = None
    modules: list[tuple[str, int]] | None = None
    keys: list[str] = field(default_factory=list)
    now: float | None = None
    expected: Expectation = field(default_factory=Expectation)
    reachable: dict[str, bool] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    lines: dict[str, dumps.Lines] = field(default_factory=dict)

    # ---- filling ------------------------------------------------------------------------------

    def read_info(self, path: str, text: str) -> None:
        """Take INFO output; several samples of one server give `earlier`."""
        samples = dumps.parse_info(text)
        self.info, self.lines["info"] = samples[-1]
        if len(samples) > 1 and samples[0][0].get("run_id") == self.info.get("run_id"):
            self.earlier = samples[0][0]
        self.sources["info"] = Source(path, text)
        clock = self.info.get("server_time_usec", "")
        if clock.isdecimal():
            self.now = int(clock) / 1e6

    def read_config(self, path: str, text: str) -> None:
        """Take CONFIG GET output; passwords stay out of the text that is shown."""
        self.config, self.lines["config"] = dumps.parse_config(text)
        rows = text.split("\n")
        for name in _SECRETS & self.config.keys():
            line = self.lines["config"][name]
            secret = self.config[name]
            if secret and line <= len(rows):
                rows[line - 1] = rows[line - 1].replace(secret, HIDDEN)
        self.sources["config"] = Source(path, "\n".join(rows))

    def read_cluster_info(self, path: str, text: str) -> None:
        """Take CLUSTER INFO output."""
        self.cluster_info, self.lines["cluster"] = dumps.parse_fields(
            text, "CLUSTER INFO", "cluster_state"
        )
        self.sources["cluster"] = Source(path, text)

    def read_nodes(self, path: str, text: str) -> None:
        """Take CLUSTER NODES output."""
        self.nodes = dumps.parse_nodes(text)
        self.sources["nodes"] = Source(path, text)

    def read_acl(self, path: str, text: str) -> None:
        """Take ACL LIST output; passwords and hashes stay out of the text that is shown."""
        self.acl = dumps.parse_acl(text)
        self.sources["acl"] = Source(path, _ACL_SECRET.sub(HIDDEN, text))

    def read_clients(self, path: str, text: str) -> None:
        """Take CLIENT LIST output."""
        self.clients = dumps.parse_clients(text)
        self.sources["clients"] = Source(path, text)

    def read_modules(self, path: str, text: str) -> None:
        """Take MODULE LIST output."""
        self.modules = dumps.parse_modules(text)
        self.sources["modules"] = Source(path, text)

    # ---- asking -------------------------------------------------------------------------------

    def text(self, name: str) -> str:
        """An INFO field as text; empty where it is not there."""
        return self.info.get(name, "")

    def number(self, name: str) -> float | None:
        """An INFO field as a number; None where it is not there or no number."""
        return as_number(self.info.get(name))

    def rise(self, name: str) -> float | None:
        """How much an INFO counter grew since the earlier sample; None without one."""
        before = as_number(self.earlier.get(name)) if self.earlier else None
        after = self.number(name)
        return None if before is None or after is None else after - before

    def setting(self, name: str) -> str | None:
        """A live setting under any of its spellings; None where CONFIG was not to be had."""
        if self.config is None:
            return None
        for spelling in (name, *_other_names(name)):
            if spelling in self.config:
                return self.config[spelling]
        return None

    def setting_number(self, name: str) -> int | None:
        """A live setting as a whole number."""
        value = self.setting(name)
        return int(value) if value is not None and value.lstrip("-").isdecimal() else None

    @property
    def product(self) -> str:
        """Redis or Valkey (or what the server says of itself)."""
        return "Valkey" if "valkey_version" in self.info else "Redis"

    @property
    def version(self) -> str:
        """The version as the server says it; empty where it does not."""
        return self.text("valkey_version") or self.text("redis_version")

    @property
    def server_key(self) -> str:
        """The nearest server whose directives are known."""
        found = matching(self.version, self.product.lower())
        return found[-1] if found else DEFAULT_SERVER

    @property
    def is_sentinel(self) -> bool:
        """Whether this is a Sentinel."""
        return "sentinel" in (self.text("redis_mode"), self.text("server_mode")) or (
            "sentinel_masters" in self.info
        )

    @property
    def is_cluster(self) -> bool:
        """Whether this is a node of a cluster."""
        return self.text("cluster_enabled") == "1" or self.cluster_info is not None

    @property
    def is_replica(self) -> bool:
        """Whether it replicates another server now."""
        return self.text("role") in ("slave", "replica")

    def save_points(self) -> list[tuple[int, int]] | None:
        """(seconds, changes) of the live save points; None where CONFIG was not to be had."""
        words = self.setting("save")
        if words is None:
            return None
        numbers = [int(word) for word in words.split() if word.isdecimal()]
        return list(zip(numbers[::2], numbers[1::2], strict=False))

    # ---- pointing -----------------------------------------------------------------------------

    def span(self, part: str, name: str | int) -> Span | None:
        """The line on which a field of a part (info, config, cluster, nodes, ...) stands."""
        source = self.sources.get(part)
        if source is None:
            return None
        line = name if isinstance(name, int) else self.lines.get(part, {}).get(name)
        return source.line_span(line) if line else None

    def shown(self, part: str, name: str) -> str:
        """A field as a reason shows it; secrets are hidden."""
        if part == "info":
            return f"{name} is {self.info.get(name, '') or 'empty'}"
        values = self.config if part == "config" else self.cluster_info
        value = (values or {}).get(name, "")
        if part == "config":
            for spelling in (name, *_other_names(name)):
                if spelling in (values or {}):
                    value = (values or {})[spelling]
            if name in _SECRETS and value:
                value = HIDDEN
        return f"{name} is {value or 'empty'}"


def as_number(text: str | None) -> float | None:
    """A number from a field such as `12.5%` or `3`."""
    try:
        return float((text or "").rstrip("%"))
    except ValueError:
        return None


def _other_names(name: str) -> Iterable[str]:
    found: dict[str, None] = {}
    for server in all_names().get(name, ())[-1:]:
        directive = table(server)[name]
        found.update(dict.fromkeys((directive.name, *directive.aliases)))
    found.pop(name, None)
    return found
