#!/usr/bin/env python3
"""Measure redislint against labelled real files: precision and recall, and what went wrong.

usage: precision.py LABELS.jsonl FILES [--redislint CMD] [--sampling NAME] [--kind KIND] [--show WHAT]

LABELS has one JSON object a line: kind, repo, path, commit, expected (a list of {ids, line,
alt_lines, tier, severity, why}), forbidden and acceptable (names of rules), needs (files that are
checked together with it). FILES holds them as <owner>+<name>/<path>; tools/fetch_corpus.py lays
them out. Rows whose file is absent are left out and counted.

right      a finding among an expected entry's ids, within two lines of one of its lines
wrong      a forbidden finding, or a warning or error that is neither expected nor acceptable
neutral    an acceptable finding, or a note that nobody judged
precision  right / (right + wrong)
recall     matched / wanted weight: must counts 1, should 1/2, may 0

--show lists findings: wrong, missed, right, neutral or all. Exit code 0 at 95 % precision, 90 %
recall and no crash; else 1.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Any

WEIGHT = {"must": 1.0, "should": 0.5}
Row = dict[str, Any]


def aliases(command: list[str]) -> dict[str, str]:
    """Old and other names of rules, each with the name in force."""
    run = subprocess.run([*command, "rules", "--format", "json"], capture_output=True, text=True)
    try:
        listing = json.loads(run.stdout)
    except ValueError:
        return {}
    rules = listing["rules"] if isinstance(listing, dict) else listing
    return {alias: rule["name"] for rule in rules for alias in rule.get("aliases", [])}


def check(row: Row, root: pathlib.Path, command: list[str]) -> tuple[list[Row], str]:
    """The findings in a row's file, checked with nothing but what it needs; a reason on a crash."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in [row["path"], *row.get("needs", [])]:
            if (root / name).is_file():
                target = pathlib.Path(scratch) / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / name, target)
        try:
            run = subprocess.run(
                [*command, "check", "--format", "json", "."],
                cwd=scratch, capture_output=True, text=True, timeout=60,
            )  # fmt: skip
            found = json.loads(run.stdout)["findings"]
        except (OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
            return [], str(error)[:200]
        if run.returncode not in (0, 1, 2) or "Traceback" in run.stderr:
            return [], run.stderr[-200:]
    return [f for f in found if f["path"].removeprefix("./") == row["path"]], ""


def near(line: int, label: Row) -> bool:
    """Whether a line is within two of one that a label gives; a label without one fits all."""
    lines = [label.get("line"), *label.get("alt_lines", [])]
    return not label.get("line") or any(n and abs(line - n) <= 2 for n in lines)


class Tally:
    """Counts of one row, with the lines to show."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.noise: Counter[str] = Counter()
        self.lines: list[tuple[str, str]] = []


def judge(row: Row, findings: list[Row], names: dict[str, str]) -> Tally:
    """Compare the findings of a row with its labels."""
    tally = Tally()
    expected = row.get("expected", [])
    matched: set[int] = set()
    where = f"{row['repo']}:{row['path']}"

    def among(name: str, ids: list[str]) -> bool:
        return name in ids or any(names.get(i) == name for i in ids)

    for finding in findings:
        name = finding["name"]
        hits = [
            index
            for index, label in enumerate(expected)
            if among(name, label["ids"]) and near(finding["line"], label)
        ]
        if hits:
            matched.update(hits)
            verdict = "right"
        elif among(name, row.get("acceptable", [])):
            verdict = "neutral"
        elif among(name, row.get("forbidden", [])) or finding["severity"] != "note":
            verdict = "wrong"
            tally.noise[name] += 1
        else:
            verdict = "neutral"
        tally.count[verdict] += 1
        text = f"{where}:{finding['line']} {name} [{finding['severity']}] {finding['message']}"
        tally.lines.append((verdict, text[:260]))
    for index, label in enumerate(expected):
        weight = WEIGHT.get(label.get("tier", ""), 0.0)
        tally.count["wanted"] += weight  # type: ignore[assignment]
        tally.count["found"] += weight if index in matched else 0  # type: ignore[assignment]
        if weight and index not in matched:
            text = f"{where}:{label.get('line')} {label['ids']} ({label['tier']}) {label.get('why', '')}"
            tally.lines.append(("missed", text[:260]))
    tally.count["files"] += 1
    return tally


def ratio(part: float, whole: float) -> str:
    """A percentage, or a dash where there is nothing to count."""
    return f"{100 * part / whole:.1f}%" if whole else "-"


def main() -> int:
    """Measure; see the module's text."""
    assert __doc__
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labels", type=pathlib.Path)
    parser.add_argument("files", type=pathlib.Path)
    parser.add_argument("--redislint", default=f"{sys.executable} -m redislint")
    parser.add_argument("--sampling", default="")
    parser.add_argument("--kind", default="")
    parser.add_argument("--show", default="")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    command = shlex.split(args.redislint)
    if "/" in command[0]:
        command[0] = str(pathlib.Path(command[0]).absolute())
    rows = [json.loads(line) for line in args.labels.read_text(encoding="utf-8").splitlines()]
    rows = [r for r in rows if not args.sampling or r.get("sampling") == args.sampling]
    rows = [r for r in rows if not args.kind or r["kind"] in args.kind.split(",")]
    roots = [args.files / r["repo"].replace("/", "+") for r in rows]
    present = [(r, d) for r, d in zip(rows, roots, strict=True) if (d / r["path"]).is_file()]
    names = aliases(command)
    total: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    noise: Counter[str] = Counter()
    with ThreadPoolExecutor(args.jobs) as pool:
        results = pool.map(lambda item: check(item[0], item[1], command), present)
        for (row, _), (findings, crash) in zip(present, results, strict=True):
            tally = judge(row, findings, names)
            if crash:
                tally.count["crash"] += 1
                print("CRASH", row["repo"], row["path"], crash)
            for verdict, text in tally.lines:
                if args.show == "all" or verdict in args.show.split(","):
                    print(verdict.upper(), text)
            total.update(tally.count)
            kinds[row["kind"]].update(tally.count)
            noise.update(tally.noise)
    for kind, c in sorted(kinds.items()):
        precision, recall = (
            ratio(c["right"], c["right"] + c["wrong"]),
            ratio(c["found"], c["wanted"]),
        )
        print(
            f"{kind:12} files {c['files']:4} right {c['right']:4} wrong {c['wrong']:4} "
            f"precision {precision:>6} recall {recall:>6} crashes {c['crash']}"
        )
    if noise:
        print("wrong most often:", ", ".join(f"{n} {k}" for n, k in noise.most_common(12)))
    print(
        f"precision {ratio(total['right'], total['right'] + total['wrong'])} "
        f"recall {ratio(total['found'], total['wanted'])} on {total['files']} files, "
        f"{len(rows) - len(present)} absent, {total['crash']} crashes"
    )
    good = (
        total["files"]
        and total["right"] >= 0.95 * (total["right"] + total["wrong"])
        and total["found"] >= 0.9 * total["wanted"]
        and not total["crash"]
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
