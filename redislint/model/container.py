"""A container, or a process that a unit starts: image, command, files, ports, mounts, limits."""

from __future__ import annotations

from redislint.model import subject
from redislint.model.setting import Setting
from redislint.model.subject import FactSpec, Subject
from redislint.model.value import Value
from redislint.source import Source, Span


class Port:
    """A port of a container and how far it can be reached.

    `container` and `host` are numbers or None where unknown; `address` is the host address it is
    bound to ("" for all). `scope` is one of: container (only its own network), loopback, host,
    network (other machines of the private network), internet, unknown.
    """

    __slots__ = ("address", "container", "host", "scope", "span")

    def __init__(
        self, container: int | None, host: int | None, address: str, scope: str, span: Span | None
    ) -> None:
        self.container = container
        self.host = host
        self.address = address
        self.scope = scope
        self.span = span

    def __repr__(self) -> str:
        return f"Port({self.address}:{self.host}->{self.container} {self.scope})"


class Mount:
    """Something mounted into a container.

    `kind`: bind (a path of the host or repository), volume (named, survives), anonymous,
    tmpfs, emptydir, claim (persistent volume claim), hostpath, config (ConfigMap, Secret, compose
    config), network (NFS, EFS). `source` is the path or the name; `file` the repository path of a
    bind's source where it is inside the repository.
    """

    __slots__ = ("file", "kind", "read_only", "source", "span", "target")

    def __init__(
        self,
        target: str,
        kind: str,
        source: str = "",
        span: Span | None = None,
        *,
        file: str | None = None,
        read_only: bool = False,
    ) -> None:
        self.target = target
        self.kind = kind
        self.source = source
        self.span = span
        self.file = file
        self.read_only = read_only

    def __repr__(self) -> str:
        return f"Mount({self.kind} {self.source!r} -> {self.target})"


class Container(Subject):
    """A container as a Dockerfile, a compose file or an orchestrator describes it.

    `argv` is the command after the entry point (None: the image's own); `entrypoint` likewise.
    A word whose text is unknown is an unknown Value. `shell` marks a command that a shell runs.
    `files` maps paths inside it to repository paths (COPY) or embedded sources (ConfigMap).
    `build` is the repository path of the Dockerfile that makes its image.
    """

    kind = "container"

    def __init__(self, label: str, anchor: Span | None, platform: str) -> None:
        super().__init__(label, anchor)
        self.platform = platform
        self.set("platform", Value(platform))
        self.image: Value | None = None
        self.entrypoint: list[Value] | None = None
        self.argv: list[Value] | None = None
        self.shell = False
        self.command_span: Span | None = None
        self.env: dict[str, Value] = {}
        self.files: dict[str, object] = {}
        self.edits: dict[str, list[Setting] | None] = {}
        """Paths whose content RUN, sed or echo change: settings added, or None for unknown."""
        self.written: dict[str, list[Setting]] = {}
        """Passwords that RUN writes into a path, also where the rest of `edits` is unknown."""
        self.copied: set[str] = set()
        """Paths of `files` that an init container copied into a volume: they can be written."""
        self.own_claims: set[str] = set()
        """Targets of `mounts` whose claim, or folder in it, each copy has for itself."""
        self.doors: dict[str, tuple[str, Span | None]] = {}
        """Services with an address that pick one of its pods: name and place of the selector."""
        self.placed: dict[str, Span] = {}
        """Where the file says that one of `files` is put there."""
        self.mounts: list[Mount] = []
        self.ports: list[Port] = []
        self.ports_span: Span | None = None
        self.targets: list[Port] = []
        """Ports to which Services of an orchestrator lead."""
        self.networks: list[str] = []
        self.names: tuple[str, ...] = ()
        """Names under which other containers reach it."""
        self.depends_on: tuple[str, ...] = ()
        self.build: str | None = None
        self.inline: Source | None = None
        """The Dockerfile that stands in the compose file itself."""
        self.group: str = ""
        """The file or stack it belongs to: containers of one group share networks."""


subject.kind(
    "container",
    "a container or process that a Dockerfile, compose file, manifest, task or unit starts",
    [
        FactSpec("platform", "enum", "who runs it",
                 choices="dockerfile compose kubernetes helm ecs systemd ansible nomad terraform docker podman".split()),
        FactSpec("image", "text", "the image as written"),
        FactSpec("image-name", "text", "the image without registry, tag and digest: redis, valkey, bitnami/redis"),
        FactSpec("tag", "text", "the image's tag; absent where there is none"),
        FactSpec("digest", "text", "the image's digest"),
        FactSpec("installed", "text", "the release that a build step installs: redis 5.0.7"),
        FactSpec("packaged", "text", "the package of a distribution that a build step installs: redis 5.0 of debian:10"),
        FactSpec("brought-along", "bool", "a build has a server beside something else; nothing here runs it"),
        FactSpec("build-start", "enum", "a build step starts a server, which ends with it",
                 choices="foreground background".split()),
        FactSpec("memory-limit", "size", "the limit of memory"),
        FactSpec("memory-reservation", "size", "the memory that is reserved or requested"),
        FactSpec("cpu-limit", "number", "the limit of processors, in cores"),
        FactSpec("restart", "text", "the restart policy as the platform names it"),
        FactSpec("restarts", "bool", "it is started again after it ends"),
        FactSpec("swarm", "bool", "its file speaks to a swarm, which replaces it on any machine"),
        FactSpec("replicas", "int", "how many copies run"),
        FactSpec("stop-grace", "duration", "time between the stop signal and the kill"),
        FactSpec("user", "text", "the user it runs as"),
        FactSpec("privileged", "bool", "it runs privileged"),
        FactSpec("read-only-root", "bool", "its root file system is read-only"),
        FactSpec("host-sysctl", "text", "a kernel setting of the whole host that the container asks for"),
        FactSpec("fixed-address", "text", "the address that it is given in a container network"),
        FactSpec("needed", "bool", "another container names it as what it depends on or talks to"),
        FactSpec("workdir", "text", "the folder in which its command runs"),
        FactSpec("unit-type", "text", "the Type of a systemd unit: simple, exec, notify, forking"),
        FactSpec("network-mode", "text", "host, bridge, none, awsvpc"),
        FactSpec("healthcheck", "text", "the command of the health check or liveness probe"),
        FactSpec("liveness", "text", "the command of the liveness probe"),
        FactSpec("liveness-kill-after", "duration", "time after which a failing probe restarts it"),
        FactSpec("readiness", "text", "the command of the readiness probe"),
        FactSpec("startup-probe", "bool", "a startup probe holds the others back"),
        FactSpec("operator", "text", "an operator makes it of a custom resource: why the rest is unknown"),
        FactSpec("workload", "text", "Deployment, StatefulSet, DaemonSet, Pod, service, task"),
        FactSpec("ulimit-nofile", "int", "limit of open files"),
        FactSpec("sysctl-somaxconn", "int", "net.core.somaxconn of the container"),
        FactSpec("environment", "enum", "where it runs, as far as names show",
                 choices="production development test example unknown".split()),
    ],
)  # fmt: skip
