"""Pages that attack: each gives its text or a named error, costs little, and leaves its neighbours as they were."""

import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from stages import extract
from stages.extract.sandbox import Caps

SENTENCE = "An honest paragraph tells of the weather in the mountains, and it goes on like this."
HEAD = b"<html><head><title>t</title></head><body><article>" + f"<p>{SENTENCE}</p>".encode() * 3

# name: (page, what becomes of it; None is kept with the honest text)
HOSTILE: dict[str, tuple[bytes, str | None]] = {
    "1e5 nested div": (HEAD + b"<div>" * 100_000 + b"deep", "too_dense"),
    "1e4 nested div": (HEAD + b"<div>" * 10_000 + b"deep", "too_deep"),
    "1e5 nested b": (HEAD + b"<b>word " * 100_000, "too_dense"),
    "nested tables": (HEAD + b"<table><tr><td>x" * 600, "too_deep"),
    "nested lists": (HEAD + b"<ul><li>item" * 900, "too_deep"),
    "100 MB of <a": (b"<a" * 50_000_000, "too_large"),
    "5 MB of <a": (HEAD + b"<a" * 2_500_000, "too_dense"),
    "table of 50,000 rows": (HEAD + b"<table>" + b"<tr><td>1</td></tr>" * 50_000, "too_dense"),
    "row of 20,000 cells": (HEAD + b"<table><tr>" + b"<td>1" * 20_000, "too_dense"),
    "spans": (HEAD + b"<table><tr>" + b"<td colspan=9999 rowspan=9999>1" * 3_000, "too_dense"),
    "one wide row and many": (HEAD + b"<table><tr>" + b"<td>1" * 3_000 + b"<tr><td>1" * 9_000, "too_dense"),
    "entity bomb": (
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "' + b"&b;" * 999 + b'">]>' + HEAD + b"<p>&c;",
        None,
    ),
    "a million entities": (HEAD + b"<p>" + b"&amp;" * 1_000_000, None),
    "50 MB line": (HEAD + b"<p>" + b"x" * 50_000_000, "too_large"),
    "5 MB word": (HEAD + b"<p>" + b"x" * 5_000_000, None),
    "5 MB blanks": (HEAD + b"<p>x" + b" " * 5_000_000 + b"x", None),
    "5 MB of line breaks": (HEAD + b"<p>" + b"\n" * 5_000_000, None),
    "NUL bytes": (HEAD.replace(b"honest", b"ho\0nest") + b"\0" * 1_000_000, None),
    "invalid UTF-8": (HEAD + b"<p>" + bytes(range(128, 256)) * 1_000, None),
    "lone surrogates": (HEAD + b"<p>\xed\xa0\x80 and \xed\xbf\xbf</p>", None),
    "surrogate references": (HEAD + b"<p>&#xD800; and &#xDFFF; and &#0; and &#x110000;</p>", None),
    "right-to-left overrides": (HEAD + "<p>\u202eabc\u202d \u2066\u2067\u2068 ".encode() * 5_000, None),
    "2,000 attributes": (HEAD + b"<p " + b" ".join(b"a%d=b" % n for n in range(2_000)) + b">x", "too_dense"),
    "5 MB attribute": (HEAD + b"<p class='" + b"comment " * 600_000 + b"'>x", "too_dense"),
    "unclosed comments": (HEAD + b"<!--" * 29_000, None),
    "29,000 scripts": (HEAD + b"<script>" * 29_000, None),
    "29,000 forms": (HEAD + b"<form>" * 29_000, None),
    "images without end": (HEAD + b"<img src=a.jpg>" * 10_000, None),
    "base that is no address": (HEAD + b"<base href='http://['><img src='http://[x/a.png'><p>x", None),
}


def table(pages: list[bytes]) -> pa.Table:
    empty = {"url": [""] * len(pages), "charset": ["utf-8"] * len(pages)}
    return pa.table({"id": [str(n) for n in range(len(pages))], **empty, "html": pa.array(pages, pa.binary())})


@pytest.mark.parametrize("name", HOSTILE)
def test_outcome_is_the_text_or_a_named_error(name):
    page, error = HOSTILE[name]
    [row] = extract.text()(table([page])).to_pylist()
    assert row["error"] == (error and f"extract:{error}")
    if not error:
        assert SENTENCE in row["text"]
        row["text"].encode()  # no lone surrogates
        assert "\0" not in row["text"]


def test_limits_do_not_depend_on_the_cpu_limit():
    """Whatever is refused is refused by its bytes or shape: ten times the CPU changes no outcome."""
    pages = [page for page, error in HOSTILE.values() if error]
    slow, fast = (extract.text(caps=Caps(cpu_seconds=seconds)) for seconds in (100.0, 10.0))
    assert slow(table(pages))["error"].equals(fast(table(pages))["error"])


def real_pages(shared, most: int) -> list[bytes]:
    with open(shared / "data/realweb/realweb-dev-00000.warc.gz", "rb") as file:
        records = ArchiveIterator(file, record_types=WarcRecordType.response)
        return [record.reader.read() for record, _ in zip(records, range(most), strict=False)]


def test_neighbours_of_hostile_pages_are_untouched(shared):
    honest = real_pages(shared, len(HOSTILE))
    alone = extract.text()(table(honest)).to_pydict()
    attacks = [page for page, _ in HOSTILE.values()]
    mixed: list[bytes] = []
    for pair in zip(honest, attacks, strict=True):
        mixed += pair
    together = extract.text()(table(mixed)).to_pydict()
    for column in ("text", "image_urls", "error"):
        assert together[column][::2] == alone[column]


def test_a_hostile_page_costs_less_than_ten_honest_ones(shared):
    """So that one attack in a hundred pages slows the whole by less than a tenth."""
    honest, attacks = real_pages(shared, 80), [page for page, _ in HOSTILE.values()]
    transform = extract.text()
    transform(table(honest[:2]))
    each = [seconds(transform, pages) / len(pages) for pages in (honest, attacks)]
    assert each[1] < 10 * each[0], each


def seconds(transform, pages: list[bytes]) -> float:
    rows = table(pages)
    started = time.perf_counter()
    transform(rows)
    return time.perf_counter() - started


def test_no_real_page_breaks_a_limit(shared):
    for path in sorted((shared / "data/realweb").glob("*.warc.gz")):
        with open(path, "rb") as file:
            for record in ArchiveIterator(file, record_types=WarcRecordType.response):
                assert extract.LIMITS.broken_by(record.reader.read()) is None
    assert pq.read_metadata(shared / "data/realweb/index.parquet").num_rows > 1000
