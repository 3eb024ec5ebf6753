"""The members of a WARC file, decompressed: whole or in pieces, and a damaged one costs itself and no other.

Common Crawl writes one gzip member a record, so that a member is found by its magic number and proved by its check sum.
A file that was written otherwise (plain, gzipped as a whole, lz4, bzip2) comes as one long member in pieces.
"""

import bz2
import io
import re
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import zstandard
from fastwarc.stream_io import GzipReader, Lz4Reader

from stages.warc.tape import PIECE, Tape

GZIP, ZSTD, LZ4, BZIP2 = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"BZh"
DICTIONARY = b"\x5d\x2a\x4d\x18"  # a skippable frame of zstd (IIPC's WARC-zstd convention)
# A WARC version line, or an ARC header line: URL, address, date, type, (up to five more in version 2,) length.
START = re.compile(
    rb"\s{0,16}(?:[Ww][Aa][Rr][Cc]/\d|[a-z]{2,10}:[^\n]{0,8000} [\da-fA-F.:]{1,45} \d{8,14} [^ \n]{0,200} "
    rb"(?:[^ \n]{1,2000} ){0,5}\d{1,12}\r?\n)"
)
LARGEST = 16 << 20  # no larger member is held whole
PROBE, LARGEST_BLOCK = 1 << 10, 132 << 10  # bytes that are tried at a time to open a member, and at most
TRUNCATED, DAMAGED = "warc:truncated", "warc:damaged"


class Piece(NamedTuple):
    """Bytes of a member, which lies in the file from `offset` to `end` as far as it was read.

    `error` says that the member breaks off after these bytes; `proved` that a member without error has all of them. A
    `plain` file is one member whose bytes are the file's.
    """

    offset: int
    end: int
    data: bytes
    first: bool = True
    error: str | None = None
    plain: bool = False
    proved: bool = True


@dataclass(frozen=True)
class Codec:
    """How members of one compression are found and opened.

    `step` compressed bytes are fed at a time and at most `limit` come out: the bound on what a bomb expands to.
    `whole` opens a member given all of its bytes, or gives None when they are not a whole and sound member.
    """

    magic: bytes
    open: Callable[[], Any]
    step: int
    limit: tuple[int, ...] = ()
    whole: Callable[[bytes], bytes | None] = lambda member: None


def members(file: BinaryIO, start: int = 0) -> Iterator[Piece]:
    """All members of a file in order, whatever its compression. Memory: a few pieces, or LARGEST for a whole member.

    `start` is where a member begins, to read on from there; it says nothing for lz4 and bzip2.
    """
    tape = Tape(file)
    head = tape.read(0, 4)
    if head == LZ4 or head[:3] == BZIP2:
        file.seek(0)
        yield from _stream(Lz4Reader(file) if head == LZ4 else bz2.BZ2File(file), tape.size)
    elif codec := _codec(tape):
        yield from _members(tape, codec, start)
    else:
        for at in range(start, tape.size, PIECE):
            data = tape.read(at, PIECE)
            yield Piece(at, at + len(data), data, at == start, plain=True, proved=False)


def _codec(tape: Tape) -> Codec | None:
    """The compression of a file's members, told by a sound one in its first megabyte when the head is lost."""
    head = tape.read(0, PIECE)
    if head.startswith(GZIP):
        return GZIP_CODEC
    if head.startswith(ZSTD) or _is_skippable(head[:4]):
        return _zstd(tape)
    codecs = () if START.match(head) else (GZIP_CODEC, _zstd(tape))
    return next((codec for codec in codecs if _resync(tape, codec, 0, PIECE) < tape.size), None)


def _members(tape: Tape, codec: Codec, at: int) -> Iterator[Piece]:
    while at < tape.size:
        if not tape.read(at, len(codec.magic)).startswith(codec.magic):
            if tape.read(at, len(DICTIONARY)) == DICTIONARY:
                codec = _zstd(tape, at)  # of another file that was put behind the first
            at = yield from _gap(tape, codec, at)
            continue
        stop = min(tape.size, at + LARGEST)
        end = tape.find(codec.magic, at + len(codec.magic) + 10, stop)
        end = stop if end < 0 else end
        data = codec.whole(tape.read(at, end - at))
        if data is None:
            at = yield from _piecewise(tape, codec, at)
        else:
            yield Piece(at, end, data)
            at = end


