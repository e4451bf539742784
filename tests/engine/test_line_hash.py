from __future__ import annotations

from redislint.report.line_hash import line_hashes

# Values of SARIF Multitool 5.7.0: rewrite --insert RollingHashPartialFingerprints.


def test_equal_lines_are_counted() -> None:
    hashes = line_hashes("a\n" * 300, 300)
    values = [h.split(":")[0] for h in hashes.values()]
    assert values[0] == values[50]
    assert hashes[1].endswith(":1")
    assert hashes[51].endswith(":51")


def test_blanks_tabs_and_line_ends_do_not_matter() -> None:
    plain = line_hashes("appendonly no\nsave 900 1\n", 2)
    assert line_hashes("  appendonly\tno\r\nsave 900  1\r\n", 2) == plain


def test_a_line_is_hashed_with_what_follows_it() -> None:
    assert line_hashes("port 1\nsave 900 1\n", 1) != line_hashes("port 1\nsave 900 2\n", 1)
