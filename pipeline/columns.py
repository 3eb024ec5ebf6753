"""Columns of tables, and the names of those that belong to the engine."""

from collections.abc import Sequence
from itertools import groupby

import pyarrow as pa
import pyarrow.types as pat

from pipeline.errors import UsageError

# With these a reader or transform says that a row leaves, and why; the engine takes them away.
RESERVED = ("reason", "error", "error_message", "error_place", "measured", "counts")

HEAVY = 8 << 10  # bytes of a row that are not worth a copy


def put(table: pa.Table, name: str, column: pa.Array | pa.ChunkedArray) -> pa.Table:
    """The table with a column set, in its place when it was there."""
    place = table.schema.get_field_index(name)
    return table.append_column(name, column) if place < 0 else table.set_column(place, name, column)


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with just the columns of `schema`; one that is missing or of another type becomes null.

    Timestamps of another unit are taken over: Parquet has no seconds, and gives milliseconds for them.
    """
    return pa.Table.from_arrays([_conforming(table, field) for field in schema], schema=schema)


def _conforming(table: pa.Table, field: pa.Field) -> pa.ChunkedArray | pa.Array:
    kind = table.schema.field(field.name).type if field.name in table.column_names else None
    if kind is not None and (kind == field.type or (pat.is_timestamp(kind) and pat.is_timestamp(field.type))):
        return table[field.name].cast(field.type, safe=False)
    return pa.nulls(table.num_rows, field.type)


def without_reserved(table: pa.Table) -> pa.Table:
    """The table without the engine's columns."""
    return table.drop_columns([name for name in RESERVED if name in table.column_names])


def check_not_reserved(schema: pa.Schema) -> None:
    """Raises UsageError when a column of the data is called as one of the engine's is."""
    for name in schema.names:
        if name in RESERVED:
            raise UsageError(f"column {name}: the engine keeps this name for what it says of rows; rename the column")


def pick_rows(table: pa.Table, rows: Sequence[int]) -> pa.Table:
    """The rows with these numbers, which ascend. Heavy ones, which hold pages, are not copied: they stay in chunks."""
    if table.nbytes < HEAVY * table.num_rows or not rows:
        return table.take(pa.array(rows, pa.int64()))
    runs = [[row for _, row in run] for _, run in groupby(enumerate(rows), lambda pair: pair[1] - pair[0])]
    return pa.concat_tables([table.slice(run[0], len(run)) for run in runs])
