"""The tree-sitter parsers: one a language, imported when the first file of it is parsed."""

from __future__ import annotations

import time
from functools import lru_cache
from importlib import import_module

from redislint.source import UnreadableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PATIENCE = 10.0
"""Seconds of CPU for one file. A thousand real files take less; made-up ones can take hours."""
_TOO_SLOW = "takes too long to parse: exclude it, or split it"
_CHUNK = 1 << 16
_SLOW: set[bytes] = set()
"""What took too long before: other files may lead to the same one."""


@lru_cache(maxsize=8)
def _parser(language: str) -> Any:
    import tree_sitter

    grammar = import_module(f"tree_sitter_{language}")
    return tree_sitter.Parser(tree_sitter.Language(grammar.language()))


def root(language: str, data: bytes) -> Any:
    """The root node of a text: broken parts are ERROR nodes. Raises UnreadableError."""
    parser = _parser(language)
    if data in _SLOW:
        raise UnreadableError(_TOO_SLOW)
    end = time.process_time() + PATIENCE
    try:
        tree = parser.parse(
            lambda offset, _point: data[offset : offset + _CHUNK],
            progress_callback=lambda _offset, _error: time.process_time() > end,
        )
    except ValueError:
        parser.reset()
        _SLOW.add(data)
        raise UnreadableError(_TOO_SLOW) from None
    return tree.root_node
