"""A position in the decompressed bytes of a WARC file, which moves from record to record and from member to member."""

import re
from collections.abc import Iterator

from stages.warc.buffered import READ_SIZE
from stages.warc.members import DAMAGED, START, Chunk

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


class RecordCursor:
    """A position in a member, of whose decompressed bytes a bounded part is held.

    A record ends with its member. Only one that is not complete there goes on in the next member, when that one is
    sound and does not begin like a record: so a damaged member takes nothing from the record before it.
    """

    def __init__(self, chunks: Iterator[Chunk]):
        self._chunks = chunks
        self._ahead = next(chunks, None)

    def open(self) -> bool:
        """Go on to the next member; False when there is none."""
        chunk = self._ahead
        if chunk is None:
            return False
        self.data, self.at, self.error = chunk.data, 0, chunk.error
        self.plain, self.proved = chunk.plain, chunk.proved
        self.offset, self.end = chunk.offset, chunk.end
        self.begun = 0
        self._ahead = next(self._chunks, None)
        return True

    @property
    def left(self) -> int:
        """Bytes that are held and not yet passed."""
        return len(self.data) - self.at

    def need(self, count: int, across: bool = False) -> bool:
        """Hold `count` bytes from here on, if the member has so many (with `across`: and those that continue it)."""
        missing = count - self.left
        if missing <= 0:
            return True
        parts = []
        while missing > 0 and (chunk := self._ahead) and not self.error:
            if chunk.first and not (across and not chunk.error and not START.match(chunk.data)):
                break
            parts.append(chunk.data)
            missing -= len(chunk.data)
            self.end, self.error = chunk.end, chunk.error
            self._ahead = next(self._chunks, None)
        if parts:
            self.offset += self.at if self.plain else 0
            self.data, self.at = b"".join([self.data[self.at :], *parts]), 0
        return missing <= 0

    def skip_blank(self) -> None:
        """Pass line ends, zeros and blanks."""
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
            if not self.need(have + READ_SIZE) and self.left == have:
                return have
            seen = max(0, have - LARGEST_HEADER)
        return found - self.at

    def take(self, count: int) -> bytes:
        """Pass `count` bytes that are held, and return them."""
        self.at += count
        return self.data[self.at - count : self.at]

    def place(self) -> int:
        """The offset in the file from which this position can be read again."""
        return self.offset + self.at if self.plain else self.offset

    @property
    def suspect(self) -> bool:
        """Whether a defect is near: what came shortly before it may be wrong already."""
        return DAMAGED in (self.error, self._ahead and not self._ahead.first and self._ahead.error)

    def take_error(self) -> str | None:
        """The error of the member, told once, to the record that its last bytes belong to.

        Bytes that follow the first record of a member belong to it when no other record begins in them.
        """
        self.need(LARGEST_HEADER)
        if not self.error or (self.data[self.at :].strip(BLANK) and not (self.begun == 1 and self._is_rest())):
            return None
        self.at, error, self.error = len(self.data), self.error, None
        return error

    def _is_rest(self) -> bool:
        """Whether no record begins in what is left of a compressed member."""
        return not self.plain and not START.match(self.data, self.at) and _search(self.data, self.at) < 0
