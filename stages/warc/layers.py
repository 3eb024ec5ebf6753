"""A file that was compressed once more on its way, by a proxy or by hand: read without that layer."""

import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fastwarc.stream_io import GzipReader

from stages.warc.members import GZIP
from stages.warc.tape import PIECE, Tape

PROBE = 1 << 12


@contextmanager
def bare(path: str | Path) -> Iterator[BinaryIO]:
    """The file, open; one whose gzip holds gzip is unpacked to a temporary file, where its records' offsets count."""
    with open(path, "rb") as file:
        tape = Tape(file)
        if not _is_wrapped(tape):
            yield file
            return
        with tempfile.TemporaryFile() as inner:
            _unpack(file, inner, most=2 * tape.size + PIECE)
            yield inner


def _is_wrapped(tape: Tape) -> bool:
    head = tape.read(0, PROBE)
    try:
        return head.startswith(GZIP) and zlib.decompressobj(31).decompress(head, len(GZIP)) == GZIP
    except zlib.error:
        return False


def _unpack(file: BinaryIO, inner: BinaryIO, most: int) -> None:
    """All up to the first defect. What is compressed already grows no smaller, so that more than `most` is a bomb."""
    file.seek(0)
    reader = GzipReader(file)
    try:
        while inner.tell() < most and (data := reader.read(PIECE)):
            inner.write(data)
    except (OSError, EOFError):
        return  # the records that came before it are there, and the last one is seen to be cut
