"""Files that were compressed once more on their way, by a proxy or by hand."""

import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fastwarc.stream_io import GzipReader

from stages.warc.buffered import READ_SIZE, BufferedFile
from stages.warc.members import GZIP

PROBE = 1 << 12


@contextmanager
def unwrap_gzip(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file; when its gzip holds gzip, open what is inside."""
    with open(path, "rb") as file, unwrapped(file) as inner:
        yield inner


@contextmanager
def unwrapped(file: BinaryIO) -> Iterator[BinaryIO]:
    """An open file, or what is inside when its gzip holds gzip.

    The inner file is unpacked to a temporary file, and offsets of records count in it.
    """
    buffered = BufferedFile(file)
    if not _is_wrapped(buffered):
        yield file
        return
    with tempfile.TemporaryFile() as inner:
        _unpack(file, inner, most=2 * buffered.size + READ_SIZE)
        yield inner


def _is_wrapped(file: BufferedFile) -> bool:
    head = file.read(0, PROBE)
    try:
        return head.startswith(GZIP) and zlib.decompressobj(31).decompress(head, len(GZIP)) == GZIP
    except zlib.error:
        return False


def _unpack(file: BinaryIO, inner: BinaryIO, most: int) -> None:
    """Unpack up to the first defect, and at most `most` bytes: compressed data hardly shrinks again, a bomb does."""
    file.seek(0)
    reader = GzipReader(file)
    try:
        while inner.tell() < most and (data := reader.read(READ_SIZE)):
            inner.write(data)
    except (OSError, EOFError):
        return  # the records before the defect are kept; the last one is seen to be truncated
