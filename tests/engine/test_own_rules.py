"""`rules new` and `rules test`: a newcomer's first page, and the mistakes in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from redislint.cli.rules import command


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, list(arguments))
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_new_page_holds_its_examples_and_each_gets_the_next_code() -> None:
    for name in ("first-rule", "second-rule"):
        assert run("new", name)[0] == 0
    assert 'code = "MY001"' in Path("redislint-rules/first-rule.md").read_text()
    assert 'code = "MY002"' in Path("redislint-rules/second-rule.md").read_text()
    assert run("test", "redislint-rules") == (0, "2 pages, 0 with failing examples\n")


def test_a_new_page_shows_the_form_of_the_book() -> None:
    run("new", "first-rule")
    text = Path("redislint-rules/first-rule.md").read_text()
    for part in ("**Why:**", "**Ignore it**", "**Do:**", "## Wrong", "## Right", "## References"):
        assert part in text


def test_a_failing_example_is_named_by_file_and_line() -> None:
    run("new", "first-rule")
    page = Path("redislint-rules/first-rule.md")
    page.write_text(page.read_text().replace("appendonly no", "appendonly yes"))
    line = page.read_text().splitlines().index("## Wrong") + 3
    assert run("test", "redislint-rules") == (
        1,
        f"redislint-rules/first-rule.md:{line}: this Wrong example yields no finding\n"
        "1 page, 1 with failing examples\n",
    )


def test_a_page_in_another_encoding_says_so() -> None:
    run("new", "first-rule")
    page = Path("redislint-rules/first-rule.md")
    page.write_bytes(page.read_text().encode("utf-16"))
    status, output = run("test", "redislint-rules")
    assert status == 2
    assert (
        output == "redislint: redislint-rules/first-rule.md:1: is no UTF-8 text: save it as UTF-8\n"
    )
