#!/usr/bin/env python3
"""Which risks of the catalogue are rules, on which kinds of files they are tested, and their evidence.

usage: coverage.py [--write]

Prints docs/coverage.md, or writes it. The catalogue's names and reasons are in
redislint/knowledge/catalogue.json, made from the facts the project began with.
"""

from __future__ import annotations

import argparse
import collections
import json
from pathlib import Path

from redislint.rules.book import load_book
from redislint.rules.packs import load_page

ROOT = Path(__file__).resolve().parent.parent
_LANGUAGES = {
    "redis.conf": "redis.conf", "sentinel.conf": "sentinel.conf", "Dockerfile": "Dockerfile",
    "compose": "compose", "task-definition.json": "ECS", ".tf": "Terraform", "template.yaml": "CloudFormation",
    ".java": "Java", ".kt": "Kotlin", ".py": "Python", "application": "Spring", "pom.xml": "Maven",
    "gradle": "Gradle", "requirements": "pip", "pyproject": "pyproject", "values": "Helm",
    ".service": "systemd", "playbook": "Ansible", ".yaml": "Kubernetes", ".yml": "YAML", ".json": "JSON",
    ".acl": "ACL", ".toml": "TOML",
}  # fmt: skip


def kinds(page: Path) -> list[str]:
    """The kinds of files in a page's Wrong examples."""
    found = []
    for example in load_page(page, page.name).examples:
        for name in example.files if example.wrong else ():
            kind = next((v for k, v in _LANGUAGES.items() if k.lower() in name.lower()), name)
            if kind not in found:
                found.append(kind)
    return found


def table() -> str:
    """The whole page."""
    catalogue = json.loads((ROOT / "redislint/knowledge/catalogue.json").read_text())
    book = load_book()
    by_risk = collections.defaultdict(list)
    for rule in book.rules.values():
        for name in (rule.catalogue, *rule.aliases):
            by_risk[name].append(rule)
    lines = []
    covered = 0
    for risk in catalogue["risks"]:
        name, category, severity = risk["id"], risk["category"], risk["severity"]
        rules = by_risk.get(name, [])
        if rules:
            covered += 1
            rule = rules[0]
            where = ", ".join(kinds(Path(rule.pack, rule.path)))
            extra = " (preview)" if rule.preview else ""
            evidence = f"`{rule.evidence}`" if rule.evidence else ""
            link = f"[{rule.code} {rule.name}](../rules/{rule.path}){extra}"
            lines.append(f"| {name} | {category} | {severity} | {link} | {where} | {evidence} |")
        else:
            why = catalogue["not_yet"].get(name, "not yet")
            lines.append(f"| {name} | {category} | {severity} | | {why} | |")
    known = {r["id"] for r in catalogue["risks"]}
    own = sorted(r.name for r in book.rules.values() if not ({r.catalogue, *r.aliases} & known))
    shown = sum(1 for r in book.rules.values() if r.evidence)
    head = (
        "# Coverage of the catalogue\n\n"
        "Made by `python tools/coverage.py --write`. The catalogue lists what goes wrong with Redis by its\n"
        "configuration, deployment and clients.\n\n"
        f"{covered} of {len(catalogue['risks'])} risks are rules; the book has {len(book.rules)} rules, "
        f"{len(own)} of them beyond the catalogue; {shown} name a test on a real server or client.\n\n"
        "| risk | category | severity there | rule | tested on, or why not | evidence |\n|---|---|---|---|---|---|\n"
    )
    return head + "\n".join(lines) + "\n\n## Beyond the catalogue\n\n" + ", ".join(own) + "\n"


def main() -> None:
    """Print or write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        (ROOT / "docs/coverage.md").write_text(table(), encoding="utf-8")
    else:
        print(table(), end="")


if __name__ == "__main__":
    main()
