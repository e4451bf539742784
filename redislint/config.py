"""Settings of redislint: redislint.toml or [tool.redislint], the nearest upward to the git root."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class ConfigError(Exception):
    """A configuration that cannot be used; one line with file and the way out."""


_LISTS = ("select", "ignore", "extend-select", "exclude", "rules", "servers")
_TABLES = (
    "per-file-ignores",
    "client-versions",
    "environments",
    "workload",
    "severity",
    "purposes",
)
_VALUES = {
    "severity": ("note", "warning", "error"),
    "environments": ("production", "development", "test", "example", "unknown"),
    "purposes": (
        *("cache", "session", "queue", "rate-limiter", "leaderboard", "lock", "pubsub", "primary"),
        "unknown",
    ),
}
"""What the values of a table may be. A test compares them with the facts that they set."""
_TEXTS = ("server", "fail-on", "min-confidence")
_FLAGS = ("preview", "pedantic")


class Config:
    """What the configuration file says; command-line options are put over it.

    `rules` are folders of pages.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        select: Iterable[str] = ("ALL",),
        ignore: Iterable[str] = (),
        extend_select: Iterable[str] = (),
        exclude: Iterable[str] = (),
        rules: Iterable[str | os.PathLike[str]] = (),
        servers: Iterable[str] = (),
        *,
        per_file_ignores: Mapping[str, list[str]] | None = None,
        client_versions: Mapping[str, str] | None = None,
        environments: Mapping[str, str] | None = None,
        purposes: Mapping[str, str] | None = None,
        severity: Mapping[str, str] | None = None,
        workload: Mapping[str, Any] | None = None,
        fail_on: str = "note",
        min_confidence: str = "low",
        preview: bool = False,
        pedantic: bool = False,
    ) -> None:
        self.path = None if path is None else os.fspath(path)
        self.select = list(select)
        self.ignore = list(ignore)
        self.extend_select = list(extend_select)
        self.exclude = list(exclude)
        self.rules = [os.fspath(r) for r in rules]
        self.servers = list(servers)
        self.per_file_ignores = dict(per_file_ignores or {})
        self.client_versions = dict(client_versions or {})
        self.environments = dict(environments or {})
        self.purposes = dict(purposes or {})
        self.severity = dict(severity or {})
        self.workload = dict(workload or {})
        self.fail_on = fail_on
        self.min_confidence = min_confidence
        self.preview = preview
        self.pedantic = pedantic
        self.typed: tuple[str, ...] = ()
        """Selectors of the command line."""


def find(start: str | os.PathLike[str]) -> str | None:
    """The nearest configuration file from a folder upward, not past a git root."""
    place = os.path.realpath(start)
    if not os.path.isdir(place):
        place = os.path.dirname(place)
    while True:
        for name in ("redislint.toml", ".redislint.toml"):
            if os.path.isfile(os.path.join(place, name)):
                return os.path.join(place, name)
        manifest = os.path.join(place, "pyproject.toml")
        try:
            with open(manifest, "rb") as file:
                if b"[tool.redislint" in file.read():
                    return manifest
        except OSError:
            pass
        above = os.path.dirname(place)
        if above == place or os.path.exists(os.path.join(place, ".git")):
            return None
        place = above


def load(path: str | os.PathLike[str] | None) -> Config:
    """Read a configuration file; None gives the defaults. Raises ConfigError."""
    config = Config(path=path)
    if path is None:
        return config
    import tomllib

    try:
        with open(path, "rb") as file:
            # Windows editors put a mark before the text; TOML's grammar does not know it.
            data = tomllib.loads(file.read().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is no valid TOML: {error}") from None
    path = os.fspath(path)
    if os.path.basename(path) == "pyproject.toml":
        tools = data.get("tool")
        data = tools.get("redislint", {}) if isinstance(tools, dict) else {}
        if not isinstance(data, dict):
            raise ConfigError(f"{path}: 'tool.redislint' is a table")
    for key, value in data.items():
        _apply(config, key, value, path)
    return config


def _check_table(key: str, table: Mapping[str, object], path: str) -> None:
    """Raise ConfigError where a table says what nobody would understand."""
    allowed = _VALUES.get(key, ())
    for name, value in table.items():
        if key == "per-file-ignores":
            if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
                raise ConfigError(f"{path}: {key}, '{name}': a list of texts")
        elif not isinstance(value, str):
            raise ConfigError(f"{path}: {key}, '{name}': a text")
        elif allowed and value not in allowed:
            raise ConfigError(f"{path}: {key}, '{name}' = '{value}': one of {', '.join(allowed)}")


def _apply(config: Config, key: str, value: object, path: str) -> None:
    attribute = key.replace("-", "_")
    if key in _LISTS:
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise ConfigError(f"{path}: '{key}' is a list of texts")
        if key == "rules":
            config.rules = [os.path.join(os.path.dirname(path), v) for v in value]
        else:
            setattr(config, attribute, list(value))
    elif key in _TABLES:
        if not isinstance(value, dict):
            raise ConfigError(f"{path}: '{key}' is a table")
        if key == "per-file-ignores":
            value = {k: [v] if isinstance(v, str) else v for k, v in value.items()}
        if key != "workload":
            _check_table(key, value, path)
        setattr(config, attribute, value)
    elif key in _TEXTS:
        if not isinstance(value, str):
            raise ConfigError(f"{path}: '{key}' is a text")
        if key == "server":
            config.servers = [value]
        elif key == "fail-on" and value not in ("note", "warning", "error", "never"):
            raise ConfigError(f"{path}: fail-on = '{value}': one of note, warning, error, never")
        elif key == "min-confidence" and value not in ("low", "medium", "high"):
            raise ConfigError(f"{path}: min-confidence = '{value}': one of low, medium, high")
        else:
            setattr(config, attribute, value)
    elif key in _FLAGS:
        if not isinstance(value, bool):
            raise ConfigError(f"{path}: '{key}' is true or false")
        setattr(config, attribute, value)
    else:
        from difflib import get_close_matches

        known = (*_LISTS, *_TABLES, *_TEXTS, *_FLAGS)
        close = get_close_matches(key, known, n=1)
        hint = f": did you mean '{close[0]}'?" if close else f": known are {', '.join(known)}"
        raise ConfigError(f"{path}: unknown key '{key}'{hint}")
