"""A small crawl that is made on the spot, with what should become of every page of it."""

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sample import crawl, texts
from sample.cases import sample_pages

TRUTH = pa.schema(
    {
        "id": pa.string(),  # of the response record
        "url": pa.string(),
        "warc": pa.string(),
        "offset": pa.int64(),  # of the response record in that file
        "kind": pa.string(),
        "expected": pa.string(),
        "group": pa.string(),
        "language": pa.string(),
        "charset": pa.string(),  # of the bytes; the next two are what is declared
        "http_charset": pa.string(),
        "meta_charset": pa.string(),
        "pii": pa.string(),  # JSON: [[type, value], ...]
        "planted": pa.string(),  # JSON, the same for what is not private
        "title": pa.string(),
        "text": pa.string(),  # the main text, a block a line
    }
)


def make(folder: str) -> list[str]:
    """Make the sample under `folder` unless it is there, and return the names of its WARC files below `folder`.

    The same bytes every time and everywhere. The crawl is built beside its place and renamed, so that half of one
    is never taken for a whole one; one of another version is replaced. UsageError when a package is missing.
    """
    place = Path(folder, "crawl-data")
    if made_version(place) != sample_version():
        Path(folder).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".sample-", dir=folder) as beside:
            write_crawl(Path(beside))
            replace_crawl(Path(beside, "crawl-data"), place)
    return crawl.warc_names()


def truth(folder: str) -> pa.Table:
    """The truth about the sample under `folder`: a row a page, columns as in TRUTH."""
    return pq.read_table(Path(folder, "crawl-data", crawl.SAMPLE_DUMP, "truth.parquet"), schema=TRUTH)


def sample_version() -> str:
    """What the crawl depends on: the code of this package, and the versions of the packages whose text it takes."""
    files = sorted(path for path in Path(__file__).parent.rglob("*") if path.suffix in (".py", ".html"))
    code = hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()
    return json.dumps({"code": code, **texts.text_versions(), "pyarrow": pa.__version__}, indent=1)


def made_version(place: Path) -> str | None:
    """The version of the crawl that lies there, None without one."""
    marker = place / crawl.SAMPLE_DUMP / "version.json"
    return marker.read_text() if marker.exists() else None


def write_crawl(root: Path) -> None:
    """Write the crawl, the list of its files, the truth and at last its version."""
    everything = sample_pages()
    rows = []
    for number, name in enumerate(crawl.warc_names()):
        data, captures = crawl.warc_file(name, crawl.pages_of_file(everything, number), everything)
        write_synced(root / name, data)
        rows += [truth_row(name, capture) for capture in captures]
    top = root / "crawl-data" / crawl.SAMPLE_DUMP
    write_synced(top / "warc.paths.gz", crawl.path_listing(crawl.warc_names()))
    pq.write_table(pa.Table.from_pylist(rows, TRUTH), top / "truth.parquet", compression="zstd")
    write_synced(top / "version.json", sample_version().encode())


def write_synced(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def replace_crawl(made: Path, place: Path) -> None:
    """Put a finished crawl in its place; when another process was faster, its crawl is the same and stays."""
    if place.exists() and made_version(place) != sample_version():
        shutil.rmtree(place)
    try:
        os.rename(made, place)
    except OSError:
        if made_version(place) != sample_version():
            raise


def truth_row(name: str, capture: crawl.Capture) -> dict[str, str | int | None]:
    """The truth about a page."""
    page = capture.page
    pii = [pair for pair in page.planted if pair[0].isupper()]
    planted = [pair for pair in page.planted if not pair[0].isupper()]
    return {
        "id": capture.id,
        "url": page.url,
        "warc": name,
        "offset": capture.offset,
        "kind": page.kind,
        "expected": page.expected,
        "group": page.group,
        "language": page.site.language,
        "charset": page.written.charset,
        "http_charset": page.written.http,
        "meta_charset": page.written.meta,
        "pii": json.dumps(pii),
        "planted": json.dumps(planted, ensure_ascii=False),
        "title": page.title,
        "text": page.text,
    }
