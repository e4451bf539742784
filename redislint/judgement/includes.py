"""Files that a configuration includes, read from one directory and never from outside of it."""

from __future__ import annotations

import fnmatch
import os
import stat

from redislint.syntax.conf import visible

MAX_FILES = 2000
"""Included files read for one verdict."""
TOO_LONG = "File name too long"
MAX_BYTES = 64 << 20
"""Bytes of included text read for one verdict."""


class Unreadable(Exception):
    """A file that could not be read; ``certain`` where the server could not read it either."""

    def __init__(self, reason: str, certain: bool) -> None:
        super().__init__(reason)
        self.certain = certain


class Includes:
    """Resolves ``include`` and ``dir`` lines below a directory, or not at all (None)."""

    def __init__(self, directory: str | os.PathLike[str] | None) -> None:
        self.root = None if directory is None else os.path.realpath(directory)
        self.cwd = self.root
        self.lost = False
        """The working directory is outside of the directory: relative names are unknown."""
        self.files = 0
        self.bytes = 0

    def spent(self) -> bool:
        """Whether a limit on included files was reached."""
        return self.files > MAX_FILES or self.bytes > MAX_BYTES

    def _inside(self, path: bytes) -> str | None:
        if self.root is None or self.cwd is None or b"\0" in path:
            return None
        name = os.fsdecode(path)
        if self.lost and not os.path.isabs(name):
            return None
        real = os.path.realpath(os.path.join(self.cwd, name))
        return real if self._holds(real) else None

    def _holds(self, real: str) -> bool:
        """Whether a resolved path is the directory or lies below it."""
        assert self.root is not None
        return real == self.root or real.startswith(self.root.rstrip(os.sep) + os.sep)

    def chdir(self, path: bytes) -> str:
        """Follow a ``dir`` line: "" for fine, "depends", or the system's reason."""
        if not path:
            return "No such file or directory"
        if len(path) > 4095 or any(len(p) > 255 for p in path.split(b"/")):
            return TOO_LONG
        target = self._inside(path)
        if target is None:
            if path in (b".", b"./"):
                return ""
            self.lost = True
            return "depends"
        if not os.path.exists(target):
            return "No such file or directory"
        if not os.path.isdir(target):
            return "Not a directory"
        self.cwd = target
        return ""

    def beside(self, path: bytes, back: bool) -> bytes:
        """Return a file that is opened after the reading.

        ``back``: an option has set the working directory to the given one again.
        """
        if back:
            self.cwd, self.lost = self.root, False
        return self.load(path, False)

    def load(self, path: bytes, globbing: bool) -> bytes:
        """Return the text of an include; raises :class:`Unreadable`."""
        if not path:
            raise Unreadable("No such file or directory", True)
        if globbing:
            return self._glob(path)
        if path == b"/dev/null":
            return b""
        if self.root is None:
            raise Unreadable("no directory was given to resolve it in", False)
        target = self._inside(path)
        if target is None:
            raise Unreadable("it lies outside of the directory", False)
        return self._read(target)

    def _read(self, target: str) -> bytes:
        try:
            info = os.stat(target)
            if stat.S_ISDIR(info.st_mode):
                return b""  # fopen works, reading gives nothing
            if not stat.S_ISREG(info.st_mode):
                raise Unreadable("it is no regular file", False)
            self.files += 1
            self.bytes += info.st_size
            if self.spent():
                return b""
            with open(target, "rb") as file:
                return file.read()
        except FileNotFoundError:
            raise Unreadable("No such file or directory", True) from None
        except OSError as e:
            raise Unreadable(e.strerror or "it cannot be read", True) from None

    def _glob(self, path: bytes) -> bytes:
        if self.root is None:
            raise Unreadable("no directory was given to resolve it in", False)
        found = self._matches(os.fsdecode(path))
        return b"".join(visible(self._read(p)) for p in found)

    def _matches(self, pattern: str) -> list[str]:
        """glob(3) in the C locale: names in byte order, no hidden files for a wildcard."""
        assert self.root is not None
        assert self.cwd is not None
        if os.path.isabs(pattern):
            start, parts = "/", [p for p in pattern.split("/") if p]
        elif self.lost:
            raise Unreadable("the working directory is not known", False)
        else:
            start, parts = self.cwd, [p for p in pattern.split("/") if p]
        places: list[tuple[str, str]] = [("", start)]
        for part in parts:
            following: list[tuple[str, str]] = []
            for shown, place in places:
                if not any(c in part for c in "*?["):
                    candidate = os.path.join(place, part)
                    if os.path.lexists(candidate):
                        following.append((f"{shown}/{part}", candidate))
                    continue
                if not self._holds(os.path.realpath(place)):
                    raise Unreadable("it lies outside of the directory", False)
                try:
                    names = sorted(os.listdir(place), key=os.fsencode)
                except OSError:
                    continue
                following += [
                    (f"{shown}/{n}", os.path.join(place, n))
                    for n in names
                    if fnmatch.fnmatchcase(n, part.replace("[^", "[!"))
                    and (not n.startswith(".") or part.startswith("."))
                ]
            places = following
        places.sort(key=lambda p: os.fsencode(p[0]))
        out = []
        for _, place in places:
            real = os.path.realpath(place)
            if not self._holds(real):
                raise Unreadable("it lies outside of the directory", False)
            out.append(real)
        return out
