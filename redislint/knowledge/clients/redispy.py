"""Options and defaults of redis-py, valkey-py, aioredis and redis-py-cluster by release.

The figures are in redispy.json, each group with how it was obtained (its key "evidence").
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redislint.model.value import Value, unknown
from redislint.model.value import default as default_value
from redislint.model.versions import key

if TYPE_CHECKING:
    from redislint.model.client import Client

ABSENT = "absent"
"""In the data: the class of that release has no such parameter."""

UNSET = "unset"
"""In the data: a marker object that stands for several defaults."""

FIRST = {"sync.RedisCluster": "4.1.0", "asyncio.Redis": "4.2.0", "asyncio.RedisCluster": "4.3.0"}
"""Class -> the release that brought it: code that names the class does not run with older ones."""

CURRENT_FROM = "4.4.0"
"""A requirement without an upper bound gets the newest release of the day it is installed. Releases
before this one (November 2022) are taken to have been replaced since, where nothing locks them."""

OTHERS: dict[str, dict[str, Any]] = {
    "aioredis": {
        "socket_timeout": None, "socket_connect_timeout": None, "socket_keepalive": None,
        "health_check_interval": 0, "retry_on_timeout": False, "ssl": False,
        "ssl_check_hostname": False, "ssl_cert_reqs": "required", "decode_responses": False,
        "max_connections": None, "db": 0,
    },
    "redis-py-cluster": {
        "socket_timeout": None, "socket_connect_timeout": None, "socket_keepalive": None,
        "reinitialize_steps": 25, "skip_full_coverage_check": False, "ssl": False,
        "nodemanager_follow_cluster": False, "read_from_replicas": False,
        "cluster_down_retry_attempts": 3, "health_check_interval": 0, "decode_responses": False,
        "max_connections": None,
    },
}  # fmt: skip
"""Defaults of packages that will not see another release."""

EARLIER: dict[str, Any] = {
    "ssl": False, "socket_timeout": None, "socket_connect_timeout": None, "socket_keepalive": None,
    "decode_responses": False, "retry_on_timeout": False, "max_connections": None, "db": 0,
}  # fmt: skip
"""Defaults of redis.Redis that are the same in 2.10.0, 2.10.6, 3.0.1 and 3.2.1 as where the table begins."""

VALKEY_SHARED = {"ssl": False, "ssl_cert_reqs": "required", "decode_responses": False, "db": 0}


@lru_cache(maxsize=1)
def data() -> dict[str, Any]:
    """The whole table."""
    path = Path(__file__).with_name("redispy.json")
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return table


def releases(package: str) -> tuple[str, ...]:
    """Known releases of a package, oldest first; empty for an unknown package."""
    if package == "redis":
        return tuple(data()["releases"])
    if package == "valkey":
        return tuple(data()["valkey"])
    return {"aioredis": ("1.3.1", "2.0.0", "2.0.1"), "redis-py-cluster": ("2.1.3",)}.get(
        package, ()
    )


def class_of(client: Client) -> str:
    """The class of the table that makes a client: "sync.Redis", "asyncio.RedisCluster"."""
    side = "asyncio" if client.get("asyncio").is_true else "sync"
    mode = client.get("mode")
    cluster = mode.known and mode.value == "cluster"
    return f"{side}.{'RedisCluster' if cluster else 'Redis'}"


def at(runs: list[list[Any]], release: str) -> Any:
    """The value of a list of [first release, value] in a release; ABSENT before the first."""
    found: Any = ABSENT
    wanted = key(release)
    for first, value in runs:
        if key(first) > wanted:
            break
        found = value
    return found


def parameter(class_name: str, name: str, release: str) -> Any:
    """The default of a named parameter in a release, ABSENT where the class has none."""
    return at(data()["classes"].get(class_name, {}).get(name, []), release)


def keywords(release: str) -> frozenset[str]:
    """Keywords that the sync RedisCluster hands on to its connections in a release."""
    found: set[str] = set()
    for first, change in data()["cluster-keywords"].items():
        if key(first) > key(release):
            break
        found |= set(change["added"])
        found -= set(change["removed"])
    return frozenset(found)


def known_names(class_name: str, release: str) -> frozenset[str]:
    """Every keyword that a class of a release knows; empty where the table lacks the class.

    Of the sync RedisCluster those are its parameters and what it hands on to connections.
    """
    table = data()["classes"].get(class_name, {})
    found = {name for name, runs in table.items() if at(runs, release) != ABSENT}
    if not found:
        return frozenset()
    if class_name == "sync.RedisCluster":
        found |= keywords(release)
    return frozenset(found | IMPLIED)


@lru_cache(maxsize=8)
def ever_known(class_name: str) -> frozenset[str]:
    """Every keyword that some release in use knows (from CURRENT_FROM on)."""
    found: set[str] = set()
    for release in data()["inspected"]:
        if key(release) >= key(CURRENT_FROM):
            found |= known_names(class_name, release)
    return frozenset(found)


IMPLIED = frozenset(
    "lib_name lib_version driver_info unix_socket_path encoding_errors charset errors "
    "redis_connect_func parser_class auto_close_connection_pool event_dispatcher "
    "ssl_validate_ocsp_stapled ssl_ocsp_context ssl_ocsp_expected_cert from_url url path "
    "oss_cluster_maint_notifications_handler maint_notifications_pool_handler".split()
)
"""Parameters that the table leaves out: nobody mistypes them."""


def _redis(class_name: str, name: str, release: str) -> Any:
    found = parameter(class_name, name, release)
    if found == ABSENT and class_name == "sync.Redis" and key(release) < key("3.5.3"):
        return EARLIER.get(name, ABSENT)
    if found == ABSENT and class_name.endswith("RedisCluster"):
        # Handed on through **kwargs to connections: their default counts.
        side = class_name.split(".")[0]
        if side == "asyncio" or name in keywords(release):
            found = parameter(f"{side}.Redis", name, release)
    return found


def _valkey(class_name: str, name: str, release: str) -> Any:
    tables = data()["valkey"]
    known = [r for r in tables if key(r) <= key(release)] or list(tables)
    side, _, cls = class_name.partition(".")
    prefix = "asyncio." if side == "asyncio" else ""
    table = tables[known[-1]]
    names = {"Redis": "client.Valkey", "RedisCluster": "cluster.ValkeyCluster"}
    for candidate in (names[cls], "client.Valkey"):
        text = table.get(prefix + candidate, {}).get(name)
        if text is not None:
            return {"None": None, "True": True, "False": False}.get(
                text, int(text) if text.isdecimal() else text
            )
    return VALKEY_SHARED.get(name, ABSENT)


def default(client: Client, name: str, release: str | None) -> Value | None:
    """The default of an option in a release (None: in every known one alike)."""
    library = client.library
    if library in OTHERS:
        table = OTHERS[library]
        return default_value(table[name], f"default of {library}") if name in table else None
    return _default(library, class_of(client), name, release)


@lru_cache(maxsize=4096)
def _default(library: str, class_name: str, name: str, release: str | None) -> Value | None:
    look = _valkey if library == "valkey-py" else _redis
    if release is not None:
        found = look(class_name, name, release)
        if found == ABSENT:
            return None
        if found == UNSET:
            return unknown("the default is several values", set=False)
        return default_value(found, f"default of {library} {release}")
    package = "valkey" if library == "valkey-py" else "redis"
    values: list[Any] = []
    for each in data()["inspected"] if package == "redis" else releases(package):
        found = look(class_name, name, each)
        if found != ABSENT and found not in values:
            values.append(found)
    if not values:
        return None
    if len(values) > 1 or values[0] == UNSET:
        return unknown(f"the default hangs on the release of {library}", set=False)
    return default_value(values[0], f"default of {library} in every release")
