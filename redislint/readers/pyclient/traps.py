from __future__ import annotations
from redislint.model.subject import Subject
from redislint.readers.pyclient.evaluate import Evaluator


def of_module(ev: Evaluator, context: str) -> list[Subject]:
    return []


def of_client(ev, built, context):
    return []
