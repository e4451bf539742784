"""Every page of the book tests itself: Wrong examples fire, Right ones do not; and its form holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from redislint.rules.book import Book, load_book
from redislint.rules.packs import builtin_folder, load_page, pages_in
from redislint.examples import failures

FOLDER = builtin_folder()
PAGES = [p.relative_to(FOLDER).as_posix() for p in pages_in(FOLDER)]
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def book() -> Book:
    return load_book()


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_hold(book: Book, page: str) -> None:
    assert failures(load_page(FOLDER / page, page), book) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_named_like_its_file_and_explains_itself(book: Book, page: str) -> None:
    loaded = load_page(FOLDER / page, page)
    assert Path(page).stem == loaded.name
    assert len(loaded.prose.split()) >= 30


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_when_to_ignore_it_what_to_do_and_where_it_comes_from(page: str) -> None:
    text = (FOLDER / page).read_text(encoding="utf-8")
    prose = text.partition("\n## Wrong")[0]
    assert prose.count("**Ignore it**") == 1
    assert prose.count("**Do:**") == 1
    assert re.search(r"^## References\n+- https?://", text, re.M)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_the_sections_in_their_order(book: Book, page: str) -> None:
    text = (FOLDER / page).read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+)$", text, re.M)
    wanted = ["Wrong", "Right", "Versions", "References"]
    if book.rules[Path(page).stem].preview and "Versions" not in sections:
        wanted.remove("Versions")  # which versions are concerned is known when it leaves preview
    assert sections == wanted


def test_no_two_pages_say_the_same_of_their_versions() -> None:
    said: dict[str, list[str]] = {}
    for page in PAGES:
        text = (FOLDER / page).read_text(encoding="utf-8")
        found = re.search(r"^## Versions\n+(.+?)\n+## ", text, re.M | re.S)
        if found:
            said.setdefault(" ".join(found[1].split()), []).append(page)
    repeated = {text: pages for text, pages in said.items() if len(pages) > 2}
    # What was seen on all four servers is said in one way.
    assert {text for text in repeated if not text.startswith("Seen on Redis 6.2,")} == set()


def test_messages_are_one_line_and_begin_in_lower_case(book: Book) -> None:
    names = (
        r"Redis|Redisson|Spring|ReadFrom|BlockingConnectionPool|Lettuce|Jedis|Docker|ElastiCache"
    )
    loud = [
        r.name
        for r in book.rules.values()
        if re.match(r"[A-Z][a-z]", r.message) and not re.match(names, r.message)
    ]
    assert loud == []


def test_only_rules_with_an_attacker_have_a_security_severity(book: Book) -> None:
    odd = [r.name for r in book.rules.values() if r.security_severity and not r.cwe]
    assert odd == []


def test_evidence_that_a_page_names_is_there(book: Book) -> None:
    gone = [
        r.name
        for r in book.rules.values()
        if r.evidence and not (ROOT / r.evidence.split("::")[0]).is_file()
    ]
    assert gone == []


def test_a_rule_that_gives_way_names_rules_that_exist(book: Book) -> None:
    lost = [
        f"{r.name}: {name}"
        for r in book.rules.values()
        for name in r.covered_by
        if not book.find(name)
    ]
    assert lost == []
