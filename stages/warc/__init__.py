"""Pages out of WARC files: one row for each response that is a page."""

import hashlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from pipeline.errors import BadInput
from stages.warc import charset as charset
from stages.warc.digest import sha1
from stages.warc.html import NOT_HTML, is_binary, is_page
from stages.warc.http import Response, parse
from stages.warc.layers import bare
from stages.warc.records import TOO_LARGE, Record, records

PAGE = pa.schema(
    [(name, pa.string()) for name in ("id", "url")]
    + [("timestamp", pa.timestamp("s"))]
    + [(name, pa.string()) for name in ("dump", "segment", "warc")]
    + [("offset", pa.int64()), ("length", pa.int64()), ("digest", pa.string())]
    + [("html", pa.binary()), ("charset", pa.string())]
)
READ = PAGE.append(pa.field("error", pa.string()))
BATCH_ROWS, BATCH_BYTES = 512, 32 << 20
SEGMENT = re.compile(r"(?:^|/)segments/([^/]+)/")
DUMP = re.compile(r"CC-(?:MAIN|NEWS)(?:-\d{4}(?:-\d{2})?(?:-\d{2})?)?(?![\d-])")
NOT_PAGES = frozenset(("warcinfo", "request", "metadata", "revisit", "resource", "conversion", "continuation"))


def pages(path: str | Path, name: str, dump: str = "", segment: str = "") -> Iterator[pa.Table]:
    """The pages of a local WARC or ARC file as tables of READ, at most 512 rows or about 32 MB of HTML each.

    `name` is what the rows call the file; `dump` and `segment` count when the name does not tell them. A page is a
    response with status 200 (or none) whose payload is HTML or XHTML. No rows: other statuses, other payloads, and the
    record types of NOT_PAGES. A damaged record that may have been a page is a row with `error`:
    warc:truncated, warc:damaged, warc:too_large (over 16 MB), warc:encoding (a payload that cannot be
    unpacked), warc:not_html (an image or the like that is called HTML).
    Raises BadInput when the file holds no record at all, or extracted text (WET) in place of pages.
    """
    batch, maker = Batch(), Maker(name, dump, segment)
    with bare(path) as file:
        for record in records(file):
            row = maker.row(record)
            if row and batch.add(row):
                yield batch.table()
    maker.check()
    if batch.rows:
        yield batch.table()


def page_at(path: str | Path, name: str, offset: int, id: str, dump: str = "", segment: str = "") -> pa.Table:
    """The row of READ of one page, given by its place and id; no row when there is no page any more."""
    with bare(path) as file:
        return page_in(file, offset, Maker(name, dump, segment), offset, id)


def page_in(file: BinaryIO, start: int, maker: "Maker", offset: int, id: str) -> pa.Table:
    """The same of an open file, or of a part of it in which the page begins at `start`."""
    here = itertools.takewhile(lambda record: record.offset == start, records(file, start))
    rows = [row for record in here if (row := maker.row(record._replace(offset=offset)))]
    found = [row for row in rows if row["id"] == id] or rows[:1]
    return pa.Table.from_pylist(found, schema=READ)


@dataclass
class Batch:
    """Rows that wait to become a table."""

    rows: list[dict] = field(default_factory=list)
    bytes: int = 0

    def add(self, row: dict) -> bool:
        """Take a row; True when it is time for a table."""
        self.rows.append(row)
        self.bytes += len(row["html"])
        return len(self.rows) >= BATCH_ROWS or self.bytes >= BATCH_BYTES

    def table(self) -> pa.Table:
        rows, self.rows, self.bytes = self.rows, [], 0
        return pa.Table.from_pylist(rows, schema=READ)


class Maker:
    """Makes rows of the records of one file, in order."""

    def __init__(self, name: str, dump: str, segment: str):
        named = described(name)
        self.name, self.dump, self.segment = name, named[0] or dump, named[1] or segment
        self._ids: dict[str, int] = {}
        self._types: set[str] = set()

    def row(self, record: Record) -> dict | None:
        """The row of a record; None when it is no page."""
        fields = record.fields()
        kind = fields.get("warc-type", "").lower()
        if record.head:
            self._types.add(kind)
        if kind == "warcinfo" and not self.dump:
            self.dump = _part_of(record.block) or ""
        if kind in NOT_PAGES:
            return None
        response = parse(record.block)
        error = record.error or response.error or (NOT_HTML if is_binary(response.payload) else None)
        # Of a broken record without payload nobody knows what it was.
        unknown = record.error and not response.payload and response.status in (0, 200)
        if not unknown and not is_page(fields, response):
            return None
        return self._row(record, fields, response, error)

    def _row(self, record: Record, fields: dict[str, str], response: Response, error: str | None) -> dict:
        html = b"" if error == TOO_LARGE else response.payload
        return {
            "id": self._id(fields.get("warc-record-id", ""), record),
            "url": fields.get("warc-target-uri", "").strip("<>"),
            "timestamp": timestamp(fields.get("warc-date", "")),
            "dump": self.dump,
            "segment": self.segment,
            "warc": self.name,
            "offset": record.offset,
            "length": record.length,
            "digest": fields.get("warc-payload-digest") or sha1(html),
            "html": html,
            "charset": charset.resolve(html, response.fields.get("content-type", "")),
            "error": error,
        }

    def _id(self, said: str, record: Record) -> str:
        """The record's own id; one made of its place when it has none; one that comes again gets a number."""
        made = said.strip().strip("<>").removeprefix("urn:").removeprefix("uuid:")
        made = made or _hash(self.name, str(record.offset), hashlib.sha256(record.head + record.block).hexdigest())
        self._ids[made] = times = self._ids.get(made, 0) + 1
        return made if times == 1 else f"{made}-{times}"

    def check(self) -> None:
        """Raise when what was read is no archive of pages."""
        if not self._types:
            raise BadInput(f"{self.name}: no WARC or ARC record in it; remove it or give a WARC file in its place")
        if self._types <= {"warcinfo", "conversion"} and "conversion" in self._types:
            raise BadInput(
                f"{self.name}: a WET file holds text that was already extracted; give the WARC file it came from"
            )


def described(path: str) -> tuple[str, str]:
    """The dump and the segment that a path of Common Crawl's layout names; empty where it names none."""
    dump, segment = DUMP.search(path), SEGMENT.search(path)
    return dump[0] if dump else "", segment[1] if segment else ""


def timestamp(date: str) -> datetime | None:
    """A WARC-Date in UTC to the second; None when it is none."""
    date = date.strip()
    if len(date) == 14 and date.isdigit():  # as ARC files and old tools write it
        date = f"{date[:8]}T{date[8:]}"
    try:
        parsed = datetime.fromisoformat(date)
        parsed = parsed.astimezone(UTC) if parsed.tzinfo else parsed
    except (ValueError, OverflowError):
        return None
    return parsed.replace(tzinfo=None, microsecond=0)


def _part_of(info: bytes) -> str | None:
    found = re.search(rb"(?:^|\n)isPartOf:[ \t]*([^\r\n]{1,200})", info[:65536], re.I)
    return found[1].decode("utf-8", "replace").strip() if found else None


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
