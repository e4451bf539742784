"""Settings and helpers of frameworks: clients without a constructor, and what clients are for."""

from __future__ import annotations

from redislint.model.client import Client
from redislint.model.subject import Subject
from redislint.readers.pyclient.build import Built
from redislint.readers.pyclient.evaluate import Evaluator
from redislint.readers.pyclient.frameworks import celery, django, flask, helpers
from redislint.readers.pyclient.frameworks.common import Reading
from redislint.readers.pyclient.uses import call_subject


def read(ev: Evaluator, context: str, found: dict[int, Built]) -> list[Subject]:
    """The clients that settings of this module make, and their traps.

    `found` are the clients that it constructs: packages that are given one tell its purpose.
    """
    reading = Reading(ev, context, found)
    subjects: list[Subject] = []
    for part in (django, celery, flask, helpers):
        subjects += part.read(reading)
    subjects += _shared(subjects, context)
    return subjects


def _shared(subjects: list[Subject], context: str) -> list[Subject]:
    """Caches that live on the server of a queue of the same settings."""
    queues: dict[str, Client] = {}
    caches: list[Client] = []
    for client in subjects:
        held = client.facts.get("purpose")
        if not isinstance(client, Client) or held is None or not _address(client):
            continue
        if held.value == "queue":
            queues.setdefault(_address(client), client)
        elif held.value in ("cache", "session"):
            caches.append(client)
    found = []
    for cache in caches:
        queue = queues.get(_address(cache))
        if queue is None or cache.anchor is None:
            continue
        same = (cache.get("db").value or 0) == (queue.get("db").value or 0)
        same = same and cache.hosts[0].known
        detail = f"{queue.label} uses the same {'database' if same else 'server'}"
        found.append(
            call_subject(
                "cache-and-queue-share-instance", cache.label, cache.anchor, context, detail, cache
            )
        )
    return found


def _address(client: Client) -> str:
    """The first address of a client, or the default of one that the environment may change."""
    first = client.hosts[0] if client.hosts else None
    if first is None:
        return ""
    return str(first.value) if first.known else first.raw or ""
