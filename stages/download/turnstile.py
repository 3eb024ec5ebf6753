"""A machine's turnstile: so many requests to a host at once, and none while the host asks for rest.

Its state lies in a folder of the machine, so that all processes and runs share it: a slot is a locked file, which the
system unlocks when its process dies.
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


@contextmanager
def passing(host: str, slots: int) -> Iterator[float]:
    """Wait for the end of a rest and for a free slot; hold the slot meanwhile. Gives the time of passing."""
    folder = _folder(host)
    while True:
        time.sleep(max(0.0, _rest(folder) - time.time()))
        slot = _take(folder, slots)
        if slot is not None and _rest(folder) <= time.time():
            break
        if slot is not None:
            os.close(slot)
        time.sleep(POLL * (1 + random.random()))
    try:
        yield time.time()
    finally:
        os.close(slot)


def rest(host: str, seconds: float) -> None:
    """No request to this host for so long, by any process."""
    with _alone(_folder(host)) as folder:
        _write(folder / "rest", str(max(_rest(folder), time.time() + seconds)))


def refused(host: str, passed: float) -> int:
    """Note the refusal of a request that passed then; how many waves of them came in a row.

    All processes count. Requests that are in flight together are refused together, and that is one wave.
    """
    with _alone(_folder(host)) as folder:
        count, last = _refusals(folder)
        if passed > last:
            count += 1
            _write(folder / "refusals", f"{count} {time.time()}")
        return count


def served(host: str, passed: float) -> None:
    """Note an answer: refusals before its request count no more."""
    folder = _folder(host)
    if 0 < _refusals(folder)[1] < passed:
        (folder / "refusals").unlink(missing_ok=True)


def _refusals(folder: Path) -> tuple[int, float]:
    """How many waves of refusals there were, and when the last one began."""
    count, _, last = _read(folder / "refusals").partition(" ")
    return int(count or 0), float(last or 0)


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """The folder, while no other process changes what is in it."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(descriptor)


def _folder(host: str) -> Path:
    """The turnstile of a host, in a folder that only this user can write to."""
    top = Path(os.environ.get("MEWS_GATE") or Path(tempfile.gettempdir()) / f"mews-gate-{os.getuid()}")
    top.mkdir(mode=0o700, parents=True, exist_ok=True)
    if top.stat().st_uid != os.getuid():
        raise PermissionError(f"{top} belongs to somebody else; set MEWS_GATE to a folder of yours")
    folder = top / hashlib.blake2b(host.encode(), digest_size=8).hexdigest()
    folder.mkdir(exist_ok=True)
    return folder


def _take(folder: Path, slots: int) -> int | None:
    """A lock on one of the slots, as a file descriptor; None when all are taken."""
    for number in random.sample(range(slots), slots):
        descriptor = os.open(folder / f"slot-{number}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            os.close(descriptor)
    return None


def _rest(folder: Path) -> float:
    return float(_read(folder / "rest") or 0)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f"{path.name}-{os.getpid()}-{time.monotonic_ns()}")
    beside.write_text(text)
    beside.replace(path)
