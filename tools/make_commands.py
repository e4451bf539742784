"""Make redislint/knowledge/commands.json: which server knows which command and ACL category.

    python tools/make_commands.py FACTS.json [SERVER_C]

FACTS.json: {"servers": {key: {"commands": [...], "subcommands": [...], "acl_categories": [...]}}}.
SERVER_C is server.c of redis 6.0, the only version whose reader looks at the commands of a
category (it refuses ``+cmd|sub`` after cmd itself was allowed); its command table gives them.
Each name becomes a bit mask over the known servers, lowest bit for the oldest Redis.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from redislint.knowledge.servers import SERVERS  # noqa: E402

OUT = ROOT / "redislint" / "knowledge" / "commands.json"


def masks(servers: dict[str, dict[str, list[str]]], key: str) -> dict[str, int]:
    """Return name -> bit mask of servers."""
    out: dict[str, int] = {}
    for bit, server in enumerate(SERVERS):
        for name in servers[server][key]:
            out[name] = out.get(name, 0) | 1 << bit
    return dict(sorted(out.items()))


def categories(source: str) -> dict[str, list[str]]:
    """Return category -> commands from the command table of redis 6.0."""
    out: dict[str, set[str]] = {}
    table = source[source.index("struct redisCommand redisCommandTable") :]
    table = table[: table.index("\n};")]
    for m in re.finditer(r'\{"([a-z0-9_:-]+)",\w+,-?\d+,\s*((?:"[^"]*"\s*)+),', table):
        words = "".join(re.findall(r'"([^"]*)"', m[2])).split()
        found = {w[1:] for w in words if w.startswith("@")}
        implied = {
            "read-only": "read",
            "write": "write",
            "admin": "admin",
            "fast": "fast",
            "pub-sub": "pubsub",
        }
        found |= {implied[w] for w in words if w in implied}
        if "admin" in words:
            found |= {"dangerous"}
        if "fast" not in found:
            found |= {"slow"}
        for c in found:
            out.setdefault(c, set()).add(m[1])
    return {c: sorted(n) for c, n in sorted(out.items())}


def main() -> None:
    """Write the packed file."""
    facts = json.loads(Path(sys.argv[1]).read_text())["servers"]
    data = {key: masks(facts, key) for key in ("commands", "subcommands", "acl_categories")}
    data["modules"] = {n: v for n, v in data["commands"].items() if n in MODULE}
    if len(sys.argv) > 2:
        data["categories_6_0"] = categories(Path(sys.argv[2]).read_text())  # type: ignore[assignment]
    elif OUT.exists():
        data["categories_6_0"] = json.loads(OUT.read_text())["categories_6_0"]
    lines = [f"{json.dumps(k)}:{json.dumps(v, separators=(',', ':'))}" for k, v in data.items()]
    OUT.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{OUT.name}: {OUT.stat().st_size} bytes")


# Commands of the built-in vector set module: rename-command does not find them, ACL rules do.
MODULE = frozenset(
    f"v{n}"
    for n in (
        "add", "card", "dim", "emb", "getattr", "info", "ismember", "links", "randmember",
        "range", "rem", "setattr", "sim",
    )
)  # fmt: skip

if __name__ == "__main__":
    main()
