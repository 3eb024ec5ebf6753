"""A limit of CPU time on what a transform does with some rows: nothing waits for ever."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS, SECONDS_A_ROW = 60.0, 0.3  # a transform takes some milliseconds a row; the limit is for what never ends


class CpuTimeExceeded(Exception):
    """A transform took more CPU time than any page is worth."""


@contextmanager
def limited(rows: int) -> Iterator[None]:
    """Raise CpuTimeExceeded in the block when it takes longer.

    CPU time, not the clock: the output must not depend on the load.
    Only the main thread can be interrupted, which is where both runners work; elsewhere there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _end)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS + rows * SECONDS_A_ROW, 1.0)  # again, if the block swallows it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _end(number: int, frame: object) -> None:
    raise CpuTimeExceeded("it took more CPU time than any page is worth")
