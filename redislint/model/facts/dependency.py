"""Named facts of dependencies: the release, who uses it, the bugs that this code can meet."""

from __future__ import annotations

import re

from redislint.knowledge.bugs import Bug, bugs_in, bugs_of, first_without
from redislint.knowledge.releases import releases
from redislint.model.dependency import Dependency
from redislint.model.subject import FactSpec, Subject, computed, function, kind
from redislint.model.value import ABSENT, NOWHERE, Origin, Value, default, unknown
from redislint.model.versions import key

kind(
    "dependency",
    "a library that a manifest or lock file names",
    [
        FactSpec("duplicate", "bool", "another manifest line decides or names the same release"),
        FactSpec("unused", "bool", "a starter brings it, but the module's code uses another client"),
        FactSpec("ignored-override", "text", "a version property that looks as if it decided, but that nothing reads"),
        FactSpec("via", "text", "the starter that brings it, where it is not declared itself"),
        FactSpec("managed-by", "text", "what decides the release: spring-boot 2.7.18"),
    ],
)  # fmt: skip

_AWS = re.compile(r"(?i)\.(cache|memorydb)\.(.*\.)?amazonaws\.com|\.memorydb\.")

MODES = ("cluster", "sentinel", "standalone", "master-replica")


MOST = 6
"""How many bugs a finding describes; the others stand by number, with the release that fixed them."""


def _plain(version: str) -> str:
    return version.removesuffix(".RELEASE").removesuffix(".Final")


def release_of(subject: Subject, origin: Origin, why: str) -> Value:
    """The release of a subject: its view's, the only candidate, or unknown."""
    if subject.version:
        return Value(subject.version, origin)
    if len(subject.candidates) == 1:
        return Value(subject.candidates[0], origin)
    if subject.candidates:
        first, last = _plain(subject.candidates[0]), _plain(subject.candidates[-1])
        return unknown(f"any release from {first} to {last} is allowed", origin.span)
    return unknown(why or "no release is named", origin.span)


@computed("dependency", "version", "version", "the release, where it is one")
def version(subject: Subject) -> Value:
    """The release that the manifest or its lock file gives."""
    assert isinstance(subject, Dependency)
    return release_of(subject, subject.version_origin, subject.requirement.why)


@computed("client", "version", "version", "the release of the library")
def client_version(subject: Subject) -> Value:
    """The release of the client's library in its module."""
    origin = getattr(subject, "version_origin", NOWHERE)
    return release_of(subject, origin, "no manifest names its release")


@computed("dependency", "decides", "bool", "this line decides a release that the application runs")
def decides(subject: Subject) -> Value:
    """Not for tests only, not a repetition of another line, not idle beside another client."""
    out = subject.get("scope").value in ("test", "dev", "provided")
    out = out or subject.get("duplicate").is_true or subject.get("unused").is_true
    return Value(not out, Origin(subject.anchor, "no other line does"))


def _boot(subject: Subject) -> Value:
    found = subject.links.get("boot")
    if not isinstance(found, Dependency):
        return ABSENT
    return release_of(found, found.version_origin, found.requirement.why)


computed("client", "boot-version", "version", "the Spring Boot release of its module")(_boot)
computed("property", "boot-version", "version", "the Spring Boot release of its module")(_boot)


def can_meet(dependency: Dependency, need: str) -> bool | None:
    """Whether the clients that a dependency carries do something; None where nobody can tell."""
    if need == "shutdown":
        return True
    if not dependency.clients:
        return True if need == "asyncio" and _asyncio_manifest(dependency) else None
    answers = [_does(client, need) for client in dependency.clients]
    if any(answers):
        return True
    return None if None in answers else False


_ASYNC = re.compile(
    r"(?im)^[ \t\"']*(fastapi|aiohttp|starlette|sanic|quart|uvicorn|hypercorn|aiogram|litestar|arq)\b"
)


def _asyncio_manifest(dependency: Dependency) -> bool:
    """Whether the manifest names a framework whose code is asyncio."""
    if dependency.ecosystem != "pypi" or dependency.anchor is None:
        return False
    return _ASYNC.search(dependency.anchor.source.text) is not None


def _does(client: Subject, need: str) -> bool | None:
    if need in MODES:
        mode = client.get("mode")
        if not mode.known or mode.value in (None, "unknown"):
            return None
        return mode.value == need
    if need in ("asyncio", "sync"):
        asyncio = client.get("asyncio")
        return None if not asyncio.known else bool(asyncio.value) == (need == "asyncio")
    if need == "pubsub":
        uses: set[str] = getattr(client, "uses", set())
        seen = client.get("mode").value == "pubsub" or uses & {"pubsub", "subscribe", "psubscribe"}
        return True if seen else None
    if need == "aws":
        hosts = [str(h.value) for h in getattr(client, "hosts", []) if h.known]
        managed = "managed" in client.links
        return True if managed or any(_AWS.search(h) for h in hosts) else None
    if need == "pipeline":
        return True if "pipeline" in getattr(client, "uses", set()) else None
    return None


