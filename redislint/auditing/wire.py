"""The connection to a server: bounded in time and size, and every failure one clear line.

redis-py does the talking (it is the optional extra `redislint[audit]`); this module bounds it. A
server under audit may hang, drip, close, or send without end.
"""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from redislint.masking import mask

MOST_BYTES = 64 * 2**20
"""Bytes of one answer; no INFO, CONFIG or CLUSTER NODES is anywhere near."""

INSTALL = (
    "talking to a server needs the package redis: pip install 'redislint[audit]'"
    " (audit --info FILE works without it)"
)


class AuditError(Exception):
    """The audit cannot be done; `str()` is one line with what to do."""


class RefusedError(Exception):
    """The server answered a command with an error; `str()` is its text."""


@dataclass(frozen=True)
class Target:
    """An address: host and port, or the path of a Unix socket; secrets apart."""

    host: str = "localhost"
    port: int = 6379
    path: str = ""
    tls: bool = False
    user: str = ""
    password: str = ""

    @property
    def name(self) -> str:
        """The address as users see it, without user and password."""
        if self.path:
            return f"unix://{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'rediss' if self.tls else 'redis'}://{host}:{self.port}"

    def at(self, host: str, port: int) -> Target:
        """Another node, with the same credentials."""
        return Target(host, port, "", self.tls, self.user, self.password)


def parse_target(text: str) -> Target:
    """redis://, rediss://, valkey(s)://, unix:// or host:port. Raises AuditError."""
    if "://" not in text:
        text = f"redis://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise AuditError("the address is no URL: write redis://host:port") from None
    scheme = parts.scheme.lower()
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if scheme in ("unix", "redis+unix", "redis-socket"):
        return Target(path=unquote(parts.path), user=user, password=password)
    if scheme not in ("redis", "rediss", "valkey", "valkeys"):
        raise AuditError(f"'{scheme}://' is no address of Redis: write redis:// or rediss://")
    tls = scheme in ("rediss", "valkeys")
    return Target(unquote(parts.hostname or "localhost"), port or 6379, "", tls, user, password)


@dataclass(frozen=True)
class Options:
    """How to connect. `timeout` is seconds for connecting and for each answer."""

    timeout: float = 5.0
    cacert: str = ""
    cert: str = ""
    key: str = ""
    insecure: bool = False


