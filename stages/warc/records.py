"""WARC and ARC records out of the bytes of members: when a length lies or a header is broken, the next one is found."""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from stages.warc.buffered import READ_SIZE
from stages.warc.cursor import BLANK, LARGEST_HEADER, RecordCursor
from stages.warc.digest import sha1_matches
from stages.warc.fields import header_fields
from stages.warc.members import DAMAGED, LARGEST, START, TRUNCATED, file_members

TOO_LARGE = "warc:too_large"
LOOKBACK = 2 * LARGEST  # bytes
HOLE = bytes(512)  # a sector that a broken disk or a sparse copy left empty; digests alone are wrong too often to tell
FIELD = re.compile(rb"[A-Za-z-]{1,64}[ \t]*:|[ \t]")
HEADER_END = re.compile(rb"\r{0,2}\n\r{0,2}\n")
CONTENT_LENGTH = re.compile(rb"\ncontent-length[ \t]*:[ \t]*(\d{1,18})[ \t\r]*\n")


class Record(NamedTuple):
    """One record: its header as it stands in the file, empty when it cannot be recognised, and its block.

    `offset` and `length` are the bytes of the file that suffice to read it again: its gzip member, or in a plain file
    itself. `error` tells what is wrong with it; the block then holds what there is.
    """

    offset: int
    length: int
    head: bytes = b""
    block: bytes = b""
    error: str | None = None

    def fields(self) -> dict[str, str]:
        """The header's fields by lower-case name; an ARC header is told in WARC's words."""
        return header_fields(self.head)


def records(file: BinaryIO, start: int = 0) -> Iterator[Record]:
    """Every record of a WARC or ARC file, in order; damage is a record with `error`. Memory: 100 MB at most.

    `start` is the offset of a record to begin with.
    """
    cursor = RecordCursor(file_members(file, start))
    while cursor.open():
        last = None
        while record := _record(cursor):
            if cursor.plain or not (last and last.error and _is_remnant(record, last)):
                yield record
                last = record


def records_between(file: BinaryIO, start: int, end: int | None) -> Iterator[Record]:
    """The records whose `offset` is from `start` to before `end` (None: the end of the file), as `records` gives them.

    It begins to read `LOOKBACK` bytes before, where mostly no record begins, and is in step long before `start`. Only a
    record of more bytes that holds archived records itself, as they stand in a file, can be taken for these; and a
    file of zstd, of several with dictionaries of their own, is read with the first of them.
    """
    for record in records(file, max(0, start - LOOKBACK)):
        if end is not None and record.offset >= end:
            return
        if record.offset >= start:
            yield record


def _is_remnant(record: Record, damaged: Record) -> bool:
    """Whether this is only what a defect left behind a damaged record: bytes without a header, or its header again."""
    if not record.head:
        return True
    id, before = record.fields().get("warc-record-id"), damaged.fields().get("warc-record-id")
    return record.error is not None and id in (None, before)


def _record(cursor: RecordCursor) -> Record | None:
    cursor.skip_blank()
    place = cursor.place()
    if not cursor.left:
        error = cursor.take_error()
        return Record(place, cursor.end - place, error=error) if error else None
    head = _head(cursor)
    if head:
        block, error = _block(cursor, head)
    else:
        cursor.at += 1  # what begins here is no record, whatever it looks like
        _skip(cursor)
        block, error = b"", cursor.take_error() or DAMAGED
    return Record(place, (cursor.place() if cursor.plain else cursor.end) - place, head, block, error)


def _head(cursor: RecordCursor) -> bytes:
    """The header here, which the cursor then has passed; empty when there is none to be recognised."""
    cursor.need(LARGEST_HEADER)
    start = START.match(cursor.data, cursor.at)
    if not start:
        return b""
    cursor.begun += 1
    if cursor.data[cursor.at : cursor.at + 5].upper() != b"WARC/":
        return cursor.take(start.end() - cursor.at)
    end = _header_end(cursor)
    if not end:
        cursor.need(LARGEST_HEADER, across=True)
        end = _header_end(cursor) or len(cursor.data)
    head = cursor.data[cursor.at : end]
    # A header that ran on through its block, up to the next record, is none.
    ran_on = START.match(cursor.data, end) and (_length(head) is None or not FIELD.match(_last(head)))
    if len(head) > LARGEST_HEADER or ran_on:
        return b""
    cursor.at = end
    return head


def _header_end(cursor: RecordCursor) -> int:
    """Where the header here ends, with its blank line; 0 when there is none near."""
    stop = cursor.at + LARGEST_HEADER
    end = cursor.data.find(b"\r\n\r\n", cursor.at, stop) + 4
    if end >= 4 and cursor.data.find(b"\n\n", cursor.at, end) < 0:
        return end
    found = HEADER_END.search(cursor.data, cursor.at, stop)
    return found.end() if found else 0


def _last(head: bytes) -> bytes:
    return head.rstrip().rpartition(b"\n")[2]


def _length(head: bytes) -> int | None:
    """The length that a header gives for its block, if it gives one."""
    if head[:5].upper() != b"WARC/":
        return int(head.split()[-1])
    lower = head.lower()
    found = CONTENT_LENGTH.match(lower, lower.find(b"\ncontent-length"))
    return int(found[1]) if found else None


def _block(cursor: RecordCursor, head: bytes) -> tuple[bytes, str | None]:
    """The block, by its length when that is right; otherwise up to the next record or the end of the member."""
    length = _length(head)
    if length is not None and length <= LARGEST and cursor.need(length, across=True) and _ends(cursor, length):
        suspect, block = cursor.suspect, cursor.take(length)
        hole = not cursor.proved and HOLE in block and _matches(head, block) is False
        error = cursor.take_error()
        return block, error or (DAMAGED if hole or (suspect and not _matches(head, block)) else None)
    found = cursor.next_record(LARGEST)
    if found is None:
        block = cursor.take(LARGEST_HEADER)
        _skip(cursor)
        return block, cursor.take_error() or TOO_LARGE
    suspect, block = cursor.suspect, cursor.take(found).removesuffix(b"\r\n\r\n")
    error = cursor.take_error() or (DAMAGED if suspect and not _matches(head, block) else None)
    if not cursor.proved and not error and (length is not None or not HEADER_END.search(head)):
        error = _doubt(head, block, cut=not cursor.left and (length is None or length > len(block)))
    return block, error


def _ends(cursor: RecordCursor, length: int) -> bool:
    """Whether a record ends here: by its separator, the next record, or the end of the member."""
    if cursor.data.startswith(b"\r\n\r\n", cursor.at + length):
        return True
    more = cursor.need(length + LARGEST_HEADER)
    after = cursor.at + length
    if cursor.data.startswith(b"\r\n\r\n", after) or START.match(cursor.data, after):
        return True
    return not more and not cursor.data[after:].strip(BLANK)


def _doubt(head: bytes, block: bytes, cut: bool) -> str | None:
    """What to think of an unproved record with a wrong length: its digest decides, or whether the file ends in it."""
    matches = _matches(head, block)
    if matches is None:
        return TRUNCATED if cut else None
    return None if matches else TRUNCATED if cut else DAMAGED


def _matches(head: bytes, block: bytes) -> bool | None:
    return sha1_matches(header_fields(head).get("warc-block-digest", ""), block)


def _skip(cursor: RecordCursor) -> None:
    """Pass everything up to the next record, or to the end of the member."""
    while (found := cursor.next_record(READ_SIZE)) is None:
        cursor.at = len(cursor.data) - LARGEST_HEADER
    cursor.at += found
