"""Pages on refused lines say that the server does not start: real servers are asked, example by example."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.judgement.real import ask, find_servers
from redislint.rules.book import builtin_folder, load_page

SERVERS = find_servers()
FOLDER = builtin_folder() / "validity"

REFUSED = [
    "refused-by-server", "unknown-directive", "inline-comment", "bad-boolean", "bad-enum-value",
    "bad-memory-unit", "unbalanced-quotes", "equals-or-colon-syntax", "password-with-space-unquoted",
    "client-output-buffer-limit-arguments", "acl-rule-invalid", "utf8-bom",
]  # fmt: skip
ACCEPTED = ["duplicate-directive", "memory-unit-decimal", "maxmemory-without-unit-tiny"]

pytestmark = pytest.mark.server


def texts(page: str, wrong: bool) -> list[bytes]:
    """The page's examples that are one redis.conf and nothing that a template fills in."""
    loaded = load_page(FOLDER / f"{page}.md", page)
    found = [
        e.files["redis.conf"].encode()
        for e in loaded.examples
        if e.wrong == wrong and list(e.files) == ["redis.conf"]
    ]
    return [t for t in found if b"${" not in t and b"loadmodule" not in t and b"logfile" not in t]


@pytest.fixture(params=sorted(SERVERS) or ["none"])
def server(request: pytest.FixtureRequest) -> Path:
    if not SERVERS:
        pytest.skip("no redis-server or valkey-server is installed")
    return SERVERS[request.param]


@pytest.mark.parametrize("page", REFUSED)
def test_no_server_starts_with_a_wrong_example(server: Path, page: str) -> None:
    examples = texts(page, True)
    assert examples
    for text in examples:
        assert not ask(server, text).accepted, text


@pytest.mark.parametrize("page", REFUSED + ACCEPTED)
def test_every_server_starts_with_a_right_example(server: Path, page: str) -> None:
    for text in texts(page, False):
        verdict = ask(server, text)
        assert verdict.accepted, (text, verdict.message)


@pytest.mark.parametrize("page", ACCEPTED)
def test_a_line_that_means_something_else_is_accepted_silently(server: Path, page: str) -> None:
    examples = texts(page, True)
    assert examples
    for text in examples:
        assert ask(server, text).accepted
