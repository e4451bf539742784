"""Linking asks for computed facts: what computes them must be there by then."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# In an interpreter of its own: here every module of facts has been imported long ago.
ASKED_TOO_EARLY = """
import sys
from redislint.model import load_vocabulary, subject

asked = set()
find = subject.Subject._find

def watched(self, name):
    table = subject.VOCABULARY.get(self.kind, {})
    if name not in self.facts and not (dict.get(table, name) or table.get(name)):
        asked.add((self.kind, name))
    return find(self, name)

subject.Subject._find = watched
import redislint

redislint.check(sys.argv[1:])
load_vocabulary()
for kind, name in sorted(asked):
    spec = subject.VOCABULARY[kind].get(name)
    if spec is not None and spec.compute is not None:
        print(kind, name)
"""


def test_no_fact_is_asked_for_before_it_can_be_computed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKED_TOO_EARLY, str(ROOT / "examples")],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout == ""
