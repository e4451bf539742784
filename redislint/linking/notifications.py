"""Who listens to keyspace notifications that no server of the repository sends."""

from __future__ import annotations

from redislint.model.server import Server
from redislint.model.subject import Subject
from redislint.model.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.model.deployment import Deployment
    from redislint.readers import Context

_CLASSES = {
    "expired": "x", "evicted": "e", "set": "$", "del": "g", "expire": "g", "rename_to": "g",
    "rename_from": "g", "hset": "h", "hdel": "h", "lpush": "l", "rpush": "l", "sadd": "s",
    "zadd": "z", "xadd": "t", "incrby": "$", "append": "$",
}  # fmt: skip
"""Event -> the letter of notify-keyspace-events that sends it."""


def find_silence(deployment: Deployment, context: Context) -> None:
    """Name on each such call the server that stays silent; drop those that are heard or unknown."""
    calls = [c for c in deployment.of("call") if c.get("trap").value == "notify-keyspace-missing"]
    if not calls:
        return
    servers = [s for s in deployment.subjects if isinstance(s, Server) and s.kind == "server"]
    for call in calls:
        client = call.links.get("client")
        linked = client.links.get("server") if isinstance(client, Subject) else None
        asked = [linked] if isinstance(linked, Server) else servers
        channel = str(call.get("detail").value)
        if asked and all(_silent(s, channel) for s in asked):
            call.set("silent-server", Value(asked[0].label))


def _silent(server: Server, channel: str) -> bool:
    """Whether a server sends no events of a channel, as far as its whole configuration shows."""
    held = server.get("notify-keyspace-events")
    if not held.known or not server.complete:
        return False
    flags = str(held.value or "")
    kind = "E" if channel.startswith("__keyevent") else "K"
    if kind not in flags:
        return True
    if "A" in flags:
        return False
    event = channel.rsplit(":", 1)[-1] if kind == "E" else "*"
    wanted = _CLASSES.get(event, "")
    return wanted not in flags if wanted else not set(flags) - {"E", "K"}
