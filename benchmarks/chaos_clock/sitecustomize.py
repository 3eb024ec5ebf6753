"""A clock that jumps, for the Python processes of a chaos cluster, which have this folder on their PYTHONPATH.

The date that they read is off by the seconds in the file that MEWS_CHAOS_CLOCK names, at once when these change;
monotonic time goes on as it does. (A library that replaces the C functions, as libfaketime does, also moves what waits
for a date, which no clock that is set does.)
"""

import ctypes
import gc
import os
import time
from datetime import UTC, datetime
from typing import Any

_seconds, _nanoseconds = time.time, time.time_ns


def _ahead() -> float:
    try:
        with open(os.environ["MEWS_CHAOS_CLOCK"]) as file:
            return float(file.read() or 0)
    except (KeyError, FileNotFoundError):
        return 0.0


def _now(kind: Any, tz: Any = None) -> datetime:
    return kind.fromtimestamp(time.time(), tz)


time.time = lambda: _seconds() + _ahead()
time.time_ns = lambda: _nanoseconds() + int(_ahead() * 1e9)
# Extensions in C know the class itself, so that no other can stand for it: its methods are replaced.
_methods: dict[str, Any] = gc.get_referents(datetime.__dict__)[0]
_methods |= {
    "now": classmethod(_now),
    "today": classmethod(lambda kind: _now(kind)),
    "utcnow": classmethod(lambda kind: _now(kind, UTC).replace(tzinfo=None)),
}
ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime))
