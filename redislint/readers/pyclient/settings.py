"""Settings and helpers of frameworks: clients without a constructor, and what clients are for."""

from __future__ import annotations

from redislint.model.subject import Subject
from redislint.readers.pyclient.build import Built
from redislint.readers.pyclient.evaluate import Evaluator
from redislint.readers.pyclient.frameworks import celery, django, flask, helpers
from redislint.readers.pyclient.frameworks.common import Reading


def read(ev: Evaluator, context: str, found: dict[int, Built]) -> list[Subject]:
    """The clients that settings of this module make, and their traps.

    `found` are the clients that it constructs: packages that are given one tell its purpose.
    """
    reading = Reading(ev, context, found)
    subjects: list[Subject] = []
    for part in (django, celery, flask, helpers):
        subjects += part.read(reading)
    return subjects
