"""The guard of a step: an error costs one row and is told with its line; a step that fails on most rows is refused."""

import errno
import json
import re
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline import guard as guards
from pipeline.errors import BadInput, StepFailed, UsageError
from pipeline.guard import Failure, Guard, Unguarded, failure_of, refuse_failing
from pipeline.limit import CpuLimit
from pipeline.stats import Raised, Size, Stats, Step

HERE = "tests/pipeline/test_guard.py"


@pytest.fixture
def guard() -> Iterator[Guard]:
    with CpuLimit() as cpu:
        yield Guard("f.step", cpu)


def line_of(function: Callable, text: str) -> int:
    """The line of this file on which a text stands in a function."""
    code = function.__code__
    lines = Path(__file__).read_text().splitlines()
    return next(n for n in range(code.co_firstlineno, len(lines) + 1) if text in lines[n - 1])


def no_such_field(doc: Any) -> str:
    return doc.txt  # the fault


def inside_a_library(text: str) -> Any:
    return json.loads(text)  # the call


def odd(number: str) -> str:
    if int(number) % 2:
        raise ValueError(f"odd {number}")
    return number


def test_a_result_is_handed_on_and_an_error_is_a_failure_with_the_line_that_raised_it(guard: Guard):
    assert guard.call(odd, "4") == "4"
    line = line_of(no_such_field, "# the fault")
    failure = guard.call(no_such_field, "a text")
    assert failure == ("AttributeError", "'str' object has no attribute 'txt'", f"{HERE}:{line}, in no_such_field")
    assert str(failure) == f"AttributeError: 'str' object has no attribute 'txt' ({HERE}:{line}, in no_such_field)"
    assert failure.columns("f.step") == (
        "f.step:AttributeError", "'str' object has no attribute 'txt'", f"{HERE}:{line}, in no_such_field"
    )  # fmt: skip


def test_the_line_is_the_functions_own_and_not_one_of_a_library(guard: Guard):
    failure = guard.call(inside_a_library, "[")
    assert failure.error == "JSONDecodeError"
    assert failure.place == f"{HERE}:{line_of(inside_a_library, '# the call')}, in inside_a_library"


def test_a_function_that_cannot_even_be_called_has_no_line(guard: Guard):
    failure = guard.call(partial(odd, "1"), "2")
    assert failure.place == "" and failure.message.startswith("odd() takes 1 positional argument")
    assert str(failure) == f"TypeError: {failure.message}"


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("two\nlines  and\ttabs"), "two lines and tabs"),
        (ValueError("half a pair \ud800"), "half a pair ?"),
        (ValueError("x" * 1000), "x" * 300),
        (ValueError(), ""),
        (Unspeakable(), ""),
    ],
)
def test_a_message_is_one_line_that_can_be_written(error: Exception, message: str):
    assert failure_of(error).message == message


@pytest.mark.parametrize("error", [SystemExit(0), SystemExit(3), KeyboardInterrupt(), GeneratorExit(), MemoryError()])
def test_whatever_a_function_raises_costs_one_row(guard: Guard, error: BaseException):
    def leave(argument: Any) -> None:
        raise error

    assert guard.call(leave, "1").error == type(error).__name__
    assert guard.call(odd, "2") == "2"


@pytest.mark.parametrize("error", [UsageError("no model"), BadInput("no list")])
def test_errors_that_are_meant_for_the_person_go_on(guard: Guard, error: Exception):
    def refuse(argument: Any) -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        guard.call(refuse, "1")
    assert caught.value is error


def opens_a_file(argument: Any) -> None:
    Path("no/such/file").read_text()  # the open


def test_an_error_of_reading_goes_on_for_the_runner_and_names_the_step_and_the_line(guard: Guard):
    with pytest.raises(FileNotFoundError) as caught:
        guard.call(opens_a_file, "1")
    place = f"{HERE}:{line_of(opens_a_file, '# the open')}, in opens_a_file"
    assert str(caught.value) == f"[Errno 2] No such file or directory (in f.step, {place}): 'no/such/file'"
    assert caught.value.errno == errno.ENOENT and caught.value.filename == "no/such/file"


def test_an_error_of_reading_without_a_number_or_a_file_goes_on_too(guard: Guard):
    def fail(argument: OSError) -> None:
        raise argument

    with pytest.raises(OSError, match=r"^no number$"):
        guard.call(fail, OSError("no number"))
    with pytest.raises(BrokenPipeError, match=r"^\[Errno 32\] broken \(in f\.step, .*test_guard\.py:\d+, in fail\)$"):
        guard.call(fail, OSError(errno.EPIPE, "broken"))


def test_a_real_interrupt_ends_the_run(guard: Guard):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with CpuLimit() as cpu, pytest.raises(KeyboardInterrupt):
            Guard("f.step", cpu).call(lambda _: signal.raise_signal(signal.SIGINT), "1")
    finally:
        signal.signal(signal.SIGINT, before)


def spin(argument: Any) -> None:
    while True:
        pass


def test_the_limit_is_long_until_it_is_exceeded_once(guard: Guard, monkeypatch: pytest.MonkeyPatch):
    assert (guards.SECONDS, guards.SECONDS_AGAIN) == (30.0, 10.0)
    allowed: list[float] = []
    monkeypatch.setattr(guards, "SECONDS", 0.03)
    monkeypatch.setattr(guards, "SECONDS_AGAIN", 0.01)
    ask(guard, 20, 0)
    for _ in range(2):
        failure = guard.call(spin, "1")
        assert failure.error == "CpuTimeExceeded" and failure.hung
        allowed.append(float(re.findall(r"more than (\S+) s", failure.message)[0]))
    assert allowed == [0.03, 0.01]
    assert not guard.call(odd, "1").hung


