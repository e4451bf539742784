"""Encryption on the wire and doors beside the port, as the settings leave them."""

from __future__ import annotations

from redislint.model.server import Server
from redislint.model.subject import computed
from redislint.model.value import Origin, Value, default


@computed("server", "tls-old-protocol", "text", "a broken version of TLS that it accepts")
def tls_old_protocol(server: Server) -> Value:
    """TLSv1 or TLSv1.1 in tls-protocols."""
    for setting in reversed(server.written("tls-protocols")):
        for word in " ".join(setting.args).split():
            if word.lower() in ("tlsv1", "tlsv1.0", "tlsv1.1"):
                return Value(word, Origin(setting.span))
        break
    return default(None, "none is named")


@computed("server", "socket-for-all", "bool", "every local user may write to its Unix socket")
def socket_for_all(server: Server) -> Value:
    """unixsocketperm with the write bit for others."""
    perm = server.get("unixsocketperm")
    path = server.get("unixsocket")
    if not perm.set or not path.set or not perm.known:
        return default(False, "no socket, or no permissions are written")
    text = str(perm.raw if perm.raw is not None else "")
    bits = text.strip()
    yes = bits.isdecimal() and all(c in "01234567" for c in bits) and bool(int(bits, 8) & 0o002)
    return Value(yes, perm.origin)


@computed("server", "module-from-writable", "text", "a module's path in a folder that others write")
def module_from_writable(server: Server) -> Value:
    """loadmodule from /tmp, /var/tmp, /dev/shm or the data folder."""
    for setting in server.written("loadmodule"):
        path = setting.args[0] if setting.args else ""
        if path.startswith(("/tmp/", "/var/tmp/", "/dev/shm/", "/data/")):
            return Value(path, Origin(setting.span))
    return default(None, "no such module")


@computed(
    "server",
    "password-on-command-line",
    "bool",
    "a password is an argument of the server's command",
)
def password_on_command_line(server: Server) -> Value:
    """`--requirepass secret`: every process list shows it."""
    for name in ("requirepass", "masterauth"):
        for setting in server.written(name):
            if setting.where == "command line":
                return Value(True, Origin(setting.span))
    return default(False, "none is")
