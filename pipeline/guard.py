"""Calls the functions of a step: an error costs one row, and a step that fails on most of its rows is refused."""

import os
import sys
import sysconfig
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple, Protocol

from pipeline.doc import Doc
from pipeline.errors import MewsError, StepFailed
from pipeline.limit import CpuLimit, CpuTimeExceeded
from pipeline.purity import PurityCheck, key_of
from pipeline.stats import Raised, Stats, Step, most_frequent

SECONDS = 30.0  # CPU time of a call: a page takes milliseconds, the limit is for what never ends
SECONDS_AGAIN = 10.0  # of each call of a step that exceeded the limit once in this shard
MANY_HANGS = 5  # calls over the limit; from here on a step is refused when more than half of its rows failed
MANY = 200  # rows from which on a share of failures tells something about the step
LONGEST_MESSAGE = 300  # characters


class Failure(NamedTuple):
    """What a function raised on one row: the name of the exception, its message, and the line that raised it.

    `place` is "f.py:8, in second": the last line outside of installed packages, its file relative to the import path.
    """

    error: str
    message: str
    place: str

    @property
    def hung(self) -> bool:
        """Whether the function was stopped because it took too long."""
        return self.error == CpuTimeExceeded.__name__

    def columns(self, name: str) -> tuple[str, str, str]:
        """The values of `error`, `error_message` and `error_place` for the step of this name."""
        return f"{name}:{self.error}", self.message, self.place

    def __str__(self) -> str:
        return Raised(1, self.message).told(f"{self.error} at {self.place}")


class Caller(Protocol):
    """Calls the function of one step on one row: on its Doc, or on its text."""

    @property
    def name(self) -> str:
        """The name of the step, which its reasons begin with."""
        ...

    def call(self, fn: Callable[[Any], Any], argument: Doc | str, counted: bool = True) -> Any:
        """What `fn` returns, or a Failure. `counted` is false for a row whose fate an earlier step has decided."""
        ...


@dataclass(frozen=True)
class Unguarded:
    """A Caller that lets every exception pass, for transforms that are called outside of a run."""

    name: str

    def call(self, fn: Callable[[Any], Any], argument: Doc | str, counted: bool = True) -> Any:
        """Call the function; what it raises goes on."""
        return fn(argument)


@dataclass
class Guard:
    """The Caller of one step in one shard: it catches what the step's function raises, and counts.

    Errors that say that the run itself is at fault go on: those of `pipeline.errors`, and errors of reading and
    writing (OSError), which a runner tries again.
    """

    name: str
    cpu: CpuLimit
    rows: int = 0
    failed: int = 0
    hung: int = 0
    raised: dict[str, Raised] = field(default_factory=dict[str, Raised])
    purity: PurityCheck = field(default_factory=PurityCheck)

    def call(self, fn: Callable[[Any], Any], argument: Doc | str, counted: bool = True) -> Any:
        """What `fn(argument)` returns, or the Failure when it raised or took too long.

        Raises StepFailed when `fn` fails on every one of the first `MANY` rows, or hangs on most.
        """
        result = self.attempt(fn, argument)
        if counted:
            failed = isinstance(result, Failure)
            self.count(1, result if failed else None)
            if not failed and (key := key_of(argument)) is not None and self.purity.wants(key):
                self.purity.keep(fn, argument, result)
        return result

    def attempt(self, fn: Callable[[Any], Any], argument: Any) -> Any:
        """As `call`, but nothing is counted."""
        try:
            return self.cpu.call(fn, argument, SECONDS_AGAIN if self.hung else SECONDS)
        except MewsError:
            raise
        except OSError as error:
            if error.errno is None:
                raise
            raise self._located(error) from error
        except BaseException as error:
            if self.cpu.interrupt is not None:
                raise
            failure = failure_of(error)
            self.hung += failure.hung
            return failure

    def count(self, rows: int, failure: Failure | None = None) -> None:
        """Count rows on which the function was called, or on which it failed. Raises StepFailed as `call` does."""
        self.rows += rows
        if failure is None:
            return
        self.failed += rows
        key = f"{failure.error} at {failure.place}"
        self.raised[key] = self.raised.get(key, Raised()).plus(Raised(rows, failure.message))
        if self.failed == self.rows >= MANY or (self.hung >= MANY_HANGS and self.failed * 2 > self.rows):
            raise _refusal(self.name, self.rows, self.raised)

    def finish(self) -> Step:
        """What is to be added to the step's counts at the end of a shard; some calls are made a second time.

        Raises StepFailed when, of all rows of the shard, the step failed on all (of several) or most (of many).
        """
        if _fails(self.rows, self.failed, few=2):
            raise _refusal(self.name, self.rows, self.raised)
        sampled, unstable = self.purity.repeat(self.attempt)
        return Step(raised=self.raised, sampled=sampled, unstable=unstable)

    def _located(self, error: OSError) -> OSError:
        """The same error with the step and the line in its message."""
        where = f"{error.strerror} (in {self.name}, {failure_of(error).place})"
        return OSError(error.errno, where, error.filename) if error.filename else OSError(error.errno, where)