def met(dependency: Dependency, release: str) -> list[Bug]:
    """The bugs of a release that the code can meet, worst first.

    Where no client code was read, bugs that need only a mode or an interface count as possible.
    """
    found = []
    for bug in bugs_in(dependency.name, release):
        answers = {need: can_meet(dependency, need) for need in bug.needs}
        if not dependency.clients:
            if bug.needs <= {*MODES, "asyncio", "sync", "shutdown"}:
                found.append(bug)
        elif all(answers.values()):
            found.append(bug)
    return found


def _release(subject: Subject) -> str | None:
    held = subject.get("version")
    return str(held.value) if held.known and held.value else None


def _met(subject: Subject) -> list[Bug] | None:
    release = _release(subject)
    if release is None or not isinstance(subject, Dependency):
        return None
    return met(subject, release)


@computed("dependency", "known-bugs", "list", "known bugs of the release that this code can meet")
def known_bugs(subject: Subject) -> Value:
    """Texts such as `#989: closing a cluster client …`, worst first."""
    found = _met(subject)
    if found is None:
        return unknown("the release is unknown", set=False)
    texts = [f"{b.id} ({b.phrase}; {_fixed(b, subject)})" for b in found[:MOST]]
    texts += [f"{b.id} ({_fixed(b, subject)})" for b in found[MOST:]]
    return Value(tuple(texts), Origin(None, "from the project's issues and tags"))


def _fixed(bug: Bug, subject: Subject) -> str:
    first = bug.fixed_for(_release(subject) or "0")
    return f"fixed in {first}" if first else "not fixed in any release"


def _grave(found: list[Bug]) -> list[Bug]:
    return [b for b in found if b.severity in ("critical", "high")]


@computed("dependency", "bug-count", "int", "how many known bugs this code can meet")
def bug_count(subject: Subject) -> Value:
    """The number of `known-bugs`."""
    found = _met(subject)
    return (
        unknown("the release is unknown", set=False) if found is None else default(len(found), "")
    )


@computed("dependency", "grave-bugs", "int", "how many of the known bugs are severe")
def grave_bugs(subject: Subject) -> Value:
    """The number of known bugs of severity critical or high."""
    found = _met(subject)
    if found is None:
        return unknown("the release is unknown", set=False)
    return default(len(_grave(found)), "")


@computed("dependency", "worst-bugs", "text", "the two worst known bugs, one phrase each")
def worst_bugs(subject: Subject) -> Value:
    """One line for messages."""
    found = _met(subject) or []
    shown = [f"{b.phrase} ({b.id})" for b in found[:2]]
    if len("; ".join(shown)) > 170:
        shown = shown[:1]
    text = "; ".join(shown)
    if len(found) > len(shown):
        text += f"; and {len(found) - len(shown)} more"
    return default(text, "")


@computed("dependency", "fixed-in", "version", "the first release without the severe known bugs")
def fixed_in(subject: Subject) -> Value:
    """The first release after this one that has none of the severe bugs that the code can meet."""
    found, release = _met(subject), _release(subject)
    if not found or release is None:
        return ABSENT
    first = first_without(_grave(found) or found, subject.get("name").value, release)  # type: ignore[arg-type]
    return default(first, "") if first else ABSENT


@computed("dependency", "latest", "version", "the newest known release")
def latest(subject: Subject) -> Value:
    """The newest release in the table, without pre-releases."""
    from redislint.model.versions import is_prerelease

    names = [r for r in releases(str(subject.get("name").value)) if not is_prerelease(r)]
    return default(_plain(max(names, key=key)), "") if names else ABSENT


@function(
    "dependency", "bug", "bool", "the release has the bug of that number and the code can meet it"
)
def bug(subject: Subject, number: str) -> Value:
    """Whether the release has a bug (`bug(989)`), as far as the code can meet it."""
    release = _release(subject)
    if release is None or not isinstance(subject, Dependency):
        return unknown("the release is unknown", set=False)
    wanted = number.strip().lstrip("#").lower()
    for candidate in bugs_of(subject.name):
        if candidate.id.lstrip("#").lower() == wanted and candidate.has(release):
            answers = [can_meet(subject, need) for need in candidate.needs]
            if False in answers:
                return Value(False)
            return Value(True) if None not in answers else unknown("no client code was read")
    return Value(False)


@function(
    "dependency",
    "used",
    "bool",
    "the clients that it carries do this: cluster, sentinel, asyncio, …",
)
def used(subject: Subject, what: str) -> Value:
    """Whether client code of the module does something; unknown where no code was read."""
    assert isinstance(subject, Dependency)
    answer = can_meet(subject, what.strip())
    return unknown("no client code was read") if answer is None else Value(answer)


@computed("dependency", "clients", "int", "how many clients in the code it carries")
def clients(subject: Subject) -> Value:
    """The number of clients linked to it."""
    assert isinstance(subject, Dependency)
    return default(len(subject.clients), "")
