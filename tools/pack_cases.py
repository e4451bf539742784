"""Pack recorded verdicts of real servers for tests/conformance.

    python tools/pack_cases.py CASES.jsonl.gz

Each case becomes [id, family, text, verdicts]; verdicts hold a code for each known server in
order: "+" accepted, a number for a refusal at that line, "p" refused without a line, "u"
unresolved, "-" where the machine decided (left out of comparisons).
"""

from __future__ import annotations

import gzip
import json
import lzma
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from redislint.knowledge.servers import SERVERS  # noqa: E402

OUT = ROOT / "tests" / "conformance" / "cases.json.xz"


def code(verdict: dict[str, object]) -> str | int:
    """Shorten one verdict."""
    stage = verdict["stage"]
    if stage == "ok":
        return "+"
    if stage == "parse":
        line = verdict["line"]
        assert isinstance(line, int)
        return line
    return {"post": "p", "unresolved": "u"}.get(str(stage), "-")


def main() -> None:
    """Write the packed file."""
    cases = []
    with gzip.open(sys.argv[1], "rt") as f:
        for row in f:
            case = json.loads(row)
            if case.get("files"):
                raise SystemExit("cases with files need the packer to learn them")
            verdicts = [code(case["verdicts"][s]) for s in SERVERS]
            if len(set(map(str, verdicts))) == 1:
                verdicts = verdicts[:1]
            cases.append([case["id"], case["family"], case["text"], verdicts])
    data = json.dumps(cases, separators=(",", ":")).encode()
    OUT.write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))
    print(f"{OUT.name}: {len(cases)} cases, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