class _Guard:
    """A socket that gives up at a deadline and after too many bytes."""

    def __init__(self, sock: Any, timeout: float) -> None:
        self._sock = sock
        self.renew(timeout)

    def renew(self, timeout: float) -> None:
        self.deadline = time.monotonic() + timeout
        self.left = MOST_BYTES
        self.flooded = False

    def _check(self) -> None:
        if self.left <= 0:
            self.flooded = True
            raise TimeoutError("too much")
        rest = self.deadline - time.monotonic()
        if rest <= 0:
            raise TimeoutError("too late")
        self._sock.settimeout(rest)

    def recv(self, *arguments: Any) -> Any:
        self._check()
        data = self._sock.recv(*arguments)
        self.left -= len(data)
        return data

    def recv_into(self, *arguments: Any) -> Any:
        self._check()
        count = self._sock.recv_into(*arguments)
        self.left -= count
        return count

    def settimeout(self, value: Any) -> None:
        """The deadline rules, whatever redis-py sets in between."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class Wire:
    """One open connection. Use as a context manager."""

    def __init__(self, target: Target, options: Options) -> None:
        self.target = target
        self.options = options
        try:
            import redis
        except ImportError:
            raise AuditError(INSTALL) from None
        self._redis = redis
        self._connection = self._make(redis)
        try:
            self._connection.connect()
        except Exception as error:
            raise AuditError(self._failure(error, "connecting")) from None

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.disconnect()

    def _make(self, redis: Any) -> Any:
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        target, options = self.target, self.options
        arguments: dict[str, Any] = {
            "username": target.user or None,
            "password": target.password or None,
            "socket_timeout": options.timeout,
            "socket_connect_timeout": options.timeout,
            "retry": Retry(NoBackoff(), 0),
            "encoding_errors": "replace",
            "protocol": 2,
        }
        base: Any = redis.Connection
        if target.path:
            base = redis.UnixDomainSocketConnection
            arguments["path"] = target.path
        else:
            arguments |= {"host": target.host, "port": target.port}
        if target.tls:
            base = redis.SSLConnection
            arguments |= {
                "ssl_cert_reqs": "none" if options.insecure else "required",
                "ssl_check_hostname": not options.insecure,
                "ssl_ca_certs": options.cacert or None,
                "ssl_certfile": options.cert or None,
                "ssl_keyfile": options.key or None,
            }
        timeout = options.timeout

        class Guarded(base):  # type: ignore[misc]
            def _connect(self) -> Any:
                return _Guard(super()._connect(), timeout)

        # Say nothing about the library: CLIENT SETINFO would be a command more, and may be denied.
        known = _parameters(base)
        silent = ("driver_info",) if "driver_info" in known else ("lib_name", "lib_version")
        arguments |= {name: None for name in silent if name in known}
        return Guarded(**arguments)

    def ask(self, *words: str) -> Any:
        """The answer to a command, bytes decoded. Raises RefusedError and AuditError."""
        connection = self._connection
        guard = getattr(connection, "_sock", None)
        if isinstance(guard, _Guard):
            guard.renew(self.options.timeout)
        try:
            connection.send_command(*words, check_health=False)
            return _decode(connection.read_response())
        except self._redis.exceptions.ResponseError as error:
            code = getattr(error, "status_code", "") or ""
            raise RefusedError(_with_code(code, str(error), type(error).__name__)) from None
        except Exception as error:
            flooded = isinstance(guard, _Guard) and guard.flooded
            what = " ".join(words[:2])
            if flooded:
                message = f"{self.target.name}: the answer to {what} does not end: is it a Redis?"
                raise AuditError(message) from None
            raise AuditError(self._failure(error, what)) from None

    def _failure(self, error: Exception, what: str) -> str:
        """One line for whatever went wrong."""
        name, text = self.target.name, mask(" ".join(str(error).split()))
        chain = " ".join(_chain(error))
        lower = f"{text} {chain}".lower()
        target_tls = self.target.tls
        waited = f"{self.options.timeout:g} s"
        if "certificate_verify_failed" in lower or "certificate verify failed" in lower:
            return f"{name}: its certificate is not trusted: give the CA with --cacert FILE"
        if (
            "wrong_version_number" in lower
            or "wrong version number" in lower
            or "record_layer" in lower
        ):
            return f"{name}: does not speak TLS on this port: use redis:// and no --tls"
        if "certificate required" in lower or "certificate_required" in lower:
            return f"{name}: wants a client certificate: --cert FILE --key FILE"
        ended = ("eof occurred", "closed", "reset", "broken pipe")
        if self.target.tls and not self.options.cert and any(word in lower for word in ended):
            # With TLS 1.3 the refusal comes after the handshake, often as a plain end.
            return (
                f"{name}: ended TLS after the handshake: it may want a client certificate:"
                " --cert FILE --key FILE"
            )
        if (
            "ssl" in lower
            and self.target.tls
            and "timeout" not in lower
            and "timed out" not in lower
        ):
            return f"{name}: TLS failed: {_short(chain or text)}"
        if "noauth" in lower or "authentication required" in lower:
            return f"{name}: wants a password: set REDISCLI_AUTH, and --user NAME for an ACL user"
        if any(w in lower for w in ("wrongpass", "invalid username", "invalid password")):
            return f"{name}: user or password is wrong: check REDISCLI_AUTH and --user"
        if "without any password configured" in lower or "no password is set" in lower:
            return f"{name}: has no password, but one was given: unset REDISCLI_AUTH"
        if "max number of clients" in lower:
            return f"{name}: all its connections are taken (maxclients): try again later"
        if "protected mode" in lower:
            return f"{name}: is in protected mode: run the audit on its own host"
        if (
            "name or service not known" in lower
            or "getaddrinfo" in lower
            or "name resolution" in lower
        ):
            return f"{name}: the host name cannot be resolved: check the address"
        if "refused" in lower:
            return f"{name}: nothing listens there: check host and port, or start the server"
        if isinstance(error, (TimeoutError, self._redis.exceptions.TimeoutError)):
            if what == "connecting" and target_tls:
                return (
                    f"{name}: no TLS handshake within {waited}: if it speaks no TLS, use redis://"
                )
            if what == "connecting":
                return f"{name}: no connection within {waited}: check firewall and address"
            return (
                f"{name}: no answer to {what} within {waited}: it hangs, or speaks TLS (rediss://)"
            )
        odd = isinstance(error, (ValueError, RecursionError, AttributeError, TypeError, KeyError))
        if odd or isinstance(error, self._redis.exceptions.InvalidResponse):
            return (
                f"{name}: does not answer as Redis does: is it another service, or TLS (rediss://)?"
            )
        if "unreachable" in lower or "no route" in lower:
            return f"{name}: the network does not reach it: check address and route"
        if "no such file" in lower:
            return f"{name}: there is no such socket: check unixsocket in the server's file"
        if "closed" in lower or "reset" in lower or "broken pipe" in lower:
            return f"{name}: closed the connection at {what}: check TLS (rediss://), bind and maxclients"
        return f"{name}: {what} failed: {_short(text) or type(error).__name__}"


def _parameters(base: Any) -> set[str]:
    import inspect

    found: set[str] = set()
    for cls in base.__mro__:
        init = cls.__dict__.get("__init__")
        if init is not None:
            found |= set(inspect.signature(init).parameters)
    return found


def _chain(error: BaseException | None) -> list[str]:
    texts: list[str] = []
    while error is not None and len(texts) < 5:
        texts.append(str(error))
        error = error.__cause__ or error.__context__
    return texts


def _short(text: str) -> str:
    shown: str = mask(re.sub(r"[\x00-\x1f\x7f]+", " ", text))
    return shown[:160]


def _with_code(code: str, text: str, kind: str) -> str:
    """redis-py strips the code of some errors; put it back."""
    if code and not text.startswith(code):
        return f"{code} {text}"
    if kind == "NoPermissionError" and not text.startswith("NOPERM"):
        return f"NOPERM {text}"
    return text


def _decode(answer: Any) -> Any:
    if isinstance(answer, bytes):
        return answer.decode("utf-8", "replace")
    if isinstance(answer, list):
        return [_decode(each) for each in answer]
    return answer


def can_open(host: str, port: int, timeout: float) -> bool:
    """Whether a TCP connection to an address can be opened from here."""
    try:
        with socket.create_connection((host, port), timeout=timeout):
            return True
    except OSError:
        return False
