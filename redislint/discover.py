"""Which files to read: those that a reader knows by name and that mention Redis.

In a git checkout git answers (it skips what is ignored, and its grep is the fastest there is);
elsewhere the folders are walked. Nothing outside the scanned tree is ever opened.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable, Iterator

from redislint.readers import MENTION, readers_by_path
from redislint.source import Source, UnreadableError, beginning, check_text, decode, read_bytes

SKIPPED = frozenset(
    ".git .hg .svn node_modules .venv venv .tox .nox __pycache__ .mypy_cache .ruff_cache "
    ".pytest_cache .gradle .idea site-packages .terraform .eggs bower_components".split()
)
_WORDS = ("redis", "valkey", "lettuce", "jedis", "memorydb", "elasticache", "memorystore")
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_WIDE = re.compile(r"(?i)compose[^/]*$|dockerfile[^/]*$|(?:^|/)(?:values|requirements)[^/]*$")
"""Names of the files that people make with `>` in a Windows shell."""
_NAMED = re.compile(r"(?i)redis|valkey|sentinel|lettuce|jedis|\.acl$")


class Tree:
    """The scanned tree: reads files below `base` and nothing else, each once.

    Paths are relative to `base`, with `/`. This is the `Context` that readers get.
    """

    def __init__(self, base: str, files: Iterable[str] = ()) -> None:
        self.base = os.path.realpath(base)
        self.sources: dict[str, Source | None] = {}
        self._listed = list(files)
        self._all: list[str] | None = None
        self._folders: dict[str, str] = {}
        self.named: list[str] = []
        """The files and folders that the user named, relative to base."""

    def path(self, relative: str) -> str | None:
        """The absolute path of a file of the tree; None where it leads outside."""
        full = self._real(os.path.join(self.base, relative))
        inside = full == self.base or full.startswith(self.base.rstrip(os.sep) + os.sep)
        return full if inside else None

    def _real(self, path: str) -> str:
        """As os.path.realpath, which asks the system for every folder of every path anew."""
        folder, name = os.path.split(path)
        if name in ("", ".", ".."):
            return os.path.realpath(path)
        real = self._folders.get(folder)
        if real is None:
            real = self._folders[folder] = os.path.realpath(folder)
        full = os.path.join(real, name)
        return os.path.realpath(full) if os.path.islink(full) else full

    def load(self, relative: str) -> Source:
        """The text of a file. Raises UnreadableError."""
        full = self.path(relative)
        if full is None:
            raise UnreadableError("leads outside the scanned folder")
        data = read_bytes(full)
        check_text(data)
        source = Source(relative, decode(data), data)
        source.within = self.within(relative)
        return source

    def within(self, relative: str) -> str:
        """The path below the innermost folder that the user named."""
        above = [n.rstrip("/") + "/" for n in self.named if n != "."]
        inner = max((a for a in above if relative.startswith(a)), key=len, default="")
        return relative[len(inner) :] if relative not in self.named else relative.rpartition("/")[2]

    def find(self, path: str) -> Source | None:
        """The text of a file of the tree, or None."""
        if "\0" in path:
            return None
        relative = os.path.normpath(path).replace(os.sep, "/")
        if relative.startswith(("../", "/")) or relative == "..":
            return None
        if relative not in self.sources:
            try:
                self.sources[relative] = self.load(relative)
            except (UnreadableError, OSError):
                self.sources[relative] = None
        return self.sources[relative]

    def exists(self, path: str) -> bool:
        """Whether the tree has such a file."""
        if "\0" in path:
            return False
        full = self.path(os.path.normpath(path))
        return full is not None and os.path.isfile(full)

    def glob(self, pattern: str) -> list[str]:
        """The files of the tree that match a shell pattern; `*` crosses `/`."""
        if self._all is None:
            listed = git_files(self.base)
            self._all = sorted(listed if listed is not None else walk(self.base))
        return fnmatch.filter(self._all, pattern)


def _git(base: str, *arguments: str) -> bytes | None:
    import subprocess

    try:
        done = subprocess.run(
            ["git", "-C", base, *arguments],
            capture_output=True,
            timeout=120,
            check=False,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode in (0, 1) and not done.stderr else None


def git_files(base: str) -> list[str] | None:
    """The files that git tracks or would track below a folder; None outside of a checkout."""
    out = _git(base, "ls-files", "-co", "--exclude-standard", "-z")
    if out is None:
        return None
    return [os.fsdecode(name) for name in dict.fromkeys(out.split(b"\0")) if name]


def _git_mentions(base: str) -> list[str] | None:
    words = [part for word in _WORDS for part in ("-e", word)]
    out = _git(base, "grep", "-lizIF", "--untracked", "--exclude-standard", *words)
    return None if out is None else [os.fsdecode(name) for name in out.split(b"\0") if name]


def walk(base: str) -> Iterator[str]:
    """The files below a folder, relative, without the folders that hold no sources."""
    for top, folders, names in os.walk(base, followlinks=False):
        folders[:] = sorted(f for f in folders if f not in SKIPPED)
        for name in sorted(names):
            relative = os.path.relpath(os.path.join(top, name), base)
            yield relative.replace(os.sep, "/")


def git_root(folder: str) -> str | None:
    """The top of the checkout that a folder is in, or None."""
    current = os.path.realpath(folder)
    while True:
        if os.path.exists(os.path.join(current, ".git")):
            return current
        parent = os.path.dirname(current)
        if parent == current:
            return None
        current = parent


def candidates(base: str, below: str) -> list[str]:
    """The files below a folder of `base` that may say something about Redis, relative to base."""
    folder = os.path.join(base, below) if below not in ("", ".") else base
    prefix = "" if below in ("", ".") else below.rstrip("/") + "/"
    mentions = _git_mentions(folder) if git_root(folder) else None
    if mentions is not None:
        listed = git_files(folder)
        if listed is not None:
            wanted = set(mentions)
            wanted.update(f for f in listed if _NAMED.search(f))
            # git greps bytes and takes UTF-16 for binary; Windows shells write it.
            wanted.update(
                f
                for f in listed
                if f not in wanted and _WIDE.search(f) and _mentions_wide(folder, f)
            )
            known = [f for f in listed if f in wanted and readers_by_path(f) and not _skipped(f)]
            return [prefix + f for f in sorted(known)]
    return [prefix + f for f in walk(folder) if readers_by_path(f) and _mentions(folder, f)]


def _mentions_wide(folder: str, relative: str) -> bool:
    """Whether a file is UTF-16 with its mark, and speaks of Redis."""
    wide = beginning(os.path.join(folder, relative)).startswith(_MARKS)
    return wide and _mentions(folder, relative)


def _skipped(path: str) -> bool:
    return any(part in SKIPPED for part in path.split("/")[:-1])


def _mentions(folder: str, relative: str) -> bool:
    if _NAMED.search(relative):
        return True
    full = os.path.join(folder, relative)
    try:
        data = read_bytes(full)
        if data.startswith(_MARKS):
            data = decode(data).encode(errors="replace")
        return re.search(MENTION, data) is not None
    except UnreadableError:
        # Too large to be read is worth saying, if it is about Redis at all.
        return re.search(MENTION, beginning(full)) is not None


def excluded(path: str, patterns: Iterable[str]) -> bool:
    """Whether a path matches one of the patterns (shell patterns, or folders)."""
    for pattern in patterns:
        bare = pattern.rstrip("/")
        if fnmatch.fnmatch(path, pattern) or path == bare or path.startswith(bare + "/"):
            return True
        if "/" not in bare and bare in path.split("/"):
            return True
        if fnmatch.fnmatch(path, f"*/{pattern}"):
            return True
    return False
