"""Configurations for the live half: quoting, numbers, units, arity, duplicates, order, includes."""

from __future__ import annotations

import os

from hypothesis import strategies as st

from redislint.knowledge.directives import Directive, table

CASES = int(os.environ.get("REDISLINT_LIVE_CASES", "60"))
"""Fresh cases of a run, over all servers together."""

_NUMBERS = [
    "0", "1", "-1", "-0", "01", "+1", '" 1"', '"1 "', "7", "10", "100", "101", "999", "1000",
    "1024", "65535", "65536", "2147483647", "2147483648", "-2147483649", "4294967295",
    "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
    "18446744073709551615", "18446744073709551616", "1.5", "1e3", "0x10", "abc", '""', "0777",
    "778", "1" * 127, "1" * 128,
]  # fmt: skip
_UNITS = ["", "b", "k", "kb", "m", "mb", "g", "gb", "KB", "Gb", "t", "tb", "%", "kib", " kb"]
_WORDS = [
    "yes", "no", "YES", "on", '""', "''", '"a b"', "a/b", "..", "{title}", "host.name", "bad_host",
    '"\\x79es"', '"yes"', "'no'", '"y\\x00"', '"a\\"b"', "it's", '"open', '"a"b', '"a""b"', "\\n",
    "#x", "# x", "\xff", "\xc2\xa0", "normal", "replica", "slave", "pubsub", "master", "save",
    "nosave", "now", "default", "KEA", "Elg$", "En", "q", "127.0.0.1", "::1", "*", "-::*", "one",
    "900", "60", "10000", '"900 1"', '"normal 0 0 0"', "99.9", "inf", "nan", "1 2", "",
]  # fmt: skip
_ACL = [
    "on", "off", "nopass", "resetpass", ">pw", "<pw", "#0", "~*", "~a", "%R~a", "%~a", "&*", "&a",
    "+@all", "-@all", "+@read", "+@nosuch", "+get", "-get", "+config|get", "+config|nosuch",
    "+get|x", "+nosuch", "allkeys", "resetkeys", "allchannels", "resetchannels", "(+get ~a)",
    "(+get", "reset", "()", '"a b"', '""',
]  # fmt: skip
_JUNK = ["\0", "\v", "\f", "\r", "\t", " ", '"', "'", "\\", "#", "\n", "\xff", "\x1c", "x" * 1030]
_LEFT_OUT = frozenset(
    {"dir", "loadmodule", "include", "cluster-enabled", "databases", "maxclients"}
)


def _value(d: Directive) -> st.SearchStrategy[str]:
    choices = [st.sampled_from(_WORDS), st.sampled_from(_NUMBERS)]
    if d.kind in ("memory", "percent-or-memory", "client-output-buffer-limit"):
        choices.append(st.builds(str.__add__, st.sampled_from(_NUMBERS), st.sampled_from(_UNITS)))
    if d.enum:
        choices += [st.sampled_from(d.enum), st.sampled_from([e.upper() for e in d.enum])]
    if d.kind == "bool":
        choices.append(st.sampled_from(["yes", "no", "Yes"]))
    if d.kind == "acl-user":
        choices = [st.sampled_from(_ACL)]
    return st.one_of(choices)


@st.composite
def lines(draw: st.DrawFn, server: str, tls: bool, jemalloc: bool) -> str:
    names = [
        n
        for n, d in table(server).items()
        if n not in _LEFT_OUT
        and (tls or "tls" not in d.flags)
        and (jemalloc or "build-dependent" not in d.flags)
    ]
    name = draw(st.sampled_from(names))
    d = table(server)[name]
    count = draw(st.sampled_from([1, 1, 1, 1, 0, 2, 3, 4, 5]))
    if d.kind in ("client-output-buffer-limit",):
        count = draw(st.sampled_from([4, 4, 8, 1, 3]))
    words = [draw(_value(d)) for _ in range(count)]
    if draw(st.integers(0, 9)) == 0:
        name = draw(st.sampled_from([name.upper(), f'"{name}"', name + "x", name + ":", "a.b"]))
    line = " ".join([name, *words])
    if draw(st.integers(0, 5)) == 0:
        at = draw(st.integers(0, len(line)))
        line = line[:at] + draw(st.sampled_from(_JUNK)) + line[at:]
    return line


@st.composite
def configurations(
    draw: st.DrawFn, server: str, tls: bool, jemalloc: bool
) -> tuple[bytes, dict[str, bytes]]:
    """A configuration text and the files that it may include."""
    end = st.sampled_from(["\n", "\n", "\n", "\r\n", "\n\n", " # x\n"])
    body = draw(st.lists(st.tuples(lines(server, tls, jemalloc), end), min_size=1, max_size=4))
    text = "".join(a + b for a, b in body)
    files: dict[str, bytes] = {}
    if draw(st.integers(0, 3)) == 0:
        files["inc/a.conf"] = (draw(lines(server, tls, jemalloc)) + "\n").encode("latin-1")
        files["inc/b.conf"] = b"timeout 7\nsave 5 6\n"
        name = draw(st.sampled_from(["inc/a.conf", "inc/*.conf", "inc/[ab].conf", "inc/no*"]))
        text = draw(st.sampled_from([f"include {name}\n{text}", f"{text}include {name}\n"]))
    return text.encode("latin-1"), files
