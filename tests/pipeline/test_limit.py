"""The limit of CPU time on a call: it cannot be swallowed, leaves nothing behind, and a real Ctrl-C passes through."""

import contextlib
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.limit import CpuLimit, CpuTimeExceeded

SOON = 0.05  # seconds of CPU


def spin(argument: Any = None) -> None:
    while True:
        pass


def match(argument: Any) -> None:
    re.fullmatch("(a+)+", "a" * 60 + "!")


def swallows_exceptions(argument: Any) -> str:
    try:
        spin()
    except Exception:
        return "kept"
    return "kept"


def swallows_everything(argument: Any) -> str:
    try:
        spin()
    except BaseException:
        return "kept"
    return "kept"


def swallows_again_and_again(argument: Any) -> None:
    while True:
        try:
            spin()
        except BaseException:
            continue


def swallows_at_two_levels(argument: Any) -> None:
    while True:
        try:
            while True:
                try:
                    sum(range(100))
                except BaseException:
                    continue
        except BaseException:
            pass


def suppresses(argument: Any) -> None:
    while True:
        with contextlib.suppress(BaseException):
            spin()


def turns_it_into_another(argument: Any) -> None:
    try:
        spin()
    except BaseException:
        raise ValueError("something else") from None


def cleans_up(argument: list[str]) -> None:
    try:
        spin()
    finally:
        for word in ("closed", "and", "removed"):
            argument.append(word)


@pytest.mark.parametrize(
    "endless",
    [
        spin,
        match,
        swallows_exceptions,
        swallows_everything,
        swallows_again_and_again,
        swallows_at_two_levels,
        suppresses,
        turns_it_into_another,
    ],
)
def test_what_never_ends_is_ended(endless: Callable[[Any], Any]):
    tracing, handler = sys.gettrace(), signal.getsignal(signal.SIGVTALRM)
    with CpuLimit() as limit, pytest.raises(CpuTimeExceeded, match=r"^it took more than 0\.05 s of CPU time$"):
        limit.call(endless, None, SOON)
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
    assert sys.gettrace() is tracing
    assert signal.getsignal(signal.SIGVTALRM) is handler


def test_it_is_no_exception_that_a_function_would_catch():
    assert not issubclass(CpuTimeExceeded, Exception)


def test_the_first_interruption_lets_a_function_clean_up():
    said: list[str] = []
    with CpuLimit() as limit, pytest.raises(CpuTimeExceeded):
        limit.call(cleans_up, said, SOON)
    assert said == ["closed", "and", "removed"]


def test_a_call_in_time_gives_its_result_and_the_next_one_has_a_time_of_its_own():
    def half(argument: int) -> int:
        end = time.process_time() + 0.6 * SOON
        while time.process_time() < end:
            pass
        return argument

    with CpuLimit() as limit:
        assert [limit.call(half, number, SOON * 2) for number in range(6)] == [0, 1, 2, 3, 4, 5]
        with pytest.raises(KeyError):
            limit.call({}.__getitem__, 1, SOON)
        assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_a_call_that_ran_out_of_time_does_not_taint_the_next_one():
    with CpuLimit() as limit:
        with pytest.raises(CpuTimeExceeded):
            limit.call(swallows_everything, None, SOON)
        assert limit.call(str, 5, SOON) == "5"
        with pytest.raises(ValueError, match=r"^mine$"):
            limit.call(raises_value_error, "mine", SOON)


def raises_value_error(argument: str) -> None:
    raise ValueError(argument)


def test_time_in_which_the_call_does_not_run_does_not_count():
    with CpuLimit() as limit:
        assert limit.call(lambda seconds: time.sleep(seconds) or "rested", 4 * SOON, SOON) == "rested"


def test_a_late_signal_outside_of_a_call_does_nothing():
    with CpuLimit():
        signal.raise_signal(signal.SIGVTALRM)


def test_in_another_thread_there_is_no_limit():
    results: list[Any] = []

    def work() -> None:
        with CpuLimit() as limit:
            results.append(limit.call(str, 5, SOON))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert results == ["5"]


def interrupts(number: int) -> Callable[[Any], str]:
    def call(argument: Any) -> str:
        os.kill(os.getpid(), number)
        for _ in range(1000):
            pass
        return "went on"

    return call


def swallowing(call: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def swallow(argument: Any) -> str:
        try:
            return call(argument)
        except BaseException:
            return "went on"

    return swallow


@pytest.fixture
def ends_on_sigterm():
    """Handlers as in a run: Ctrl-C is Python's own, and SIGTERM exits, as in the workers of Ray."""

    def leave(number: int, frame: object) -> None:
        raise SystemExit(15)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, leave)
    yield {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: leave}
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("wrap", [lambda call: call, swallowing])
@pytest.mark.parametrize(("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)])
def test_a_signal_to_end_the_process_passes_through(ends_on_sigterm, number, error, wrap):
    with CpuLimit() as limit:
        with pytest.raises(error):
            limit.call(wrap(interrupts(number)), None, 5.0)
        assert isinstance(limit.interrupt, error)
    assert signal.getsignal(number) is ends_on_sigterm[number]


def test_a_signal_that_somebody_handles_without_ending_is_no_interrupt(ends_on_sigterm):
    noted: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: noted.append(number))
    with CpuLimit() as limit:
        assert limit.call(interrupts(signal.SIGTERM), None, 5.0) == "went on"
    assert noted == [signal.SIGTERM] and limit.interrupt is None


def test_an_interrupt_that_a_function_raises_itself_is_its_own(ends_on_sigterm):
    def leave(argument: Any) -> None:
        raise KeyboardInterrupt

    with CpuLimit() as limit:
        with pytest.raises(KeyboardInterrupt):
            limit.call(leave, None, 5.0)
        assert limit.interrupt is None


def test_no_call_ends_the_process():
    real = os._exit
    with CpuLimit() as limit:
        with pytest.raises(SystemExit) as left:
            limit.call(os._exit, 3, SOON)
        assert left.value.code == 3
    assert os._exit is real


def test_a_process_that_a_call_started_may_end_itself():
    def starts(status: int) -> int:
        child = os.fork()
        if not child:
            os._exit(status)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    with CpuLimit() as limit:
        assert limit.call(starts, 7, 1.0) == 7
