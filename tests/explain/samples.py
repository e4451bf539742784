"""Samples of messages, kept as text files so that they stay readable."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def known() -> list[tuple[str, str]]:
    """Pairs of a message's name and a text in which it must be recognised."""
    pairs = []
    name = ""
    for line in (HERE / "samples.txt").read_text("utf-8").splitlines():
        if line.startswith("## "):
            name = line[3:]
        elif name and line:
            pairs.append((name, line.replace("\\n", "\n")))
    return pairs


def foreign() -> list[str]:
    """Texts in which nothing may be recognised."""
    lines = (HERE / "foreign.txt").read_text("utf-8").splitlines()
    return [
        line.replace("\\n", "\n").replace("\\t", "\t")
        for line in lines
        if line and not line.startswith("# ")
    ]
