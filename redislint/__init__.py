"""redislint: the linter that knows Redis as redis-server itself does."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.checking import check
    from redislint.config import Config
    from redislint.findings.outcome import Report
    from redislint.judgement.judge import verify
    from redislint.judgement.verdict import Verdict

__version__ = "0.1.0"

__all__ = ["Config", "Report", "Verdict", "__version__", "check", "verify"]

_LAZY = {
    "check": "redislint.checking",
    "Report": "redislint.findings.outcome",
    "Config": "redislint.config",
    "verify": "redislint.judgement.judge",
    "Verdict": "redislint.judgement.verdict",
}


def __getattr__(name: str) -> object:
    """Import the public names when they are first asked for, so that start-up stays cheap."""
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module 'redislint' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(module), name)
