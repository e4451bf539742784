"""What manifests and chart values show of a container beyond its own settings."""

from __future__ import annotations

import re

from redislint.model.container import Container
from redislint.model.facts.durability import data_mount
from redislint.model.facts.environment import of_path
from redislint.model.facts.secrets import is_dummy, is_literal, is_weak
from redislint.model.server import Server
from redislint.model.subject import FactSpec, Subject, computed, kind
from redislint.model.value import Origin, Value, default, unknown

_PASSWORD = re.compile(
    r"(?i)^(?:.*[_-])?(?:redis|valkey)(?:cli)?[_-]?(?:\w+[_-])?(?:password|passwd|pass|auth|pwd)$"
    r"|^(?:.*[_-])?requirepass$"
)
_BARE = re.compile(r"(?i)^(?:password|pass|requirepass|auth|auth[_-]?token)$")
_NOT_ONE = re.compile(r"(?i)[_-](?:file|path|secret|name|key|enabled|required|url|host)$|^allow_")


def is_password_name(name: str, *, redis: bool = False) -> bool:
    """Whether a variable or key holds a Redis password; `redis`: its owner is named after Redis."""
    if _NOT_ONE.search(name):
        return False
    short = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return bool(_PASSWORD.match(short)) or (redis and bool(_BARE.match(name)))


def is_stand_in(text: str) -> bool:
    """Whether a text is the name under which a password lies (`redis-password`), not one itself."""
    return bool(re.search(r"[-_]", text)) and is_password_name(text, redis=True)


kind("container", "a container or process that a Dockerfile, compose file, manifest, task or unit starts", [
    FactSpec("written-password", "text", "a password written in a values file", secret=True),
    FactSpec("pinned", "bool", "its pods stay on chosen nodes"),
    FactSpec("strategy", "text", "how a Deployment replaces pods: RollingUpdate or Recreate"),
    FactSpec("anti-affinity", "bool", "its pods avoid each other's node"),
    FactSpec("liveness-timeout", "duration", "time after which a liveness probe has failed"),
    FactSpec("liveness-exec", "bool", "the liveness probe starts a command"),
])  # fmt: skip


kind("resource", "a resource of an orchestrator or provider beside the containers: Service, "
     "PodDisruptionBudget, security group, parameter group, custom resource", [
    FactSpec("written-password", "text", "a password written in it", secret=True),
])  # fmt: skip


def written_password(subject: Subject) -> Value | None:
    """The literal Redis password of an orchestrated container's environment, or of a resource."""
    stored = subject.facts.get("written-password")
    if stored is not None or not isinstance(subject, Container):
        return stored
    if subject.platform not in ("kubernetes", "systemd", "ansible", "dockerfile"):
        return None
    if "server" in subject.links and subject.platform != "dockerfile":
        return None
    for name, value in subject.env.items():
        if not value.known or value.span is None or not is_password_name(name):
            continue
        text = str(value.value)
        if is_literal(text) and text.lower() not in ("true", "false", "yes", "no"):
            return value
    return None


for _kind in ("container", "resource"):

    @computed(_kind, "password-in-file", "bool", "a Redis password stands in the file")
    def password_in_file(subject: Subject) -> Value:
        """A literal that is no stand-in."""
        found = written_password(subject)
        if found is None:
            return default(False, "no password is written")
        text = str(found.value)
        return Value(is_literal(text) and not is_dummy(text), found.origin)

    @computed(_kind, "password-weak", "bool", "the password is guessed within seconds")
    def password_weak(subject: Subject) -> Value:
        """A literal that is short or well known."""
        found = written_password(subject)
        if found is None or not is_literal(str(found.value)) or is_dummy(str(found.value)):
            return default(False, "no password is written")
        return Value(is_weak(str(found.value)), found.origin)


@computed("container", "password-readable", "bool", "a Redis password stands in its environment")
def readable_in_container(container: Container) -> Value:
    """As password-in-file: whoever may read the pod reads it. Other files have no such readers."""
    if container.platform != "kubernetes":
        return default(False, "nobody reads it but who reads the file")
    return password_in_file(container)


@computed("resource", "password-readable", "bool", "a Redis password stands in a ConfigMap")
def readable_in_resource(resource: Subject) -> Value:
    """As password-in-file, for ConfigMaps only."""
    if resource.get("type").value != "ConfigMap":
        return default(False, "no ConfigMap")
    return password_in_file(resource)


def _of_path(subject: Subject) -> tuple[str, str, str]:
    path = subject.anchor.source.root.within if subject.anchor else ""
    return (*of_path(path), path)


@computed("resource", "environment", "enum", "where it runs, as far as names show",
          choices="production development test example unknown".split())  # fmt: skip
def environment(resource: Subject) -> Value:
    """From the path of its file."""
    name, word, path = _of_path(resource)
    if name == "unknown":
        return default("unknown", "no name says where it runs")
    return Value(name, Origin(None, f"'{word}' in the path {path}"))


@computed("resource", "production", "bool", "nothing says that it is for development or tests")
def production(resource: Subject) -> Value:
    """Neither a development nor a test nor an example setup by its names."""
    where = resource.get("environment")
    return Value(where.value in ("production", "unknown"), where.origin, set=where.set)


