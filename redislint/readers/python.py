"""Python modules and notebooks → clients, and calls that are wrong whatever the options.

Nothing is run or imported. A module that names no client package and no setting of a framework
costs one regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from redislint.model.deployment import Problem
from redislint.source import Source

if TYPE_CHECKING:
    from redislint.readers import Context

PATHS = r"(?i)\.(py|pyi|ipynb)$"
CONTENT = rb"(?i)redis|valkey"

_RELEVANT = re.compile(
    r"(?m)\b(?:import|from)[ \t]+(?:\.*[\w.]*)?(?:redis|valkey)|\bimport\b[^\n]*redis"
    r"|aioredis|rediscluster|\b(?:Priority)?(?:Async)?Redis[A-Z]\w+[.(]|\bkombu\b"
    r"|\b(?:CACHES|CHANNEL_LAYERS|RQ_QUEUES|CACHE_TYPE|CACHE_REDIS_URL|broker_url|BROKER_URL|"
    r"CELERY_BROKER_URL|result_backend|CELERY_RESULT_BACKEND|Celery|DRAMATIQ_BROKER|HUEY|"
    r"SESSION_REDIS|RATELIMIT_STORAGE_UR[IL]|storage_uri|storage_from_string|message_queue)\b"
)


def read(source: Source, context: Context) -> Iterable[Any]:
    """The clients and traps of one module; a Problem for what is too large to read."""
    from redislint.syntax.python import MAX_CHARACTERS, notebook_code

    if not _RELEVANT.search(source.text):
        return []
    if len(source.text) > MAX_CHARACTERS:
        return [Problem(source.path, None, "is too large for source code to be read: exclude it")]
    code: Source | None = source
    if source.path.lower().endswith(".ipynb"):
        code = notebook_code(source)
        if code is None:
            return []
    assert code is not None
    from redislint.readers.pyclient.reading import read_module

    return read_module(code, context)
