"""A long list of lines held once a machine: a sorted file of hashes, mapped into the memory of every process."""

import os
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import xxhash

from pipeline.cache_folder import cache_folder
from pipeline.hashing import file_digest

_digest = cache(file_digest)  # two lists lie in one archive


@cache
def hashes(path: Path, member: str = "") -> np.ndarray:
    """The xxh3-64 of every line, sorted: uint64, read-only, shared between processes; built when it is not there yet.

    `path` is a text file, or a tar archive with the text in `member`. Blank lines and those that begin with # do not
    count. A line that is not in the list is taken for one that is with probability lines / 2**64.
    """
    built = cache_folder() / f"{_digest(path)[:16]}-{member or 'lines'}.npy"
    if not built.exists():
        built.parent.mkdir(parents=True, exist_ok=True)
        partial = built.with_suffix(f".{os.getpid()}")
        with partial.open("wb") as file:
            np.save(file, np.unique(np.fromiter(_hashed(path, member), np.uint64)))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(built)
    return np.asarray(np.load(built, mmap_mode="r"))


def _hashed(path: Path, member: str) -> Iterator[int]:
    for line in _lines(path, member):
        if (line := line.strip()) and not line.startswith(b"#"):
            yield xxhash.xxh3_64_intdigest(line)


def _lines(path: Path, member: str) -> Iterator[bytes]:
    if not member:
        with path.open("rb") as file:
            yield from file
        return
    with tarfile.open(path) as archive:
        file = archive.extractfile(member)
        assert file, f"{path}: {member} is no file"
        yield from file


def first_found(table: np.ndarray, lines: list[str]) -> int | None:
    """The position of the first of the lines that is in a sorted table of hashes."""
    keys = np.fromiter(map(xxhash.xxh3_64_intdigest, lines), np.uint64, len(lines))
    places = table.searchsorted(keys)
    places[places == len(table)] = 0
    hits = table[places] == keys if len(table) else np.zeros(len(keys), bool)
    return int(hits.argmax()) if hits.any() else None
