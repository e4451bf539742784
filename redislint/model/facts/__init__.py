"""Named facts that are computed from a model: one module a topic; see `load`."""

from __future__ import annotations

import importlib
import pkgutil


def load() -> None:
    """Import every module of named facts, so that the vocabulary is whole."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
