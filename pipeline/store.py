"""Files of a run, on a local disk or an object store: written whole or not at all.

A root is a local path or a URL that pyarrow knows (`s3://bucket/prefix`, `gs://...`). Below it lie
`<stage>/<shard>.parquet` (of a Scatter `.buckets`), `<stage>.rejects/`, `quarantine/<stage>/`,
`receipts/<stage>/<shard>.json` and `plan/`.
"""

import fcntl
import functools
import hashlib
import io
import json
import os
import re
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

import pyarrow as pa
import pyarrow.fs as pafs

from pipeline.errors import UsageError


@functools.cache
def open_root(root: str) -> tuple[pafs.FileSystem, str]:
    """The file system of a root and the path in it. Raises UsageError when the URL is not understood."""
    if not root:
        raise UsageError("the root is empty; give a folder or an object-store URL")
    if "://" not in root:
        return pafs.LocalFileSystem(), os.path.abspath(os.path.expanduser(root))
    try:
        filesystem, path = pafs.FileSystem.from_uri(root)
    except (pa.ArrowInvalid, OSError) as error:
        why = redact(" ".join(str(error).split()))[:300]
        raise UsageError(f"cannot open {redact(root)}: {why}; give a local path or s3://bucket/prefix") from None
    return filesystem, path.rstrip("/")


def redact(text: str) -> str:
    """The text without what URLs may hold of keys: user info and query."""
    text = re.sub(r"(\w+://[^?\s]*)\?\S*", r"\1", text)
    # A secret key of S3 may hold slashes; a bucket's name holds no colon.
    return re.sub(r"(\w+://)[^/@\s]*@|(s3://)[^/@:\s]*:[^@\s]*@", r"\1\2", text)


def locate(root: str, name: str) -> tuple[pafs.FileSystem, str]:
    filesystem, base = open_root(root)
    return filesystem, f"{base}/{name}"


def exists(root: str, name: str) -> bool:
    filesystem, path = locate(root, name)
    return filesystem.get_file_info(path).type == pafs.FileType.File


def sizes(root: str, folder: str) -> dict[str, int]:
    """The files directly in a folder with their bytes, by name, hidden ones left out; empty without such a folder."""
    filesystem, path = locate(root, folder)
    infos = filesystem.get_file_info(pafs.FileSelector(path, allow_not_found=True))
    files = [i for i in infos if i.type == pafs.FileType.File and not i.base_name.startswith(".")]
    return {i.base_name: i.size for i in sorted(files, key=lambda i: i.base_name)}


def listing(root: str, folder: str) -> list[str]:
    """Names of the files directly in a folder, sorted, hidden ones left out; empty when there is no such folder."""
    return list(sizes(root, folder))


def read_bytes(root: str, name: str) -> bytes:
    filesystem, path = locate(root, name)
    with filesystem.open_input_stream(path) as stream:
        return stream.read()


def digest_of(root: str, name: str) -> str:
    """The digest of a file's bytes, as `FileInfo` has it."""
    filesystem, path = locate(root, name)
    digest = hashlib.blake2b(digest_size=16)
    with filesystem.open_input_stream(path) as stream:
        while piece := stream.read(8 << 20):
            digest.update(piece)
    return digest.hexdigest()


def remove(root: str, name: str) -> None:
    """Delete a file; nothing happens when there is none."""
    if exists(root, name):
        filesystem, path = locate(root, name)
        filesystem.delete_file(path)


class FileInfo(NamedTuple):
    """A file as it was written: its digest (BLAKE2b-128, hex), rows and bytes."""

    digest: str
    rows: int
    bytes: int


class HashingWriter(io.RawIOBase):
    """A file being written that knows its digest (BLAKE2b, 128 bits, hexadecimal) and its size in bytes."""

    def __init__(self, file: IO[bytes]):
        self._file, self._hash, self.size = file, hashlib.blake2b(digest_size=16), 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def writing(root: str, name: str) -> Iterator[HashingWriter]:
    """A sink whose bytes appear under `name` when the block ends well, and not at all when it raises.

    Local: written beside its name, synced, renamed. Object store: spooled here, then one put.
    """
    filesystem, path = locate(root, name)
    if not isinstance(filesystem, pafs.LocalFileSystem):
        with tempfile.TemporaryFile() as spool:
            yield HashingWriter(spool)
            spool.seek(0)
            with filesystem.open_output_stream(path) as target:
                while chunk := spool.read(8 << 20):
                    target.write(chunk)
        return
    folder, base = os.path.split(path)
    os.makedirs(folder, exist_ok=True)
    part = os.path.join(folder, f".{base}.{uuid.uuid4().hex}.part")
    try:
        with open(part, "wb") as file:
            yield HashingWriter(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        if os.path.exists(part):
            os.unlink(part)
        raise
    _sync_folder(folder)


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_bytes(root: str, name: str, data: bytes) -> None:
    with writing(root, name) as sink:
        sink.write(data)


def read_json(root: str, name: str) -> Any:
    """What a JSON file holds; None when it is not there or cannot be read as JSON."""
    try:
        return json.loads(read_bytes(root, name))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def write_json(root: str, name: str, value: Any) -> None:
    write_bytes(root, name, json.dumps(value).encode())


def sweep_parts(root: str) -> None:
    """Delete what a killed writer left beside a name. Local roots only; object stores show nothing unfinished."""
    filesystem, path = open_root(root)
    if isinstance(filesystem, pafs.LocalFileSystem):
        for folder, _, files in os.walk(path):
            for file in files:
                if file.startswith(".") and file.endswith(".part"):
                    os.unlink(os.path.join(folder, file))


def lock(root: str) -> int | None:
    """Hold a local root against other runs until the descriptor is closed. Raises UsageError when a run holds it.

    An object store has no locks, nor have some network file systems.
    """
    filesystem, path = open_root(root)
    if not isinstance(filesystem, pafs.LocalFileSystem):
        return None
    os.makedirs(path, exist_ok=True)
    descriptor = os.open(os.path.join(path, ".lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise UsageError(f"another run is at work on {root}; wait for it, or choose another root") from None
    except OSError:
        return descriptor
    return descriptor
