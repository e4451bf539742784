"""What container images of Redis and Valkey do without being told.

Sources: the Dockerfile templates and entry points of docker-library/redis and
valkey-io/valkey-container (protected mode's default is patched to off; `/data` is a volume;
an argument list that begins with `-` or a `.conf` file is given to the server),
bitnami/containers (`REDIS_*` variables, AOF on), redis-stack/redis-stack (`REDIS_ARGS`,
`--protected-mode no`).
"""

from __future__ import annotations

import re


class Image:
    """An image as this project knows it.

    `family`: official, bitnami, stack, other. `role`: server, sentinel, cluster, tool.
    `unprotected`: protected mode is off by default. `data` is its data folder, `volume` whether
    the image declares it a volume. `conf` is the configuration file that it starts with, if any.
    """

    __slots__ = (
        "aof", "conf", "data", "family", "flavour", "name", "role", "unprotected", "volume",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        flavour: str,
        family: str,
        role: str,
        unprotected: bool,
        data: str,
        volume: bool,
        conf: str = "",
        aof: bool = False,
    ) -> None:
        self.name = name
        self.flavour = flavour
        self.family = family
        self.role = role
        self.unprotected = unprotected
        self.data = data
        self.volume = volume
        self.conf = conf
        self.aof = aof


_OFFICIAL = {
    "redis": "redis", "library/redis": "redis", "valkey": "valkey", "valkey/valkey": "valkey",
    "library/valkey": "valkey", "redis/redis": "redis", "valkey/valkey-bundle": "valkey",
    "arm64v8/redis": "redis", "arm32v7/redis": "redis", "amd64/redis": "redis",
    "redis-alpine": "redis",
}  # fmt: skip
_TOOL = re.compile(
    r"(exporter|insight|commander|redisinsight|operator|-ui|admin|rebrow|webdis|proxy|shake|replicator|smq|"
    r"benchmark|cli$|dump|backup|migrat|browser|manager|sentinel-proxy|stat$|browser|client|p3x|worker|bull|app$)"
)

_MODULES = re.compile(
    r"(?:redislabs|redis|redisai|redisgraph|falkordb)/(?:re(?:json|bloom|disearch|disgraph|"
    r"distimeseries|disai|dismod|disgears)|search|falkordb(?:-server)?)"
)
"""Images of the modules: the official one with a module loaded."""

_REF = re.compile(
    r"^(?:(?P<host>[\w.-]+(?::\d+)|[\w-]+(?:\.[\w-]+)+)/)?(?P<name>[\w./-]+?)(?::(?P<tag>[\w.${}:+-]*))?(?:@(?P<digest>[\w:]+))?$"
)


def parse(reference: str) -> tuple[str, str | None, str | None]:
    """(name without registry, tag or None, digest or None) of an image reference."""
    match = _REF.match(reference.strip())
    if match is None:
        return reference.strip(), None, None
    name = match["name"].lower()
    if name.startswith("library/"):
        name = name.removeprefix("library/")
    return name, match["tag"], match["digest"]


def lookup(name: str) -> Image | None:
    """The image of a name (as `parse` gives it); None where it is no server that is known."""
    name = name.lower()
    last = name.rpartition("/")[2]
    if name in _OFFICIAL:
        return Image(name, _OFFICIAL[name], "official", "server", True, "/data", True)
    if _MODULES.fullmatch(name):
        return Image(name, "redis", "modules", "server", True, "/data", True)
    if not re.search(r"redis|valkey", last) or _TOOL.search(last):
        return None
    flavour = "valkey" if "valkey" in last else "redis"
    if (
        re.match(r"(bitnami|bitnamilegacy|bitnamisecure|bitnamicharts)/", name)
        or "/bitnami/" in name
    ):
        role = "sentinel" if "sentinel" in last else "cluster" if "cluster" in last else "server"
        data = f"/bitnami/{flavour}/data"
        conf = f"/opt/bitnami/{flavour}/etc/{flavour}.conf"
        return Image(name, flavour, "bitnami", role, False, data, False, conf, True)
    if last in ("redis-stack-server", "redis-stack"):
        return Image(name, flavour, "stack", "server", True, "/data", True, "/redis-stack.conf")
    if last in (flavour, f"{flavour}-server", "redis-stack", f"{flavour}-alpine"):
        return Image(name, flavour, "mirror", "server", False, "/data", False)
    if re.search(r"sentinel", last):
        return Image(name, flavour, "other", "sentinel", False, "", False)
    return Image(
        name, flavour, "other", "cluster" if "cluster" in last else "server", False, "", False
    )


END_OF_LIFE = {
    # server key -> (last release's end of support, source: endoflife.date and the projects' pages)
    "redis-2.8": "2016", "redis-3.0": "2017", "redis-3.2": "2018", "redis-4.0": "2020",
    "redis-5.0": "2022", "redis-6.0": "2022-04", "redis-7.0": "2024-07",
}  # fmt: skip
"""Releases that get no fixes any more, security included, with the year or month of the end."""
