"""What parameter groups of managed services take, as far as it is known.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html
"""

from __future__ import annotations

import re

UNSUPPORTED = frozenset(
    "save requirepass rename-command bind port dir dbfilename masterauth replicaof slaveof "
    "logfile unixsocket protected-mode tls-port aclfile user loglevel daemonize supervised pidfile "
    "tcp-backlog io-threads io-threads-do-reads rdbcompression rdbchecksum maxmemory "
    "stop-writes-on-bgsave-error no-appendfsync-on-rewrite aof-use-rdb-preamble aof-load-truncated "
    "auto-aof-rewrite-percentage auto-aof-rewrite-min-size repl-diskless-sync "
    "repl-diskless-sync-delay client-output-buffer-limit client-output-buffer-limit-normal "
    "client-output-buffer-limit-replica client-output-buffer-limit-slave "
    "client-output-buffer-limit-pubsub".split()
)
"""Directives that parameter groups of ElastiCache and MemoryDB do not have or do not let be set."""
_POLICIES = (
    "noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru", "volatile-lfu",
    "volatile-random", "volatile-ttl",
)  # fmt: skip
_OWN = (
    "reserved-memory", "reserved-memory-percent", "close-on-replica-write", "close-on-slave-write",
    "cluster-enabled", "maxmemory", "maxmemory-policy", "maxmemory-samples", "maxclients",
    "client-output-buffer-limit-normal-hard-limit", "client-output-buffer-limit-normal-soft-limit",
    "client-output-buffer-limit-normal-soft-seconds", "client-output-buffer-limit-pubsub-hard-limit",
    "client-output-buffer-limit-pubsub-soft-limit", "client-output-buffer-limit-pubsub-soft-seconds",
    "client-output-buffer-limit-replica-soft-seconds", "client-output-buffer-limit-slave-soft-seconds",
)  # fmt: skip
"""Parameters that only the service has, or that are misspelt most."""


def misspelt(word: str) -> str:
    """What is wrong with a name that no server has and that looks like one; empty where nothing."""
    from redislint.knowledge.directives import all_names

    known = all_names()
    if word in known or word in _OWN:
        return ""
    import difflib

    near = difflib.get_close_matches(word.replace("_", "-"), [*_OWN, *known], 1, 0.9)
    return f"{word}, which is no parameter (meant: {near[0]})" if near else ""


def refused(word: str, text: str) -> str:
    """What is wrong with a value that every engine refuses; empty where nothing is known to be."""
    if word == "maxmemory-policy" and text.lower() not in _POLICIES:
        return f"{word} to {text[:40]}, which is none of {', '.join(_POLICIES)}"
    if word == "notify-keyspace-events" and not re.fullmatch(r"[KEg$lshzxetdmnA]*", text):
        return f"{word} to {text[:40]}, which is not made of the letters KEg$lshzxetdmnA"
    return ""
