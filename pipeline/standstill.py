"""A bound for work that waits for something that never comes, as for a store that neither answers nor hangs up.

A function of a step that does is interrupted first: then it costs the page that it was asked about.

It does not measure time alone, which says nothing on a busy machine: work stands still when for `SILENT` seconds the
main thread, which does it, and the processes that it started have used no CPU time, and other threads next to none.
"""

import os
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pipeline.limit import open_limit

T = TypeVar("T")

SILENT, LOOK = 1800.0, 30.0  # seconds without any CPU time that end the process, and between two looks
IDLE = 0.03  # of a processor: a worker of Ray that does nothing uses less than a hundredth
EXIT_CODE = 75  # EX_TEMPFAIL: to try again may help
DEBUGGERS = ("bdb", "pydevd")  # on which the others stand
_end_process = os._exit  # a limit that is open puts another in its place
_excused = threading.Event()


@contextmanager
def ended_when_silent(what: str, silent: float | None = None, look: float | None = None) -> Generator[None]:
    """End this process, with a word, when the block stands still. On Ray its worker is replaced, and the work repeated.

    Only work in the main thread is watched, which is where runners work. One in a debugger waits for a person.
    """
    main = threading.main_thread()
    if threading.current_thread() is not main:
        yield
        return
    ended = threading.Event()
    bounds = (SILENT if silent is None else silent, LOOK if look is None else look)
    threading.Thread(target=_watch, args=(what, main.ident, ended, *bounds), name="standstill", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def excused(items: Iterator[T]) -> Iterator[T]:
    """The same items, each of which may take as long as it likes: what reads a source has bounds of its own, and may
    wait for hours for its turn at a host.
    """
    while True:
        _excused.set()
        try:
            item = next(items)
        except StopIteration:
            return
        finally:
            _excused.clear()
        yield item


class Used(NamedTuple):
    """CPU seconds of the main thread and of the whole process, and CPU ticks of those that it started, by id."""

    main: float
    process: float
    children: dict[int, int]

    def nothing_since(self, before: "Used", look: float) -> bool:
        """Whether nothing was done in so many seconds."""
        same = (self.main, self.children) == (before.main, before.children)
        return same and self.process - before.process < IDLE * look


def _watch(what: str, main: int, ended: threading.Event, silent: float, look: float) -> None:
    """Looks are counted, and not the time between them: the whole process may have been stopped, as by Ctrl-Z."""
    clock, quiet = time.pthread_getcpuclockid(main), 0
    seen = _used(clock)
    while not ended.wait(look):
        before, seen = seen, _used(clock)
        quiet = quiet + 1 if seen.nothing_since(before, look) and not _excused.is_set() else 0
        if quiet * look < silent or _in_debugger(sys._current_frames().get(main)):  # pyright: ignore[reportPrivateUsage]
            continue
        if (limit := open_limit()) and limit.interrupt_idle():
            quiet = 0
            continue
        print(f"error: {what} stands still: no CPU time in {silent / 60:.0f} minutes", file=sys.stderr, flush=True)
        _end_process(EXIT_CODE)


def _used(clock: int) -> Used:
    return Used(time.clock_gettime(clock), time.process_time(), dict(_children(os.getpid())))


def _in_debugger(frame: Any) -> bool:
    """Whether a thread has called a debugger, which asks a person what to do."""
    while frame:
        if frame.f_globals.get("__name__", "").lstrip("_").startswith(DEBUGGERS):
            return True
        frame = frame.f_back
    return False


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
