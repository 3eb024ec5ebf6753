"""Tasks in flight: which of them stand still, and whether the head that they are known to can still be reached."""

import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from pipeline.errors import RunnerLost

log = logging.getLogger(__name__)
PROBED = 10.0  # seconds between two looks at the head
QUIET = 600.0  # seconds in which nothing came back, and after which machines are asked whether they work
LOST = 40.0  # seconds out of reach; Ray ends a driver without a word of ours after 60
SHORTEST, TIMES = 3600.0, 20.0  # seconds that any task may take, and how often the time of the longest before it
TRIES = 3


class Flight:
    """The tasks of one stage that are sent out, each with its item and how often that was sent.

    A task may wait for a machine for hours, so the time alone says nothing. One stands still that was sent out before
    others which have come back, and has taken `SHORTEST` seconds and `TIMES` as long as the longest of these. Of the
    last one no other tells; but where no machine works, none of those that are out runs anywhere.
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

    def land(self, task: Any) -> tuple[Any, int]:
        """The item of a task that came back, and how often it was sent."""
        item, sent, tries = self._out.pop(task)
        self._longest, self._last = max(self._longest, self._clock() - sent), max(self._last, sent)
        return item, tries

    def still(self, idle: bool = False) -> list[tuple[Any, Any, int, float]]:
        """The tasks that stand still, which are in flight no more: task, item, tries so far, seconds.

        `idle` says that there are machines, and none of them works.
        """
        now, bound = self._clock(), max(SHORTEST, TIMES * self._longest)
        last = now if idle else self._last
        found = [(t, i, n, now - s) for t, (i, s, n) in self._out.items() if s < last and now - s > bound]
        for task, *_ in found:
            del self._out[task]
        return found


class HeadWatch:
    """Looks from time to time whether the head at `address` (host:port) takes connections.

    After `start` a thread does so, since calls of Ray may wait for a head that is gone until Ray ends the process: the
    log then says why.
    """

    def __init__(self, address: str, clock: Callable[[], float] = time.monotonic):
        self._address, self._clock = address, clock
        self._answered = clock()
        self._ended = threading.Event()
        self.lost = ""

    def start(self) -> None:
        """Look every `PROBED` seconds from now on, until `stop`."""
        threading.Thread(target=self._watch, name="head", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()

    def check(self) -> None:
        """Raise RunnerLost when the head was found to be lost."""
        if self.lost:
            raise RunnerLost(self.lost)

    def look(self) -> None:
        """Try to reach the head; it is lost after `LOST` seconds without an answer."""
        now, (host, _, port) = self._clock(), self._address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=PROBED / 2).close()
            self._answered = now
        except OSError as error:
            if now - self._answered >= LOST:
                self.lost = (
                    f"lost the cluster at {self._address} ({error.strerror or error}); what is made is kept: start the "
                    "head, and the same command goes on"
                )

    def _watch(self) -> None:
        while not self.lost and not self._ended.wait(PROBED):
            self.look()
        if self.lost:
            log.error("error: %s", self.lost)
