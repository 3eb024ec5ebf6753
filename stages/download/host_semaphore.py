"""A limit on requests to a host that all processes of a machine share.

Its state lies in a folder of the machine: a slot is a locked file, which the system unlocks when its process ends, in
whatever way. (filelock offers the same locks and no smaller code, since a slot is any one of several files.)

Times are those of `time.monotonic`, which all processes share until the machine starts anew: the clock that shows the
date may be set meanwhile.
"""

import fcntl
import hashlib
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL = 0.05  # seconds between looks for a free slot
STARTED = Path("/proc/sys/kernel/random/boot_id")  # of Linux: other content after each start of the machine


class HostSemaphore:
    """At most so many requests to a host at once, and none during a backoff. `host` is a name with a port, or a bucket.

    MEWS_RATE_LIMIT_DIR is the folder of the state, by default one in the system's folder for temporary files that only
    this user can write to. Raises PermissionError when it belongs to another user.
    """

    def __init__(self, host: str):
        name = f"mews-rate-limit-{os.getuid()}"
        top = Path(os.environ.get("MEWS_RATE_LIMIT_DIR") or Path(tempfile.gettempdir()) / name)
        top.mkdir(mode=0o700, parents=True, exist_ok=True)
        if top.stat().st_uid != os.getuid():
            raise PermissionError(f"{top} belongs to another user; set MEWS_RATE_LIMIT_DIR to a folder of yours")
        self.folder = top / hashlib.blake2b(f"{_read(STARTED)}{host}".encode(), digest_size=8).hexdigest()
        self.folder.mkdir(exist_ok=True)

    @contextmanager
    def acquire(self, slots: int) -> Iterator[float]:
        """Wait for the end of a backoff and for one of `slots` slots, and hold it. Gives the time of acquisition."""
        while True:
            time.sleep(max(0.0, self.backoff_end() - time.monotonic()))
            slot = self._take(slots)
            if slot is not None and self.backoff_end() <= time.monotonic():
                break
            if slot is not None:
                os.close(slot)
            time.sleep(POLL * (1 + random.random()))
        try:
            yield time.monotonic()
        finally:
            os.close(slot)

    def backoff(self, seconds: float) -> None:
        """Let no process send a request for so long."""
        with self._locked():
            _write(self.folder / "backoff", str(max(self.backoff_end(), time.monotonic() + seconds)))

    def backoff_end(self) -> float:
        """When requests may go again, by `time.monotonic`; 0 when there was no backoff."""
        return float(_read(self.folder / "backoff") or 0)

    def refused(self, acquired: float) -> int:
        """Note that a request of that time was refused, and return how many waves of refusals came in a row.

        Requests that are in flight together are refused together, and that is one wave.
        """
        with self._locked():
            count, last = self._refusals()
            if acquired > last:
                count += 1
                _write(self.folder / "refusals", f"{count} {time.monotonic()}")
            return count

    def served(self, acquired: float) -> None:
        """Note that a request of that time was answered: refusals before it count no more."""
        if 0 < self._refusals()[1] < acquired:
            (self.folder / "refusals").unlink(missing_ok=True)

    def _refusals(self) -> tuple[int, float]:
        """How many waves of refusals there were, and when the last one began."""
        count, _, last = _read(self.folder / "refusals").partition(" ")
        return int(count or 0), float(last or 0)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """No other process changes the state meanwhile."""
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _take(self, slots: int) -> int | None:
        """A lock on one of the slots, as a file descriptor; None when all are taken."""
        for number in random.sample(range(slots), slots):
            descriptor = os.open(self.folder / f"slot-{number}", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return descriptor
            except BlockingIOError:
                os.close(descriptor)
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f"{path.name}-{os.getpid()}-{time.monotonic_ns()}")
    beside.write_text(text)
    beside.replace(path)
