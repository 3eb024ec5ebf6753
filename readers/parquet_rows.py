"""Rows of Parquet files: the columns that are wanted, in batches bounded by bytes, each value checked."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import BadInput
from readers.rows import BYTES, ROWS, finished
from readers.values import ARROW, Field, Unfit, fits_type, typed_column


def columns_of(columns: pa.Schema, fields: Iterable[Field], shown: str) -> dict[str, str]:
    """The column of each field that has one that it can be read from. Raises BadInput when a required one has not."""
    found = {}
    for field in fields:
        name = field.column_in(columns.names)
        if name and columns.names.count(name) > 1:
            raise BadInput(f"{shown} has {columns.names.count(name)} columns {name}: write it again with one")
        if name and fits_type(field.kind, columns.field(name).type):
            found[field.name] = name
        elif field.required:
            raise BadInput(f"{shown} has {_wanting(field, name, columns)}")
    return found


def _wanting(field: Field, name: str | None, columns: pa.Schema) -> str:
    if name is None:
        return no_column(field, columns.names)
    return (
        f"{columns.field(name).type} in column {name}; say which column is the {field.name}: columns={field.name}=NAME"
    )


def no_column(field: Field, names: Iterable[str]) -> str:
    """What is said when a field has no column among these."""
    wanted, there = " or ".join(field.names or (field.name,)), ", ".join([*names][:30])
    return f"no column {wanted}, only {there}; say which column is the {field.name}: columns={field.name}=NAME"


def batches(parquet: pq.ParquetFile, names: list[str]) -> Iterator[pa.Table]:
    """Tables of these columns, of at most `ROWS` rows and about `BYTES` bytes."""
    for number in range(parquet.num_row_groups):
        group = parquet.metadata.row_group(number)
        chunks = (group.column(n) for n in range(group.num_columns))
        size = sum(c.total_uncompressed_size for c in chunks if c.path_in_schema.partition(".")[0] in names)
        rows = max(1, min(ROWS, BYTES * group.num_rows // max(size, 1)))
        for batch in parquet.iter_batches(batch_size=rows, row_groups=[number], columns=names):
            yield pa.Table.from_batches([batch])


def table_of(
    table: pa.Table, fields: Sequence[Field], columns: Mapping[str, str], ids: pa.Array, place: Callable[[int], str]
) -> pa.Table:
    """Rows with the fields that stand in these columns, with these ids; see `rows.finished`."""
    made: dict[str, pa.Array] = {}
    wrong: dict[int, Unfit] = {}
    for field in fields:
        if field.name in columns:
            made[field.name], unfit = typed_column(field, table[columns[field.name]])
            wrong = unfit | wrong
        else:
            made[field.name] = pa.nulls(table.num_rows, ARROW[field.kind])
    return finished(ids, made, wrong, place)
