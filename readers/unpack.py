"""Compressed streams, unpacked piece by piece; one that ends before its end is an error that names the file."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import zstandard

from pipeline.errors import BadInput

PIECE = 1 << 20  # bytes of a plain file at a time
PACKED_PIECE = 1 << 13  # bytes of a packed one: 8 kB of zstd hold 256 MB at the very most
PLAIN = b"{[\xef \t\r\n"  # what JSON Lines may begin with, a byte order mark included

# Ending, the bytes such a file begins with, and what makes a decoder of one member (its `eof` says that it is whole).
CODECS: tuple[tuple[str, bytes, Callable[[], Any]], ...] = (
    (".gz", b"\x1f\x8b", lambda: zlib.decompressobj(31)),
    (".zst", b"\x28\xb5\x2f\xfd", lambda: zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj()),
    (".bz2", b"BZh", bz2.BZ2Decompressor),
    (".xz", b"\xfd7zXZ\x00", lzma.LZMADecompressor),
)
ENDINGS = tuple(ending for ending, _, _ in CODECS)
SKIPPABLE = tuple(bytes([first]) + b"\x2a\x4d\x18" for first in range(0x50, 0x60))  # zstd's frames without data


def unpacked(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """The content of a stream in pieces: gzip, zstd, bzip2, xz (each of several members) or plain, told by its bytes.

    Raises BadInput, with `name` in it, when the stream is cut short or damaged, or is not what the name's ending says.
    """
    head = stream.read(8)
    made = _codec(head, name)
    yield from _members(stream, head, made, name) if made else _plain(stream, head)


def _codec(head: bytes, name: str) -> Callable[[], Any] | None:
    for ending, magic, made in CODECS:
        if head.startswith(magic) or (ending == ".zst" and head.startswith(SKIPPABLE)):
            return made
        if name.endswith(ending) and not (head and head[0] in PLAIN):
            raise BadInput(f"{name} is no {ending} file; it begins with {head!r}: fetch it again")
    return None


def _plain(stream: BinaryIO, head: bytes) -> Iterator[bytes]:
    while head:
        yield head
        head = stream.read(PIECE)


def _members(stream: BinaryIO, head: bytes, made: Callable[[], Any], name: str) -> Iterator[bytes]:
    decoder, rest = None, head
    while piece := rest or stream.read(PACKED_PIECE):
        rest = b""
        if decoder is None and not (piece := piece.lstrip(b"\0")):
            continue  # zeros may fill up what lies between members
        decoder = decoder or made()
        try:
            content = decoder.decompress(piece)
        except (zlib.error, zstandard.ZstdError, lzma.LZMAError, OSError, EOFError) as error:
            raise BadInput(f"{name} is damaged ({error}): fetch it again, or leave it out") from None
        yield content
        if decoder.eof:
            rest, decoder = decoder.unused_data, None
    if decoder:
        raise BadInput(f"{name} is cut short: its end is missing; fetch it again, or leave it out")
