"""A place in the bytes of a WARC file, which moves from record to record and from member to member."""

import re
from collections.abc import Iterator

from stages.warc.members import DAMAGED, START, Piece
from stages.warc.tape import PIECE

LARGEST_HEADER = 64 << 10
BLANK = b"\r\n\0 "
NOT_BLANK = re.compile(rb"[^\r\n\0 ]")
# What follows a record whose length cannot be trusted: a version line and a named field, or an ARC header line.
NEXT = re.compile(
    rb"\n(?=[Ww][Aa][Rr][Cc]/\d\.\d{1,2}\r?\n[A-Za-z-]{1,64}:"
    rb"|(?:https?|ftp|dns):[^ \n]{1,4000} \d{1,3}(?:\.\d{1,3}){3} \d{14} [^ \n]{0,200} "
    rb"(?:[^ \n]{1,2000} ){0,5}\d{1,12}\r?\n)"
)
# Behind a record that was cut it begins no line; then it is known by fields that records alone have.
GLUED = re.compile(rb"WARC/[01]\.\d{1,2}\r\n(?:WARC-(?:Type|Record-ID|Date)|Content-(?:Length|Type)): ")


def _search(data: bytes, at: int) -> int:
    """Where the next record begins; -1 when none does."""
    found = NEXT.search(data, at)
    glued = GLUED.search(data, at, found.end() if found else len(data))
    return glued.start() if glued else found.end() if found else -1


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
        self.data, self.at, self.error = piece.data, 0, piece.error
        self.plain, self.proved = piece.plain, piece.proved
        self.offset, self.end = piece.offset, piece.end
        self._ahead = next(self._pieces, None)
        return True

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def need(self, count: int) -> bool:
        """Hold `count` bytes from here on, if the member has so many."""
        missing = count - len(self.data) + self.at
        if missing <= 0:
            return True
        parts = []
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
        while self.at < len(self.data) or self.need(1):
            if found := NOT_BLANK.search(self.data, self.at):
                self.at = found.start()
                return
            self.at = len(self.data)

    def next_record(self, limit: int) -> int | None:
        """How far the next record is: the bytes left when there is none, None when it is more than `limit` away."""
        seen = 0
        while (found := _search(self.data, self.at + seen)) < 0:
            have = self.left
            if have > limit:
                return None
            if not self.need(have + PIECE) and self.left == have:
                return have
            seen = max(0, have - LARGEST_HEADER)
        return found - self.at

    def take(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]

    def place(self) -> int:
        return self.offset + self.at if self.plain else self.offset

    @property
    def suspect(self) -> bool:
        """Whether a defect is near: what came shortly before it may be wrong already."""
        return DAMAGED in (self.error, self._ahead and not self._ahead.first and self._ahead.error)

    def blame(self) -> str | None:
        """The error of the member, told once, by the record that its last bytes belong to."""
        if not self.error or self.data[self.at :].strip(BLANK):
            return None
        self.at, error, self.error = len(self.data), self.error, None
        return error
