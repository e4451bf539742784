from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.model.value import unknown
from redislint.rules.condition import ConditionError, compile_condition
from redislint.rules.evaluate import truth

from .building import make_server


def holds(when: str, text: str) -> bool | None:
    return truth(compile_condition(when, "server"), make_server(text))[0]


@pytest.mark.parametrize(
    ("when", "text", "expected"),
    [
        ("appendonly", "appendonly yes", True),
        ("not appendonly", "appendonly yes", False),
        ("maxmemory == 100mb", "maxmemory 104857600", True),
        ("maxmemory < 1g", "maxmemory 1gb", False),
        ("maxmemory == 1000k", "maxmemory 1m", True),
        ("cluster-node-timeout >= 15s", "cluster-node-timeout 15000", True),
        ("repl-timeout < 1min", "repl-timeout 59", True),
        ("maxmemory-policy in (allkeys-lru, allkeys-lfu)", "maxmemory-policy allkeys-LRU", True),
        ("maxmemory-policy not in (noeviction)", "maxmemory-policy noeviction", False),
        ("appendfsync == no", "appendfsync no", True),
        ("maxclients is set", "port 1", False),
        ("maxclients is not set", "port 1", True),
        ("maxclients is default", "port 1", True),
        ("timeout * 2 + 1 > 20", "timeout 10", True),
        ("port == 1 or port == 2 and appendonly", "port 1", True),
        ("(port == 1 or port == 2) and appendonly", "port 1", False),
        ("replica-priority == 5", "slave-priority 5", True),
        ("port == 1 and set-max-listpack-entries > 9", "port 1\nset-max-listpack-entries 10", True),
    ],
)
def test_a_condition_judges_settings_as_the_server_reads_them(
    when: str, text: str, expected: bool
) -> None:
    assert holds(when, text) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("requirepass == secret", None),
        ("requirepass is set", True),
        ("requirepass == secret and appendonly", False),
        ("requirepass == secret and not appendonly", None),
        ("requirepass == secret or not appendonly", True),
        ("requirepass == secret or appendonly", None),
        ("not requirepass == secret", None),
    ],
)
def test_unknown_is_kleenes_third_value(when: str, expected: bool | None) -> None:
    assert holds(when, "requirepass ${PASSWORD}\nappendonly no") is expected


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("appendonyl", "unknown fact 'appendonyl' of server: did you mean 'appendonly'?"),
        ("maxmemory-policy == lru", "'maxmemory-policy' is never 'lru'"),
        ("appendonly == )", "cannot be read at"),
        ("nosuch(port)", "unknown function 'nosuch' of server"),
        ("maxmemory > many", "'many' is neither a fact nor a literal"),
        ("", "cannot be read"),
    ],
)
def test_a_bad_condition_is_an_error_with_its_reason(when: str, message: str) -> None:
    with pytest.raises(ConditionError) as caught:
        compile_condition(when, "server")
    assert message in str(caught.value)


def test_an_unknown_subject_is_an_error() -> None:
    with pytest.raises(ConditionError, match="unknown subject 'sever'"):
        compile_condition("port", "sever")


@given(st.text(alphabet="abcdy -_.()<>=!'\"0123456789mbs", max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        tree = compile_condition(text, "server")
    except ConditionError as error:
        place = error.offset
    else:
        place = 0
        assert truth(tree, make_server("port 1"))[0] in (True, False, None)
    assert 0 <= place <= len(text)


@given(
    st.recursive(
        st.sampled_from(["appendonly", "requirepass == x", "port == 1"]),
        lambda inner: (
            st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner)
            | st.builds("not {}".format, inner)
        ),
        max_leaves=12,
    )
)
def test_knowing_more_never_turns_true_into_false(when: str) -> None:
    """Kleene's logic is monotone: an answer under unknowns holds however they turn out."""
    tree = compile_condition(when, "server")
    server = make_server("appendonly no\nport 1")
    server.set("requirepass", unknown("not told"))
    under_unknown = truth(tree, server)[0]
    for password in ("x", "y"):
        known = make_server(f"appendonly no\nport 1\nrequirepass {password}")
        if under_unknown is not None:
            assert truth(tree, known)[0] is under_unknown
