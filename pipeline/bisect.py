"""Passes a batch through a transform of whole tables; a bad page costs one page."""

from typing import Any

import pyarrow as pa

from pipeline.columns import conform, put, without_reserved
from pipeline.errors import RowsLost, SchemaChanged, StepFailed, WrongReturn
from pipeline.guard import Failure, Guard
from pipeline.protocols import Judgement, Transform


def transform_rows(transform: Transform, table: pa.Table, guard: Guard) -> pa.Table:
    """What the transform makes of the rows; those on which it raises or hangs have `error` filled.

    When it raises, the batch is halved until the row is found. When it hangs, its rows are tried one by one, each with
    the time of one page: a page that never ends costs 40 s of CPU, whatever the size of the batch. Such a transform may
    look at the rows of a batch together, so it is not called again to see if it is pure; functions of one Doc are.
    """
    checked = _Checked(transform, guard.name)
    pieces = _pieces(checked, table, guard)
    if len(pieces) == 1 and pieces[0][1] is None:
        return pieces[0][0]
    schema = without_reserved(checked(table.slice(0, 0))).schema
    for piece, failure in pieces:
        if failure is None and without_reserved(piece).schema.names != schema.names:
            raise SchemaChanged(f"{guard.name} promised columns {schema.names} and gave {piece.schema.names}")
    return pa.concat_tables(
        [_as_error(conform(piece, schema), failure, guard.name) if failure else piece for piece, failure in pieces],
        promote_options="default",  # only some pieces have the engine's columns
    )


class _Checked:
    """The transform with a check of the number of rows that it returns."""

    def __init__(self, transform: Transform, name: str):
        self._transform, self._name = transform, name

    def __call__(self, table: pa.Table) -> pa.Table:
        made: Any = self._transform(table)  # of a function of the user: what it returns is checked
        rows = table.num_rows
        if not isinstance(made, pa.Table):
            raise WrongReturn(f"{self._name} returned {type(made).__name__}; a transform returns a table")
        if made.num_rows != rows:
            raise RowsLost(
                f"{self._name} made {made.num_rows} rows of {rows}: a transform fills `reason`, it deletes nothing"
            )
        return made


def _pieces(transform: _Checked, table: pa.Table, guard: Guard) -> list[tuple[pa.Table, Failure | None]]:
    """The batch in pieces, in order: what was made of some rows, or a row that failed and why."""
    said, rows = guard.attempt(transform, table), table.num_rows
    if not isinstance(said, Failure):
        guard.count(rows)
        return [(said, None)]
    if rows == 0:
        raise StepFailed(f"{guard.name} fails on a table without rows: {said}")
    if rows == 1:
        guard.count(1, said)
        return [(table, said)]
    size = 1 if said.hung else (rows + 1) // 2
    parts = (table.slice(start, size) for start in range(0, rows, size))
    return [piece for part in parts for piece in _pieces(transform, part, guard)]


def _as_error(row: pa.Table, failure: Failure, name: str) -> pa.Table:
    for column, value in zip(("error", "error_message", "error_place"), failure.columns(name), strict=True):
        row = put(row, column, pa.array([value], pa.string()))
    return row


def judgements_in(table: pa.Table, name: str) -> list[Judgement | None]:
    """What a reader or a transform of tables, called `name`, said of its rows by filling the engine's columns."""
    names = [each for each in Judgement._fields[1:] if each in table.column_names]
    told = [each for each in ("reason", "error") if each in names and table[each].null_count < table.num_rows]
    if not told:
        return [None] * table.num_rows
    rows = table.select(names).to_pylist()
    for row in rows:
        for column in told:
            if not isinstance(row[column], str | None) or row[column] == "":
                raise WrongReturn(f"{name} filled `{column}` with {row[column]!r}; fill it with short texts or nulls")
    return [Judgement(0, **row) if any(row[column] for column in told) else None for row in rows]
