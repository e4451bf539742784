"""Every recorded verdict of sixteen real servers, compared one by one."""

from __future__ import annotations

import functools

import pytest

from redislint.judgement.agreement import code
from redislint.judgement.judge import verify
from redislint.knowledge.servers import SERVERS

from .recorded import Case, recorded


@functools.lru_cache(maxsize=1)
def cases() -> list[Case]:
    return recorded()


def test_the_cases_are_complete() -> None:
    assert len(cases()) == 3200
    assert sum(len(c.verdicts) for c in cases()) == 51200


@pytest.mark.parametrize("server", SERVERS)
def test_agrees_with(server: str) -> None:
    compared = 0
    wrong = []
    for case in cases():
        said = case.verdicts[server]
        if said == "-":
            continue
        compared += 1
        ours = code(verify(case.text, server))
        if ours != said:
            wrong.append((case.name, said, ours))
    assert compared > 3000
    assert wrong == []
