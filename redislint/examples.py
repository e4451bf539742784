"""Run the examples of rule pages: each Wrong one must fire, each Right one must not."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from redislint.config import Config
from redislint.rules.book import Book
from redislint.rules.packs import load_page
from redislint.rules.pages import Example, Page


def run_example(example: Example, name: str, book: Book) -> list[str]:
    """The findings of one rule on an example, as `path:line: message`; errors as `unread …`."""
    from redislint.checking import check

    rule = book.rules[name]
    chosen = Book([rule], book.modules)
    with tempfile.TemporaryDirectory(prefix="redislint-example-") as folder:
        for path, text in example.files.items():
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        config = Config(select=["ALL"], preview=True)
        report = check([os.path.realpath(folder)], config, book=chosen)
    found = [f"{f.span.path}:{f.span.line}: {f.message}" for f in report.findings]
    return found + [f"unread {p.path}:{p.line}: {p.message}" for p in report.errors]


def failures(page: Page, book: Book) -> list[tuple[int, str]]:
    """What is wrong with a page's examples, each with its line; empty where they hold."""
    problems: list[tuple[int, str]] = []
    if not any(e.wrong for e in page.examples):
        problems.append((1, "the page has no example under ## Wrong"))
    if not any(not e.wrong for e in page.examples):
        problems.append((1, "the page has no example under ## Right"))
    for example in page.examples:
        found = run_example(example, page.name, book)
        unread = [f for f in found if f.startswith("unread")]
        fired = [f for f in found if not f.startswith("unread")]
        if unread:
            problems.append((example.line, unread[0]))
        if example.wrong and not fired:
            problems.append((example.line, "this Wrong example yields no finding"))
        if not example.wrong and fired:
            problems.append((example.line, f"this Right example yields {fired[0]}"))
    return problems


def test_folder(folder: Path, book: Book, pages: list[Path]) -> dict[str, list[tuple[int, str]]]:
    """Page (relative) → its problems, for all pages given."""
    results = {}
    for path in pages:
        shown = path.relative_to(folder).as_posix()
        results[shown] = failures(load_page(path, shown), book)
    return results
