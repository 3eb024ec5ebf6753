"""Tasks in flight: which of them stand still, and whether the head that they are known to can still be reached."""

import socket
import time
from collections.abc import Callable
from typing import Any

from pipeline.errors import RunnerLost

PROBED = 10.0  # seconds between two looks at the head
LOST = 40.0  # seconds out of reach; Ray ends a driver without a word of ours after 60
SHORTEST, TIMES = 3600.0, 20.0  # seconds that any task may take, and how often the time of the longest before it
TRIES = 3


class Flight:
    """The tasks of one stage that are sent out, each with its item and how often that was sent.

    A task may wait for a machine for hours, so the time alone says nothing. One stands still that was sent out before
    others which have come back, and has taken `SHORTEST` seconds and `TIMES` as long as the longest of these.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._out: dict[Any, tuple[Any, float, int]] = {}
        self._longest = 0.0
        self._last = float("-inf")  # when the youngest of those that came back was sent out

    def __len__(self) -> int:
        return len(self._out)

    def __iter__(self) -> Any:
        return iter(self._out)

    def send(self, task: Any, item: Any, tries: int = 1) -> None:
        """Note a task that was just sent out."""
        self._out[task] = (item, self._clock(), tries)

    def land(self, task: Any) -> Any:
        """The item of a task that came back."""
        item, sent, _ = self._out.pop(task)
        self._longest, self._last = max(self._longest, self._clock() - sent), max(self._last, sent)
        return item

    def still(self) -> list[tuple[Any, Any, int, float]]:
        """The tasks that stand still, which are in flight no more: task, item, tries so far, seconds."""
        now, bound = self._clock(), max(SHORTEST, TIMES * self._longest)
        found = [(t, i, n, now - s) for t, (i, s, n) in self._out.items() if s < self._last and now - s > bound]
        for task, *_ in found:
            del self._out[task]
        return found


class HeadWatch:
    """Looks from time to time whether the head at `address` (host:port) takes connections."""

    def __init__(self, address: str, clock: Callable[[], float] = time.monotonic):
        self._address, self._clock = address, clock
        self._looked = self._answered = clock()

    def check(self) -> None:
        """Raise RunnerLost when it has not been reached for `LOST` seconds."""
        now = self._clock()
        if now - self._looked < PROBED:
            return
        self._looked, (host, _, port) = now, self._address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=PROBED / 2).close()
            self._answered = now
        except OSError as error:
            if now - self._answered >= LOST:
                raise RunnerLost(
                    f"lost the cluster at {self._address} ({error.strerror or error}); what is made is kept: start the "
                    "head, and the same command goes on"
                ) from None
