"""Runners: what runs work. `map(fn, items)` gives (item, outcome) as they finish; an outcome may be a Failed."""

import errno
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from pipeline.errors import MewsError

R = TypeVar("R")
# Trying these again cannot help: they need a person.
HOPELESS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.EISDIR, errno.EFBIG}


@dataclass(frozen=True)
class Failed:
    """Why an item could not be made: one line, and the traceback for the person who repairs it."""

    why: str
    trace: str = ""


class Runner(Protocol):
    """`prefetch_depth` is how many items after this one the same machine takes the next; 0 when nobody can tell."""

    prefetch_depth: int

    def map(
        self, fn: Callable[[Any], R], items: Sequence[Any], *, cpus: float = 1
    ) -> Iterator[tuple[Any, R | Failed]]: ...


class Local:
    """Runs work here, one item after another."""

    prefetch_depth = 1

    def map(self, fn: Callable[[Any], R], items: Sequence[Any], *, cpus: float = 1) -> Iterator[tuple[Any, R | Failed]]:
        for item in items:
            yield item, attempt(fn, item)


def attempt(fn: Callable[[Any], R], item: Any, tries: int = 3) -> R | Failed:
    """The outcome of `fn(item)`: an error of reading or writing is tried again twice, every other one is an answer."""
    for left in reversed(range(tries)):
        try:
            return fn(item)
        except OSError as error:
            if left and error.errno not in HOPELESS:
                time.sleep(0.2 * (tries - left))
                continue
            return Failed(one_line(error), traceback.format_exc())
        except Exception as error:
            return Failed(one_line(error), traceback.format_exc())
    raise AssertionError("unreachable")


def one_line(error: BaseException) -> str:
    """What an error says, on one line; the names of errors that are not ours come first."""
    text = " ".join(str(error).split())[:500]
    return text if isinstance(error, MewsError) else f"{type(error).__name__}: {text}"
