"""redislint: the linter that knows Redis as redis-server itself does."""

__version__ = "0.1.0"
