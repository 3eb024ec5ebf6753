"""HTTP responses as crawlers store them: status, header fields, and the payload with its encodings taken off."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from stages.warc import encodings
from stages.warc.cursor import LARGEST_HEADER
from stages.warc.encodings import LARGEST_PAYLOAD, Decoder
from stages.warc.fields import parse_fields
from stages.warc.records import TOO_LARGE

UNDECODABLE = "warc:encoding"
STATUS = re.compile(rb"\s{0,16}(?:[A-Z]{3,8}/\d(?:\.\d)?|ICY)[ \t]{0,16}(\d{3})?", re.I)
FIELD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}[ \t]{0,16}:|[ \t]+[^<]")
CHUNK_SIZE = re.compile(rb"[ \t]{0,16}([0-9A-Fa-f]{1,16})[ \t]{0,16}(?:;[^\n]{0,1000})?\r?\n")
CUT_SIZE = re.compile(rb"\r?[0-9A-Fa-f]{0,16}\r?")
TRAILER = re.compile(rb"(?:[A-Za-z-]{1,100}:[^\n]{0,1000}\n)*\s*")


@dataclass(frozen=True, slots=True)
class Response:
    """A response: status (0 when there is no status line), fields by lower-case name, and the payload decoded.

    `error` is set when nothing can be made of a payload that is there, or when it is larger than LARGEST_PAYLOAD;
    `head` is the status line and the fields as they stand in the record.
    """

    status: int
    fields: dict[str, str]
    payload: bytes
    error: str | None = None
    head: bytes = b""


def parse_response(block: bytes) -> Response:
    """The response in a record's block. A block that does not begin with a status line is all payload.

    Encodings that the header names but the payload does not have are passed over: crawlers often decode and leave the
    header. Chunks that the header does not name are put together all the same, when the whole payload is made of them.
    A payload that breaks off inside its encoding gives what comes before.
    """
    status = STATUS.match(block)
    if not status:
        return Response(0, {}, *decoded_payload(block, {}))
    end = _header_end(block)
    fields = parse_fields(block[:end])
    payload, error = decoded_payload(block[end:], fields)
    return Response(int(status[1] or 0), fields, payload, error, block[:end])


def _header_end(block: bytes) -> int:
    """Where the payload begins: after the blank line, or where lines stop looking like header fields."""
    end = block.find(b"\r\n\r\n", 0, LARGEST_HEADER)
    if end >= 0 and b"\n\n" not in block[:end] and b"\n<" not in block[:end]:
        return end + 4
    at = block.find(b"\n") + 1 or len(block)
    while at < min(len(block), LARGEST_HEADER):
        line = block.find(b"\n", at) + 1 or len(block)
        if not block[at:line].strip():
            return line
        if not FIELD.match(block, at):
            return at
        at = line
    return at


def decoded_payload(payload: bytes, fields: Mapping[str, str]) -> tuple[bytes, str | None]:
    """The payload without its transfer and content encodings, and what is wrong with it."""
    names = f"{fields.get('content-encoding', '')},{fields.get('transfer-encoding', '')}".lower()
    names = [name.strip() for name in names.split(",")]
    if "chunked" not in names:
        payload = _unchunked_if_sure(payload)
    for name in reversed(names):
        decode = DECODERS.get(name)
        if decode and name in encodings.DECODERS:
            decode = encodings.decoder_by_magic(payload) or decode
        found = decode(payload) if decode and payload else payload
        if found is None:
            return b"", UNDECODABLE
        payload = found
        if len(payload) > LARGEST_PAYLOAD:
            return b"", TOO_LARGE
    if "html" in fields.get("content-type", "html").lower():
        payload = encodings.decoded_if_sure(payload)
    return (payload, None) if len(payload) <= LARGEST_PAYLOAD else (b"", TOO_LARGE)


def _unchunked(payload: bytes) -> bytes:
    """The chunks' bytes; the payload as it is when it does not begin with a chunk."""
    parts, at, _ = _chunks(payload)
    # What follows a broken chunk is kept: a reader would rather see a stray size than lose the rest.
    return b"".join(parts) + payload[at:]


def _unchunked_if_sure(payload: bytes) -> bytes:
    """The bytes of chunks that no header tells of, when the payload is chunks to its end; else the payload as it is.

    A page that begins with a number is not taken for chunks: its next size is not where the number says.
    """
    parts, at, sure = _chunks(payload)
    return b"".join(parts) if sure and CUT_SIZE.fullmatch(payload, at) else payload


def _chunks(payload: bytes) -> tuple[list[bytes], int, bool]:
    """The chunks of a payload, where it stops to be made of them, and whether they can be nothing else.

    They can be nothing else when each ends with a line and the last has size 0, or the third or a later one is cut.
    """
    at, parts, sure = 0, [], True
    while size := CHUNK_SIZE.match(payload, at):
        count = int(size[1], 16)
        if not count:
            return parts, len(payload), bool(parts) and sure and bool(TRAILER.fullmatch(payload, size.end()))
        parts.append(payload[size.end() : size.end() + count])
        at = size.end() + count
        line_end = 2 if payload.startswith(b"\r\n", at) else payload.startswith(b"\n", at)
        sure = sure and (line_end > 0 or payload[at : at + 2] in (b"", b"\r"))
        at += line_end
    return parts, at, sure and len(parts) > 2


DECODERS: dict[str, Decoder] = {"chunked": _unchunked, **encodings.DECODERS}
