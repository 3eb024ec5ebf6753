"""Files on a local disk, from wherever they lie: fetched politely, resumed after a break, never half there."""

import errno
import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import DiskFull as DiskFull
from pipeline.errors import MewsError
from pipeline.stage import shard_name
from stages.download.attempts import NotFound as NotFound
from stages.download.attempts import Refused as Refused
from stages.download.attempts import Unreachable as Unreachable
from stages.download.attempts import retry
from stages.download.origin import FetchConfig, Origin
from stages.download.partial import PartialFile
from stages.download.request import fetch_missing, fetch_range


@contextmanager
def local(origin: Origin, name: str, keep: bool = False) -> Iterator[Path]:
    """A file on the local disk while it is needed; a fetched one is deleted then, or kept in the cache.

    Raises NotFound, Unreachable, Refused or DiskFull. Two processes that want the same file take turns, but read a kept
    one side by side.
    """
    if not origin.is_remote(name):
        yield _local_path(origin, name)
        return
    target = _target(origin, name)
    with _locked(target) as unlock:
        if not target.exists():
            fetch(origin.url(name), target, origin.config)
        if keep or origin.config.cache:
            unlock()
            yield target
            return
        try:
            yield target
        finally:
            target.unlink(missing_ok=True)


def prefetch(origin: Origin, name: str) -> None:
    """Begin to fetch a file that this machine will soon read. An error is left to the reading, which meets it again."""

    def run() -> None:
        try:
            with _locked(target):
                if not target.exists():
                    fetch(origin.url(name), target, origin.config)
        except (MewsError, OSError):
            return

    if origin.is_remote(name) and not (target := _target(origin, name)).exists():
        threading.Thread(target=run, name=f"prefetch {target.name}", daemon=True).start()


def fetch(url: str, target: Path, config: FetchConfig) -> None:
    """Fetch a whole file to `target`; after a break only what is missing is requested."""
    part = PartialFile(target)
    try:
        if not part.whole:
            retry(url, config, target.name, lambda: fetch_missing(url, part, config), lambda: part.size)
        part.finish()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        part.path.unlink(missing_ok=True)  # room for the files that others are fetching
        raise DiskFull(f"{target.parent}: the disk is full; free some, or set MEWS_CACHE to a larger one") from None


def read_range(origin: Origin, name: str, offset: int, length: int) -> tuple[bytes, int]:
    """`length` bytes of a file from `offset` on, fewer at its end, and the size of the file. As polite as `local`."""
    url, config = origin.url(name), origin.config
    if origin.is_remote(name):
        return retry(url, config, f"{name}@{offset}", lambda: fetch_range(url, offset, length, config))
    path = _local_path(origin, name)
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(length), path.stat().st_size


def _local_path(origin: Origin, name: str) -> Path:
    path = Path(origin.url(name))
    if origin.sample and not path.exists():
        import sample

        sample.make(origin.url("").rstrip("/"))
    if not path.is_file():
        raise NotFound(f"{path}: no such file; check the folder or the list of paths")
    return path


def _target(origin: Origin, name: str) -> Path:
    """Where a fetched file lies. The name is made harmless and carries a digest of the URL: data chooses no path."""
    folder = origin.config.folder / "files"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / shard_name(origin.shown(name))


@contextmanager
def _locked(target: Path) -> Iterator[Callable[[], None]]:
    """No other process has the file until the end, or until the function that is given is called."""
    descriptor = os.open(target.with_name(f"{target.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield lambda: fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)