def test_a_step_that_hangs_on_most_rows_is_refused_soon(guard: Guard, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guards, "SECONDS", 0.01)
    monkeypatch.setattr(guards, "SECONDS_AGAIN", 0.01)
    for number in range(4):
        assert guard.call(spin, str(number)).hung
    with pytest.raises(StepFailed, match=r"^f\.step fails on every document that it is asked about: CpuTimeExceeded: "):
        guard.call(spin, "5")


def test_a_step_that_hangs_on_few_rows_of_many_is_not(guard: Guard, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guards, "SECONDS", 0.01)
    monkeypatch.setattr(guards, "SECONDS_AGAIN", 0.01)
    ask(guard, 6, 0)
    for number in range(6):
        assert guard.call(spin, str(number)).hung
    ((_, raised),) = guard.finish().raised.items()
    assert raised.rows == 6


def ask(guard: Guard, rows: int, failing: int) -> None:
    """Ask about so many rows, of which the last ones fail."""
    for number in range(rows):
        guard.call(odd, "1" if number >= rows - failing else "2")


@pytest.mark.parametrize(
    ("rows", "failing", "share"),
    [
        (2, 2, "every document"),
        (5, 5, "every document"),
        (199, 199, "every document"),
        (200, 101, "more than half of the documents"),
        (1000, 501, "more than half of the documents"),
    ],
)
def test_a_step_that_fails_on_all_rows_or_on_most_of_many_is_refused(guard: Guard, rows: int, failing: int, share: str):
    ask(guard, rows, failing)
    with pytest.raises(StepFailed) as caught:
        guard.finish()
    line = line_of(odd, "raise ValueError")
    said = f"f.step fails on {share} that it is asked about: ValueError: odd 1 ({HERE}:{line}, in odd)"
    assert str(caught.value) == said


@pytest.mark.parametrize(("rows", "failing"), [(0, 0), (1, 1), (5, 4), (100, 60), (199, 198), (200, 100), (1000, 500)])
def test_a_step_that_fails_on_some_rows_is_not(guard: Guard, rows: int, failing: int):
    ask(guard, rows, failing)
    assert sum(raised.rows for raised in guard.finish().raised.values()) == failing


def test_a_step_that_fails_on_each_of_the_first_rows_is_refused_at_once(guard: Guard):
    ask(guard, 199, 199)
    with pytest.raises(StepFailed, match="every document"):
        guard.call(odd, "1")


def test_one_that_did_not_is_judged_at_the_end_whatever_the_order(guard: Guard):
    guard.call(odd, "2")
    ask(guard, 300, 300)
    ask(guard, 300, 0)
    assert sum(raised.rows for raised in guard.finish().raised.values()) == 300


def test_the_error_that_is_told_is_the_most_frequent_one(guard: Guard):
    guard.call(no_such_field, "a")
    ask(guard, 2, 2)
    with pytest.raises(StepFailed, match="ValueError: odd 1"):
        guard.finish()


def test_a_call_that_is_not_counted_is_not(guard: Guard):
    for _ in range(300):
        assert isinstance(guard.call(odd, "1", counted=False), Failure)
    assert guard.call(odd, "2", counted=False) == "2"
    assert guard.finish() == Step()


def test_errors_are_counted_by_exception_and_place_with_one_message(guard: Guard):
    for number in "5372":
        guard.call(odd, number)
    guard.call(no_such_field, "a")
    raised = guard.finish().raised
    assert raised == {
        f"ValueError at {HERE}:{line_of(odd, 'raise ValueError')}, in odd": Raised(3, "odd 3"),
        f"AttributeError at {HERE}:{line_of(no_such_field, '# the fault')}, in no_such_field": Raised(
            1, "'str' object has no attribute 'txt'"
        ),
    }


def test_a_few_calls_are_made_twice(guard: Guard):
    seen: set[str] = set()

    def new(text: str) -> bool:
        known = text in seen
        seen.add(text)
        return known

    for number in range(100):
        guard.call(new, f"text {number}")
    step = guard.finish()
    assert (step.sampled, step.unstable) == (16, 16)


def test_a_pure_step_is_told_as_such(guard: Guard):
    ask(guard, 3, 1)
    step = guard.finish()
    assert (step.sampled, step.unstable) == (2, 0)


def test_without_a_guard_errors_pass():
    plain = Unguarded("f.step")
    assert plain.name == "f.step" and plain.call(odd, "2") == "2"
    with pytest.raises(ValueError, match="odd 1"):
        plain.call(odd, "1")


def stats_with(kept: int, quarantined: int, raised: int) -> Stats:
    errors = {"KeyError at f.py:3, in f": Raised(raised, "'url'")} if raised else {}
    return Stats(steps={"read": Step(Size(kept + quarantined)), "f": Step(Size(kept), {}, {"f": quarantined}, errors)})


@pytest.mark.parametrize(("kept", "raised"), [(0, 1), (0, 7), (99, 101)])
def test_a_stage_is_refused_when_a_step_failed_on_all_of_its_rows_or_most_of_many(kept: int, raised: int):
    with pytest.raises(StepFailed, match=r"^stage clean: f fails on .* about: KeyError: 'url' \(f\.py:3, in f\)$"):
        refuse_failing("clean", stats_with(kept, raised, raised))


@pytest.mark.parametrize(("kept", "quarantined", "raised"), [(1, 5, 5), (100, 100, 100), (0, 9, 0), (0, 0, 0)])
def test_a_stage_is_not_refused_otherwise(kept: int, quarantined: int, raised: int):
    refuse_failing("clean", stats_with(kept, quarantined, raised))
