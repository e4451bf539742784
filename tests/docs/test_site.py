"""The documentation site builds without a warning, holds every page, and no link in it is dead."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import pytest

from redislint.knowledge.messages import load
from redislint.rules.book import load_book

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as CI builds it, in a folder of its own."""
    pytest.importorskip("mkdocs", reason="needs mkdocs (pip install 'redislint[docs]')")
    pytest.importorskip("material", reason="needs mkdocs-material (pip install 'redislint[docs]')")
    place = tmp_path_factory.mktemp("site")
    made = subprocess.run(
        [sys.executable, ROOT / "tools/make_docs.py", "--out", place / "source"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    text = text.replace("docs_dir: build/docs", "docs_dir: source").replace(
        "site_dir: site", "site_dir: html"
    )
    (place / "mkdocs.yml").write_text(text, encoding="utf-8")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "--strict"],
        cwd=place, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    return place / "html"


class _Page(HTMLParser):
    """The links and anchors of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.anchors.add(str(found["id"]))
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        loaded = found.get("src") or (found.get("href") if tag == "link" else None)
        if loaded:
            self.links.append(loaded)
            if loaded.startswith(("http:", "https:", "//")) and found.get("rel") != "canonical":
                self.outside.append(loaded)


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, _Page]:
    """Every page by its path below the site."""
    found = {}
    for file in site.rglob("*.html"):
        page = _Page()
        page.feed(file.read_text(encoding="utf-8"))
        found[file.relative_to(site).as_posix()] = page
    return found


def test_every_rule_has_a_page(site: Path) -> None:
    missing = [
        r.name
        for r in load_book().rules.values()
        if not (site / "rules" / r.topic / r.name / "index.html").is_file()
    ]
    assert missing == []


def test_the_index_lists_every_rule_with_what_the_filters_ask(site: Path) -> None:
    text = (site / "rules/index.html").read_text(encoding="utf-8")
    rows = re.findall(
        r'<tr data-severity="(\w+)" data-topic="([\w-]+)" data-kind="[^"]*" data-evidence="(\w+)">'
        r'<td class="code">(\w+)</td>',
        text,
    )
    assert {code: (severity, topic, evidence) for severity, topic, evidence, code in rows} == {
        r.code: (r.severity, r.topic, "yes" if r.evidence else "no")
        for r in load_book().rules.values()
    }


def test_every_message_has_an_anchor(
    pages: dict[str, _Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    from docsite.knowledgepages import anchor

    anchors = pages["messages/index.html"].anchors
    assert [m.name for m in load() if anchor(m.name) not in anchors] == []


def test_no_link_within_the_site_is_dead(site: Path, pages: dict[str, _Page]) -> None:
    dead = []
    for name, page in pages.items():
        if name == "404.html":
            continue
        for link in page.links:
            if urlparse(link).scheme or link.startswith("//"):
                continue
            target, anchor = urldefrag(urljoin("/" + name, link))
            file = unquote(target.lstrip("/"))
            file = file + "index.html" if file.endswith("/") or not file else file
            if not (site / file).exists():
                dead.append(f"{name}: {link}")
            elif anchor and file in pages and unquote(anchor) not in pages[file].anchors:
                dead.append(f"{name}: {link} (no such anchor)")
    assert dead == []


def test_links_into_the_repository_name_files_that_exist(pages: dict[str, _Page]) -> None:
    start = "https://github.com/redislint/redislint/blob/main/"
    dead = [
        f"{name}: {link}"
        for name, page in pages.items()
        for link in page.links
        if link.startswith(start) and not (ROOT / urldefrag(link)[0].removeprefix(start)).exists()
    ]
    assert dead == []


def test_nothing_is_loaded_from_elsewhere(pages: dict[str, _Page]) -> None:
    assert {name: page.outside for name, page in pages.items() if page.outside} == {}


def test_no_path_of_the_building_machine_is_shown(site: Path) -> None:
    inside = [
        f.relative_to(site).as_posix()
        for f in site.rglob("*.html")
        if str(ROOT) in f.read_text(encoding="utf-8")
    ]
    assert inside == []
