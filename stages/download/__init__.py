"""Files on a local disk, from wherever they lie: fetched politely, gone on with after a break, never half there."""

import errno
import fcntl
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from pipeline.errors import BadInput, MewsError
from pipeline.stage import shard_name
from stages.download import gate as gate
from stages.download.part import Part
from stages.download.place import Manners, Place, public
from stages.download.request import Broken, Hopeless, Missing, Refusal, Unconnected, request, request_range

T = TypeVar("T")
PROGRESS = 1 << 20  # a try that brought fewer bytes counts as one in vain


class NotFound(BadInput):
    """There is no such file."""


class Unreachable(MewsError):
    """A file could not be had, in spite of all patience."""


class Full(MewsError):
    """The local disk holds no more."""


class Refused(MewsError):
    """The host does not want our requests."""


@contextmanager
def local(place: Place, name: str, keep: bool = False) -> Iterator[Path]:
    """The file of this name on the local disk while it is needed; a fetched one is deleted then, or kept in the cache.

    Raises NotFound, Unreachable, Refused or Full. Two processes that want the same file take turns, but read a kept
    one side by side.
    """
    if not place.is_remote(name):
        yield _at_home(place, name)
        return
    target = _target(place, name)
    with _locked(target) as unlock:
        if not target.exists():
            fetch(place.url(name), target, place.manners)
        if keep or place.manners.cache:
            unlock()
            yield target
            return
        try:
            yield target
        finally:
            target.unlink(missing_ok=True)


def prefetch(place: Place, name: str) -> None:
    """Begin to fetch a file that this machine will soon read. An error is left to the reading, which meets it again."""

    def run() -> None:
        try:
            with _locked(target):
                if not target.exists():
                    fetch(place.url(name), target, place.manners)
        except (MewsError, OSError):
            return

    if place.is_remote(name) and not (target := _target(place, name)).exists():
        threading.Thread(target=run, name=f"prefetch {target.name}", daemon=True).start()


def fetch(url: str, target: Path, manners: Manners) -> None:
    """Fetch a file whole; after a break only what is missing."""
    part = Part(target)
    try:
        if not part.whole:
            _patiently(url, manners, target.name, lambda: request(url, part, manners), lambda: part.size)
        part.finish()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        part.path.unlink(missing_ok=True)  # room for the files that others are fetching
        raise Full(f"{target.parent}: the disk is full; free some, or set MEWS_CACHE to a larger one") from None


def read_range(place: Place, name: str, offset: int, length: int) -> tuple[bytes, int]:
    """Some bytes of a file, fewer at its end, and the size of the whole file. As polite as for whole files."""
    url, manners = place.url(name), place.manners
    if place.is_remote(name):
        return _patiently(url, manners, f"{name}@{offset}", lambda: request_range(url, offset, length, manners))
    path = _at_home(place, name)
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(length), path.stat().st_size


def _patiently(url: str, manners: Manners, name: str, ask: Callable[[], T], came: Callable[[], int] = int) -> T:
    """Ask again after breaks: at most once a second, ever more rarely, and when told to. `came` counts bytes got."""
    dice, vain, breaks, passed = random.Random(name), 0, 0, 0.0
    while True:
        before = came()
        try:
            with gate.passing(url, manners.requests) as passed:
                answer = ask()
            gate.served(url, passed)
            return answer
        except Missing:
            raise NotFound(f"{public(url)}: no such file; check the snapshot or the list of paths") from None
        except Hopeless as error:
            raise Unreachable(f"{public(url)}: {error}; check the address and the keys") from None
        except Refusal as refusal:
            wait = _refused(url, passed, refusal, manners)
        except Broken as broken:
            lost = max(1, manners.tries // 8) if isinstance(broken, Unconnected) else 1
            vain, breaks = (0, 0) if came() - before >= PROGRESS else (vain + lost, breaks + 1)
            if vain >= manners.tries:
                raise Unreachable(f"{public(url)}: {broken} again and again; run again to go on with it") from None
            wait = dice.uniform(0, min(manners.most, manners.least * 2 ** min(breaks, 30)))
            _obey(url, broken.after, manners)
        time.sleep(max(manners.least, wait))


def _refused(url: str, passed: float, refusal: Refusal, manners: Manners) -> float:
    """After a 403 everybody rests, each time twice as long; after some in a row it is the end."""
    count = gate.refused(url, passed)
    if count >= manners.refusals:
        raise Refused(
            f"{public(url)}: refused {count} times (403), the host limits us; wait a day, then run again with a lower "
            f"MEWS_REQUESTS (now {manners.requests}), or read from s3:// inside its region"
        )
    gate.rest(url, min(manners.most, manners.least * 10 * 2**count))
    _obey(url, refusal.after, manners)
    return 0.0


def _obey(url: str, after: float, manners: Manners) -> None:
    """Retry-After holds for all; a host that wants to be left alone for longer than an hour gets its will."""
    if after > manners.longest:
        raise Refused(f"{public(url)}: the host asks for {after:.0f} seconds of rest; run again after that")
    if after > 0:
        gate.rest(url, after)


def _at_home(place: Place, name: str) -> Path:
    path = Path(place.url(name))
    if place.sample and not path.exists():
        import sample

        sample.make(place.url("").rstrip("/"))
    if not path.is_file():
        raise NotFound(f"{path}: no such file; check the folder or the list of paths")
    return path


def _target(place: Place, name: str) -> Path:
    """The name is made harmless and carries a digest of the address; data never chooses a path."""
    folder = place.manners.folder / "files"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / shard_name(place.shown(name))


@contextmanager
def _locked(target: Path) -> Iterator[Callable[[], None]]:
    """Alone with a file, until the end or until the function that is given is called."""
    descriptor = os.open(target.with_name(f"{target.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield lambda: fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)
