#!/usr/bin/env python3
"""Make the source of the documentation site; `mkdocs build --strict` then builds it.

usage: make_docs.py [--out build/docs]

Everything is made from what is there: the pages in docs/ and rules/, the knowledge in the package,
and what redislint prints on examples/ today.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from docsite import knowledgepages, rulepages, stories  # noqa: E402
from docsite.links import rewrite  # noqa: E402

from redislint.rules.book import load_book  # noqa: E402

ASSETS = Path(__file__).parent / "docsite" / "assets"


def make(out: Path) -> int:
    """Write all pages below `out`, which is emptied before; returns their number."""
    rules = list(load_book().rules.values())
    known = knowledgepages.directives()
    places = {name: knowledgepages.directive_place(name) for name in known}
    places |= {r.name: rulepages.place(r) for r in rules}
    pages = {
        "index.md": stories.start_page(ROOT),
        "tutorial.md": stories.tutorial(ROOT),
        "rules/index.md": rulepages.index(rules),
        "directives/index.md": knowledgepages.directive_index(known),
        "messages.md": knowledgepages.messages_page(places),
    }
    pages |= {rulepages.place(r): rulepages.page(r, places) for r in rules}
    pages |= {
        knowledgepages.directive_place(n): knowledgepages.directive_page(told, places)
        for n, told in known.items()
    }
    for file in sorted((ROOT / "docs").glob("*.md")):
        text = file.read_text(encoding="utf-8")
        pages[file.name] = rewrite(text, f"docs/{file.name}", file.name)
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    pages["changelog.md"] = rewrite(changes, "CHANGELOG.md", "changelog.md")
    if out.exists():
        shutil.rmtree(out)
    for name, text in pages.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    shutil.copytree(ASSETS, out / "assets")
    return len(pages)


def main() -> None:
    """Make the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "docs")
    options = parser.parse_args()
    print(f"{make(options.out)} pages in {options.out}")


if __name__ == "__main__":
    main()
