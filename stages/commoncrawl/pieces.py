"""A large file as several inputs, each of which is a task of its own: a piece has the records that begin in it.

No piece needs what is long before it: `warc.rows_between` finds where a record begins. Of a file that is compressed as
a whole, the first piece has all.
"""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple, cast

from stages import download
from stages.commoncrawl.ranges import BlockFile
from stages.download.origin import Origin

SEPARATE = re.compile(r"\.(?:w?arc|wet)(?:\.gz|\.zst)?$", re.I)  # names of files whose records can be compressed each
PIECE = re.compile(r"(.+)#(\d+)-(\d*)", re.S)
AT_ONCE = 16  # files whose sizes are asked for at a time


class FilePart(NamedTuple):
    """A file, or the part of it from the byte `start` to before `end` (None: to where the file ends)."""

    name: str
    start: int = 0
    end: int | None = None


def file_part(item: str) -> FilePart:
    """The piece that an input is: "x.warc.gz" is a file, "x.warc.gz#1000-2000" a part of it."""
    found = PIECE.fullmatch(item)
    return FilePart(found[1], int(found[2]), int(found[3]) if found[3] else None) if found else FilePart(item)


def in_pieces(names: Sequence[str], origin: Origin, size: int) -> list[str]:
    """The inputs that some files are, in order: those that are much larger than `size` bytes in pieces of so many."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sizes = pool.map(lambda name: _size(origin, name), names)
        return [item for name, whole in zip(names, sizes, strict=True) for item in _pieces(name, whole, size)]


def _size(origin: Origin, name: str) -> int:
    try:
        return download.read_range(origin, name, 0, 4)[1] if SEPARATE.search(name) else 0
    except download.NotFound:
        return 0  # who reads it says so, and only this file fails


def _pieces(name: str, whole: int, size: int) -> list[str]:
    """Pieces of one size, but for the last: it goes on to the end of the file, and is half a size longer at most."""
    starts = range(0, max(1, whole - size // 2), size)
    if len(starts) == 1:
        return [name]
    return [f"{name}#{start}-{start + size if start < starts[-1] else ''}" for start in starts]


@contextmanager
def opened(origin: Origin, name: str) -> Iterator[BinaryIO]:
    """A file of which a part is read: of a remote one this part is fetched, unless whole files are kept in a cache."""
    if origin.is_remote(name) and not origin.config.cache:
        yield cast("BinaryIO", BlockFile(origin, name))
        return
    with download.local(origin, name) as path, open(path, "rb") as file:
        yield file
