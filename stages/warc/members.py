"""The members of a WARC file, decompressed: whole or in chunks, and a damaged one costs itself and no other.

Common Crawl writes one gzip member a record, so that a member is found by its magic number and proved by its check sum.
A file that was written otherwise (plain, gzipped as a whole, lz4, bzip2) comes as one long member in chunks.
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

from stages.warc.buffered import READ_SIZE, BufferedFile

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


class Chunk(NamedTuple):
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
    whole: Callable[[bytes], bytes | None] = lambda _member: None


def file_members(file: BinaryIO, start: int = 0) -> Iterator[Chunk]:
    """All members of a file in order, whatever its compression. Memory: a few chunks, or LARGEST for a whole member.

    `start` is where a member begins, to read on from there; it says nothing for lz4 and bzip2.
    """
    source = BufferedFile(file)
    head = source.read(0, 4)
    if head == LZ4 or head[:3] == BZIP2:
        file.seek(0)
        yield from _stream(Lz4Reader(file) if head == LZ4 else bz2.BZ2File(file), source.size)
    elif codec := _codec(source):
        yield from _members(source, codec, start)
    else:
        for at in range(start, source.size, READ_SIZE):
            data = source.read(at, READ_SIZE)
            yield Chunk(at, at + len(data), data, at == start, plain=True, proved=False)


def _codec(file: BufferedFile) -> Codec | None:
    """The compression of a file's members, told by a sound one in its first megabyte when the head is lost."""
    head = file.read(0, READ_SIZE)
    if head.startswith(GZIP):
        return GZIP_CODEC
    if head.startswith(ZSTD) or _is_skippable(head[:4]):
        return _zstd(file)
    codecs = () if START.match(head) else (GZIP_CODEC, _zstd(file))
    return next((codec for codec in codecs if _resync(file, codec, 0, READ_SIZE) < file.size), None)


def _members(file: BufferedFile, codec: Codec, at: int) -> Iterator[Chunk]:
    while at < file.size:
        if not file.read(at, len(codec.magic)).startswith(codec.magic):
            if file.read(at, len(DICTIONARY)) == DICTIONARY:
                codec = _zstd(file, at)  # of another file that was put behind the first
            at = yield from _gap(file, codec, at)
            continue
        stop = min(file.size, at + LARGEST)
        end = file.find(codec.magic, at + len(codec.magic) + 10, stop)
        end = stop if end < 0 else end
        data = codec.whole(file.read(at, end - at))
        if data is None:
            at = yield from _chunked(file, codec, at)
        else:
            yield Chunk(at, end, data)
            at = end


def _gap(file: BufferedFile, codec: Codec, at: int) -> Generator[Chunk, None, int]:
    """Bytes between members: skippable frames and padding are nothing; other bytes are a member that lost its head."""
    head = file.read(at, 8)
    if _is_skippable(head):
        return at + 8 + int.from_bytes(head[4:], "little")
    end = _resync(file, codec, at, file.size)
    if file.read(at, min(end - at, READ_SIZE)).strip(b"\0\r\n"):
        yield Chunk(at, end, b"", error=DAMAGED)
    return end


def _chunked(file: BufferedFile, codec: Codec, at: int) -> Generator[Chunk, None, int]:
    """A member whose length is not known beforehand; returns where the next one begins."""
    stream, place, first, sound = codec.open(), at, True, True
    while sound and not stream.eof and (taken := stream.unconsumed_tail or file.read(place, codec.step)):
        place += 0 if stream.unconsumed_tail else len(taken)
        data, sound = decompress(stream, taken, codec.limit)
        if data:
            yield Chunk(at, place, data, first)
            first = False
    if sound and stream.eof:
        end = place - len(stream.unused_data)
        yield Chunk(at, end, b"", first)
        return end
    end = _resync(file, codec, at + 1, file.size)
    yield Chunk(at, end, b"", first, TRUNCATED if sound and end == file.size else DAMAGED)
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


def _resync(file: BufferedFile, codec: Codec, at: int, stop: int) -> int:
    """Where the next member is that opens and begins like a record; the file's end when none is found before `stop`."""
    while (at := file.find(codec.magic, at, stop)) >= 0:
        if _begins(file, codec, at):
            return at
        at += 1  # these bytes only look like a member's head
    return file.size


def _begins(file: BufferedFile, codec: Codec, at: int) -> bool:
    """Whether a member opens here and begins like a record; zstd tells nothing before its first block is whole."""
    stream, data = codec.open(), b""
    try:
        for place in range(at, min(at + LARGEST_BLOCK, file.size), PROBE):
            if data := stream.decompress(file.read(place, PROBE), *codec.limit):
                break
    except (zlib.error, zstandard.ZstdError, EOFError):
        return False
    return bool(START.match(data))


def _stream(reader: Any, size: int) -> Iterator[Chunk]:
    """A compression that is read from its beginning to its end, or to its first defect."""
    data, first, error = b" ", True, None
    while data:
        try:
            data = reader.read(READ_SIZE)
        except (OSError, EOFError):
            data, error = b"", DAMAGED
        yield Chunk(0, size, data, first, error, proved=not isinstance(reader, Lz4Reader))
        first = False


def _whole_gzip(member: bytes) -> bytes | None:
    """The bytes of a member that opens, and whose trailer tells their number and check sum (which the reader does not
    compare when compressed data lacks its last bytes).
    """
    checksum, size = (int.from_bytes(member[at : at + 4 or None], "little") for at in (-8, -4))
    if size > LARGEST:
        return None
    try:
        data = GzipReader(io.BytesIO(member), buffer_size=1 << 16).read(size + 1)  # the quickest size
    except OSError:
        return None
    return data if len(data) == size and zlib.crc32(data) == checksum else None


def _is_skippable(head: bytes) -> bool:
    return len(head) >= 4 and head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50


def _zstd(file: BufferedFile, at: int = 0) -> Codec:
    """Frames of zstd, whose dictionary is in the skippable frame here, itself compressed or not."""
    head, dictionary = file.read(at, 8), None
    if head[:4] == DICTIONARY:
        raw = file.read(at + 8, min(int.from_bytes(head[4:], "little"), LARGEST))
        try:
            raw = zstandard.ZstdDecompressor().decompress(raw, LARGEST) if raw.startswith(ZSTD) else raw
        except zstandard.ZstdError:
            raw = b""  # what was written with it is lost
        dictionary = zstandard.ZstdCompressionDict(raw)
    return Codec(ZSTD, zstandard.ZstdDecompressor(dict_data=dictionary).decompressobj, 1 << 10)


GZIP_CODEC = Codec(GZIP, lambda: zlib.decompressobj(31), 1 << 16, (READ_SIZE,), _whole_gzip)
