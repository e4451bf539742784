"""Checks of values from 6.0 on: one small function for each kind of directive.

A check takes the words after the name and the state, and returns the server's message or None.
Bounds, enums and kinds are data; what is written here is how the servers read them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from redislint.judgement.cnumbers import (
    cstr,
    is_base_name,
    memtoll,
    memtoull,
    same,
    string2d,
    string2ll,
    strtoll,
    wrap32,
    wrap64,
)
from redislint.judgement.state import State, Where
from redislint.knowledge.directives import Directive

Check = Callable[[list[bytes], State], str | None]

ARITY = "wrong number of arguments"
BIND_MAX = 16
_UNSIGNED = frozenset({"uint32", "size_t"})
NO_DEFRAG = (
    "Active defragmentation cannot be enabled: it requires a server compiled with a modified "
    "Jemalloc like the one shipped by default with the source distribution"
)


def boolean(d: Directive) -> Check:
    """yes / no, without case."""

    def check(words: list[bytes], st: State) -> str | None:
        word = words[0].lower()
        if word == b"no" or word == b"yes" or cstr(word) in (b"yes", b"no"):
            return None
        return "argument must be 'yes' or 'no'"

    if d.name != "activedefrag":
        return check

    def defrag(words: list[bytes], st: State) -> str | None:
        error = check(words, st)
        if error is None and same(words[0], b"yes") and not st.jemalloc:
            return NO_DEFRAG
        return error

    return defrag


def enum(d: Directive, server_version: tuple[int, int]) -> Check:
    """One or several words of a list, without case."""
    choices = frozenset(e.lower().encode("ascii") for e in d.enum)
    plural = "(s)" if server_version >= (7, 0) else ""
    message = f"argument{plural} must be one of the following: {', '.join(d.enum)}"
    if "several" not in d.flags:

        def one(words: list[bytes], st: State) -> str | None:
            word = words[0].lower()
            return None if word in choices or cstr(word) in choices else message

        return one

    def several(words: list[bytes], st: State) -> str | None:
        found = {cstr(w).lower() for w in words}
        if not found or not found <= choices:
            return message
        if b"save" in found and b"nosave" in found:
            return "shutdown options SAVE and NOSAVE can't be used simultaneously"
        return None

    return several


def integer(d: Directive, st_version: tuple[int, int], valkey: bool) -> Check:
    """A strictly written 64-bit integer within bounds."""
    low = d.min if isinstance(d.min, int) else -(2**63)
    high = d.max if isinstance(d.max, int) else 2**63 - 1
    between = f"argument must be between {low} and {high} inclusive"
    unsigned = (d.ctype in _UNSIGNED) and not valkey and st_version >= (8, 2)

    def check(words: list[bytes], st: State) -> str | None:
        value = string2ll(words[0])
        if value is None:
            return "argument couldn't be parsed into an integer"
        if low <= value <= high:
            return None
        if unsigned and value < 0:
            return "argument must be greater or equal to 0"
        return between

    return check


def memory(d: Directive, st_version: tuple[int, int], valkey: bool) -> Check:
    """Bytes with an optional unit."""
    low = d.min if isinstance(d.min, int) else -(2**63)
    percent = d.kind == "percent-or-memory"
    unsigned = d.ctype in ("size_t", "uint64")
    whole = unsigned and d.ctype == "uint64"  # these have no upper bound of their own
    high = 2**64 - 1 if whole else 2**63 - 1
    message = "argument must be a memory value"
    if percent:
        message = "argument must be a memory or percent value"
    between = f"argument must be between {low} and {high} inclusive"
    plain_negative = "negative-ok" in d.flags

    def old(words: list[bytes], st: State) -> str | None:
        value = memtoll(words[0])
        if value is None or value < 0:
            return message
        return None if low <= value else between

    if st_version < (7, 0):
        return old
    ranged = valkey and st_version >= (9, 1)
    newest_redis = not valkey and st_version >= (8, 2)

    def check(words: list[bytes], st: State) -> str | None:
        word = words[0]
        got = memtoull(word, ranged)
        if got is None:
            if percent and len(word) > 1 and word.endswith(b"%"):
                share = string2ll(word[:-1])
                if share is not None and share >= 0:
                    if share > 100:
                        return "percentage argument must be less or equal to 100"
                    return None
            if plain_negative:
                plain = string2ll(word)
                if plain is not None:
                    return None if low <= plain <= high else between
            return message
        value = wrap64(got)
        if percent and value < 0:
            return None if value >= -100 else "percentage argument must be less or equal to 100"
        if unsigned:
            if newest_redis and value < 0:
                return "argument must be greater or equal to 0"
            return None if max(low, 0) <= got <= high else between
        return None if low <= value <= high else between

    return check


def octal(st_version: tuple[int, int]) -> Check:
    """unixsocketperm."""

    def old(words: list[bytes], st: State) -> str | None:
        value, _, ranged = strtoll(words[0], 8)
        return "Invalid socket file permissions" if ranged or value % 2**32 > 0o777 else None

    def check(words: list[bytes], st: State) -> str | None:
        value, rest, ranged = strtoll(words[0], 8)
        if ranged or rest:
            return "argument couldn't be parsed as an octal number"
        return None if 0 <= value <= 0o777 else "argument must be between 0 and 777 inclusive"

    return old if st_version < (7, 0) else check


# --- strings ------------------------------------------------------------------------------------

_HOST = re.compile(rb"[A-Za-z0-9.-]*\Z")
_AUX = re.compile(rb"[!#$%&()*+:;<>?@\[\]^{|}~\0]")
_AUX_8_0 = re.compile(rb"[!#$%&()*+;<>?@\[\]^{|}~\0]")
_AUX_9_1 = re.compile(rb"""[\0-\x20!"#$%&'()*+,;<=>?@\[\\\]^{|}~\x7f]""")


