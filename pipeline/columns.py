"""Columns of tables, and the names of those that belong to the engine."""

import pyarrow as pa

from pipeline.errors import UsageError

# With these a reader or transform says that a row leaves, and why; the engine takes them away.
RESERVED = ("reason", "error", "error_message", "error_place", "measured", "counts")


def put(table: pa.Table, name: str, column: pa.Array | pa.ChunkedArray) -> pa.Table:
    """The table with a column set, in its place when it was there."""
    place = table.schema.get_field_index(name)
    return table.append_column(name, column) if place < 0 else table.set_column(place, name, column)


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with just the columns of `schema`; one that is missing or of another type becomes null."""
    columns = [
        table[f.name]
        if f.name in table.column_names and table[f.name].type == f.type
        else pa.nulls(table.num_rows, f.type)
        for f in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def without_reserved(table: pa.Table) -> pa.Table:
    """The table without the engine's columns."""
    return table.drop_columns([name for name in RESERVED if name in table.column_names])


def rename_reserved(table: pa.Table) -> pa.Table:
    """The table with other names for columns that are called as the engine's are: "error_" for "error".

    A reader of other people's rows passes them through this before it adds columns of the engine itself.
    """
    taken, names = {*RESERVED, *table.column_names}, []
    for name in table.column_names:
        free = name
        while name in RESERVED and free in taken:
            free += "_"
        taken.add(free)
        names.append(free)
    return table.rename_columns(names)


def check_not_reserved(schema: pa.Schema) -> None:
    """Raises UsageError when data has a column that is called as one of the engine's is."""
    if names := [name for name in schema.names if name in RESERVED]:
        raise UsageError(
            f"the rows have a column {names[0]}, which is the engine's own name for why a row leaves; rename it"
        )
