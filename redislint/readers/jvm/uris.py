"""RedisURI objects and URL texts → hosts, timeout, TLS, database, credentials, mode."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote

from redislint.model.value import Origin, Value
from redislint.readers.jvm.options import Options, argument, duration
from redislint.readers.jvm.values import Abstract, Const, Thing, Unknown, flatten

_URL = re.compile(
    r"(?P<scheme>rediss?(?:-[a-z]+)?|redis\+[a-z]+)://(?:(?P<auth>[^@/]*)@)?(?P<hosts>[^/?#\0]*)"
    r"(?P<rest>.*)",
    re.S,
)
_TIME = re.compile(r"(\d+)\s*(ns|us|ms|s|m|h|d)?")
_FACTOR = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


class Address:
    """What addresses say: mode ("standalone", "sentinel" or ""), hosts, facts."""

    def __init__(self) -> None:
        self.mode = ""
        self.hosts: list[Value] = []
        self.out = Options()
        self.seeds: int | None = 0
        """How many addresses there are; None when that is not known."""


def read(values: list[Abstract]) -> Address:
    """What the address arguments of a client say."""
    address = Address()
    for value in values:
        if getattr(value, "more", False):
            address.seeds = None
        for one in flatten(value):
            if isinstance(one, Thing) and one.type == "RedisURI":
                _uri(one, address)
            elif isinstance(one, Const) and isinstance(one.value, str):
                url(one.value, Origin(one.span), address)
            elif isinstance(one, Unknown):
                _unknown(one, address)
    return address


def _count(address: Address, known: bool) -> None:
    address.seeds = address.seeds + 1 if known and address.seeds is not None else None


def _unknown(value: Unknown, address: Address) -> None:
    if value.partly and "://" in value.partly:
        url(value.partly.replace("\0", "_unknown_"), Origin(value.span), address)
        address.seeds = None
        return
    address.seeds = None
    address.hosts.append(Value(None, Origin(value.span), known=False, why=value.why))
    if value.type not in ("String", ""):
        why = value.why
        address.out.facts["uri-timeout"] = Value(None, known=False, set=None, why=why)


def _uri(thing: Thing, address: Address) -> None:
    out = address.out
    if thing.maker in ("redis", "sentinel", "create", "new", "builder", "clusterFromDnsDiscovery"):
        first = thing.args[0] if thing.args else None
        if thing.maker == "sentinel":
            address.mode = "sentinel"
        if isinstance(first, Const) and isinstance(first.value, str):
            if "://" in first.value:
                url(first.value, Origin(first.span), address)
            else:
                address.hosts.append(Value(first.value, Origin(first.span)))
                _count(address, True)
        elif isinstance(first, Unknown):
            _unknown(Unknown(first.why, first.span, "String", first.partly), address)
        if thing.maker == "new" and len(thing.args) >= 3:
            out.put("uri-timeout", argument_of(thing, 2))
    for record in thing.calls:
        name = record.name
        if name in ("withHost", "setHost"):
            address.hosts.append(argument(record))
            _count(address, argument(record).known)
        elif name in ("withSentinel", "withSentinelMasterId", "setSentinelMasterId"):
            address.mode = "sentinel"
        elif name in ("withTimeout", "setTimeout"):
            out.put("uri-timeout", duration(record), record.maybe)
        elif name in ("withSsl", "setSsl"):
            out.put("ssl", argument(record), record.maybe)
        elif name in ("withVerifyPeer", "setVerifyPeer"):
            value = argument(record)
            if value.known and isinstance(value.value, str):
                value = Value(value.value != "NONE", value.origin)
            out.put("verify-peer", value, record.maybe)
        elif name in ("withDatabase", "setDatabase"):
            out.put("database", argument(record), record.maybe)
        elif name in ("withPassword", "setPassword", "withAuthentication"):
            _password(record.args[-1] if record.args else None, record.span, out)
    if thing.open_why and "uri-timeout" not in out.facts:
        out.facts["uri-timeout"] = Value(None, known=False, set=None, why=thing.open_why)


def argument_of(thing: Thing, index: int) -> Value:
    """A fact from an argument of a maker."""
    from redislint.readers.jvm.values import fact

    return fact(thing.args[index], thing.args[index].span or thing.span)


def _password(value: Abstract | None, span: object, out: Options) -> None:
    if isinstance(value, Const) and isinstance(value.value, str) and value.value:
        out.put("password-literal", Value(value.value, Origin(value.span)))
        out.put("password", Value(None, Origin(value.span), known=False, why="masked"))
    else:
        out.put("password", Value(None, known=False, why="it comes from outside"))


def url(text: str, origin: Origin, address: Address) -> None:
    """A Redis URL: hosts, TLS, credentials, timeout, database."""
    match = _URL.match(text.strip())
    if not match:
        return
    scheme, hosts, rest = match["scheme"], match["hosts"], match["rest"]
    out = address.out
    if "sentinel" in scheme:
        address.mode = "sentinel"
    if scheme.startswith("rediss"):
        out.put("ssl", Value(True, origin))
    for host in hosts.split(","):
        if "_unknown_" in host:
            address.hosts.append(Value(None, origin, known=False, why="it is put together"))
            address.seeds = None
        elif host:
            address.hosts.append(Value(host, origin))
            _count(address, True)
    auth = match["auth"]
    if auth:
        secret = auth.rsplit(":", 1)[-1]
        if secret and "_unknown_" not in secret and not re.search(r"[${}<>*]", secret):
            out.put("password-literal", Value(unquote(secret), origin))
        out.put("password", Value(None, origin, known=False, why="masked"))
        if ":" not in auth and not re.search(r"_unknown_|[${}<>*]", auth):
            out.put("url-secret-only", Value(True, origin))
    path, _, query = rest.partition("?")
    if re.fullmatch(r"/\d+", path):
        out.put("database", Value(int(path[1:]), origin))
    options = {k.lower(): v[-1] for k, v in parse_qs(query).items()}
    if "timeout" in options and (found := _TIME.fullmatch(options["timeout"])):
        value = round(int(found[1]) * _FACTOR[found[2] or "ms"], 9)
        out.put("uri-timeout", Value(value, origin))
    if "verifypeer" in options:
        off = options["verifypeer"].upper() in ("NONE", "FALSE")
        out.put("verify-peer", Value(not off, origin))
    if "sentinelmasterid" in options:
        address.mode = "sentinel"
