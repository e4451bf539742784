"""Values as ``CONFIG GET`` prints them, from the words of an accepted line."""

from __future__ import annotations

from redislint.judgement.cnumbers import (
    atoi,
    cstr,
    memtoll,
    memtoll_2_8,
    memtoull,
    same,
    string2d,
    strtoll,
    wrap32,
    wrap64,
)
from redislint.judgement.legacy import LONG
from redislint.judgement.state import State
from redislint.knowledge.directives import Directive

_UNSIGNED_64 = frozenset({"uint64", "size_t"})


def text_of(word: bytes) -> str:
    """Return bytes as text: one character for each byte."""
    return word.decode("latin-1")


def keyspace_events(word: bytes, st: State, letters: str) -> str:
    """Return notify-keyspace-events as the server prints it."""
    given = set(text_of(cstr(word)))
    whole = "g$lshzxe"
    if st.version >= (5, 0):
        whole += "t"
    if st.version >= (6, 2):
        whole += "d"
    if "A" in given:
        given |= set(whole)
    order = "g$lshzxetdn" if st.version >= (6, 2) else "g$lshzxet"
    if set(whole) <= given:
        out = "A"
        if st.version >= (8, 2) and not st.valkey:
            out += "".join(c for c in "oc" if c in given)
        elif st.version < (7, 0):
            pass
    else:
        out = "".join(c for c in order if c in given)
        if st.version >= (8, 2) and not st.valkey:
            out += "".join(c for c in "oc" if c in given)
    return out + "".join(c for c in "KEm" if c in given and c in letters)


def percentile(word: bytes) -> str:
    """Return one percentile without needless zeros."""
    out = f"{string2d(word) or 0.0:f}"
    return out.rstrip("0").rstrip(".")


def number(d: Directive, word: bytes, st: State) -> str:
    """Return an integer."""
    if st.version >= (6, 0):
        value = strtoll(word)[0]
        return str(max(1, min(500, value)) if d.name == "hz" and st.version > (6, 0) else value)
    if d.name in LONG:
        return str(strtoll(word)[0])
    value = atoi(word)
    if d.name == "hz":
        value = max(1, min(500, value))
    if d.name == "maxclients":
        value %= 2**32
    return str(value)


def memory(d: Directive, word: bytes, st: State) -> str:
    """Return a number of bytes, or a share."""
    if st.version < (3, 0):
        return str(memtoll_2_8(word))
    if st.version < (7, 0):
        return str(memtoll(word) or 0)
    got = memtoull(word)
    if got is None:
        if d.kind == "percent-or-memory":
            share = strtoll(word)[0]
            return f"{share}%" if share else "0"
        return str(strtoll(word)[0])
    value = wrap64(got)
    if d.kind == "percent-or-memory" and value < 0:
        return f"{-value}%"
    return str(got if d.ctype in _UNSIGNED_64 else value)


def several(d: Directive, words: list[bytes]) -> str:
    """Return an enum that takes several words."""
    given = {text_of(cstr(w)).lower() for w in words} - {"default"}
    return " ".join(e for e in d.enum if e in given) or "default"


def shown(d: Directive, words: list[bytes], st: State) -> str:
    """Return the value of one directive as ``CONFIG GET`` prints it."""
    word = words[0] if words else b""
    kind = d.kind
    if kind == "bool":
        return "yes" if same(word, b"yes") else "no"
    if kind == "int":
        return number(d, word, st)
    if kind in ("memory", "percent-or-memory"):
        return memory(d, word, st)
    if kind == "octal":
        return f"{strtoll(word, 8)[0] % 2**32:o}"
    if kind == "enum":
        if "several" in d.flags:
            return several(d, words)
        value = text_of(cstr(word)).lower()
        if d.name == "oom-score-adj" and value == "relative":
            return "yes"
        return next((e for e in d.enum if e.lower() == value), value)
    if kind == "keyspace-events":
        return keyspace_events(word, st, d.letters)
    if kind == "float-list":
        return "" if words == [b""] else " ".join(percentile(w) for w in words)
    if kind == "int-list":
        return " ".join(str(strtoll(w)[0]) for w in words)
    if kind == "address-list":
        if words == [b""]:
            return ""
        return " ".join(text_of(cstr(w)) for w in words)
    if kind == "replicaof":
        if st.masterhost is None:
            return ""
        return f"{text_of(cstr(words[0]))} {wrap32(strtoll(words[1])[0])}"
    if d.name in ("masterauth", "primaryauth", "requirepass") and st.version >= (6, 2):
        return text_of(word)
    return text_of(cstr(word))
