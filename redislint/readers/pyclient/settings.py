"""Settings of frameworks."""

from __future__ import annotations

from redislint.model.subject import Subject
from redislint.readers.pyclient.evaluate import Evaluator


def read(ev: Evaluator, context: str) -> list[Subject]:
    return []
