from __future__ import annotations


def read(ev, found, context):
    return []
