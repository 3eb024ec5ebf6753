"""WARC and ARC records out of the bytes of members: when a length lies or a header is broken, the next one is found."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from stages.warc_digest import sha1_matches
from stages.warc_members import DAMAGED, LARGEST, PIECE, START, TRUNCATED, Piece, members

TOO_LARGE = "warc:too_large"
LARGEST_HEADER = 64 << 10
BLANK = b"\r\n\0 "
HEADER_END = re.compile(rb"\r?\n\r?\n")
# What follows a record whose length cannot be trusted: a version line and a named field, or an ARC header line.
NEXT = re.compile(
    rb"\n(?=[Ww][Aa][Rr][Cc]/\d\.\d{1,2}\r?\n[A-Za-z-]{1,64}:"
    rb"|(?:https?|ftp|dns):[^ \n]{1,4000} \d{1,3}(?:\.\d{1,3}){3} \d{14} [^ \n]{1,200} "
    rb"(?:[^ \n]{1,2000} ){0,5}\d{1,12}\r?\n)"
)
CONTENT_LENGTH = re.compile(rb"\ncontent-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?\n")
ARC_FIELDS = re.compile(rb"(.{1,8000}) [\da-fA-F.:]+ (\d{8,14}) (\S+) (?:\S+ ){0,5}(\d+)\r?\n")


@dataclass(frozen=True, slots=True)
class Record:
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


def records(file: BinaryIO) -> Iterator[Record]:
    """Every record of a WARC or ARC file, in order; damage is a record with `error`. Memory: 100 MB at most."""
    cursor = Cursor(members(file))
    while cursor.open():
        while record := _record(cursor):
            yield record


class Cursor:
    """A place in the bytes of a member, of which a bounded part is held.

    A member that does not begin like a record continues the one before it.
    """

    def __init__(self, pieces: Iterator[Piece]):
        self._pieces = pieces
        self._ahead = next(pieces, None)

    def open(self) -> bool:
        """Go on to the next member; False when there is none."""
        piece = self._ahead
        if piece is None:
            return False
        self.data, self.at, self.error, self.plain = piece.data, 0, piece.error, piece.plain
        self.offset, self.end = piece.offset, piece.end
        self._ahead = next(self._pieces, None)
        return True

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def need(self, count: int) -> bool:
        """Hold `count` bytes from here on, if the member has so many."""
        missing, parts = count - self.left, []
        while missing > 0 and (piece := self._ahead) and not self.error:
            if piece.first and (piece.error or START.match(piece.data)):
                break
            parts.append(piece.data)
            missing -= len(piece.data)
            self.end, self.error = piece.end, piece.error
            self._ahead = next(self._pieces, None)
        if parts:
            self.offset += self.at if self.plain else 0
            self.data, self.at = b"".join([self.data[self.at :], *parts]), 0
        return missing <= 0

    def skip_blank(self) -> None:
        while self.left or self.need(1):
            if self.data[self.at] > 32:
                return
            rest = self.data[self.at : self.at + 64].lstrip(BLANK)
            self.at += min(64, self.left) - len(rest)

    def next_record(self, limit: int) -> int | None:
        """How far the next record is: the bytes left when there is none, None when it is more than `limit` away."""
        seen = 0
        while not (found := NEXT.search(self.data, self.at + seen)):
            have = self.left
            if have > limit:
                return None
            if not self.need(have + PIECE) and self.left == have:
                return have
            seen = max(0, have - LARGEST_HEADER)
        return found.end() - self.at

    def take(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]

    def place(self) -> int:
        return self.offset + self.at if self.plain else self.offset

    def blame(self) -> str | None:
        """The error of the member, told once, by the record that its last bytes belong to."""
        if not self.error or self.data[self.at :].strip(BLANK):
            return None
        self.at, error, self.error = len(self.data), self.error, None
        return error


def _record(cursor: Cursor) -> Record | None:
    cursor.skip_blank()
    place = cursor.place()
    if not cursor.left:
        error = cursor.blame()
        return Record(place, cursor.end - place, error=error) if error else None
    head = _head(cursor)
    if head:
        block, error = _block(cursor, head)
    else:
        _skip(cursor)
        block, error = b"", cursor.blame() or DAMAGED
    return Record(place, (cursor.place() if cursor.plain else cursor.end) - place, head, block, error)


def _head(cursor: Cursor) -> bytes:
    """The header here, which the cursor then has passed; empty when there is none to be recognised."""
    cursor.need(LARGEST_HEADER)
    start = START.match(cursor.data, cursor.at)
    if not start:
        return b""
    if cursor.data[cursor.at : cursor.at + 5].upper() != b"WARC/":
        return cursor.take(start.end() - cursor.at)
    stop = cursor.at + LARGEST_HEADER
    end = cursor.data.find(b"\r\n\r\n", cursor.at, stop) + 4
    if end < 4 or cursor.data.find(b"\n\n", cursor.at, end) >= 0:
        found = HEADER_END.search(cursor.data, cursor.at, stop)
        end = found.end() if found else len(cursor.data)
    return cursor.take(end - cursor.at) if end <= stop else b""


def header_fields(head: bytes) -> dict[str, str]:
    """Fields of a WARC header by lower-case name, the first of a name; an ARC header is told in WARC's words."""
    arc = ARC_FIELDS.match(head)
    return _arc_fields(*arc.groups()) if arc else parse_fields(head)


