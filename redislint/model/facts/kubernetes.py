"""What manifests and chart values show of a container beyond its own settings."""

from __future__ import annotations

import re

from redislint.model.container import Container
from redislint.model.facts.secrets import is_dummy, is_literal, is_weak
from redislint.model.subject import FactSpec, computed, kind
from redislint.model.value import Origin, Value, default

_PASSWORD = re.compile(r"(?i)^(?:.*_)?(?:redis|valkey)(?:cli)?_?(?:\w+_)?(?:password|passwd|pass|auth|pwd)$")
_NOT_ONE = re.compile(r"(?i)_(?:file|path|secret|name|key|enabled|required|url|host)$|^allow_")

kind("container", "a container or process that a Dockerfile, compose file, manifest, task or unit starts", [
    FactSpec("written-password", "text", "a password written in a values file", secret=True),
    FactSpec("replicated", "bool", "its copies replicate, shard or elect: a chart, cluster or Sentinel sees to it"),
    FactSpec("strategy", "text", "how a Deployment replaces pods: RollingUpdate or Recreate"),
    FactSpec("anti-affinity", "bool", "its pods avoid each other's node"),
    FactSpec("claim", "text", "the persistent volume claim at its data folder"),
    FactSpec("liveness-timeout", "duration", "time after which a liveness probe has failed"),
    FactSpec("liveness-exec", "bool", "the liveness probe starts a command"),
    FactSpec("termination-grace", "duration", "time between SIGTERM and SIGKILL"),
    FactSpec("chart-persistence", "bool", "the chart keeps the data on a volume"),
    FactSpec("resources-preset", "text", "the chart's preset of resources"),
])  # fmt: skip


def written_password(container: Container) -> Value | None:
    """The literal Redis password in the environment or values of an orchestrated container."""
    stored = container.facts.get("written-password")
    if stored is not None:
        return stored
    if container.platform not in ("kubernetes", "helm") or "server" in container.links:
        return None
    for name, value in container.env.items():
        if not value.known or value.span is None:
            continue
        if _PASSWORD.match(name) and not _NOT_ONE.search(name) and is_literal(str(value.value)):
            return value
    return None


@computed("container", "password-in-file", "bool", "a Redis password stands in the manifest")
def password_in_file(container: Container) -> Value:
    """A literal that is no stand-in."""
    found = written_password(container)
    if found is None:
        return default(False, "no password is written")
    text = str(found.value)
    return Value(is_literal(text) and not is_dummy(text), found.origin)


@computed("container", "password-weak", "bool", "the password is guessed within seconds")
def password_weak(container: Container) -> Value:
    """A literal that is short or well known."""
    found = written_password(container)
    if found is None or not is_literal(str(found.value)):
        return default(False, "no password is written")
    return Value(is_weak(str(found.value)), found.origin)
