"""A bound for work that waits for something that never comes, as for a store that neither answers nor hangs up.

It does not measure time alone, which says nothing on a busy machine: work stands still when neither the main thread,
which does it, nor a process that it started has used any CPU time for `SILENT` seconds.
"""

import os
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

SILENT, LOOK = 1800.0, 30.0  # seconds without any CPU time that end the process, and between two looks
EXIT_CODE = 75  # EX_TEMPFAIL: to try again may help


@contextmanager
def ended_when_silent(what: str, silent: float | None = None, look: float | None = None) -> Generator[None]:
    """End this process, with a word, when the block stands still. On Ray its worker is replaced, and the work repeated.

    Only work in the main thread is watched, which is where runners work.
    """
    main = threading.main_thread()
    if threading.current_thread() is not main:
        yield
        return
    ended = threading.Event()
    clock = time.pthread_getcpuclockid(main.ident or 0)
    bounds = (SILENT if silent is None else silent, LOOK if look is None else look)
    threading.Thread(target=_watch, args=(what, clock, ended, *bounds), name="standstill", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _watch(what: str, clock: int, ended: threading.Event, silent: float, look: float) -> None:
    seen, since = _used(clock), time.monotonic()
    while not ended.wait(look):
        if (used := _used(clock)) != seen:
            seen, since = used, time.monotonic()
        elif time.monotonic() - since >= silent:
            minutes = (time.monotonic() - since) / 60
            print(f"error: {what} stands still: no CPU time in {minutes:.0f} minutes", file=sys.stderr, flush=True)
            os._exit(EXIT_CODE)


def _used(clock: int) -> tuple[float, dict[int, int]]:
    """CPU seconds of the main thread, and CPU ticks of the processes that this one started, by id."""
    return time.clock_gettime(clock), dict(_children(os.getpid()))


def _children(parent: int) -> Generator[tuple[int, int]]:
    for file in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            children = [int(child) for child in file.read_text().split()]
            for child in children:
                fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
                yield child, int(fields[11]) + int(fields[12])
                yield from _children(child)
        except OSError:  # it ended while we looked
            continue