def _gap(tape: Tape, codec: Codec, at: int) -> Generator[Piece, None, int]:
    """Bytes between members: skippable frames and padding are nothing; other bytes are a member that lost its head."""
    head = tape.read(at, 8)
    if _is_skippable(head):
        return at + 8 + int.from_bytes(head[4:], "little")
    end = _resync(tape, codec, at, tape.size)
    if tape.read(at, min(end - at, PIECE)).strip(b"\0\r\n"):
        yield Piece(at, end, b"", error=DAMAGED)
    return end


def _piecewise(tape: Tape, codec: Codec, at: int) -> Generator[Piece, None, int]:
    """A member whose length is not known beforehand; returns where the next one begins."""
    stream, place, first, sound = codec.open(), at, True, True
    while sound and not stream.eof and (taken := stream.unconsumed_tail or tape.read(place, codec.step)):
        place += 0 if stream.unconsumed_tail else len(taken)
        data, sound = decompress(stream, taken, codec.limit)
        if data:
            yield Piece(at, place, data, first)
            first = False
    if sound and stream.eof:
        end = place - len(stream.unused_data)
        yield Piece(at, end, b"", first)
        return end
    end = _resync(tape, codec, at + 1, tape.size)
    yield Piece(at, end, b"", first, TRUNCATED if sound and end == tape.size else DAMAGED)
    return end


def decompress(stream: Any, taken: bytes, limit: tuple[int, ...]) -> tuple[bytes, bool]:
    """What comes out, and whether it did so without a defect. All that zlib gives before a defect is kept."""
    saved, data = stream.copy() if hasattr(stream, "copy") else None, []
    try:
        return stream.decompress(taken, *limit), True
    except zstandard.ZstdError:
        return b"", False
    except zlib.error:
        assert saved
    try:
        for i in range(len(taken)):
            data.append(saved.decompress(taken[i : i + 1]))
    except zlib.error:
        pass  # this is the byte that cannot be understood
    return b"".join(data), False


def _resync(tape: Tape, codec: Codec, at: int, stop: int) -> int:
    """Where the next member is that opens and begins like a record; the file's end when none is found before `stop`."""
    while (at := tape.find(codec.magic, at, stop)) >= 0:
        if _begins(tape, codec, at):
            return at
        at += 1  # these bytes only look like a member's head
    return tape.size


def _begins(tape: Tape, codec: Codec, at: int) -> bool:
    """Whether a member opens here and begins like a record; zstd tells nothing before its first block is whole."""
    stream, data = codec.open(), b""
    try:
        for place in range(at, min(at + LARGEST_BLOCK, tape.size), PROBE):
            if data := stream.decompress(tape.read(place, PROBE), *codec.limit):
                break
    except (zlib.error, zstandard.ZstdError, EOFError):
        return False
    return bool(START.match(data))


def _stream(reader: Any, size: int) -> Iterator[Piece]:
    """A compression that is read from its beginning to its end, or to its first defect."""
    data, first, error = b" ", True, None
    while data:
        try:
            data = reader.read(PIECE)
        except (OSError, EOFError):
            data, error = b"", DAMAGED
        yield Piece(0, size, data, first, error, proved=not isinstance(reader, Lz4Reader))
        first = False


def _whole_gzip(member: bytes) -> bytes | None:
    """A member is whole when it opens, its check sum is right and its bytes are as many as its trailer says."""
    size = int.from_bytes(member[-4:], "little")
    if size > LARGEST:
        return None
    try:
        data = GzipReader(io.BytesIO(member), buffer_size=1 << 16).read(size + 1)  # the quickest size
    except OSError:
        return None
    return data if len(data) == size else None


def _is_skippable(head: bytes) -> bool:
    return len(head) >= 4 and head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50


def _zstd(tape: Tape, at: int = 0) -> Codec:
    """Frames of zstd, whose dictionary is in the skippable frame here, itself compressed or not."""
    head, dictionary = tape.read(at, 8), None
    if head[:4] == DICTIONARY:
        raw = tape.read(at + 8, min(int.from_bytes(head[4:], "little"), LARGEST))
        try:
            raw = zstandard.ZstdDecompressor().decompress(raw, LARGEST) if raw.startswith(ZSTD) else raw
        except zstandard.ZstdError:
            raw = b""  # what was written with it is lost
        dictionary = zstandard.ZstdCompressionDict(raw)
    return Codec(ZSTD, zstandard.ZstdDecompressor(dict_data=dictionary).decompressobj, 1 << 10)


GZIP_CODEC = Codec(GZIP, lambda: zlib.decompressobj(31), 1 << 16, (PIECE,), _whole_gzip)
