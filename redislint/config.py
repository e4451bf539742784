"""Settings of redislint: redislint.toml or [tool.redislint], the nearest upward to the git root."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
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
_TEXTS = ("server", "fail-on", "min-confidence")
_FLAGS = ("preview", "pedantic")


@dataclass
class Config:
    """What the configuration file says; command-line options are put over it."""

    path: Path | None = None
    select: list[str] = field(default_factory=lambda: ["ALL"])
    ignore: list[str] = field(default_factory=list)
    extend_select: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    rules: list[Path] = field(default_factory=list)
    servers: list[str] = field(default_factory=list)
    per_file_ignores: dict[str, list[str]] = field(default_factory=dict)
    client_versions: dict[str, str] = field(default_factory=dict)
    environments: dict[str, str] = field(default_factory=dict)
    purposes: dict[str, str] = field(default_factory=dict)
    severity: dict[str, str] = field(default_factory=dict)
    workload: dict[str, Any] = field(default_factory=dict)
    fail_on: str = "note"
    min_confidence: str = "low"
    preview: bool = False
    pedantic: bool = False

    @property
    def folder(self) -> Path:
        """The folder that patterns and rule folders are relative to."""
        return self.path.parent if self.path else Path.cwd()


def find(start: Path) -> Path | None:
    """The nearest configuration file from a folder upward, not past a git root."""
    folder = start if start.is_dir() else start.parent
    for place in (folder, *folder.parents):
        for name in ("redislint.toml", ".redislint.toml"):
            if (place / name).is_file():
                return place / name
        manifest = place / "pyproject.toml"
        if manifest.is_file():
            try:
                if b"[tool.redislint" in manifest.read_bytes():
                    return manifest
            except OSError:
                pass
        if (place / ".git").exists():
            return None
    return None


def load(path: Path | None) -> Config:
    """Read a configuration file; None gives the defaults. Raises ConfigError."""
    config = Config(path=path)
    if path is None:
        return config
    import tomllib

    try:
        with open(path, "rb") as file:
            data = tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is no valid TOML: {error}") from None
    if path.name == "pyproject.toml":
        data = data.get("tool", {}).get("redislint", {})
    for key, value in data.items():
        _apply(config, key, value, path)
    return config


def _apply(config: Config, key: str, value: object, path: Path) -> None:
    attribute = key.replace("-", "_")
    if key in _LISTS:
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise ConfigError(f"{path}: '{key}' is a list of texts")
        if key == "rules":
            config.rules = [path.parent / v for v in value]
        else:
            setattr(config, attribute, list(value))
    elif key in _TABLES:
        if not isinstance(value, dict):
            raise ConfigError(f"{path}: '{key}' is a table")
        if key == "per-file-ignores":
            value = {k: [v] if isinstance(v, str) else list(v) for k, v in value.items()}
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
