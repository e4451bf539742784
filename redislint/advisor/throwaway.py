"""A throwaway server: own folder, loopback, own port, removed afterwards. Nothing else is touched."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from redislint.advisor.resp import Client, RespError
from redislint.advisor.units import AdvisorError

BOOT_S = 30.0
"""Seconds that a server may take to answer, beside loading."""


def free_port() -> int:
    """A TCP port of loopback that is free right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def folder(where: Path | None = None) -> Iterator[Path]:
    """A private folder that is gone afterwards, whatever happens."""
    with ended_in_order():
        try:
            made = tempfile.mkdtemp(prefix="redislint-drill-", dir=where)
        except OSError as error:
            raise AdvisorError(f"no folder for the throwaway server: {error.strerror}") from None
        try:
            yield Path(made)
        finally:
            shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def ended_in_order() -> Iterator[None]:
    """While it lasts, a closed terminal or a polite kill ends the program as Ctrl-C does.

    Python would die of these signals at once, and leave servers and folders behind.
    """
    before = {}
    try:
        for name in ("SIGTERM", "SIGHUP", "SIGQUIT"):
            number = getattr(signal, name, None)
            # nohup ignores SIGHUP on purpose.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, _interrupted)
    except ValueError:
        pass  # not the main thread: its signals are not ours
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


class Throwaway:
    """One server process. Use as a context manager; leaving it ends the process.

    `settings`: directives as texts, written to its own configuration file. `launch` replaces how
    the process is started (the power-loss guard does).
    """

    def __init__(
        self,
        binary: Path,
        data: Path,
        settings: Mapping[str, str],
        *,
        save: tuple[tuple[int, int], ...] = (),
        launch: Callable[[list[str], Path], subprocess.Popen[bytes]] | None = None,
    ) -> None:
        self.binary, self.data = binary, data
        self.port = free_port()
        data.mkdir(parents=True, exist_ok=True)
        self.log = data.parent / f"{data.name}.log"
        lines = [
            "bind 127.0.0.1", f"port {self.port}", "daemonize no", f'dir "{data}"',
            f'logfile "{self.log}"', "loglevel notice", "databases 1",
        ]  # fmt: skip
        lines += [f"save {s} {c}" for s, c in save] or ['save ""']
        lines += [f"{name} {value}" for name, value in settings.items()]
        self.conf = data.parent / f"{data.name}.conf"
        self.conf.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="surrogateescape")
        self.started = time.monotonic()
        command = [str(binary), str(self.conf)]
        self.process = (launch or _launch)(command, data)

    def __enter__(self) -> Throwaway:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def client(self, timeout: float = 60.0) -> Client:
        """A new connection."""
        return Client("127.0.0.1", self.port, timeout=timeout)

    def wait(self, timeout: float = BOOT_S, loading: float = 600.0) -> float:
        """Wait until it answers; returns seconds since its start. Raises AdvisorError."""
        end = self.started + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AdvisorError(f"{self.binary.name} did not start: {self.last_words()}")
            try:
                with self.client(5.0) as client:
                    client("PING")
                return time.monotonic() - self.started
            except RespError as error:
                # Any other refusal (NOAUTH, MASTERDOWN) comes from a server that is up.
                if not str(error).startswith("LOADING"):
                    return time.monotonic() - self.started
                end = self.started + timeout + loading
            except OSError:
                pass
            time.sleep(0.005)
        raise AdvisorError(f"{self.binary.name} does not answer: {self.last_words()}")

    def last_words(self) -> str:
        """The last line of its log, without control characters."""
        try:
            lines = self.log.read_text("utf-8", "replace").splitlines()
        except OSError:
            lines = []
        words = next((line for line in reversed(lines) if line.strip()), "it left no log")
        return "".join(ch for ch in words if ch.isprintable())[:200]

    def kill(self) -> None:
        """kill -9 of this process and of the children that it forked; waits for its end."""
        children = _children(self.process.pid)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        for pid in children:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)

    def settle(self, client: Client, timeout: float = 600.0) -> dict[str, str]:
        """Wait until no child runs; returns INFO persistence."""
        end = time.monotonic() + timeout
        while True:
            info = client.info("persistence")
            busy = any(
                info.get(name, "0") != "0"
                for name in (
                    "rdb_bgsave_in_progress", "aof_rewrite_in_progress", "aof_rewrite_scheduled",
                )
            )  # fmt: skip
            if not busy:
                return info
            if time.monotonic() > end:
                raise AdvisorError("the throwaway server's snapshot does not end")
            time.sleep(0.01)


def _launch(command: list[str], data: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=data,
        preexec_fn=_mortal(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        start_new_session=True,
    )


def _mortal() -> Callable[[], object] | None:
    """What makes a child die with this program: not even kill -9 of it may leave a server behind.

    Linux only. The kernel watches the thread that starts the child, so it has to be the main one.
    """
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return None
    import ctypes

    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG


def _children(pid: int) -> list[int]:
    """Children of a process, on Linux; elsewhere none is found."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(word) for word in text.split()]
    except (OSError, ValueError):
        return []