def any_text(words: list[bytes], st: State) -> str | None:
    """Take everything."""
    return None


def base_name(what: str, kind: str, empty_ok: bool) -> Check:
    """Return the check of a file name without a directory part."""

    def check(words: list[bytes], st: State) -> str | None:
        name = cstr(words[0])
        if not name and not empty_ok:
            return f"{what} can't be empty"
        return None if is_base_name(name) else f"{what} can't be a path, just a {kind}"

    return check


def not_empty(what: str) -> Check:
    """Return the check of a text that must not be empty."""

    def check(words: list[bytes], st: State) -> str | None:
        return None if cstr(words[0]) else f"{what} can't be empty"

    return check


def hostname(words: list[bytes], st: State) -> str | None:
    """cluster-announce-hostname."""
    name = cstr(words[0])
    if len(name) >= 256:
        return "Hostnames must be less than 256 characters"
    if _HOST.match(name) is None:
        return "Hostnames may only contain alphanumeric characters, hyphens or dots"
    return None


def node_name(words: list[bytes], st: State) -> str | None:
    """cluster-announce-human-nodename."""
    bad = _AUX
    if st.valkey and st.version >= (8, 0):
        bad = _AUX_9_1 if st.version >= (9, 1) else _AUX_8_0
    if bad.search(words[0]):
        return "Announced human node name contained invalid character"
    return None


def announce_ip(words: list[bytes], st: State) -> str | None:
    """cluster-announce-ip of Valkey 9.1."""
    if len(cstr(words[0])) >= 46:
        return "cluster-announce-ip is too long"
    if _AUX_9_1.search(words[0]):
        return "cluster-announce-ip contains invalid character"
    return None


def ip(name: str) -> Check:
    """Return the check of a literal address ("IPv4" or "IPv6"); empty is fine."""

    def check(words: list[bytes], st: State) -> str | None:
        text = cstr(words[0])
        if text:
            import socket  # late: only two directives need it

            family = socket.AF_INET if name == "IPv4" else socket.AF_INET6
            try:
                socket.inet_pton(family, text.decode("ascii"))
            except (OSError, ValueError):
                return f"Invalid {name} address"
        return None

    return check


def title_template(words: list[bytes], st: State) -> str | None:
    """proc-title-template: only known fields, and not empty once they are filled in."""
    error = "template format is invalid or contains unknown variables"
    text = cstr(words[0])
    pos, size = 0, len(text)
    filled = False
    while pos < size:
        brace = text.find(b"{", pos)
        stop = size if brace < 0 else brace
        filled = filled or text.count(b" ", pos, stop) < stop - pos
        if brace < 0:
            break
        if text[brace + 1 : brace + 2] == b"{":
            filled = True
            pos = brace + 2
            continue
        close = text.find(b"}", brace)
        if close < 0:
            return error
        name = text[brace + 1 : close]
        if name in (b"listen-addr", b"config-file", b"port", b"tls-port"):
            filled = True
        elif name == b"server-mode":
            filled = filled or st.cluster
        elif name == b"unixsocket":
            filled = filled or bool(st.text("unixsocket").strip(b" "))
        elif name != b"title":
            return error
        pos = close + 1
    return None if filled else error


def password_6_0(words: list[bytes], st: State) -> str | None:
    """requirepass of redis 6.0."""
    return "Password is longer than CONFIG_AUTHPASS_MAX_LEN" if len(cstr(words[0])) > 512 else None


