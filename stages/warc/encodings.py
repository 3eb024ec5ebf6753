"""Content encodings of HTTP taken off a payload: those that are declared, and those that it has."""

import io
import zlib
from collections.abc import Callable
from typing import Any

import zstandard
from fastwarc.stream_io import BrotliReader

from stages.warc.members import GZIP, ZSTD, decompress

LARGEST_PAYLOAD = 16 << 20
MEMBERS = 1_000  # of a gzip payload; a page has one
LEAD = b"\xef\xbb\xbf \t\r\n"  # a byte order mark and blanks, which may stand before the first tag
Decoder = Callable[[bytes], bytes | None]


def decoder_by_magic(payload: bytes) -> Decoder | None:
    """The decoder for an encoding that a payload plainly has, whatever is said of it."""
    return _inflated if payload.startswith(GZIP) else _unzstd if payload.startswith(ZSTD) else None


def decoded_if_sure(payload: bytes) -> bytes:
    """A page out of an encoding that no header tells of, when it begins with a tag then; else the payload as it is."""
    if not payload or _is_text(payload):
        return payload
    plain = decoder_by_magic(payload)
    for decode in [plain] if plain else [_unzlib, _unbrotli]:
        found = decode(payload)
        if found and found[:256].lstrip(LEAD).startswith(b"<"):
            return found
    return payload


def _inflated(payload: bytes) -> bytes | None:
    """gzip, zlib or bare deflate, as far as it goes; the payload as it is when it is text."""
    if payload.startswith(GZIP):
        once = _gunzipped(payload)
        # Some servers compress twice what they say once.
        return _partly(zlib.decompressobj(31), once) if once and once.startswith(GZIP) else once
    if found := _unzlib(payload):
        return found
    if _is_text(payload):
        return payload
    bare = _partly(zlib.decompressobj(-15), payload)  # which makes something of any noise
    return bare if bare and len(bare) >= len(payload) and _is_text(bare) else None


def _gunzipped(payload: bytes) -> bytes | None:
    """The members of a gzip payload, as far as they go."""
    out, at = b"", 0
    for _ in range(MEMBERS):
        data, at = _until_end(zlib.decompressobj(31), payload, at)
        out += data
        if not payload.startswith(GZIP, at) or len(out) > LARGEST_PAYLOAD:
            break
    return out or None


def _unzlib(payload: bytes) -> bytes | None:
    """zlib, as far as it goes; None when the payload does not begin like it."""
    begins = payload[:1] in b"\x78\x58\x38\x18" and int.from_bytes(payload[:2]) % 31 == 0
    return _partly(zlib.decompressobj(15), payload) if begins else None


def _partly(stream: Any, payload: bytes) -> bytes | None:
    return _until_end(stream, payload, 0)[0] or None


def _until_end(stream: Any, payload: bytes, start: int) -> tuple[bytes, int]:
    """What a stream gives up to its end, a defect or the limit, and where its end is; the payload's end without one."""
    out = b""
    for at in range(start, len(payload), 1 << 14):
        piece = payload[at : at + (1 << 14)]
        data, sound = decompress(stream, piece, (LARGEST_PAYLOAD + 1,))
        out += data
        if sound and stream.eof:
            return out, at + len(piece) - len(stream.unused_data)
        if not sound or len(out) > LARGEST_PAYLOAD:
            break
    return out, len(payload)


def _is_text(payload: bytes) -> bool:
    """Whether bytes begin like a page: markup after blanks, or no control characters at all."""
    head = payload[:256].lstrip(LEAD)
    return head.startswith(b"<") or not any(byte < 9 or 13 < byte < 27 for byte in head)


def _unbrotli(payload: bytes) -> bytes | None:
    return _read(BrotliReader(io.BytesIO(payload)), payload)


def _unzstd(payload: bytes) -> bytes | None:
    return _read(zstandard.ZstdDecompressor().stream_reader(payload, read_across_frames=True), payload)


def _read(reader, payload: bytes) -> bytes | None:
    """What a reader gives up to the first defect; the payload as it is when it is no such encoding but text."""
    out = b""
    try:
        while len(out) <= LARGEST_PAYLOAD and (data := reader.read(1 << 16)):
            out += data
    except (OSError, zstandard.ZstdError):
        out = out or (payload if _is_text(payload) else b"")
    return out or None


DECODERS: dict[str, Decoder] = {
    "gzip": _inflated,
    "x-gzip": _inflated,
    "deflate": _inflated,
    "br": _unbrotli,
    "zstd": _unzstd,
}
