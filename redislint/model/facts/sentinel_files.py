"""What a Sentinel's file says that the start refuses: order of lines, scripts that are not there."""

from __future__ import annotations

from redislint.model.container import Container
from redislint.model.sentinel import Sentinel
from redislint.model.subject import computed
from redislint.model.value import Origin, Value, default


@computed("sentinel", "early-option", "text", "an option that names a master before its monitor")
def early_option(sentinel: Sentinel) -> Value:
    """Since 6.2 the lines are sorted at the start; before, such a line stops it."""
    if not sentinel.server.startswith(("redis-2", "redis-3", "redis-4", "redis-5", "redis-6.0")):
        return default(None, "the order does not matter since 6.2")
    seen: set[str] = set()
    for setting in sentinel.settings:
        if setting.name != "sentinel" or len(setting.args) < 2:
            continue
        word, name = setting.args[0].lower(), setting.args[1]
        if word == "monitor":
            # Its quorum may be a placeholder; its name counts all the same.
            seen.add(name)
        elif word in _NAMING and name not in seen and not setting.templated:
            return Value(f"sentinel {word} {name}", Origin(setting.span))
    return default(None, "every monitor line comes first")


_NAMING = frozenset(
    "down-after-milliseconds failover-timeout parallel-syncs auth-pass auth-user "
    "notification-script client-reconfig-script rename-command".split()
)


@computed("sentinel", "script-missing", "text", "a script that its container does not hold")
def script_missing(sentinel: Sentinel) -> Value:
    """Only for an image as it is published, whose own files are those of a distribution."""
    container = sentinel.links.get("container")
    if (
        not isinstance(container, Container)
        or container.build
        or container.platform not in ("compose", "kubernetes")
    ):
        return default(None, "the files of its container are not known")
    name = container.facts.get("image-name")
    if name is None or name.value not in ("redis", "valkey/valkey"):
        return default(None, "the image may hold it")
    for word in ("notification-script", "client-reconfig-script"):
        for setting in sentinel.statements(word):
            path = setting.args[2] if len(setting.args) > 2 else ""
            if path.startswith("/") and not setting.templated and not _held(path, container):
                return Value(path, Origin(setting.span))
    return default(None, "no script is missing")


def _held(path: str, container: Container) -> bool:
    """Whether something is mounted or put there, or the image itself has programs there."""
    places = [*container.files, *(m.target for m in container.mounts)]
    return path.startswith(("/bin/", "/usr/", "/sbin/")) or any(
        f"{path}/".startswith(f"{place.rstrip('/')}/") for place in places
    )
