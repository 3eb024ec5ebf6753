"""The texts of the pages in a folder of WARC files, as the default extractor reads them.

They are extracted once and kept in the machine's temporary folder.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from stages import extract, language, warc
from stages.extract.blocks import trees

LARGEST_PAGE = 2_000_000  # bytes of HTML
SCHEMA = pa.schema([("id", pa.string()), ("url", pa.string()), ("language", pa.string()), ("text", pa.string())])


@dataclass(frozen=True)
class Page:
    """The main text of a web page, with its address and its most likely language."""

    id: str
    url: str
    language: str
    text: str


def pages(folder: str | Path, limit: int | None = None) -> list[Page]:
    """The pages of every `*.warc.gz` in the folder, in the order of a hash of their ids; `limit` takes the first."""
    key = xxhash.xxh3_64_hexdigest(f"{Path(folder).resolve()} {limit} {trees.TREES}")
    kept = Path(tempfile.gettempdir()) / f"mews-pages-{os.getuid()}" / f"{key}.parquet"
    if not kept.exists():
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        rows = [astuple(page) for page in _extracted(folder, limit)]
        table = pa.Table.from_arrays([pa.array(column) for column in zip(*rows, strict=True)], schema=SCHEMA)
        pq.write_table(table, partial := kept.with_suffix(f".{os.getpid()}"), compression="zstd")
        partial.replace(kept)
    return [Page(**row) for row in pq.read_table(kept).to_pylist()]


def _extracted(folder: str | Path, limit: int | None) -> Iterator[Page]:
    read = extract.text()
    for id, url, html, charset in sorted(_records(Path(folder)), key=lambda row: xxhash.xxh3_64_intdigest(row[0]))[
        :limit
    ]:
        if text := read.answer(html, charset, url).get("text"):
            yield Page(id, url, language.most_likely(text)[0], text)


def _records(folder: Path) -> Iterator[tuple[str, str, bytes, str | None]]:
    for path in sorted(folder.glob("*.warc.gz")):
        for rows in warc.read_pages(path, path.name):
            for row in rows.select(["id", "url", "html", "charset"]).to_pylist():
                if row["html"] is not None and len(row["html"]) <= LARGEST_PAGE:
                    yield row["id"], row["url"], row["html"], row["charset"]
