"""A limit of CPU time on one call, and the difference between a person's Ctrl-C and a function that ends itself.

CPU time and not the clock: the output must not depend on how busy the machine is.
"""

import _thread
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn, Self

AGAIN = 0.1  # seconds of CPU after which a call that swallowed the exception is interrupted again


class CpuTimeExceeded(BaseException):
    """A call took more CPU time than it may. No Exception, so that `except Exception` in the call does not hide it."""


class CpuLimit:
    """Runs calls under a limit of CPU time; a context manager that owns the handlers of signals while it is open.

    `interrupt` is what the process's own handler of SIGINT or SIGTERM raised meanwhile, such as KeyboardInterrupt.
    Only the main thread can be interrupted, which is where both runners work; elsewhere calls have no limit. In a call,
    `os._exit` raises SystemExit as `sys.exit` does, so that no function ends the process without a word.
    """

    def __init__(self) -> None:
        self.interrupt: BaseException | None = None
        self._exceeded = self._armed = self._idle = False
        self._seconds = 0.0
        self._swallowed = self._to_come = 0  # interrupts that the call caught, and those that follow the present one
        self._before: dict[int, Any] = {}
        self._exit, self._process = os._exit, os.getpid()

    def __enter__(self) -> Self:
        self._exit, os._exit = os._exit, self._leave
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
        os._exit = self._exit

    def _leave(self, status: int) -> NoReturn:
        """What `os._exit` does meanwhile; a process that the call started may end itself."""
        if not self._armed or os.getpid() != self._process:
            self._exit(status)
        raise SystemExit(status)

    def call(self, fn: Callable[[Any], Any], argument: Any, seconds: float) -> Any:
        """`fn(argument)`. Raises CpuTimeExceeded when it takes more than `seconds` of CPU time in user mode.

        The limit also holds for a function that catches everything: it is interrupted again and again, and what it
        returns or raises in the end does not count. The same is true of `interrupt`.
        """
        if not self._before:
            return fn(argument)
        self._exceeded = self._idle = False
        self._seconds = seconds
        self._swallowed = self._to_come = 0
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
        if self._exceeded:
            raise self._error()
        if self.interrupt is not None:
            raise self.interrupt
        return result

    def _error(self) -> CpuTimeExceeded:
        if self._idle:
            return CpuTimeExceeded("it waited, without any CPU time, for something that does not come")
        return CpuTimeExceeded(f"it took more than {self._seconds:g} s of CPU time")

    def interrupt_idle(self) -> bool:
        """End a call that waits for ever, as one that takes too much CPU time is ended.

        For another thread, which knows that nothing goes on. False when there is no call, or when that did not help.
        """
        if not self._armed or self._idle:
            return False
        self._idle = True
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGVTALRM)
        return True

    def _time_is_up(self, number: int, _frame: FrameType | None) -> None:
        if not self._armed:
            return
        error = self._error()
        if self._exceeded and not self._to_come:
            self._swallowed += 1
            self._to_come = self._swallowed + 1
        self._exceeded = True
        self._to_come = max(self._to_come - 1, 0)
        if self._to_come:
            # The signal comes once more in the `except` that catches this error, and each time that the call goes on
            # all the same once more often. After a call from here, Python would handle it in this function already.
            (_,) = map(_thread.interrupt_main, (signal.Signals(number),))
        raise error

    def _noting(self, handler: Callable[[int, FrameType | None], Any]) -> Callable[[int, FrameType | None], Any]:
        """The handler, and a note of what it raises."""

        def noting(number: int, frame: FrameType | None) -> Any:
            try:
                return handler(number, frame)
            except BaseException as error:
                self.interrupt = error
                raise

        return noting


def open_limit() -> CpuLimit | None:
    """The limit that is open in the main thread."""
    limit = getattr(signal.getsignal(signal.SIGVTALRM), "__self__", None)
    return limit if isinstance(limit, CpuLimit) else None
