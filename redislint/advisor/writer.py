"""Write at a stated rate and remember when each write was acknowledged."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from array import array

from redislint.advisor.resp import Client, RespError, encode

TICK_S = 0.004
"""Seconds between two batches."""
MOST_IN_BATCH = 2000
PREFIX = "redislint-drill:"


class Writer:
    """A thread that sets numbered keys. `confirm` is "", "wait" or "waitaof".

    `acknowledged[i]` is the moment (time.monotonic) at which write i was answered or confirmed;
    0.0 where it was refused or never answered.
    """

    def __init__(self, client: Client, rate: float, value_size: int, confirm: str = "") -> None:
        self.client, self.rate, self.confirm = client, rate, confirm
        self.acknowledged = array("d")
        self.error = ""
        """The last refusal that the server answered."""
        self._value = value(value_size, random.Random(1))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch under way; waits for it."""
        self._stop.set()
        with contextlib.suppress(OSError):
            self.client.socket.shutdown(2)
        self._thread.join(30)

    def _run(self) -> None:
        began = time.monotonic()
        sent = 0
        with contextlib.suppress(OSError, ValueError):
            while not self._stop.is_set():
                due = int((time.monotonic() - began) * self.rate) - sent
                if due <= 0:
                    time.sleep(min(TICK_S, 1 / self.rate))
                    continue
                due = min(due, MOST_IN_BATCH)
                self._batch(sent, due)
                sent += due

    def _batch(self, first: int, count: int) -> None:
        """One batch: sent at once, answered one by one."""
        commands = [
            encode("SET", f"{PREFIX}{number}", self._value)
            for number in range(first, first + count)
        ]
        if self.confirm == "wait":
            commands.append(encode("WAIT", 1, 5000))
        elif self.confirm == "waitaof":
            commands.append(encode("WAITAOF", 1, 1, 5000))
        self.acknowledged.extend([0.0] * count)
        self.client.send(b"".join(commands))
        good = []
        for number in range(first, first + count):
            try:
                self.client.read()
            except RespError as error:
                self.error = str(error)[:160]
                continue
            good.append(number)
            if not self.confirm:
                self.acknowledged[number] = time.monotonic()
        if self.confirm and self._confirmed():
            now = time.monotonic()
            for number in good:
                self.acknowledged[number] = now

    def _confirmed(self) -> bool:
        try:
            answer = self.client.read()
        except RespError as error:
            self.error = str(error)[:160]
            return False
        if isinstance(answer, list):
            return all(isinstance(part, int) and part >= 1 for part in answer)
        return isinstance(answer, int) and answer >= 1


def value(size: int, rng: random.Random, compressed: float = 0.6) -> bytes:
    """A value of `size` bytes of which compression leaves about the share `compressed`."""
    noise = max(1, min(size, round(size * compressed)))
    return (rng.randbytes(noise) + b"redislint " * (size // 10 + 1))[:size]


def missing(client: Client, acknowledged: array[float], until: float) -> list[int]:
    """Numbers of the writes acknowledged up to the moment `until` that the server does not have."""
    numbers = [n for n, moment in enumerate(acknowledged) if 0.0 < moment <= until]
    gone: list[int] = []
    for start in range(0, len(numbers), 2000):
        chunk = numbers[start : start + 2000]
        answers = client.pipeline(("EXISTS", f"{PREFIX}{n}") for n in chunk)
        gone += [n for n, answer in zip(chunk, answers, strict=True) if answer != 1]
    return gone
