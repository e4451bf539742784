from __future__ import annotations

import pytest

from redislint.knowledge.bugs import bugs_in, bugs_of, first_without
from redislint.knowledge.releases import LETTUCE, OLD_LETTUCE, boot_manages, releases
from redislint.model.versions import key


def ids(package: str, version: str) -> set[str]:
    return {b.id for b in bugs_in(package, version)}


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ("4.5.0.Final", True),
        ("5.0.5.RELEASE", True),
        ("5.1.4.RELEASE", True),
        ("5.1.5.RELEASE", False),
        ("5.2.0.RELEASE", False),
        ("6.0.0.RELEASE", False),
    ],
)
def test_the_shutdown_of_a_refreshing_cluster_client(version: str, affected: bool) -> None:
    assert ("#989" in ids(LETTUCE, version)) is affected


def test_the_second_half_of_the_shutdown_bug_needs_5_1_6() -> None:
    assert "#998" in ids(LETTUCE, "5.1.5.RELEASE")
    assert "#998" not in ids(LETTUCE, "5.1.6.RELEASE")


def test_a_fix_that_a_line_never_got() -> None:
    assert "#2178" in ids(LETTUCE, "6.1.10.RELEASE")
    assert "#2178" not in ids(LETTUCE, "6.2.1.RELEASE")


def test_a_bug_that_came_and_went() -> None:
    assert [("#3317" in ids(LETTUCE, v)) for v in ("6.6.0", "6.7.0", "6.7.1")] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("version", "affected"),
    [("4.1.4", False), ("4.2.0", True), ("4.3.6", True), ("4.4.3", True), ("4.4.4", False),
     ("4.5.0", True), ("4.5.3", True), ("4.5.4", False), ("5.0.0", False)],
)  # fmt: skip
def test_the_leak_of_cancelled_commands(version: str, affected: bool) -> None:
    assert ("CVE-2023-28859" in ids("redis", version)) is affected


def test_the_first_release_without_the_bugs_is_a_known_one() -> None:
    shutdown = [b for b in bugs_of(LETTUCE) if b.id in ("#989", "#998")]
    assert first_without(shutdown, LETTUCE, "5.1.4.RELEASE") == "5.1.6"
    assert first_without(shutdown, OLD_LETTUCE, "4.5.0.Final") == "5.1.6"


def test_every_bug_says_who_meets_it_and_where_that_is_known_from() -> None:
    known = {"cluster", "sentinel", "standalone", "asyncio", "sync", "shutdown", "tls", "auth",
             "pubsub", "pool", "pipeline", "hiredis", "listeners", "reactive", "azure"}  # fmt: skip
    for package in (LETTUCE, "redis", "valkey", "redis.clients:jedis", "org.redisson:redisson"):
        assert bugs_of(package)
        for bug in bugs_of(package):
            assert bug.needs <= known, bug
            assert bug.url.startswith("https://")
            assert bug.evidence
            assert bug.fixed or bug.affected
            assert len(bug.phrase) <= 130


def test_what_spring_boot_manages() -> None:
    assert boot_manages("2.1.3.RELEASE", LETTUCE) == "5.1.4.RELEASE"
    assert boot_manages("2.1.4.RELEASE", LETTUCE) == "5.1.6.RELEASE"
    assert boot_manages("1.5.22.RELEASE", LETTUCE) is None
    assert boot_manages("2.7.99", LETTUCE) == boot_manages("2.7.18", LETTUCE)
    assert boot_manages("9.9.9", LETTUCE) is None


@pytest.mark.parametrize("package", [LETTUCE, "redis", "valkey"])
def test_releases_are_in_order(package: str) -> None:
    names = releases(package)
    assert list(names) == sorted(names, key=key)
