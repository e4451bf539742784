"""Where a thing runs and what its data is for, as far as names show; each with its reason."""

from __future__ import annotations

import re
from functools import lru_cache

from redislint.model.container import Container
from redislint.model.server import Server
from redislint.model.subject import Subject, computed
from redislint.model.value import Origin, Value, default

_WORDS = (
    (
        "example",
        r"examples?|samples?|demos?|tutorials?|docs?|documentation|playground|quickstart|workshop",
    ),
    (
        "test",
        r"tests?|testing|e2e|integration|it|ci|fixtures?|testdata|spec|bench(?:marks?)?|mock|sandbox|test-runs",
    ),
    (
        "development",
        r"dev|devel|develop|development|local|localhost|debug|devcontainer|\.devcontainer|override",
    ),
    ("production", r"prod|production|live|release|staging|stage"),
)


@lru_cache(maxsize=1024)
def of_path(path: str) -> tuple[str, str]:
    """(environment, the word that says so) of a path; ("unknown", "") where none does."""
    for name, words in _WORDS:
        match = re.search(rf"(?i)(?:^|[/._-])({words})(?:$|[/._-])", path)
        if match:
            return name, match[1]
    return "unknown", ""


def _environment(subject: Subject) -> Value:
    path = subject.anchor.source.root.within if subject.anchor else subject.label
    name, word = of_path(path)
    if name == "unknown":
        return default("unknown", "no name says where it runs")
    span = subject.anchor
    return Value(name, Origin(None, f"'{word}' in the path {path}"), set=span is not None)


@computed("server", "environment", "enum", "where it runs, as far as names show",
          choices="production development test example unknown".split())  # fmt: skip
def server_environment(server: Server) -> Value:
    """From the path of its file or container, else from its container's."""
    own = _environment(server)
    container = server.links.get("container")
    if isinstance(container, Container):
        stored = container.facts.get("environment")
        if stored is not None or own.value == "unknown":
            return stored or container.get("environment")
    return own


@computed("sentinel", "environment", "enum", "where it runs, as far as names show",
          choices="production development test example unknown".split())  # fmt: skip
def sentinel_environment(server: Server) -> Value:
    """From the path of its file."""
    return _environment(server)


@computed("container", "environment", "enum", "where it runs, as far as names show",
          choices="production development test example unknown".split())  # fmt: skip
def container_environment(container: Container) -> Value:
    """From the path of its file; a profile named dev or test says so too."""
    own = _environment(container)
    profiles = container.facts.get("profiles")
    if own.value == "unknown" and profiles is not None and isinstance(profiles.value, tuple):
        for profile in profiles.value:
            name, _ = of_path(str(profile))
            if name != "unknown":
                return Value(name, Origin(profiles.span, f"the profile {profile}"))
    return own


for _kind in ("server", "container", "sentinel"):

    @computed(
        _kind, "production", "bool", "nothing says that it is for development, tests or examples"
    )
    def production(subject: Subject) -> Value:
        """Neither a development nor a test nor an example setup by its names."""
        where = subject.get("environment")
        return Value(where.value in ("production", "unknown"), where.origin, set=where.set)


_PURPOSES = (
    ("cache", r"cache|caching"),
    ("queue", r"queue|celery|sidekiq|bull|rq|resque|broker|jobs?|worker|task"),
    ("session", r"sessions?"),
    ("rate-limiter", r"rate-?limit(?:er)?|throttle"),
    ("lock", r"locks?|redlock"),
    ("pubsub", r"pubsub|socket"),
)
_ANY_PURPOSE = re.compile("(?i)" + "|".join(words for _, words in _PURPOSES))


@computed("server", "purpose", "enum", "what the data is for, as far as the repository shows",
          choices="cache session queue rate-limiter leaderboard lock pubsub primary unknown".split())  # fmt: skip
def purpose(server: Server) -> Value:
    """From its settings and names; the link stage sets what clients and frameworks show."""
    policy = server.get("maxmemory-policy")
    texts = [server.label, *server.config_paths[:1]]
    container = server.links.get("container")
    if isinstance(container, Container):
        # `redis.task-platform.svc`: the namespace is named after the whole application.
        texts += [n for n in container.names if "." not in n]
    texts = [text for text in texts if _ANY_PURPOSE.search(text)]
    for name, words in _PURPOSES if texts else ():
        if any(re.search(rf"(?i)(?:^|[^a-z])({words})(?:$|[^a-z])", t) for t in texts):
            return Value(name, Origin(None, f"its name says {name}"))
    told = _told(server)
    if told is not None:
        return told
    if policy.known and policy.set and str(policy.value).startswith("allkeys"):
        return Value("cache", policy.origin)
    return default("unknown", "nothing says what it is for")


_TOLD = re.compile(
    r"(?im)^[ \t]*#.*\b(streams?[- ]enabled|event (?:delivery|bus)|(?:job|task|message|work)s? queues?"
    r"|message broker|celery broker|sidekiq|bullmq)\b"
)
_HINTS = ("stream", "event", "queue", "broker", "sidekiq", "bullmq")
"""What `_TOLD` needs: finding plain words takes a hundredth of its time."""
_OWN_WORDS = 120
"""A file of at most so many lines was written by hand: its comments are its author's words."""


def _told(server: Server) -> Value | None:
    """What a comment of its own configuration file says that it is for."""
    held = next((s.span for s in server.settings if s.where == "file" and s.span), None)
    if held is None or len(held.source.lines) > _OWN_WORDS:
        return None
    text = held.source.text
    lower = text.lower()
    match = _TOLD.search(text) if any(hint in lower for hint in _HINTS) else None
    if match is None:
        return None
    return Value(
        "queue", Origin(held.source.span(match.start(1), match.end(1)), "a comment says so")
    )


@computed("server", "cache", "bool", "its data may be lost: it is a cache")
def cache(server: Server) -> Value:
    """Whether it is a cache by name, or because it may evict any key."""
    value = server.get("purpose")
    return Value(
        value.value == "cache", value.origin, known=value.known, set=value.set, why=value.why
    )