def refuse_failing(stage: str, stats: Stats) -> None:
    """Raises StepFailed when a step failed on all or most rows of a stage, whose shards were perhaps of a row each."""
    for name, step in stats.steps.items():
        if _fails(step.rows, sum(raised.rows for raised in step.raised.values()), few=1):
            raise _refusal(f"stage {stage}: {name}", step.rows, step.raised)


def _fails(rows: int, failed: int, few: int) -> bool:
    """Whether a step itself is at fault: it failed on all rows, of which there are not too few, or on most of many."""
    return failed == rows >= few or failed * 2 > rows >= MANY


def _refusal(name: str, rows: int, raised: Mapping[str, Raised]) -> StepFailed:
    share = (
        "every document" if sum(each.rows for each in raised.values()) == rows else "more than half of the documents"
    )
    return StepFailed(f"{name} fails on {share} that it is asked about: {most_frequent(raised)}")


def failure_of(error: BaseException) -> Failure:
    """The Failure that describes an exception."""
    lines = [(frame.f_code, number) for frame, number in traceback.walk_tb(error.__traceback__)]
    lines = [line for line in lines if line[0].co_filename not in _engine()]
    own = [line for line in lines if not _is_installed(line[0].co_filename)] or lines
    place = ""
    if own:
        code, number = own[-1]
        place = f"{_relative(code.co_filename)}:{number}, in {code.co_name}"
    return Failure(type(error).__name__, one_line_of(error), place)


def one_line_of(error: BaseException) -> str:
    """The message of an exception on one line, cut to `LONGEST_MESSAGE` characters."""
    try:
        text = str(error)
    except Exception:  # an exception class of somebody else, whose message cannot be made
        text = ""
    return " ".join(text.encode(errors="replace").decode().split())[:LONGEST_MESSAGE]


@cache
def _is_installed(filename: str) -> bool:
    """Whether a file belongs to Python's own library or an installed package, Cython's sources among them."""
    folders = (os.path.abspath(sysconfig.get_path(kind)) for kind in ("stdlib", "platstdlib", "purelib", "platlib"))
    return filename.startswith(("<frozen", *(f"{folder}{os.sep}" for folder in folders))) or filename.endswith(
        (".pyx", ".pxi")
    )


@cache
def _engine() -> frozenset[str]:
    """The files that call functions: a line in them is not where a function failed."""
    return frozenset(f"{os.path.dirname(__file__)}/{name}.py" for name in ("chain", "guard", "limit", "transform"))


def _relative(filename: str) -> str:
    """A file's name below the longest folder of the import path that holds it, the same on every machine."""
    path = os.path.abspath(filename)
    folders = [f"{os.path.abspath(place)}{os.sep}" for place in sys.path]
    inside = [folder for folder in folders if path.startswith(folder)]
    return path[len(max(inside, key=len)) :] if inside else os.path.basename(path)
