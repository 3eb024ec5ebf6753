"""A limit of CPU time on one call, and the difference between a person's Ctrl-C and a function that ends itself.

CPU time and not the clock: the output must not depend on how busy the machine is.
"""

import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

AGAIN = 0.1  # seconds of CPU after which a call that swallowed the exception is interrupted again


class CpuTimeExceeded(BaseException):
    """A call took more CPU time than it may. No Exception, so that `except Exception` in the call does not hide it."""


class CpuLimit:
    """Runs calls under a limit of CPU time; a context manager that owns the handlers of signals while it is open.

    `interrupt` is what the process's own handler of SIGINT or SIGTERM raised meanwhile, such as KeyboardInterrupt.
    Only the main thread can be interrupted, which is where both runners work; elsewhere calls have no limit.
    """

    def __init__(self) -> None:
        self.interrupt: BaseException | None = None
        self._exceeded = self._armed = False
        self._seconds = 0.0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before[signal.SIGVTALRM] = signal.signal(signal.SIGVTALRM, self._time_is_up)
            for number in (signal.SIGINT, signal.SIGTERM):
                handler = signal.getsignal(number)
                if callable(handler):
                    self._before[number] = signal.signal(number, self._noting(handler))
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def call(self, fn: Callable[[Any], Any], argument: Any, seconds: float) -> Any:
        """`fn(argument)`. Raises CpuTimeExceeded when it takes more than `seconds` of CPU time in user mode.

        The limit also holds for a function that catches everything: it is interrupted again and again, and what it
        returns or raises in the end does not count. The same is true of `interrupt`.
        """
        if not self._before:
            return fn(argument)
        tracing, self._exceeded, self._seconds = sys.gettrace(), False, seconds
        try:
            self._armed = True
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds, AGAIN)
            try:
                result = fn(argument)
            finally:
                self._armed = False
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        except BaseException as error:
            if self.interrupt is not None:
                raise self.interrupt from None
            if self._exceeded and not isinstance(error, CpuTimeExceeded):
                raise self._error().with_traceback(error.__traceback__) from None
            raise
        finally:
            if self._exceeded:
                sys.settrace(tracing)
        if self._exceeded:
            raise self._error()
        if self.interrupt is not None:
            raise self.interrupt
        return result

    def _error(self) -> CpuTimeExceeded:
        return CpuTimeExceeded(f"it took more than {self._seconds:g} s of CPU time")

    def _time_is_up(self, number: int, frame: FrameType | None) -> None:
        if not self._armed:
            return
        error = self._error()
        if self._exceeded:  # it swallowed the exception: now the next line raises too, which may stand in the `except`
            while frame is not None and frame.f_code is not CpuLimit.call.__code__:
                frame.f_trace, frame = self._raise_at_line, frame.f_back
            sys.settrace(self._raise_at_line)
        self._exceeded = True
        raise error

    def _raise_at_line(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "line" and self._armed:
            raise self._error()
        return self._raise_at_line

    def _noting(self, handler: Callable[[int, FrameType | None], Any]) -> Callable[[int, FrameType | None], Any]:
        """The handler, and a note of what it raises."""

        def noting(number: int, frame: FrameType | None) -> Any:
            try:
                return handler(number, frame)
            except BaseException as error:
                self.interrupt = error
                raise

        return noting
