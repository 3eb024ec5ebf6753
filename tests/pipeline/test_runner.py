"""Runners: an error of reading or writing is tried again, every other one is an answer."""

import errno
from collections import deque
from collections.abc import Callable

import pytest

from pipeline import runner
from pipeline.errors import DiskFull, UsageError
from pipeline.runner import Failed, Local, WorkQueue, attempt, one_line


class Flaky:
    """Work that fails a number of times, and then returns its item."""

    def __init__(self, error: Exception, times: int):
        self.error, self.times, self.calls = error, times, 0

    def __call__(self, item: str) -> str:
        self.calls += 1
        if self.calls <= self.times:
            raise self.error
        return item


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were slept."""
    slept: list[float] = []
    monkeypatch.setattr(runner.time, "sleep", slept.append)
    return slept


@pytest.mark.parametrize("error", [OSError(errno.EIO, "input"), ConnectionResetError(errno.ECONNRESET, "reset"),
                                   TimeoutError("late"), OSError("without a number")])  # fmt: skip
def test_an_error_of_reading_or_writing_is_tried_three_times(error: OSError, pauses: list[float]):
    twice = Flaky(error, 2)
    assert attempt(twice, "a") == "a" and twice.calls == 3
    assert pauses == pytest.approx([0.2, 0.4])
    for_ever = Flaky(error, 99)
    outcome = attempt(for_ever, "a")
    assert isinstance(outcome, Failed) and for_ever.calls == 3
    assert outcome.why.startswith(f"{type(error).__name__}: ") and "Traceback" in outcome.trace


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT,
                                    errno.EISDIR, errno.EFBIG])  # fmt: skip
def test_what_needs_a_person_is_not_tried_again(number: int, pauses: list[float]):
    work = Flaky(OSError(number, "for a person"), 1)
    outcome = attempt(work, "a")
    assert isinstance(outcome, Failed) and "for a person" in outcome.why
    assert work.calls == 1 and pauses == []


@pytest.mark.parametrize("error", [ValueError("no"), UsageError("wrong"), KeyError("x")])
def test_another_error_is_an_answer(error: Exception, pauses: list[float]):
    work = Flaky(error, 1)
    outcome = attempt(work, "a")
    assert isinstance(outcome, Failed) and outcome.why == one_line(error) and "raise self.error" in outcome.trace
    assert work.calls == 1 and pauses == []


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3)])
def test_an_interrupt_goes_on(error: BaseException):
    def interrupted(item: str) -> str:
        raise error

    with pytest.raises(type(error)):
        attempt(interrupted, "a")


def test_an_error_is_told_on_one_line():
    assert one_line(ValueError("two\n  lines")) == "ValueError: two lines"
    assert one_line(UsageError("said by us")) == "said by us"
    assert one_line(ValueError("x" * 501)) == f"ValueError: {'x' * 500}"


def test_a_local_runner_goes_on_after_a_failure_and_keeps_the_order():
    def work(item: int) -> int:
        return 6 // item

    outcomes = {item: outcome for _, item, outcome in Local().map([WorkQueue("w", work, deque([1, 0, 3]))])}
    assert list(outcomes) == [1, 0, 3]
    assert (outcomes[1], outcomes[3]) == (6, 2)
    assert outcomes[0].why.startswith("ZeroDivisionError")  # type: ignore[union-attr]


def test_a_local_runner_does_nothing_before_it_is_asked():
    done: list[int] = []
    note: Callable[[int], None] = done.append
    outcomes = Local().map([WorkQueue("w", note, deque([1, 2]))])
    assert done == []
    next(outcomes)
    assert done == [1]
    Local().prepare([])
    assert Local().prefetch_depth == 1


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "No space left"), True),
        (DiskFull("/cache: the disk is full"), True),
        (OSError(errno.EDQUOT, "quota"), False),  # of a person, on all machines
        (OSError(errno.EIO, "input"), False),
        (ValueError("No space left"), False),
    ],
)
def test_a_full_disk_is_one_that_another_machine_may_not_have(error: Exception, full: bool):
    outcome = attempt(Flaky(error, 9), "a")
    assert isinstance(outcome, Failed) and outcome.disk_full is full
