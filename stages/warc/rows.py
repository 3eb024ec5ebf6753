"""Rows out of records: every response and resource is a page, or a row that says why it is none."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from pipeline.errors import BadInput
from stages.warc import charset
from stages.warc.digest import sha1
from stages.warc.html import NOT_HTML, is_binary, reason_no_page
from stages.warc.http import Response, decoded_payload, parse_response
from stages.warc.members import DAMAGED, TRUNCATED
from stages.warc.records import TOO_LARGE, Record
from stages.warc.rights import rights

ORIGIN = pa.schema(
    [(name, pa.string()) for name in ("id", "url")]
    + [("timestamp", pa.timestamp("s"))]
    + [(name, pa.string()) for name in ("dump", "segment", "warc")]
    + [("offset", pa.int64()), ("length", pa.int64()), ("digest", pa.string())]
)
RIGHTS = pa.schema(
    [("robots", pa.string()), ("tdm_reservation", pa.int8()), ("tdm_policy", pa.string()), ("license", pa.string())]
)
PAGE = pa.schema([*ORIGIN, ("html", pa.binary()), ("charset", pa.string()), *RIGHTS])
TEXT = pa.schema([*ORIGIN, ("text", pa.string()), ("languages", pa.string())])
LEAVING = pa.schema([("reason", pa.string()), ("error", pa.string())])
READ, READ_TEXT = (pa.schema([*schema, *LEAVING]) for schema in (PAGE, TEXT))

BATCH_ROWS, BATCH_BYTES = 512, 32 << 20
SEGMENT = re.compile(r"(?:^|/)segments/([^/]+)/")
NEWS = re.compile(r"CC-NEWS(?:/(\d{4})/(\d{2})/|-(\d{4})(\d{2})\d{2}(?:\d{6})?-\d)")  # a month, or a file of one
DUMP = re.compile(r"CC-[A-Z]{3,}-\d{4}(?:-\d{2,4})?(?![\d-])|CC-(?:MAIN|NEWS)(?![\d-])")
NO_PAYLOAD = frozenset(("warcinfo", "request", "metadata", "revisit", "conversion", "continuation"))


@dataclass
class Batch:
    """Rows that wait to become a table of `schema`: at most 512 of them, or about 32 MB of content."""

    schema: pa.Schema
    rows: list[dict[str, Any]] = field(default_factory=list)
    bytes: int = 0

    def add(self, row: dict[str, Any]) -> bool:
        """Take a row; True when it is time for a table."""
        self.rows.append(row)
        self.bytes += len(row.get("html") or row.get("text") or "")
        return len(self.rows) >= BATCH_ROWS or self.bytes >= BATCH_BYTES

    def table(self) -> pa.Table:
        """A table of the rows, which are then forgotten."""
        rows, self.rows, self.bytes = self.rows, [], 0
        return pa.Table.from_pylist(rows, schema=self.schema)


class RowBuilder:
    """Makes rows of READ out of the records of one file, in order.

    `name` is what the rows call the file; `dump` and `segment` count when the name does not tell them.
    """

    schema = READ

    def __init__(self, name: str, dump: str = "", segment: str = ""):
        named = dump_and_segment(name)
        self.name, self.dump, self.segment = name, named[0] or dump, named[1] or segment
        self._ids: dict[str, int] = {}
        self._types: set[str] = set()

    def row(self, record: Record) -> dict[str, Any] | None:
        """The row of a record; None for a kind that holds no page, unless the record is damaged.

        A damaged record is always a row with `error`, since its header may be wrong about what it was.
        """
        fields = record.fields()
        kind = fields.get("warc-type", "").lower()
        if record.head:
            self._types.add(kind)
        if kind == "warcinfo" and not self.dump:
            self.dump = _part_of(record.block) or ""
        broken = record.error in (DAMAGED, TRUNCATED)
        return self.content(record, fields) if broken or self.holds_content(kind) else None

    def holds_content(self, kind: str) -> bool:
        """Whether records of this WARC-Type are rows."""
        return kind not in NO_PAYLOAD

    def content(self, record: Record, fields: Mapping[str, str]) -> dict[str, Any]:
        """The row of a record that may hold a page."""
        response = _response(record, fields)
        said = response.fields.get("content-type", "")
        reason = None if record.error in (DAMAGED, TRUNCATED) else reason_no_page(fields, response)
        error = record.error or response.error or (NOT_HTML if is_binary(response.payload) else None)
        html = b"" if reason or error == TOO_LARGE else response.payload
        name = charset.resolve_charset(html, said)
        page = html.replace(b"\0", b"") if name.startswith(("utf-16", "utf-32")) else html
        row = self.origin(record, fields, html)
        row |= {"html": html, "charset": name, "reason": reason, "error": None if reason else error}
        return row if reason or error else row | rights(response.head, page, row["url"])

    def origin(self, record: Record, fields: Mapping[str, str], content: bytes) -> dict[str, Any]:
        """The columns that tell where a row comes from."""
        return {
            "id": self._id(fields.get("warc-record-id", ""), record),
            "url": fields.get("warc-target-uri", "").strip("<>"),
            "timestamp": timestamp(fields.get("warc-date", "")),
            "dump": self.dump,
            "segment": self.segment,
            "warc": self.name,
            "offset": record.offset,
            "length": record.length,
            "digest": fields.get("warc-payload-digest") or sha1(content),
        }

    def _id(self, said: str, record: Record) -> str:
        """The record's own id, or one made of its place and content; one that comes again gets a number."""
        made = said.strip().strip("<>").removeprefix("urn:").removeprefix("uuid:")
        made = made or _hash(self.name, str(record.offset), hashlib.sha256(record.head + record.block).hexdigest())
        self._ids[made] = times = self._ids.get(made, 0) + 1
        return made if times == 1 else f"{made}-{times}"

    def check(self) -> None:
        """Raise BadInput when what was read is no archive of pages."""
        self._check_known()
        if self._types <= {"warcinfo", "conversion"} and "conversion" in self._types:
            raise BadInput(
                f"{self.name}: a WET file holds text that was already extracted; read it with commoncrawl.texts, or "
                "give the WARC file it came from"
            )

    def _check_known(self) -> None:
        if not self._types:
            raise BadInput(f"{self.name}: no WARC or ARC record in it; remove it or give a WARC file in its place")


