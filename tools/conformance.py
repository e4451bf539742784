"""Write docs/conformance.md: how far redislint's verdicts agree with real servers.

    python tools/conformance.py [LIVE CASES]      # default: 400 live cases over all servers found

Compares every recorded case, then fresh ones on each server of this machine (PATH, the wheels of
the test extra, directories in REDISLINT_SERVERS).
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from redislint.judgement.agreement import code  # noqa: E402
from redislint.judgement.judge import verify  # noqa: E402
from redislint.judgement.real import ask, find_servers  # noqa: E402
from redislint.knowledge.servers import SERVERS  # noqa: E402
from tests.conformance.recorded import recorded  # noqa: E402

OUT = ROOT / "docs" / "conformance.md"
JUNK = [b"\0", b"\v", b"\f", b"\r", b"\t", b'"', b"'", b"\\", b"#", b"\n", b"\xff", b"x" * 1030]


def name(server: str) -> str:
    """Return a server key for reading."""
    return server.replace("-", " ", 1).title()


def fixed() -> list[str]:
    """Compare the recorded cases."""
    rows = ["| server | compared | agree | share |", "|---|--:|--:|--:|"]
    cases = recorded()
    for server in SERVERS:
        said = [(c, c.verdicts[server]) for c in cases if c.verdicts[server] != "-"]
        agree = sum(code(verify(c.text, server)) == v for c, v in said)
        share = f"{100 * agree / len(said):.1f} %"
        rows.append(f"| {name(server)} | {len(said):,} | {agree:,} | {share} |")
    return rows


def mutated(rnd: random.Random, texts: list[bytes]) -> bytes:
    """Damage a recorded text in one to three places."""
    text = rnd.choice(texts)
    for _ in range(rnd.randint(1, 3)):
        at = rnd.randrange(len(text) + 1)
        cut = rnd.choice((0, 0, 1, 4))
        text = text[:at] + rnd.choice(JUNK) + text[at + cut :]
    return text


def live(count: int) -> list[str]:
    """Compare damaged cases on the servers of this machine."""
    found = find_servers()
    rows = ["| server | fresh cases | agree | share |", "|---|--:|--:|--:|"]
    rnd = random.Random(time.time_ns())
    texts = [
        c.text
        for c in recorded()
        if len(c.text) < 4000
        and b"/" not in c.text  # a server must write nowhere but in its own directory
        and not any(w in c.text.lower() for w in (b"tls", b"cluster-enabled", b"activedefrag"))
        and not any(w in c.text.lower() for w in (b"databases", b"maxclients", b"%", b"include"))
    ]
    for server in sorted(found, key=SERVERS.index):
        results: Counter[bool] = Counter()
        for _ in range(count // len(found)):
            text = mutated(rnd, texts)
            real = ask(found[server], text)
            if real.stage in ("env", "crash", "timeout"):
                continue
            with tempfile.TemporaryDirectory() as d:
                results[code(verify(text, server, d)) == code(real)] += 1
        total = results.total()
        share = f"{100 * results[True] / total:.1f} %" if total else "-"
        rows.append(f"| {name(server)} | {total:,} | {results[True]:,} | {share} |")
    if not found:
        rows.append("| (no server found) | | | |")
    return rows


def main() -> None:
    """Write the page."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    page = [
        "# Agreement with the real servers",
        "",
        "`redislint verify` answers for sixteen servers without running them. This page says how",
        "often it is right; `python tools/conformance.py` writes it anew.",
        "",
        "A case is a configuration text. It agrees where redislint and the server both accept it,",
        "or both refuse it at the same line, or both refuse it without a line for the same kind of",
        "reason. Cases that the machine decides (a missing file, a module, a port in use) are left",
        "out.",
        "",
        "## Recorded verdicts",
        "",
        "3,200 texts, each given to sixteen servers (`tests/conformance/cases.json.xz`).",
        "",
        *fixed(),
        "",
        "## Fresh cases on this machine",
        "",
        "Recorded texts damaged at random (NUL, CR, form feed, quotes, backslashes, cuts, lines",
        "over 1,024 bytes), new ones in every run.",
        "",
        *live(count),
        "",
        "The live half of the test suite (`tests/conformance/test_live.py`) generates more kinds:",
        "numbers, units, arity, duplicates, order, ACL rules, includes. `REDISLINT_LIVE_CASES=2400`",
        "runs as many.",
        "",
        "## What is known to differ",
        "",
        "- Builds differ: `activedefrag yes` needs the bundled jemalloc, TLS must be built in. The",
        '  Python face judges the builds that were recorded; `build="official"`, which the command',
        "  uses, judges the official images.",
        "- Distributions patch: Debian's 7.0 has later fixes of the ACL reader (`user a %`).",
        "",
    ]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text("\n".join(page))
    print(f"wrote {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
