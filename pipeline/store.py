"""Files of a run, on a local disk or an object store: written whole or not at all.

A root is a local path or a URL that pyarrow knows (`s3://bucket/prefix`, `gs://...`). Below it lie
`<stage>/<shard>.parquet` (of a Scatter `.buckets`), `<stage>.rejects/`, `quarantine/<stage>/`,
`receipts/<stage>/<shard>.json` and `plan/`.
"""

import contextlib
import functools
import io
import json
import os
import tempfile
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

import pyarrow as pa
import pyarrow.fs as pafs

from pipeline.errors import UsageError
from pipeline.hashing import new_digest
from pipeline.root import as_uri, checked, redact


@functools.cache
def open_root(root: str) -> tuple[pafs.FileSystem, str]:
    """The file system of a root and the path in it. Raises UsageError when it cannot be a root."""
    url = checked(root)
    if "://" not in url:
        return pafs.LocalFileSystem(), os.path.abspath(os.path.expanduser(url))
    try:
        filesystem, path = pafs.FileSystem.from_uri(as_uri(url))
    except (pa.ArrowInvalid, OSError) as error:
        why = redact(" ".join(str(error).split()))[:300]
        raise UsageError(f"cannot open {redact(root)}: {why}; give a local path or s3://bucket/prefix") from None
    return filesystem, path.rstrip("/")


def is_local(root: str) -> bool:
    """Whether a root lies on a file system of this machine, and not in an object store."""
    return isinstance(open_root(root)[0], pafs.LocalFileSystem)


def locate(root: str, name: str) -> tuple[pafs.FileSystem, str]:
    """The file system of a root, and the path in it of a file named relative to the root."""
    filesystem, base = open_root(root)
    return filesystem, f"{base}/{name}"


def exists(root: str, name: str) -> bool:
    """Whether there is a file of this name; a folder is none."""
    filesystem, path = locate(root, name)
    return filesystem.get_file_info(path).type == pafs.FileType.File


def sizes(root: str, folder: str, recursive: bool = False) -> dict[str, int]:
    """The files in a folder with their bytes, by name relative to the folder, sorted; empty without such a folder.

    With `recursive`, those of its subfolders too. Files and folders whose name begins with a dot are left out.
    """
    filesystem, path = locate(root, folder)
    infos = filesystem.get_file_info(pafs.FileSelector(path, allow_not_found=True, recursive=recursive))
    cut, file = len(path.rstrip("/")), pafs.FileType.File
    named = sorted((i.path[cut:], i.size) for i in infos if i.type == file)
    return {name[1:]: size for name, size in named if "/." not in name}


def listing(root: str, folder: str, recursive: bool = False) -> list[str]:
    """Names of the files in a folder, as `sizes` has them."""
    return list(sizes(root, folder, recursive))


def read_bytes(root: str, name: str) -> bytes:
    """The content of a file. Raises FileNotFoundError when there is none."""
    filesystem, path = locate(root, name)
    with filesystem.open_input_stream(path) as stream:
        return stream.read()


def digest_of(root: str, name: str) -> str:
    """The digest of a file's bytes, as `FileInfo` has it. Raises FileNotFoundError when there is no file."""
    filesystem, path = locate(root, name)
    digest = new_digest()
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
    """A file as it was written: its digest (BLAKE2b-128, hex), rows and bytes; `memory` are those before compression,
    0 of what is no Parquet.
    """

    digest: str
    rows: int
    bytes: int
    memory: int = 0


class HashingWriter(io.RawIOBase):
    """A file being written that knows its digest (BLAKE2b, 128 bits, hexadecimal) and its size in bytes."""

    def __init__(self, file: IO[bytes]):
        self._file, self._hash, self.size = file, new_digest(), 0

    def writable(self) -> bool:
        """True: what pyarrow asks before it writes."""
        return True

    def write(self, data: Any) -> int:
        """Write bytes, or anything that has a buffer of bytes; returns how many."""
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    @property
    def digest(self) -> str:
        """The digest of the bytes written so far."""
        return self._hash.hexdigest()


@contextmanager
def writing(root: str, name: str) -> Generator[HashingWriter]:
    """A writer whose bytes appear under `name` when the block ends well, and not at all when it raises.

    On a local disk as in `replacing`. For an object store they are kept in a temporary file, then put at once.
    """
    filesystem, path = locate(root, name)
    if isinstance(filesystem, pafs.LocalFileSystem):
        with replacing(path) as part, open(part, "wb") as file:
            yield HashingWriter(file)
        return
    with tempfile.TemporaryFile() as spool:
        yield HashingWriter(spool)
        spool.seek(0)
        with filesystem.open_output_stream(path) as target:
            while chunk := spool.read(8 << 20):
                target.write(chunk)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Generator[str]:
    """The name of a new file beside a local `path`, which it replaces when the block ends well.

    The file is synced before it is renamed and its folder after, so that `path` holds all of it or what it held
    before. When the block raises, the new file is deleted. Folders are made as needed.
    """
    folder, base = os.path.split(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    part = os.path.join(folder, f".{base}.{uuid.uuid4().hex}.part")
    try:
        yield part
        _sync(part)
        os.replace(part, path)
    except BaseException:
        if os.path.exists(part):
            os.unlink(part)
        raise
    _sync(folder)


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_bytes(root: str, name: str, data: bytes) -> None:
    """Write a whole file, as in `writing`."""
    with writing(root, name) as sink:
        sink.write(data)


def read_json(root: str, name: str) -> Any:
    """What a JSON file holds; None when it is not there or cannot be read as JSON."""
    try:
        return json.loads(read_bytes(root, name))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def write_json(root: str, name: str, value: Any) -> None:
    """Write a value as a JSON file."""
    write_bytes(root, name, json.dumps(value).encode())


def sweep_parts(root: str) -> None:
    """Delete what a killed writer left beside a name. Local roots only; object stores show nothing unfinished.

    A worker outlives its driver for a moment, and may be renaming or deleting its own.
    """
    filesystem, path = open_root(root)
    if isinstance(filesystem, pafs.LocalFileSystem):
        for folder, _, files in os.walk(path):
            for file in files:
                if file.startswith(".") and file.endswith(".part"):
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(os.path.join(folder, file))
