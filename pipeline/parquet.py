"""Parquet files of a root: rows in, rows out, in batches."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import store
from pipeline.errors import BadInput

ROW_GROUP_BYTES = 32 << 20
ROW_GROUP_ROWS = 20_000


class ShardWriter:
    """Parquet rows into a sink, in row groups of about 32 MB whose bounds depend on the rows alone."""

    def __init__(self, sink: store.HashingWriter, schema: pa.Schema):
        self.schema, self.rows = schema, 0
        self._writer = pq.ParquetWriter(
            pa.PythonFile(sink, mode="w"), schema, compression="zstd", compression_level=3, write_page_index=False
        )
        self._held: list[pa.Table] = []

    def write(self, table: pa.Table) -> None:
        self.rows += table.num_rows
        self._held.append(table.select(self.schema.names).cast(self.schema))
        rows, size = sum(t.num_rows for t in self._held), sum(t.nbytes for t in self._held)
        if rows >= ROW_GROUP_ROWS or size >= ROW_GROUP_BYTES:
            self._end_group()

    def _end_group(self) -> None:
        """Close the row group with what is held; nothing happens when nothing is."""
        table = pa.concat_tables(self._held) if self._held else self.schema.empty_table()
        if table.num_rows:
            self._writer.write_table(table, row_group_size=table.num_rows)
        self._held = []

    def abandon(self) -> None:
        """Keep pyarrow from finishing, when it is collected, a file that nobody wants."""
        self._writer.is_open = False

    def close(self) -> None:
        self._end_group()
        self._writer.close()


@contextmanager
def writing(root: str, name: str, schema: pa.Schema, made: dict[str, store.FileInfo]) -> Iterator[ShardWriter]:
    """A writer whose file appears when the block ends well, entered in `made` under its name."""
    with store.writing(root, name) as sink:
        writer = ShardWriter(sink, schema)
        try:
            yield writer
            writer.close()
        finally:
            writer.abandon()
    made[name] = store.FileInfo(sink.digest, writer.rows, sink.size)


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
            f"{name} in {store.redact(root)} is cut or damaged ({why}); mews verify --mend forgets it, and the next run"
            " makes it anew"
        ) from None


def read_table(root: str, name: str) -> pa.Table:
    with open_file(root, name) as file:
        return file.read()


def read_batches(root: str, name: str, rows: int = 2_000) -> Iterator[pa.Table]:
    """Tables of at most `rows` rows, in order; an empty file gives none."""
    with open_file(root, name) as file:
        for group in range(file.num_row_groups):
            for batch in file.iter_batches(batch_size=rows, row_groups=[group]):
                yield pa.Table.from_batches([batch])
