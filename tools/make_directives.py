"""Make redislint/knowledge/directives.json from a table of server facts.

    python tools/make_directives.py FACTS.json             # {"directives": [...]} with histories
    python tools/make_directives.py --probe redis-7.4 BINARY   # facts of one binary, to merge in

The first form packs a facts file (per directive a history of {flavour, from, to, name, ...}) into
rows ``[first server index, last server index, name, {field: value}]``; fields with their usual
value are left out. ``--probe`` starts a server binary on a unix socket in a fresh directory and
writes the names, defaults and run-time flags that it reports, as facts in the same form, so a new
version is added by merging its facts and packing again.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from redislint.knowledge.servers import SERVERS  # noqa: E402

OUT = ROOT / "redislint" / "knowledge" / "directives.json"

# Time units were read from each server's documentation and source; the facts do not carry them.
TIME_UNITS = {
    "active-defrag-cycle-us": "us",
    "busy-reply-threshold": "ms",
    "lua-time-limit": "ms",
    "cluster-blacklist-ttl": "s",
    "cluster-manual-failover-timeout": "ms",
    "cluster-node-timeout": "ms",
    "cluster-ping-interval": "ms",
    "commandlog-execution-slower-than": "us",
    "key-load-delay": "us",
    "latency-monitor-threshold": "ms",
    "lfu-decay-time": "min",
    "min-replicas-max-lag": "s",
    "min-slaves-max-lag": "s",
    "rdb-key-save-delay": "us",
    "repl-backlog-ttl": "s",
    "repl-diskless-sync-delay": "s",
    "repl-ping-replica-period": "s",
    "repl-ping-slave-period": "s",
    "repl-timeout": "s",
    "shutdown-timeout": "s",
    "slowlog-log-slower-than": "us",
    "tcp-keepalive": "s",
    "timeout": "s",
    "tls-auto-reload-interval": "s",
    "tls-session-cache-timeout": "s",
    "watchdog-period": "ms",
}
FLAGS = {
    "debug": "debug",
    "hidden": "hidden",
    "sensitive": "sensitive",
    "tls": "tls",
    "needs_build_tls": "needs-build-tls",
    "several": "several",
    "one_quoted_argument_is_split": "split",
    "value_unchecked": "unchecked",
    "sentinel_only": "sentinel-only",
    "negative_plain_int_ok": "negative-ok",
    "module": "module",
    "build_dependent": "build-dependent",
}


def row(h: dict[str, Any]) -> list[Any]:
    """Pack one history entry."""
    first = SERVERS.index(f"{h['flavour']}-{h['from']}")
    last = SERVERS.index(f"{h['flavour']}-{h['to']}")
    d: dict[str, Any] = {"kind": h["kind"]}
    if h.get("aliases"):
        d["aliases"] = h["aliases"]
    if h.get("default") is not None:
        d["default"] = h["default"]
    for key in ("min", "max", "enum", "letters", "classes", "each_min", "each_max"):
        if h.get(key) is not None:
            d[key] = h[key]
    if h.get("c_type"):
        d["ctype"] = h["c_type"]
    if h["kind"] in ("memory", "percent-or-memory"):
        d["unit"] = "bytes"
    elif h["kind"] == "octal":
        d["unit"] = "octal"
    if h["name"] in TIME_UNITS:
        d["time"] = TIME_UNITS[h["name"]]
    if h["args"] != [1, 1]:
        d["args"] = h["args"]
    repeat = h["repeat"].partition(" (")[0]
    if repeat != "last wins":
        d["repeat"] = repeat
    if h["runtime"] is not True:
        d["runtime"] = h["runtime"]
    lenient = h.get("lenient")
    flags = [short for key, short in FLAGS.items() if h.get(key)]
    if lenient:
        flags.append("lenient")
        if "32 bit wrap" in lenient:
            flags.append("wraps")
    if flags:
        d["flags"] = flags
    return [first, last, h["name"], d]


def pack(source: Path) -> None:
    """Write the packed table."""
    facts = json.loads(source.read_text())
    rows = [row(h) for r in facts["directives"] for h in r["history"]]
    text = ",\n".join(json.dumps(r, separators=(",", ":"), ensure_ascii=True) for r in rows)
    OUT.write_text(f'{{"servers":{json.dumps(SERVERS)},"rows":[\n{text}\n]}}\n')
    print(f"{OUT.name}: {len(rows)} rows, {OUT.stat().st_size} bytes")


def ask(path: str, *words: str) -> list[str]:
    """Send one command over a unix socket; the reply must be an array of bulk strings."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        s.connect(path)
        s.sendall(b"*%d\r\n" % len(words))
        for w in words:
            s.sendall(b"$%d\r\n%s\r\n" % (len(w.encode()), w.encode()))
        f = s.makefile("rb")
        count = int(f.readline()[1:])
        out = []
        for _ in range(count):
            size = int(f.readline()[1:])
            out.append(f.read(size + 2)[:-2].decode("latin-1"))
        return out


def probe(server: str, binary: str) -> None:
    """Print what a server binary says of its directives, as facts."""
    flavour, _, version = server.partition("-")
    with tempfile.TemporaryDirectory() as d:
        sock = f"{d}/s"
        conf = Path(d, "empty.conf")
        conf.write_text("")
        child = subprocess.Popen(
            [
                binary,
                str(conf),
                "--port",
                "0",
                "--unixsocket",
                sock,
                "--dir",
                d,
                "--logfile",
                "log",
            ],
            stdout=subprocess.DEVNULL,
        )
        try:
            for _ in range(100):
                if Path(sock).exists():
                    break
                time.sleep(0.05)
            flat = ask(sock, "CONFIG", "GET", "*")
        finally:
            child.terminate()
            child.wait(5)
    facts = []
    for name, value in zip(flat[::2], flat[1::2], strict=True):
        kind = "bool" if value in ("yes", "no") else "int" if value.isdigit() else "string"
        entry = {
            "flavour": flavour, "from": version, "to": version, "name": name, "kind": kind,
            "default": value, "args": [1, 1], "repeat": "last wins", "runtime": None,
        }  # fmt: skip
        facts.append({"name": name, "all_names": [name], "history": [entry]})
    json.dump({"directives": facts}, sys.stdout, indent=1)


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "--probe":
        probe(sys.argv[2], sys.argv[3])
    elif len(sys.argv) == 2:
        pack(Path(sys.argv[1]))
    else:
        sys.exit(__doc__)