def _arc_fields(url: bytes, date: bytes, kind: bytes, length: bytes) -> dict[str, str]:
    target, day = url.decode("utf-8", "replace"), date.decode().ljust(14, "0")
    about = {"filedesc": "warcinfo", "dns": "resource"}.get(target.partition(":")[0], "response")
    stamp = f"{day[:4]}-{day[4:6]}-{day[6:8]}T{day[8:10]}:{day[10:12]}:{day[12:14]}Z"
    fields = {"warc-type": about, "warc-target-uri": target, "warc-date": stamp}
    return fields | {"content-length": length.decode(), "arc-type": kind.decode("utf-8", "replace")}


def parse_fields(text: bytes) -> dict[str, str]:
    """Fields that follow a first line of another kind, by lower-case name; the first of a name counts."""
    fields: dict[str, str] = {}
    name = ""
    for line in text.decode("utf-8", "replace").split("\n")[1:]:
        if line[:1] in (" ", "\t") and name:
            fields[name] = f"{fields[name]} {line.strip()}".strip()
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if colon and name not in fields:
            fields[name] = value.strip()
    return fields


def _length(head: bytes) -> int | None:
    """The length that a header gives for its block, if it gives one."""
    if head[:5].upper() != b"WARC/":
        return int(head.split()[-1])
    lower = head.lower()
    found = CONTENT_LENGTH.match(lower, lower.find(b"\ncontent-length"))
    return int(found[1]) if found else None


def _block(cursor: Cursor, head: bytes) -> tuple[bytes, str | None]:
    """The block, by its length when that is right; otherwise up to the next record or the end of the member."""
    length = _length(head)
    if length is not None and length <= LARGEST and cursor.need(length) and _ends(cursor, length):
        return cursor.take(length), cursor.blame()
    found = cursor.next_record(LARGEST)
    if found is None:
        block = cursor.take(LARGEST_HEADER)
        _skip(cursor)
        return block, cursor.blame() or TOO_LARGE
    block = cursor.take(found).removesuffix(b"\r\n\r\n")
    error = cursor.blame()
    if cursor.plain and not error and length is not None:
        error = _doubt(head, block, cut=not cursor.left and length > len(block))
    return block, error


def _ends(cursor: Cursor, length: int) -> bool:
    """Whether a record ends here: by its separator, the next record, or the end of the member."""
    more = cursor.need(length + LARGEST_HEADER)
    after = cursor.at + length
    if cursor.data.startswith(b"\r\n\r\n", after) or START.match(cursor.data, after):
        return True
    return not more and not cursor.data[after:].strip(BLANK)


def _doubt(head: bytes, block: bytes, cut: bool) -> str | None:
    """What to think of a plain record with a wrong length: its digest decides, or else whether the file ends in it."""
    matches = sha1_matches(header_fields(head).get("warc-block-digest", ""), block)
    if matches is None:
        return TRUNCATED if cut else None
    return None if matches else TRUNCATED if cut else DAMAGED


def _skip(cursor: Cursor) -> None:
    """Pass everything up to the next record, or to the end of the member."""
    while (found := cursor.next_record(PIECE)) is None:
        cursor.at += PIECE - LARGEST_HEADER
    cursor.at += found
