"""Checks of values in redis 2.8 to 5.0, whose readers take almost any text for a number."""

from __future__ import annotations

from collections.abc import Callable

from redislint.judgement.checks import BIND_MAX, Check, any_text, base_name
from redislint.judgement.cnumbers import (
    atoi,
    cstr,
    memtoll,
    memtoll_2_8,
    same,
    strtoll,
)
from redislint.judgement.state import State, Where
from redislint.knowledge.directives import Directive

LONG = frozenset(
    {
        "lua-time-limit",
        "slowlog-log-slower-than",
        "latency-monitor-threshold",
        "slowlog-max-len",
        "cluster-node-timeout",
        "active-defrag-max-scan-fields",
    }
)
"""Read as 64-bit numbers; every other integer wraps at 32 bits."""

_UNSIGNED = frozenset({"maxclients", "active-defrag-max-scan-fields", "active-defrag-ignore-bytes"})
"""Compared unsigned: only zero is too small."""

_REASONS = {
    "timeout": "Invalid timeout value",
    "tcp-keepalive": "Invalid tcp-keepalive value",
    "port": "Invalid port",
    "slave-announce-port": "Invalid port",
    "replica-announce-port": "Invalid port",
    "cluster-announce-port": "Invalid port",
    "cluster-announce-bus-port": "Invalid port",
    "tcp-backlog": "Invalid backlog value",
    "databases": "Invalid number of databases",
    "maxclients": "Invalid max clients limit",
    "maxmemory-samples": "maxmemory-samples must be 1 or greater",
    "repl-ping-slave-period": "repl-ping-slave-period must be 1 or greater",
    "repl-ping-replica-period": "repl-ping-replica-period must be 1 or greater",
    "repl-timeout": "repl-timeout must be 1 or greater",
    "repl-diskless-sync-delay": "repl-diskless-sync-delay can't be negative",
    "repl-backlog-size": "repl-backlog-size must be 1 or greater.",
    "repl-backlog-ttl": "repl-backlog-ttl can't be negative",
    "auto-aof-rewrite-percentage": "Invalid negative percentage for AOF auto rewrite",
    "latency-monitor-threshold": "The latency threshold can't be negative",
    "min-slaves-to-write": "Invalid value for min-slaves-to-write.",
    "min-slaves-max-lag": "Invalid value for min-slaves-max-lag.",
    "min-replicas-to-write": "Invalid value for min-replicas-to-write.",
    "min-replicas-max-lag": "Invalid value for min-replicas-max-lag.",
    "cluster-node-timeout": "cluster node timeout must be 1 or greater",
    "cluster-migration-barrier": "cluster migration barrier must zero or positive",
    "cluster-slave-validity-factor": "cluster slave validity factor must be zero or positive",
    "cluster-replica-validity-factor": "cluster replica validity factor must be zero or positive",
    "active-defrag-ignore-bytes": "active-defrag-ignore-bytes must above 0",
    "active-defrag-max-scan-fields": "active-defrag-max-scan-fields must be positive",
    "active-defrag-cycle-min": "active-defrag-cycle-min must be between 1 and 99",
    "active-defrag-cycle-max": "active-defrag-cycle-max must be between 1 and 99",
    "lfu-log-factor": "lfu-log-factor must be 0 or greater",
    "lfu-decay-time": "lfu-decay-time must be 0 or greater",
}


def number(d: Directive, read: Callable[[bytes], int]) -> Check:
    """Return the check of a number that is read loosely."""
    low = d.min if isinstance(d.min, int) else None
    high = d.max if isinstance(d.max, int) and d.max < 2**31 - 1 else None
    if low is None and high is None:
        return any_text
    message = _REASONS.get(d.name, f"{d.name} is out of range")
    unsigned = d.name in _UNSIGNED

    def check(words: list[bytes], st: State) -> str | None:
        value = read(words[0])
        if unsigned:
            return message if value == 0 else None
        if low is not None and value < low:
            if d.name.startswith("active-defrag-threshold"):
                return threshold(d, st)
            return message
        if high is not None and value > high:
            return threshold(d, st) if d.name.startswith("active-defrag-threshold") else message
        return None

    return check


def threshold(d: Directive, st: State) -> str:
    """Return the message about a defrag threshold, worded anew in 5.0."""
    if st.version < (5, 0):
        return f"{d.name} must be 0 or greater"
    return f"{d.name} must be between 0 and 1000"


def long_number(text: bytes) -> int:
    """Read a 64-bit number."""
    return strtoll(text)[0]


