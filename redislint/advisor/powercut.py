"""A simulated power cut: what was not fsynced is gone.

Every fsync and fdatasync of the server (and of its children) is caught by a seccomp listener. The
guard performs it on the same file and remembers how long the file was when a *completed* one began.
At the cut the memory of that is frozen, the server is killed, and every file of its data folder is
cut to the length that was safe: nothing at all where it was never synced. Redis only ever appends
to these files or writes them under a new name, so the beginning of a file is its old state.

It cannot show: a disk that lies about fsync, torn or reordered sectors, renames that the journal
of the file system had not yet committed. And it is harsher than life for `appendfsync no`: the
kernel writes back by itself after about 30 seconds, the guard pretends that it never does.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

from redislint.advisor.units import AdvisorError

_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_NOTICE = 80
"""Bytes of struct seccomp_notif: id, pid, flags, number, architecture, pointer, six arguments."""


class Guard:
    """Answers the fsyncs of one server. `delay_s` makes each of them that much slower."""

    def __init__(self, delay_s: float = 0.0) -> None:
        self.delay_s = delay_s
        self.synced: dict[tuple[int, int], int] = {}
        """Device and inode -> bytes that are safe."""
        self.times: list[float] = []
        """Seconds that each fsync took."""
        self._lock = threading.Lock()
        self._cut = False
        self._active = 0
        self._listener = -1
        self._thread: threading.Thread | None = None

    def launch(self, command: list[str], data: Path) -> subprocess.Popen[bytes]:
        """Start a server under guard. Raises AdvisorError where this machine cannot do it."""
        from redislint.advisor import guarded

        here, there = socket.socketpair()
        with here, there:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(guarded.__file__), str(there.fileno()), *command],
                cwd=data,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(there.fileno(),),
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                start_new_session=True,
            )
            there.close()
            here.settimeout(20)
            try:
                answer, listeners, _, _ = socket.recv_fds(here, 200, 1)
            except OSError:
                answer, listeners = b"no:no answer", []
        if answer != b"ok" or not listeners:
            process.kill()
            process.wait()
            why = answer.partition(b":")[2].decode("utf-8", "replace") or "it did not start"
            raise AdvisorError(
                f"a power cut cannot be simulated here: it needs Linux 5.0 with seccomp ({why})"
            )
        self._listener = listeners[0]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return process

    def cut(self) -> float:
        """The power is gone: from now on no fsync counts. Returns the moment (time.monotonic)."""
        with self._lock:
            self._cut = True
            return time.monotonic()

    @property
    def slowest(self) -> float:
        """Seconds of the slowest fsync so far."""
        return max(self.times, default=0.0)

    def apply(self, data: Path) -> dict[str, tuple[int, int]]:
        """Cut every file below `data` to what is safe; returns name -> (length, safe length)."""
        result: dict[str, tuple[int, int]] = {}
        for root, _, names in os.walk(data):
            for name in names:
                path = os.path.join(root, name)
                about = os.stat(path)
                safe = min(about.st_size, self.synced.get((about.st_dev, about.st_ino), 0))
                os.truncate(path, safe)
                result[os.path.relpath(path, data)] = (about.st_size, safe)
        return result

    def close(self) -> None:
        """Let go of the listener, after the server's end."""
        if self._thread is not None:
            self._thread.join(5)
            self._thread = None
        end = time.monotonic() + 10 + self.delay_s
        while self._active and time.monotonic() < end:
            time.sleep(0.005)
        if self._listener >= 0 and not self._active:
            os.close(self._listener)
            self._listener = -1

    def _serve(self) -> None:
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        while True:
            for _, event in poll.poll(1000):
                if event & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
                    return
                notice = bytearray(_NOTICE)
                try:
                    fcntl.ioctl(self._listener, _RECEIVE, notice)
                except OSError:
                    continue
                with self._lock:
                    self._active += 1
                # One thread each: a slow fsync of a child must not hold up the server's own.
                threading.Thread(target=self._answer, args=(bytes(notice),), daemon=True).start()

    def _answer(self, notice: bytes) -> None:
        number, pid = struct.unpack_from("=QI", notice)
        (descriptor,) = struct.unpack_from("=Q", notice, 32)
        error = 0
        try:
            self._sync(f"/proc/{pid}/fd/{descriptor}")
        except OSError as problem:
            error = -(problem.errno or 5)
        # The server may be dead by now.
        with contextlib.suppress(OSError):
            fcntl.ioctl(self._listener, _SEND, bytearray(struct.pack("=QqiI", number, 0, error, 0)))
        with self._lock:
            self._active -= 1

    def _sync(self, path: str) -> None:
        began = time.monotonic()
        file = os.open(path, os.O_RDONLY)
        try:
            about = os.fstat(file)
            os.fsync(file)
            if self.delay_s:
                time.sleep(self.delay_s)
        finally:
            os.close(file)
        with self._lock:
            if not self._cut:
                key = (about.st_dev, about.st_ino)
                self.synced[key] = max(self.synced.get(key, 0), about.st_size)
                self.times.append(time.monotonic() - began)
