"""One run at a time on a root: a file lock on a disk, a lease in an object store.

The lease is an object `.lock` that a run creates on the condition that there is none (`If-None-Match: *`) and renews
on the condition that nobody else has (`If-Match`), every `RENEWED` seconds while it lives. A run that was killed
leaves its lease behind: it is taken over when its process is gone (seen on the same machine), or when it has not been
renewed for `STALE` seconds by the clock of the store, or since that clock was set back.
"""

import contextlib
import fcntl
import logging
import os
import threading
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import obstore
import pyarrow.fs as pafs
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import ObjectStore

from pipeline.bucket import open_bucket
from pipeline.errors import LeaseLost, UsageError
from pipeline.holder import Holder, this_process
from pipeline.root import redact
from pipeline.store import open_root

NAME = ".lock"
RENEWED, STALE = 15.0, 90.0  # seconds
CHANGED = (AlreadyExistsError, PreconditionError, FileNotFoundError)  # a condition that does not hold
log = logging.getLogger(__name__)


class Lease:
    """What a run holds a root by."""

    def check(self) -> None:
        """Raise LeaseLost when another run has taken the root over."""

    def release(self) -> None:
        """Let others have the root."""


@contextmanager
def held(root: str) -> Generator[Lease]:
    """Hold a root against other runs for the time of the block.

    Raises UsageError that names the holder when a run holds it. On a file system without locks, and in an object
    store that can do nothing on a condition, nothing is held; the log says so.
    """
    filesystem, path = open_root(root)
    local = isinstance(filesystem, pafs.LocalFileSystem)
    lease = _locked(root, path) if local else _leased(root, filesystem, path)
    try:
        yield lease
    finally:
        lease.release()


class FileLock(Lease):
    """An advisory lock on `<root>/.lock`, which ends with the process."""

    def __init__(self, descriptor: int):
        self._descriptor = descriptor

    def release(self) -> None:
        """Let others have the root."""
        os.close(self._descriptor)


def _locked(root: str, path: str) -> Lease:
    os.makedirs(path, exist_ok=True)
    descriptor = os.open(os.path.join(path, NAME), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = Holder.from_json(os.read(descriptor, 4096))
        os.close(descriptor)
        raise UsageError(_taken(root, holder)) from None
    except OSError as error:
        _unheld(root, error.strerror or str(error))
        return FileLock(descriptor)
    os.truncate(descriptor, 0)
    os.write(descriptor, this_process().to_json())
    return FileLock(descriptor)


def _leased(root: str, filesystem: pafs.FileSystem, path: str) -> Lease:
    try:
        bucket, _, prefix = path.partition("/")
        return StoreLease(root, open_bucket(filesystem, bucket), f"{prefix}/{NAME}".lstrip("/"))
    except (BaseError, OSError, NotImplementedError) as error:
        _unheld(root, redact(str(error).split("\n")[0])[:200])
        return Lease()


class StoreLease(Lease):
    """A lease in an object store, renewed by a thread of its own."""

    def __init__(self, root: str, bucket: ObjectStore, name: str):
        self._root, self._bucket, self._name = root, bucket, name
        self._me, self._lost = this_process(), ""
        self._version = self._take()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise LeaseLost when another run has taken the root over."""
        if self._lost:
            raise LeaseLost(f"{redact(self._root)} was taken over by {self._lost}; this run ends, what it made is kept")

    def release(self) -> None:
        """Let others have the root."""
        self._ended.set()
        self._thread.join()
        if not self._lost:
            with contextlib.suppress(BaseError, OSError):  # it grows stale instead
                obstore.delete(self._bucket, self._name)

    def _take(self) -> dict[str, str]:
        """The version of the lease that is now ours. Raises UsageError when it is another run's."""
        for _ in range(3):
            try:
                version = self._put("create")
            except CHANGED:
                version = self._take_over()
            else:
                self._must_refuse()
            if version:
                return version
        raise UsageError(_taken(self._root, None))

    def _take_over(self) -> dict[str, str] | None:
        """The version of a lease that its run left behind; None when it went, or changed, meanwhile."""
        try:
            holder, version, age = self._read()
            if abs(age) <= STALE and not (holder and holder.gone):
                raise UsageError(_taken(self._root, holder))
            return self._put(version)
        except CHANGED:
            return None

    def _must_refuse(self) -> None:
        """Raise NotImplementedError when the store overwrites what it was told to create."""
        with contextlib.suppress(*CHANGED):
            self._put("create")
            raise NotImplementedError("the store takes no notice of conditions")

    def _put(self, mode: Any) -> dict[str, str]:
        """Write the lease on a condition; its content is new each time, since versions are made from it."""
        content = self._me.to_json(renewed=uuid.uuid4().hex)
        made = obstore.put(self._bucket, self._name, content, mode=mode)
        return {key: value for key, value in made.items() if isinstance(value, str)}

    def _read(self) -> tuple[Holder | None, dict[str, str], float]:
        """Who holds the lease, its version, and its age in seconds by the clock of the store."""
        found = obstore.get(self._bucket, self._name)
        probe = f"{self._name}.{uuid.uuid4().hex}"
        obstore.put(self._bucket, probe, b"")
        now = obstore.head(self._bucket, probe)["last_modified"]
        obstore.delete(self._bucket, probe)
        version = {key: value for key in ("e_tag", "version") if (value := found.meta[key])}
        age = (now - found.meta["last_modified"]).total_seconds()
        return Holder.from_json(bytes(found.bytes())), version, age

    def _renew(self) -> None:
        while not self._lost and not self._ended.wait(RENEWED):
            with contextlib.suppress(BaseError, OSError):  # the store is out of reach; the next time may do
                self._renew_once()

    def _renew_once(self) -> None:
        try:
            self._version = self._put(self._version)
        except CHANGED:
            try:
                holder, self._version, _ = self._read()
            except FileNotFoundError:  # a person deleted it
                self._version = self._put("create")
                return
            if not holder or holder.id != self._me.id:  # else our renewal came through, and its answer did not
                self._lost = str(holder or "another run")


def _taken(root: str, holder: Holder | None) -> str:
    who = f" ({holder})" if holder else ""
    return f"another run is at work on {redact(root)}{who}; wait for it, or choose another root"


def _unheld(root: str, why: str) -> None:
    log.warning("%s cannot be held against other runs (%s); see that no other run works on it", redact(root), why)
