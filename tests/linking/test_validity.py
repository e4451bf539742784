"""Lines that a server refuses: only where the text is what the server will see."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config


def _refused(folder: Path, text: str, name: str = "redis.conf") -> list[tuple[str, str]]:
    (folder / name).write_text(text)
    rules = ["refused-by-server", "acl-rule-invalid", "bad-boolean", "bad-memory-unit"]
    report = check([str(folder)], Config(select=rules))
    return [(f.rule.name, f.message) for f in report.findings]


@pytest.mark.parametrize(
    "text",
    [
        "port REDIS_SENTINEL_SELF_PORT\n",
        "appendonly APPEND_ONLY\n",
        "user app on >secret +@read +ft.create ~*\n",
        "user app on >secret +@search +@json ~*\n",
    ],
)
def test_what_a_script_or_a_module_supplies_is_not_judged(tmp_path: Path, text: str) -> None:
    assert _refused(tmp_path, text) == []


@pytest.mark.parametrize("line", ["appendonly", "maxmemory", "cluster-announce-ip"])
def test_a_directive_without_a_value_is_shown_so(tmp_path: Path, line: str) -> None:
    assert _refused(tmp_path, line + "\n") == [
        (
            "refused-by-server",
            f"every version that may run here refuses the line {line} without a value: "
            "wrong number of arguments; the server does not start",
        )
    ]


def test_a_command_that_nothing_supplies_is_refused(tmp_path: Path) -> None:
    [(name, _)] = _refused(tmp_path, "user app on >secret +@read +gett ~*\n")
    assert name == "acl-rule-invalid"