def memory_2_8(text: bytes) -> int:
    """Read a memory size, redis 2.8."""
    return memtoll_2_8(text)


def memory_3_0(text: bytes) -> int:
    """Read a memory size, redis 3.0 to 5.0: an error counts as 0."""
    return memtoll(text) or 0


def enum(d: Directive, version: tuple[int, int]) -> Check:
    """One word of a list, without case."""
    choices = frozenset(e.encode("ascii") for e in d.enum)
    levels = "debug, notice, warning" if version < (3, 2) else "debug, verbose, notice, warning"
    message = {
        "loglevel": f"Invalid log level. Must be one of {levels}",
        "syslog-facility": "Invalid log facility. Must be one of USER or between LOCAL0-LOCAL7",
        "maxmemory-policy": "Invalid maxmemory policy",
        "appendfsync": "argument must be 'no', 'always' or 'everysec'",
        "supervised": "Invalid option for 'supervised'. Allowed values: 'upstart', 'systemd', "
        "'auto', or 'no'",
    }[d.name]

    def check(words: list[bytes], st: State) -> str | None:
        return None if cstr(words[0]).lower() in choices else message

    return check


def boolean(d: Directive, version: tuple[int, int]) -> Check:
    """yes / no, without case."""
    if "unchecked" in d.flags:
        return any_text

    def check(words: list[bytes], st: State) -> str | None:
        word = cstr(words[0]).lower()
        if word not in (b"yes", b"no"):
            return "argument must be 'yes' or 'no'"
        if d.name == "activedefrag" and word == b"yes" and version >= (5, 0) and not st.jemalloc:
            return "active defrag can't be enabled without proper jemalloc support"
        return None

    return check


def password(words: list[bytes], st: State) -> str | None:
    """Requirepass."""
    if len(cstr(words[0])) <= 512:
        return None
    name = "REDIS" if st.version < (3, 2) else "CONFIG"
    return f"Password is longer than {name}_AUTHPASS_MAX_LEN"


def single(d: Directive, version: tuple[int, int]) -> Check:
    """Return the check of a one-value directive."""
    if d.kind == "bool":
        return boolean(d, version)
    if d.kind == "enum":
        return enum(d, version)
    if d.kind == "int":
        return number(d, long_number if d.name in LONG else atoi)
    if d.kind == "memory":
        return number(d, memory_2_8 if version < (3, 0) else memory_3_0)
    if d.name in ("dbfilename", "appendfilename"):
        return base_name(d.name, "filename", True)
    if d.name == "requirepass":
        return password
    return any_text


# --- directives that take several words, up to 6.2 ------------------------------------------------


def bind(words: list[bytes], st: State) -> str | None:
    """Bind."""
    return "Too many bind addresses specified" if len(words) > BIND_MAX else None


def save(words: list[bytes], st: State) -> str | None:
    """Save: any other number of words than two, or one empty one, is ignored."""
    if st.version == (6, 2) and not st.save_loaded:
        st.save_loaded = True
        st.saves = []
    if len(words) == 2:
        seconds, changes = atoi(words[0]), atoi(words[1])
        if seconds < 1 or changes < 0:
            return "Invalid save parameters"
        st.saves = st.saves if st.saves is not None else []
        st.saves.append((seconds, changes))
    elif len(words) == 1 and not cstr(words[0]):
        st.saves = []
    return None


_CLASSES = {b"normal": "normal", b"slave": "slave", b"pubsub": "pubsub"}


def buffer_limits(words: list[bytes], st: State) -> str | None:
    """client-output-buffer-limit: one class a line, numbers read loosely."""
    name = _CLASSES.get(cstr(words[0]).lower())
    if name is None and st.version >= (5, 0) and same(words[0], b"replica"):
        name = "slave"
    if name is None:
        if st.version < (3, 2):
            return "Unrecognized client limit class"
        return (
            "Unrecognized client limit class: the user specified an invalid one, or 'master' "
            "which has no buffer limits."
        )
    read = memory_2_8 if st.version < (3, 0) else memory_3_0
    hard, soft, seconds = read(words[1]), read(words[2]), atoi(words[3])
    if seconds < 0:
        return "Negative number of seconds in soft limit is invalid"
    limits = (hard % 2**64, soft % 2**64, seconds)
    st.buffers[name] = (limits, Where(st.source, st.file_line))
    return None


def slaveof(words: list[bytes], st: State) -> str | None:
    """Slaveof / replicaof up to 5.0: nothing is checked, and ``no one`` is a host like any."""
    st.masterhost = words[0]
    return None


__all__ = ["bind", "buffer_limits", "save", "single", "slaveof"]