class TextBuilder(RowBuilder):
    """Makes rows of READ_TEXT out of the conversion records of a WET file."""

    schema = READ_TEXT

    def holds_content(self, kind: str) -> bool:
        """Whether records of this type may hold a page."""
        return kind == "conversion"

    def content(self, record: Record, fields: Mapping[str, str]) -> dict[str, Any]:
        """The row of a record of plain text; bytes that are no UTF-8 become U+FFFD."""
        block = b"" if record.error == TOO_LARGE else record.block
        languages = fields.get("warc-identified-content-language", "").replace(" ", "")
        row = self.origin(record, fields, block) | {"text": block.decode("utf-8", "replace"), "languages": languages}
        return row | {"reason": None, "error": record.error}

    def check(self) -> None:
        """Raise BadInput when what was read holds no texts."""
        self._check_known()
        if "conversion" not in self._types:
            raise BadInput(
                f"{self.name}: no conversion record in it, as WET files have; read WARC files with commoncrawl.pages"
            )


def dump_and_segment(path: str) -> tuple[str, str]:
    """The dump and the segment that a path of Common Crawl's layout names; empty where it names none.

    The dump is the id of the snapshot: CC-MAIN-2024-10, CC-NEWS-2025-01, CC-MAIN-2012.
    """
    news, dump, segment = NEWS.search(path), DUMP.search(path), SEGMENT.search(path)
    month = "-".join(filter(None, news.groups())) if news else ""
    return f"CC-NEWS-{month}" if news else dump[0] if dump else "", segment[1] if segment else ""


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


def _response(record: Record, fields: Mapping[str, str]) -> Response:
    """The HTTP response in a record; of a resource, which has no HTTP head, the content and its type."""
    said = fields.get("content-type", "")
    if fields.get("warc-type", "").lower() != "resource" or said.startswith("application/http"):
        return parse_response(record.block)
    payload, error = decoded_payload(record.block, {"content-type": said or "html"})
    return Response(200, {"content-type": fields.get("arc-type", said)}, payload, error)


def _part_of(info: bytes) -> str | None:
    found = re.search(rb"(?:^|\n)isPartOf:[ \t]*([^\r\n]{1,200})", info[:65536], re.I)
    return found[1].decode("utf-8", "replace").strip() if found else None


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
