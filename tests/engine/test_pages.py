from __future__ import annotations

from pathlib import Path

import pytest

from redislint.model.subject import TYPES, VOCABULARY
from redislint.rules.book import Book, Rule, load_book
from redislint.rules.errors import PageError
from redislint.rules.packs import compile_pack
from redislint.rules.pages import compile_page, parse_page, summary

from .building import page_text


def error_of(text: str) -> str:
    with pytest.raises(PageError) as caught:
        compile_page(parse_page("t/p.md", text))
    return str(caught.value)


def test_a_page_is_a_rule_with_its_examples() -> None:
    page = parse_page("t/p.md", page_text())
    assert page.name == "sample-rule"
    assert [(e.wrong, e.files) for e in page.examples] == [
        (True, {"redis.conf": "appendonly no\n"}),
        (False, {"redis.conf": "appendonly yes\n"}),
    ]
    rule = compile_page(page)
    assert rule["summary"] == "What happens to whom is said in this sentence."
    assert rule["when"] == ["not", ["name", "appendonly"]]


def test_a_plus_joins_files_to_one_example() -> None:
    text = page_text() + "\n```dockerfile +\nFROM redis\n```\n"
    assert parse_page("t/p.md", text).examples[-1].files == {
        "redis.conf": "appendonly yes\n",
        "Dockerfile": "FROM redis\n",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (page_text(when="appendonyl"), "t/p.md:6: when: unknown fact 'appendonyl'"),
        (page_text(when="port\n and\n nosuch"), "t/p.md:8: when: unknown fact 'nosuch'"),
        (page_text(severity="fatal"), "t/p.md:7: severity = 'fatal': give one of note, warning"),
        (page_text().replace('on = "server"', 'on = "servers"'), "p.md:5: on: unknown subject"),
        (page_text(code="1"), "code = '1'"),
        (page_text(message="{nosuch}"), "t/p.md:9: message: unknown fact 'nosuch' of server"),
        (page_text(extra="colour = 1"), "unknown key 'colour'"),
        (page_text(extra='at = "nosuch"'), "at: unknown fact 'nosuch'"),
        (page_text().replace("```redis.conf", "```cobol"), "'cobol' is no language"),
        (page_text().replace("# sample-rule", "# Sample Rule"), "is no rule name"),
        (page_text() + "\n```redis.conf\n", "this fence is never closed"),
        ("# a-rule\n", "no ```toml block"),
        (page_text().replace('severity = "warning"', "severity = "), "toml:"),
        (page_text() + "\n```redis.conf path=../x\ny\n```\n", "leaves the example"),
    ],
)
def test_a_page_that_cannot_be_used_says_where_and_why(text: str, expected: str) -> None:
    assert expected in error_of(text)


def test_a_code_is_taken_once() -> None:
    one = Rule(compile_page(parse_page("t/a.md", page_text(name="rule-a"))), "pack")
    two = Rule(compile_page(parse_page("t/b.md", page_text(name="rule-b"))), "pack")
    with pytest.raises(PageError, match=r"b\.md:1: 'TT001' is already taken by .*a\.md"):
        Book([one, two])


def test_a_folder_of_pages_joins_the_book(tmp_path: Path) -> None:
    (tmp_path / "sample-rule.md").write_text(page_text(), encoding="utf-8")
    assert load_book([tmp_path]).find("TT001") is not None


def test_a_bad_page_names_its_file(tmp_path: Path) -> None:
    path = tmp_path / "sample-rule.md"
    path.write_text(page_text(when="nosuch"), encoding="utf-8")
    with pytest.raises(PageError) as caught:
        compile_pack(tmp_path)
    assert str(caught.value).startswith(f"{path}:6: when: unknown fact")


def test_selectors_are_names_codes_prefixes_and_topics() -> None:
    rule = Rule(
        compile_page(parse_page("persistence/a.md", page_text(extra='aliases = ["old"]'))), ""
    )
    book = Book([rule])
    for selector in ("sample-rule", "TT001", "TT", "old", "persistence", "ALL"):
        assert book.matching(selector) == [rule]
    assert book.matching("nosuch") == []


def test_the_condition_of_note_when_is_checked_with_the_page() -> None:
    found = error_of(page_text(extra="note-when = '''no-such-fact == 1'''"))
    assert "note-when: on server: " in found
    assert "no-such-fact" in found


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("It ends: `*** FATAL CONFIG FILE ERROR ***`. More.", "It ends: *** FATAL CONFIG FILE ERROR ***."),
        ("Look at `cluster_state` and *then* at [INFO](x). More.", "Look at cluster_state and then at INFO."),
        ("`_kombu.binding.*` is **one** set of many. More.", "_kombu.binding.* is one set of many."),
    ],
)  # fmt: skip
def test_a_summary_is_the_first_sentence_without_markup_but_with_its_code(
    prose: str, expected: str
) -> None:
    assert summary(prose) == expected


def test_every_fact_has_a_type_that_conditions_know() -> None:
    assert {
        f"{kind}.{spec.name}: {spec.type}"
        for kind, specs in VOCABULARY.items()
        for spec in specs.values()
        if spec.type not in TYPES
    } == set()