@computed("resource", "empty-password-allowed", "bool", "chart values switch authentication off")
def empty_in_values(resource: Subject) -> Value:
    """`auth.enabled: false`."""
    trap = resource.get("trap")
    return Value(trap.value == "allow-empty-password", trap.origin)


@computed("server", "empty-password-allowed", "bool", "its image is told to do without a password")
def empty_in_container(server: Server) -> Value:
    """ALLOW_EMPTY_PASSWORD of Bitnami's images, where no password is set."""
    container = server.links.get("container")
    if not isinstance(container, Container) or "bitnami" not in str(
        container.get("image-name").value
    ):
        return default(False, "no image that reads ALLOW_EMPTY_PASSWORD")
    value = container.env.get("ALLOW_EMPTY_PASSWORD")
    if value is None or not value.known or str(value.value).lower() not in ("yes", "true", "1"):
        return default(False, "ALLOW_EMPTY_PASSWORD is not yes")
    needed = server.get("auth")
    if not needed.known:
        return needed
    return Value(not needed.value, value.origin)


_TOGETHER = re.compile(
    r"(?i)replicaof|slaveof|cluster|sentinel|REPLICATION_MODE|headless|ordinal|HOSTNAME|POD_NAME"
)


def _orchestrated(server: Server) -> Container | None:
    found = server.links.get("container")
    return found if isinstance(found, Container) and found.platform == "kubernetes" else None


@computed("server", "independent-copies", "int", "how many copies of it run without replicating")
def independent_copies(server: Server) -> Value:
    """Pods of one workload, or tasks of one service, that share a name but no data; absent where there is one."""
    found = server.links.get("container")
    container = found if isinstance(found, Container) else None
    copies = container.facts.get("replicas") if container is not None else None
    if (
        container is None
        or container.platform not in ("kubernetes", "compose")
        or copies is None
        or not isinstance(copies.value, int)
    ):
        return default(None, "one copy, or an unknown number")
    if not server.complete:
        return default(None, "what it starts is not known in full")
    words = [
        str(v.value if v.known else v.raw or "")
        for v in [*(container.entrypoint or []), *(container.argv or [])]
    ]
    texts = [*words, *container.env, *(s.name for s in server.settings)]
    texts += [str(v.raw or "") for v in container.env.values() if not v.known]
    role, enabled = server.get("role"), server.get("cluster-enabled")
    if any(_TOGETHER.search(t) for t in texts) or role.value != "master" or enabled.value:
        return default(None, "something makes its copies work together")
    return Value(copies.value, copies.origin) if copies.value > 1 else default(None, "one copy")


@computed("server", "one-claim", "text", "the claim that every copy of it mounts for its data")
def one_claim(server: Server) -> Value:
    """A claim that the workload names, which all its pods then share."""
    container = _orchestrated(server)
    if container is None or "operator" in container.facts:
        return default(None, "its claims are not written here")
    found = data_mount(server)
    mounts = [found[0]] if found is not None else container.mounts
    for mount in mounts:
        if mount is not None and mount.kind == "claim" and mount.target not in container.own_claims:
            return Value(mount.source or mount.target, Origin(mount.span))
    return default(None, "no claim holds its data, or each pod has its own")


@computed("server", "sharing-copies", "text", "how many pods write to its one claim")
def sharing_copies(server: Server) -> Value:
    """The copies of the workload; a DaemonSet has one on each node."""
    container = _orchestrated(server)
    claim = server.get("one-claim")
    if container is None or claim.value is None or not server.get("data-volume").known:
        return default(None, "no claim is shared, or in it each may have its own folder")
    if container.get("workload").value == "DaemonSet":
        return Value("many", claim.origin)
    copies = container.facts.get("replicas")
    if copies is None or not isinstance(copies.value, int) or copies.value < 2:
        return default(None, "one copy, or an unknown number")
    return Value(str(copies.value), claim.origin)


@computed("server", "shared-claim", "bool",
          "a Deployment's pods share one claim, and an update starts the second before the first ends")  # fmt: skip
def shared_claim(server: Server) -> Value:
    """A Deployment whose data lies on a claim and whose strategy is not Recreate."""
    container = _orchestrated(server)
    if container is None or container.get("workload").value != "Deployment":
        return default(False, "no Deployment")
    if server.get("one-claim").value is None:
        return default(False, "no claim holds its data")
    strategy = container.facts.get("strategy")
    if strategy is not None and not strategy.known:
        return unknown(strategy.why, strategy.span, set=None)
    if strategy is not None and strategy.value == "Recreate":
        return Value(False, strategy.origin)
    if strategy is not None:
        return Value(True, strategy.origin)
    place = container.facts["workload"].span
    return Value(True, Origin(place, "RollingUpdate is the default of a Deployment"))


@computed("server", "strict-liveness", "bool", "its liveness probe fails while it loads its data")
def strict_liveness(server: Server) -> Value:
    """A probe that wants PONG: a loading server answers LOADING."""
    container = _orchestrated(server)
    probe = container.facts.get("liveness") if container is not None else None
    if probe is None or not probe.known or container is None:
        return default(False, "no probe runs a command")
    text = str(probe.value)
    strict = bool(re.search(r"PONG|redis-cli(?:\s+\S+)*?\s+-e\b|\b(?:set|get|info)\b", text))
    return Value(strict and "LOADING" not in text, probe.origin)
