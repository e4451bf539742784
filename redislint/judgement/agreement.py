"""Compare verdicts with recorded ones, in the short code of the packed cases."""

from __future__ import annotations

from redislint.judgement.verdict import Verdict


def code(verdict: Verdict) -> str | int:
    """Return a verdict in the code of the packed cases.

    ``"+"``: accepted; a number: refused at that line; ``"p"``: refused without a line; ``"u"``:
    unresolved; ``"-"``: the machine decides, or the server dies.
    """
    if verdict.accepted:
        return "+"
    if verdict.stage == "parse" and verdict.line is not None:
        return verdict.line
    return {"post": "p", "unresolved": "u"}.get(verdict.stage, "-")
