"""Connection URLs of the Python clients: what they set, and what they only seem to set."""

from __future__ import annotations

import re
from urllib.parse import unquote

SCHEMES = {
    "redis": False, "rediss": True, "valkey": False, "valkeys": True, "unix": False,
    "redis+socket": False, "redis-cluster": False, "redis+cluster": False,
    "redis+sentinel": False, "sentinel": False,
}  # fmt: skip

CONVERTED = {
    "db": "int", "socket_timeout": "float", "socket_connect_timeout": "float",
    "socket_keepalive": "bool", "retry_on_timeout": "bool", "retry_on_error": "list",
    "max_connections": "int", "health_check_interval": "int", "ssl_check_hostname": "bool",
    "timeout": "float",
}  # fmt: skip
"""Query arguments that the clients convert; every other one stays a text."""

_FALSE = frozenset("0 f false n no".split())


class Url:
    """A connection URL. A part that is not known is None; `host_known` tells an absent host."""

    __slots__ = ("db", "has_password", "host", "password_literal", "port", "query", "scheme", "tls")

    def __init__(self) -> None:
        self.scheme: str | None = None
        self.tls: bool | None = None
        self.host: str | None = None
        self.port: int | None = 6379
        self.db: int | None = None
        self.has_password: bool | None = None
        self.password_literal = ""
        self.query: dict[str, str | None] = {}


def parse(text: str) -> Url:
    """Read a URL in which NUL stands for an unknown part."""
    url = Url()
    match = re.match(r"([A-Za-z][\w+.-]*)://", text)
    if match is None:
        # An unknown beginning may hold the scheme, the host and all the rest.
        url.port = None
        _query(url, text.partition("?")[2])
        return url
    url.scheme = match[1].lower()
    url.tls = SCHEMES.get(url.scheme)
    rest, _, query = text[match.end() :].partition("?")
    rest = rest.partition("#")[0]
    authority, slash, path = rest.partition("/")
    credentials, at, address = authority.rpartition("@")
    url.has_password = ":" in credentials or "\0" in credentials if at else False
    if at and ":" in credentials:
        password = credentials.split(":", 1)[1]
        url.password_literal = "" if "\0" in password else unquote(password)
    if url.scheme == "unix":
        url.host = "unix:" + rest
        url.port = None
    else:
        _address(url, address)
        if slash and re.fullmatch(r"\d{1,9}", path):
            url.db = int(path)
        elif slash and path == "":
            url.db = 0
    if "\0" in authority and not at:
        url.has_password = None
    _query(url, query)
    return url


def _query(url: Url, text: str) -> None:
    for pair in text.split("&") if text else []:
        name, _, value = pair.partition("=")
        if name and "\0" not in name:
            url.query[unquote(name)] = None if "\0" in value else unquote(value)


def _address(url: Url, address: str) -> None:
    if "\0" in address:
        host, colon, port = address.partition(":")
        url.host = host if host and "\0" not in host else None
        url.port = int(port) if colon and port.isdecimal() and len(port) < 6 else None
        return
    match = re.fullmatch(r"(\[[^\]]*\]|[^:,]*)(?::(\d{1,5}))?", address)
    if match is None:
        url.host = address.split(",")[0].rsplit(":", 1)[0] or None
        return
    url.host = match[1].strip("[]") or "localhost"
    url.port = int(match[2]) if match[2] else 6379


def convert(name: str, text: str) -> object:
    """The value that the client makes of a query argument; the text where it converts nothing."""
    kind = CONVERTED.get(name)
    try:
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
    except ValueError:
        return text
    if kind == "bool":
        return text.lower() not in _FALSE if text else None
    if kind == "list":
        return tuple(text)
    return text


def user_only(text: str, written: str) -> bool:
    """Whether a URL names a user and no password: `redis://secret@host`.

    `written` is the expression as it stands in the file: an f-string shows what a hole is for.
    """
    match = re.match(r"(?:rediss?|valkeys?)://([^/?#@]*)@", text)
    if match is None or ":" in match[1] or not match[1]:
        return False
    if "\0" not in match[1]:
        return True
    hole = re.search(r"(?:rediss?|valkeys?)://\{([^{}@:]*)\}@", written)
    return hole is not None and bool(re.search(r"(?i)pass|pwd|secret|token|auth", hole[1]))


def refused(text: str) -> str:
    """Why redis-py raises ValueError for a URL; empty where it reads it or nobody can tell."""
    from urllib.parse import urlparse

    if "\0" in text:
        return ""
    if not text.startswith(("redis://", "rediss://", "unix://")):
        scheme = re.match(r"[a-zA-Z][\w+.-]*://", text)
        if scheme is None and not re.fullmatch(r"[\w.-]+:\d+(/\d+)?", text):
            return ""  # a stand-in
        return f"it begins with {scheme[0]}" if scheme else "it has no scheme"
    try:
        _ = urlparse(text).port
    except ValueError:
        return (
            "what stands for its port is no number: '#', '/' and '?' of a password must be encoded"
        )
    return ""
