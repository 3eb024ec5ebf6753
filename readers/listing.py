"""What lies at an address: the files of a folder, a pattern or one file, on a disk, an object store or the web."""

import fnmatch
import os
import posixpath
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.fs as pafs

from pipeline import store
from pipeline.errors import BadInput, UsageError
from pipeline.root import redact
from readers.unpack import ENDINGS as PACKED

ENDINGS = (".parquet", *(kind + packed for kind in (".jsonl", ".ndjson") for packed in ("", *PACKED)))
ENDINGS += tuple(f".json{packed}" for packed in PACKED)  # plain .json is rarely lines; give such a file by its name
WEB = ("http://", "https://")
Fetch = Callable[[str], AbstractContextManager[Path]]  # a file of the web on the local disk, while it is needed


class Folder:
    """Where files lie, and how one of the web is fetched.

    An address may hold keys. Not a dataclass, so that repr does not show them.
    """

    __slots__ = ("address", "fetch")

    def __init__(self, address: str, fetch: Fetch | None = None):
        self.address, self.fetch = address, fetch

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Folder) and self.address == other.address

    def __hash__(self) -> int:
        return hash(self.address)

    def fingerprinted(self) -> object:
        """Nothing: the same files elsewhere are the same files."""
        return ()

    def __repr__(self) -> str:
        return f"Folder({redact(self.address)})"

    def file(self, name: str) -> str:
        """Where a file lies: to open, not to show."""
        path, question, query = self.address.partition("?") if "://" in self.address else (self.address, "", "")
        return f"{path}/{name}{question}{query}"

    @property
    def is_remote(self) -> bool:
        """Whether it lies on the web, of which whole files are fetched."""
        return self.address.startswith(WEB)

    def shown(self, name: str) -> str:
        """The same without what may be secret."""
        return redact(self.file(name))

    @contextmanager
    def open(self, name: str) -> Iterator[pa.NativeFile]:
        """A file, to be read from any place in it. Raises BadInput when it is gone, UsageError without `fetch`."""
        with self._at_hand(name) as (filesystem, path):
            try:
                file = filesystem.open_input_file(path)
            except FileNotFoundError:
                raise BadInput(f"{self.shown(name)}: no such file; run again, to find what is there now") from None
            with file:
                yield file

    def _at_hand(self, name: str) -> AbstractContextManager[tuple[pafs.FileSystem, str]]:
        if self.is_remote:
            return self._fetched(name)
        return nullcontext(store.locate(self.address, name))

    @contextmanager
    def _fetched(self, name: str) -> Iterator[tuple[pafs.FileSystem, str]]:
        if self.fetch is None:
            raise UsageError(f"{self.shown(name)} lies on the web, where nothing can be read from here: fetch it first")
        with self.fetch(self.file(name)) as path:
            yield pafs.LocalFileSystem(), str(path)


@dataclass(frozen=True)
class Listed:
    """A file of a folder: its name there, its bytes (None on the web), and what tells that it was replaced."""

    name: str
    size: int | None
    version: str


def listed(address: str, fetch: Fetch | None = None, endings: tuple[str, ...] = ENDINGS) -> tuple[Folder, list[Listed]]:
    """The files at an address, in the order of their names: all below a folder that have one of the endings, those that
    match a pattern ("data/2024-*/*.parquet"), or the one that is named, whatever its ending.

    Files and folders whose names begin with "." or "_" are left out. Raises UsageError when nothing is there.
    """
    if address.startswith(WEB):
        folder, name = parent(address)
        return Folder(folder, fetch), [Listed(name, None, redact(address))]
    base, pattern = _pattern(address)
    if pattern and _exists(address):
        base, pattern = address if "://" in address else _absolute(address), ""
    filesystem, path = store.open_root(base)
    if not pattern and filesystem.get_file_info(path).type == pafs.FileType.File:
        folder, name = parent(address)
        return Folder(folder), [_listed(folder, name, filesystem.get_file_info(path))]
    found = {}
    for info in filesystem.get_file_info(pafs.FileSelector(path, allow_not_found=True, recursive=True)):
        name = posixpath.relpath(info.path, path)
        if info.type == pafs.FileType.File and _is_wanted(name, pattern, endings):
            found[name] = info
    if not found:
        raise UsageError(f"no Parquet or JSONL file in {redact(address)}; give a folder, a pattern or a file")
    return Folder(base), [_listed(base, name, info) for name, info in sorted(found.items())]


def _exists(address: str) -> bool:
    """Whether something lies at an address as it is written, such as a folder whose name holds brackets."""
    filesystem, path = store.open_root(address)
    return filesystem.get_file_info(path).type != pafs.FileType.NotFound


def _listed(folder: str, name: str, info: pafs.FileInfo) -> Listed:
    return Listed(name, info.size, f"{Folder(folder).shown(name)}:{info.size}:{info.mtime_ns}")


def _is_wanted(name: str, pattern: str, endings: tuple[str, ...]) -> bool:
    hidden = any(part.startswith((".", "_")) for part in name.split("/"))
    return not hidden and name.lower().endswith(endings) and fnmatch.fnmatchcase(name, pattern or "*")


def _pattern(address: str) -> tuple[str, str]:
    """The folder before the first part of an address that holds a wildcard, and the pattern of names in it."""
    path, question, query = address.partition("?") if "://" in address else (address, "", "")
    parts = path.split("/")
    first = next((n for n, part in enumerate(parts) if re.search(r"[*?\[]", part)), len(parts))
    base = "/".join(parts[:first]) or ("/" if path.startswith("/") else ".")
    base = base if "://" in address else _absolute(base)
    return base + question + query, "/".join(parts[first:])


def parent(address: str) -> tuple[str, str]:
    """The folder that a file or folder lies in, and its name there; a URL's query stays with the folder."""
    path, question, query = address.partition("?") if "://" in address else (address, "", "")
    path = path.rstrip("/") if "://" in address else _absolute(path)
    folder, _, name = path.rpartition("/")
    return (folder or "/") + question + query, name


def _absolute(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path))
