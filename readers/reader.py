"""Rows of JSON Lines and Parquet files as tables: each row has an id of its own, and one that is bad is quarantined."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import BadInput
from pipeline.runner import one_line
from readers import parquet_rows
from readers.json_lines import objects
from readers.listing import Folder
from readers.rows import BYTES, ROWS, SOURCE_ID, TEXT, Found, finished, rows_schema
from readers.unpack import unpacked
from readers.values import ARROW, Field, Unfit, converted


@dataclass(frozen=True)
class FileReader:
    """Reads a file by its name: tables of `schema` and `ERRORS`, of at most 1,000 rows and about 8 MB.

    `id` is "<file>:<place>", which no two rows share: the number of the line in JSON Lines, counted from 1, or of the
    row in Parquet, counted from 0. `source_id` is the file's own `id`, or a hash of the text where it has none.
    `error` says what is wrong with a row ("row:not_json"), `error_message` and `error_place` say it more exactly. No
    other column of a file is read, whatever its name.

    Raises BadInput when a file is damaged, cut short, or a Parquet file without text.
    """

    folder: Folder
    fields: tuple[Field, ...] = (SOURCE_ID, TEXT)

    @property
    def schema(self) -> pa.Schema:
        """The columns of its tables, without `ERRORS`."""
        return rows_schema(self.fields)

    def __call__(self, name: str) -> Iterator[pa.Table]:
        """The rows of a file, in tables; bad ones have an `error`."""
        with self.folder.open(name) as file:
            yield from (self._parquet if is_parquet(file, name) else self._json_lines)(file, name)

    def look(self, name: str) -> Found:
        """What a file has for the fields, by its schema or by its first rows. Raises BadInput as reading does."""
        with self.folder.open(name) as file:
            if is_parquet(file, name):
                with errors_named(self.folder.shown(name)):
                    columns = pq.ParquetFile(file).schema_arrow
                return Found(columns.names, parquet_rows.columns_of(columns, self.fields, self.folder.shown(name)))
            first: dict[str, Any] = {}  # value of each key that is not null
            for _, row, _ in islice(objects(self._unpacked(file, name)), ROWS):
                first |= {k: first.get(k) if first.get(k) is not None else v for k, v in _items(row)}
            named = ((field, field.column_in(first)) for field in self.fields)
            return Found([*first], {f.name: column for f, column in named if column and _fits(f, first[column])})

    def _json_lines(self, file: pa.NativeFile, name: str) -> Iterator[pa.Table]:
        lines = Lines(self.fields, name, self.folder.shown(name))
        for number, row, size in objects(self._unpacked(file, name)):
            lines.add(number, row, size)
            if len(lines.numbers) >= ROWS or lines.bytes >= BYTES:
                yield lines.table()
        if lines.numbers:
            yield lines.table()

    def _place(self, name: str, first: int) -> Callable[[int], str]:
        return lambda row: f"{self.folder.shown(name)}, row {first + row}"

    def _unpacked(self, file: pa.NativeFile, name: str) -> Iterator[bytes]:
        stream = pa.BufferedInputStream(file, BYTES)  # an object store is asked for so much at a time
        return unpacked(cast(BinaryIO, stream), self.folder.shown(name))

    def _parquet(self, file: pa.NativeFile, name: str) -> Iterator[pa.Table]:
        with errors_named(self.folder.shown(name)):
            parquet, first = pq.ParquetFile(file, buffer_size=BYTES, page_checksum_verification=True), 0
            columns = parquet_rows.columns_of(parquet.schema_arrow, self.fields, self.folder.shown(name))
            for batch in parquet_rows.batches(parquet, sorted(set(columns.values()))):
                ids = pa.array([f"{name}:{first + n}" for n in range(batch.num_rows)], pa.string())
                yield parquet_rows.table_of(batch, self.fields, columns, ids, self._place(name, first))
                first += batch.num_rows


@contextmanager
def errors_named(shown: str) -> Iterator[None]:
    """What pyarrow says of a file with the file's name: BadInput, or OSError where the network may be at fault."""
    try:
        yield
    except pa.ArrowInvalid as error:
        raise BadInput(f"{shown} is no Parquet file, or damaged: {one_line(error)}") from None
    except OSError as error:  # of a damaged page, or of a store that does not answer: it is tried again
        raise OSError(*filter(None, [error.errno]), f"{shown} cannot be read: {one_line(error)}") from error


def _items(row: dict[str, Any] | Unfit) -> Iterable[tuple[str, Any]]:
    return row.items() if isinstance(row, dict) else ()


def _fits(field: Field, value: Any) -> bool:
    """Whether a column whose first value this is is read for the field."""
    try:
        converted(field, value)
        return True
    except Unfit:
        return field.required


def is_parquet(file: pa.NativeFile, name: str) -> bool:
    """Whether a file is Parquet by its name or its first bytes; the file is then at its beginning."""
    magic = file.read(4)
    file.seek(0)
    return name.lower().endswith(".parquet") or magic == b"PAR1"


class Lines:
    """Objects of a file on their way into a table. What a column holds is what its first value in the file is: one
    that cannot be of its field's kind is left out, as it is in Parquet, and otherwise each value that differs is bad.
    """

    def __init__(self, fields: tuple[Field, ...], name: str, shown: str):
        self._fields, self._name, self._shown = fields, name, shown
        self._left_out: dict[str, bool] = {}
        self._begin()

    def _begin(self) -> None:
        self.numbers: list[int] = []
        self.bytes = 0
        self._rows: list[dict[str, Any]] = []
        self._wrong: dict[int, Unfit] = {}

    def add(self, number: int, row: dict[str, Any] | Unfit, size: int) -> None:
        """A line: its number, what it holds, its bytes."""
        made = {}
        try:
            made = self._converted(row)
        except Unfit as unfit:
            self._wrong[len(self._rows)] = unfit
        self.numbers.append(number)
        self.bytes += size
        self._rows.append(made)

    def _converted(self, row: dict[str, Any] | Unfit) -> dict[str, Any]:
        if isinstance(row, Unfit):
            raise row
        found = ((field, field.column_in(row)) for field in self._fields)
        return {f.name: converted(f, row[name]) for f, name in found if name and not self._is_left_out(f, row[name])}

    def _is_left_out(self, field: Field, value: Any) -> bool:
        if value is not None and field.name not in self._left_out and not field.required:
            self._left_out[field.name] = not _fits(field, value)
        return self._left_out.get(field.name, False)

    def table(self) -> pa.Table:
        """The lines that were added since the last table."""
        columns = {f.name: pa.array([r.get(f.name) for r in self._rows], ARROW[f.kind]) for f in self._fields}
        ids = pa.array([f"{self._name}:{number}" for number in self.numbers], pa.string())
        table = finished(ids, columns, self._wrong, lambda row: f"{self._shown}:{self.numbers[row]}")
        self._begin()
        return table
