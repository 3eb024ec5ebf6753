"""Runners: what runs work, here or on other machines."""

import errno
import os
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from pipeline.errors import DiskFull, MewsError
from pipeline.source import Stage

R = TypeVar("R")
TRIES = 3
PAUSE = 0.2  # seconds before the second try, twice that before the third
# Trying these again cannot help: they need a person.
HOPELESS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.EISDIR, errno.EFBIG}


@dataclass(frozen=True)
class Failed:
    """Why an item could not be made: one line, and the traceback for the person who repairs it.

    `disk_full` says that another machine, whose disk is not, may do it.
    """

    why: str
    trace: str = ""
    disk_full: bool = False


@dataclass(eq=False)
class WorkQueue:
    """Items that wait for the same work, the first to go first; more may be added while a runner takes from it.

    A task takes about `memory` bytes; 0 says that it is little. `fetches` says that it waits for a file from elsewhere
    before it works. `name` is what the log calls the work.
    """

    name: str
    fn: Callable[[Any], Any]
    items: deque[Any] = field(default_factory=deque[Any])
    memory: int = 0
    fetches: bool = False


class Runner(Protocol):
    """Runs the same work on many items. Only items go out and results come back: documents never do."""

    @property
    def prefetch_depth(self) -> int:
        """How many items after this one the same machine takes the next; 0 when nobody can tell."""
        ...

    @property
    def largest_memory(self) -> int:
        """Bytes of memory for tasks that the largest machine has; 0 when that is not known."""
        ...

    def prepare(self, stages: Sequence[Stage]) -> None:
        """Make sure, before any work, that the workers can do what these stages ask.

        Raises UsageError when they cannot, as when a module that a stage needs is not to be had there.
        """
        ...

    def map(self, queues: Sequence[WorkQueue]) -> Generator[tuple[WorkQueue, Any, Any]]:
        """(queue, item, outcome) of every item, in the order in which they are done; an outcome may be a Failed.

        Items are taken from the first queue that has any. It ends when none has, and all are done. Between two
        outcomes items may be added, and queues; one whose items are all done may be taken away. Items that were not
        begun when the iterator is closed are left.
        """
        ...


class Local:
    """Runs work here, one item after another."""

    prefetch_depth = 1

    @property
    def largest_memory(self) -> int:
        """All memory of this machine."""
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")

    def prepare(self, stages: Sequence[Stage]) -> None:
        """Nothing is missing where the stages were made."""

    def map(self, queues: Sequence[WorkQueue]) -> Generator[tuple[WorkQueue, Any, Any]]:
        """As `Runner.map`, in the order of the items."""
        while queue := next((each for each in queues if each.items), None):
            item = queue.items.popleft()
            yield queue, item, attempt(queue.fn, item)


def attempt(fn: Callable[[Any], R], item: Any) -> R | Failed:
    """The outcome of `fn(item)`: an error of reading or writing is tried again twice, every other one is an answer."""
    for tries in range(1, TRIES + 1):
        try:
            return fn(item)
        except OSError as error:
            if tries == TRIES or error.errno in HOPELESS:
                return Failed(one_line(error), traceback.format_exc(), error.errno == errno.ENOSPC)
            time.sleep(PAUSE * tries)
        except Exception as error:
            return Failed(one_line(error), traceback.format_exc(), isinstance(error, DiskFull))
    raise AssertionError("unreachable")


def one_line(error: BaseException) -> str:
    """What an error says, on one line of at most 500 characters; the names of errors that are not ours come first."""
    text = " ".join(str(error).split())[:500]
    return text if isinstance(error, MewsError) else f"{type(error).__name__}: {text}"
