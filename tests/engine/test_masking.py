from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.masking import mask

SECRET = "hunter2Secret"


@pytest.mark.parametrize(
    "line",
    [
        f"requirepass {SECRET}",
        f'requirepass "{SECRET}"',
        f"sentinel auth-pass mymaster {SECRET}",
        f"user app on >{SECRET} ~* +@all",
        f"user app on #{'a1' * 32} ~*",
        f"command: redis-server --requirepass {SECRET} --appendonly yes",
        f'command: ["redis-server", "--requirepass", "{SECRET}"]',
        f"REDIS_PASSWORD: {SECRET}",
        f"      - REDIS_PASSWORD={SECRET}",
        f"spring.redis.password={SECRET}",
        f'  password: "{SECRET}"',
        f"url: redis://user:{SECRET}@host:6379/0",
        f'r = redis.Redis(host="x", password="{SECRET}")',
        f'.withPassword("{SECRET}")',
        f'auth_token = "{SECRET}"',
        f'{{"name": "REDIS_PASSWORD", "value": "{SECRET}"}}',
        f"redis-cli -a {SECRET} ping",
        f'config.setPassword("{SECRET}");',
    ],
)
def test_a_secret_is_never_shown(line: str) -> None:
    shown = mask(line)
    assert SECRET not in shown
    assert "a1" * 32 not in shown


@pytest.mark.parametrize(
    "line",
    [
        "requirepass ${REDIS_PASSWORD}",
        "password: ${REDIS_PASSWORD:}",
        "appendonly yes",
        'password=os.environ["REDIS_PASSWORD"]',
        "redis://localhost:6379/0",
        "command: redis-server ${REDIS_PASSWORD:+--requirepass ${REDIS_PASSWORD}}",
    ],
)
def test_what_is_no_secret_stays_readable(line: str) -> None:
    assert mask(line) == line


@given(st.text(max_size=200))
def test_any_line_can_be_masked(line: str) -> None:
    assert isinstance(mask(line), str)


def test_the_rights_of_an_acl_user_stay_readable() -> None:
    assert mask("user passenger on >passwordA +@all ~*") == "user passenger on >**** +@all ~*"
