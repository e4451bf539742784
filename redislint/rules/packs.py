"""Packs of rule pages on their way into the book: found, compiled, kept in the user's cache."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redislint.rules import FORMAT, pages_folder
from redislint.rules.errors import PageError

if TYPE_CHECKING:
    from redislint.rules.pages import Page

_KEPT = 20
"""So many compiled packs stay in the cache; older ones go."""


def builtin_folder() -> Path:
    """Where our own pages are."""
    return Path(pages_folder())


def pages_in(folder: Path) -> list[Path]:
    """The pages below a folder, sorted; names that begin with `_` or README are none."""
    found = []
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "_")))
        found += [
            Path(top, n)
            for n in sorted(names)
            if n.endswith(".md") and not n.startswith(("_", ".", "README"))
        ]
    return found


def load_page(path: Path, shown: str) -> Page:
    """Read and parse one page. Raises PageError."""
    from redislint.rules.pages import parse_page

    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise PageError(shown, 1, "is no UTF-8 text: save it as UTF-8") from None
    except OSError as error:
        raise PageError(shown, 1, f"cannot be read: {error.strerror}") from None
    return parse_page(shown, text)


def compile_pack(folder: Path) -> dict[str, Any]:
    """Compile every page of a folder. Raises PageError with file, line and reason.

    The result has "format", "rules", and "modules": kind of subject → modules that compute facts
    of it, so that a check imports what its subjects need.
    """
    from redislint.model import load_vocabulary
    from redislint.rules.pages import compile_page

    load_vocabulary()
    compiled = []
    for path in pages_in(folder):
        relative = path.relative_to(folder).as_posix()
        try:
            compiled.append(compile_page(load_page(path, relative)))
        except PageError as error:
            raise PageError(str(folder / error.path), error.line, error.message) from None
    return {"format": FORMAT, "rules": compiled, "modules": _fact_modules()}


def _fact_modules() -> dict[str, list[str]]:
    from redislint.model.subject import FUNCTIONS, VOCABULARY

    return {
        kind: sorted(
            {
                spec.compute.__module__
                for spec in (*VOCABULARY[kind].values(), *FUNCTIONS[kind].values())
                if spec.compute is not None
            }
        )
        for kind in VOCABULARY
    }


def _signature(folder: Path) -> str:
    """Changes when a page, the vocabulary or the compiler changes."""
    import hashlib

    digest = hashlib.blake2b(f"{FORMAT}".encode(), digest_size=12)
    package = Path(__file__).resolve().parent.parent
    roots = (folder, package / "model", package / "rules", package / "knowledge")
    for root in roots:
        for top, folders, names in os.walk(root):
            folders[:] = sorted(f for f in folders if f != "__pycache__")
            for name in sorted(names):
                if name.endswith((".md", ".py", ".json", ".toml")):
                    status = os.stat(os.path.join(top, name))
                    digest.update(f"{top}/{name}:{status.st_mtime_ns}:{status.st_size};".encode())
    return digest.hexdigest()


def cache_folder() -> Path:
    """The user's cache folder for redislint."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base, "redislint")


def compiled_pack(folder: Path) -> dict[str, Any]:
    """The compiled form of a folder, made anew where it is not fresh. Raises PageError."""
    if not folder.is_dir():
        raise PageError(str(folder), 1, "no such folder of rules")
    cached = cache_folder() / f"rules-{_signature(folder)}.json"
    try:
        found: dict[str, Any] = json.loads(cached.read_bytes())
        return found
    except (OSError, ValueError):
        compiled = compile_pack(folder)
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        kept = sorted(cached.parent.glob("rules-*.json"), key=lambda p: p.stat().st_mtime)
        for old in kept[:-_KEPT]:
            old.unlink(missing_ok=True)
        scratch = cached.with_suffix(f".{os.getpid()}")
        scratch.write_text(json.dumps(compiled, separators=(",", ":")), encoding="utf-8")
        scratch.replace(cached)
    except OSError:
        pass  # no cache: the next run compiles again
    return compiled