def string(d: Directive, st_version: tuple[int, int], valkey: bool) -> Check:
    """Return the check of a string directive."""
    name = d.name
    if name == "dbfilename":
        return base_name(name, "filename", not (valkey and st_version >= (8, 0)))
    if name == "appendfilename":
        return base_name(name, "filename", st_version < (7, 0))
    if name == "appenddirname":
        return base_name(name, "dirname", False)
    if name == "cluster-config-file" and valkey and st_version >= (8, 0):
        return not_empty(name)
    if name == "cluster-announce-hostname":
        return hostname
    if name == "cluster-announce-human-nodename":
        return node_name
    if name == "cluster-announce-ip" and valkey and st_version >= (9, 1):
        return announce_ip
    if name == "cluster-announce-client-ipv4":
        return ip("IPv4")
    if name == "cluster-announce-client-ipv6":
        return ip("IPv6")
    if name == "proc-title-template":
        return title_template
    if name == "requirepass" and st_version == (6, 0):
        return password_6_0
    return any_text


# --- lists --------------------------------------------------------------------------------------


def oom_values(words: list[bytes], st: State) -> str | None:
    """oom-score-adj-values."""
    if len(words) != 3:
        return ARITY
    for w in words:
        value, rest, _ = strtoll(w)
        if rest or not -2000 <= value <= 2000:
            return "Invalid oom-score-adj-values, elements must be between -2000 and 2000."
    return None


def percentiles(words: list[bytes], st: State) -> str | None:
    """latency-tracking-info-percentiles."""
    if words == [b""]:
        return None
    for w in words:
        value = string2d(w)
        if value is None:
            return "Invalid latency-tracking-info-percentiles parameters"
        if not 0.0 <= value <= 100.0:
            return "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]"
    return None


def keyspace_events(d: Directive, st_version: tuple[int, int]) -> Check:
    """notify-keyspace-events: letters only."""
    letters = frozenset(d.letters.encode("ascii"))
    shown = "Ag$lshzxeKEtmdn" if st_version >= (7, 0) else "g$lshzxeA"
    message = f"Invalid event class character. Use '{shown}'."

    def check(words: list[bytes], st: State) -> str | None:
        text = cstr(words[0])
        return None if letters.issuperset(text) else message

    return check


def addresses(words: list[bytes], st: State) -> str | None:
    """Bind and rdma-bind, 7.0 on."""
    return "Too many bind addresses specified." if len(words) > BIND_MAX else None


def _port(word: bytes) -> bool:
    value, rest, _ = strtoll(word)
    return not rest and 0 <= wrap32(value) <= 65535


def replicaof(words: list[bytes], st: State) -> str | None:
    """Replicaof / slaveof from 6.0 on; keeps the master in the state."""
    if len(words) != 2:
        return ARITY
    st.masterhost = None
    if same(words[0], b"no") and same(words[1], b"one"):
        return None
    if not _port(words[1]):
        return f"Invalid {'primary' if st.valkey and st.version >= (8, 0) else 'master'} port"
    st.masterhost = words[0]
    return None


def save(words: list[bytes], st: State) -> str | None:
    """Save from 7.0 on."""
    if words == [b""] or (len(words) == 1 and not cstr(words[0])):
        st.saves = []
        words = []
    if len(words) & 1:
        return "Invalid save parameters"
    numbers = []
    for j, w in enumerate(words):
        value, rest, _ = strtoll(w)
        if rest or value < (0 if j & 1 else 1):
            return "Invalid save parameters"
        numbers.append(value)
    if not st.reading or not st.save_loaded:
        st.saves = []
        st.save_loaded = st.save_loaded or st.reading
    points = st.saves = st.saves if st.saves is not None else []
    points.extend((numbers[j], wrap32(numbers[j + 1])) for j in range(0, len(numbers), 2))
    return None


_CLASSES = {
    b"normal": "normal",
    b"slave": "slave",
    b"replica": "slave",
    b"pubsub": "pubsub",
}


def buffer_limits(words: list[bytes], st: State) -> str | None:
    """client-output-buffer-limit from 7.0 on."""
    if len(words) % 4:
        return "Wrong number of arguments in buffer limit configuration."
    ranged = st.valkey and st.version >= (9, 1)
    found = {}
    for j in range(0, len(words), 4):
        name = _CLASSES.get(cstr(words[j]).lower())
        if name is None:
            return "Invalid client class specified in buffer limit configuration."
        hard, soft = memtoull(words[j + 1], ranged), memtoull(words[j + 2], ranged)
        seconds, rest, _ = strtoll(words[j + 3])
        seconds = wrap32(seconds)
        if hard is None or soft is None or rest or seconds < 0:
            return "Error in hard, soft or soft_seconds setting in buffer limit configuration."
        found[name] = (hard, soft, seconds)
    for name, limits in found.items():
        st.buffers[name] = (limits, Where(st.source, st.file_line))
    return None
