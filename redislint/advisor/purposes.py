"""What the data is for, and what each use can usually bear (overridden by the user's wishes).

Source: the workload table of the project's persistence notes (docs/advisor.md names its origin).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Purpose:
    """A use of the server. Times are seconds; an `rpo_s` of None tolerates any loss."""

    name: str
    label: str
    rpo_s: float | None
    rto_s: float | None
    eviction: str
    """The maxmemory-policy that fits."""
    backup: bool = False
    """Whether a copy that an accidental FLUSHALL does not reach is wanted."""
    note: str = ""


PURPOSES: dict[str, Purpose] = {
    p.name: p
    for p in (
        Purpose("cache", "a cache", None, None, "allkeys-lru",
                note="what is lost is fetched again; a restart costs the warm-up"),
        Purpose("session", "a session store", 60.0, 60.0, "noeviction",
                note="a lost session is a user who has to log in again"),
        Purpose("queue", "a queue", 1.0, 60.0, "noeviction",
                note="a lost write is a job that nobody runs, or that runs twice"),
        Purpose("rate-limiter", "a rate limiter", 300.0, 30.0, "volatile-ttl",
                note="lost counters let some clients through once more"),
        Purpose("leaderboard", "a leaderboard", 300.0, 300.0, "noeviction",
                note="scores can usually be computed again from their source"),
        Purpose("primary", "the primary store", 1.0, 300.0, "noeviction", backup=True,
                note="nothing else holds this data"),
    )
}  # fmt: skip

ALIASES = {
    "session-store": "session", "sessions": "session", "jobs": "queue", "queues": "queue",
    "ratelimiter": "rate-limiter", "rate_limiter": "rate-limiter", "rate-limit": "rate-limiter",
    "primary-store": "primary", "database": "primary", "store": "primary",
}  # fmt: skip
