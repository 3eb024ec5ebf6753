"""Pages and texts out of WARC, ARC and WET files: one row for each record that holds or could hold one.

A page is a response with status 200 (or none), or a resource, whose payload is HTML or XHTML. Other responses and
resources are rows with a `reason`: warc:other_status or warc:other_type. What is wrong with a record is its `error`:
warc:truncated, warc:damaged, warc:too_large (over 16 MB), warc:encoding (a payload that cannot be unpacked) or
warc:not_html (an image or the like that is called HTML).
"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from stages.warc.layers import unwrap_gzip
from stages.warc.records import records, records_between
from stages.warc.rows import (
    PAGE as PAGE,
)  # fmt: skip
from stages.warc.rows import (
    READ as READ,
)
from stages.warc.rows import (
    READ_TEXT as READ_TEXT,
)
from stages.warc.rows import (
    TEXT as TEXT,
)
from stages.warc.rows import (
    Batch as Batch,
)
from stages.warc.rows import (
    RowBuilder as RowBuilder,
)
from stages.warc.rows import (
    TextBuilder as TextBuilder,
)
from stages.warc.rows import (
    dump_and_segment as dump_and_segment,
)
from stages.warc.rows import (
    timestamp as timestamp,
)


def read_pages(path: str | Path, name: str) -> Iterator[pa.Table]:
    """The pages of a local WARC or ARC file as tables of READ; `name` is what the rows call the file.

    Raises BadInput when the file holds no record at all, or extracted text (WET) in place of pages.
    """
    return read_rows(path, RowBuilder(name))


def read_rows(path: str | Path, builder: RowBuilder) -> Iterator[pa.Table]:
    """The rows of a local file, in order, as tables of at most 512 rows or about 32 MB of content."""
    with unwrap_gzip(path) as file:
        yield from rows_between(file, builder)


def rows_between(file: BinaryIO, builder: RowBuilder, start: int = 0, end: int | None = None) -> Iterator[pa.Table]:
    """The same of an open file, of the records that begin from `start` to before `end`: all of them by default.

    Parts that follow one another have the rows of the file, in order. Only an id that comes again gets no number where
    the first of that id is in another part.
    """
    batch = Batch(builder.schema)
    if start and not builder.dump and (first := next(records(file), None)):
        builder.row(first)  # which may tell the dump
    for record in records_between(file, start, end):
        row = builder.row(record)
        if row and batch.add(row):
            yield batch.table()
    if not start:
        builder.check()
    if batch.rows:
        yield batch.table()


def row_at(path: str | Path, builder: RowBuilder, offset: int, id: str) -> pa.Table:
    """The row of one record, given by its offset and id; no row when nothing is found there any more."""
    with unwrap_gzip(path) as file:
        return row_in(file, offset, builder, offset, id)


def row_in(file: BinaryIO, start: int, builder: RowBuilder, offset: int, id: str) -> pa.Table:
    """The same of an open file, or of a part of it in which the record begins at `start`."""
    here = itertools.takewhile(lambda record: record.offset == start, records(file, start))
    rows = [row for record in here if (row := builder.row(record._replace(offset=offset))) and not row["reason"]]
    found = [row for row in rows if row["id"] == id] or rows[:1]
    return pa.Table.from_pylist(found, schema=builder.schema)
