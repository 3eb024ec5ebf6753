"""Parquet files of a root: rows in, rows out, in batches."""

from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as pat

from pipeline import store
from pipeline.errors import BadInput
from pipeline.root import redact

ROW_GROUP_BYTES = 32 << 20
ROW_GROUP_ROWS = 20_000
LARGE = 1 << 20  # bytes of a row group, before compression
STEP = 100  # rows after which the size of a row group is looked at


class ShardWriter:
    """Parquet rows into a sink, in row groups of about 32 MB, and at most 20,000 rows.

    Where a group ends depends on the rows alone, not on the tables they come in. A `page_index` tells readers where
    in a group the pages of each column begin, so that they fetch single rows of a file that lies elsewhere.
    """

    def __init__(self, sink: store.HashingWriter, schema: pa.Schema, page_index: bool = False):
        self.schema, self.rows, self.memory = schema, 0, 0
        self._writer = pq.ParquetWriter(
            pa.PythonFile(sink, mode="w"), schema, compression="zstd", compression_level=3, write_page_index=page_index
        )
        self._held: list[pa.Table] = []
        self._held_rows = self._held_bytes = 0

    def write(self, table: pa.Table) -> None:
        """Write rows that have the columns of the schema, in any order."""
        table = table.select(self.schema.names).cast(self.schema)
        self.rows += table.num_rows
        start = at = 0
        while at < table.num_rows:
            step = table.slice(at, STEP - self._held_rows % STEP)
            at += step.num_rows
            self._held_rows += step.num_rows
            size = sum(map(payload, step.columns))
            self._held_bytes, self.memory = self._held_bytes + size, self.memory + size
            enough = self._held_rows >= ROW_GROUP_ROWS or self._held_bytes >= ROW_GROUP_BYTES
            if enough and self._held_rows % STEP == 0:
                self._held.append(table.slice(start, at - start))
                self._end_group()
                start = at
        self._held.append(table.slice(start))

    def _end_group(self) -> None:
        """Close the row group with what is held; nothing happens when nothing is."""
        if self._held_rows:
            self._writer.write_table(pa.concat_tables(self._held), row_group_size=self._held_rows)
        self._held, self._held_rows, self._held_bytes = [], 0, 0

    def abandon(self) -> None:
        """Keep pyarrow from finishing, when it is collected, a file that nobody wants."""
        self._writer.is_open = False

    def close(self) -> None:
        """Write what is held, and the footer."""
        self._end_group()
        self._writer.close()


def payload(column: pa.ChunkedArray) -> int:
    """Bytes that the values of a column need, whatever buffers they lie in."""
    kind, size = column.type, len(column)
    if pat.is_struct(kind):
        return sum(payload(pc.struct_field(column, [field])) for field in range(kind.num_fields))
    if pat.is_list(kind) or pat.is_large_list(kind) or pat.is_fixed_size_list(kind):
        return 4 * size + payload(pc.list_flatten(column))
    if pat.is_string(kind) or pat.is_large_string(kind) or pat.is_binary(kind) or pat.is_large_binary(kind):
        return 4 * size + (pc.sum(pc.binary_length(column)).as_py() or 0)
    return size * kind.bit_width // 8 if pat.is_primitive(kind) else column.nbytes


@contextmanager
def writing_rows(
    root: str, name: str, schema: pa.Schema, made: dict[str, store.FileInfo], page_index: bool = False
) -> Generator[ShardWriter]:
    """A writer whose file appears when the block ends well, entered in `made` under its name."""
    with store.writing(root, name) as sink:
        writer = ShardWriter(sink, schema, page_index)
        try:
            yield writer
            writer.close()
        finally:
            writer.abandon()
    made[name] = store.FileInfo(sink.digest, writer.rows, sink.size, writer.memory)


def open_file(root: str, name: str) -> pq.ParquetFile:
    """A Parquet file of a root, read ahead by row group.

    Raises FileNotFoundError when there is none, and BadInput when it is cut or is something else.
    """
    filesystem, path = store.locate(root, name)
    try:
        return pq.ParquetFile(filesystem.open_input_file(path), pre_buffer=True)
    except pa.ArrowInvalid as error:
        why = " ".join(str(error).split())[:200]
        raise BadInput(
            f"{name} in {redact(root)} is cut or damaged ({why}); mews verify --mend forgets it, and the next run"
            " makes it anew"
        ) from None


def read_table(root: str, name: str) -> pa.Table:
    """All rows of a file. Raises FileNotFoundError when there is none."""
    with open_file(root, name) as file:
        return file.read()


def read_batches(
    root: str,
    name: str,
    rows: int = 2_000,
    columns: Collection[str] | None = None,
    ids: Collection[str] | None = None,
) -> Iterator[pa.Table]:
    """Tables of at most `rows` rows, in order, an empty one of an empty file. Of `columns`, those that the file has.

    With `ids`, only the rows that have one of these, and no table without; of large row groups that have none, only the
    column `id` is read.
    """
    wanted = None if ids is None else pa.array(sorted(ids), pa.string())
    with open_file(root, name) as file:
        here = None if columns is None else [c for c in file.schema_arrow.names if c in columns]
        if not file.num_row_groups:
            yield file.read(columns=here)
        for group in range(file.num_row_groups):
            if wanted is not None and _is_large(file, group) and not _has_any(file, group, wanted):
                continue
            for batch in file.iter_batches(batch_size=rows, row_groups=[group], columns=here):
                table = pa.Table.from_batches([batch])
                if wanted is None:
                    yield table
                elif (found := table.filter(pc.is_in(table["id"], wanted))).num_rows:
                    yield found


def _is_large(file: pq.ParquetFile, group: int) -> bool:
    """Whether a row group is worth a look at its ids before all of it is read."""
    return file.metadata.row_group(group).total_byte_size >= LARGE


def _has_any(file: pq.ParquetFile, group: int, ids: pa.Array) -> bool:
    """Whether a row group has a row with one of the ids."""
    return bool(pc.any(pc.is_in(file.read_row_group(group, ["id"])["id"], ids)).as_py())


def read_between(root: str, name: str, column: str, values: Collection[int]) -> Iterator[pa.Table]:
    """The row groups of a file in which a column of whole numbers may have one of the values, by its bounds there."""
    with open_file(root, name) as file:
        place = file.schema_arrow.names.index(column)
        for group in range(file.num_row_groups):
            bounds = file.metadata.row_group(group).column(place).statistics
            if any(bounds.min <= value <= bounds.max for value in values):
                yield file.read_row_group(group)


def schema_of(root: str, name: str) -> pa.Schema:
    """The columns of a file."""
    with open_file(root, name) as file:
        return file.schema_arrow
