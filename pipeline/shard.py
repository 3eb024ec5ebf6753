"""The files of a shard while it is made, and the receipt that is written when all of them are there."""

import dataclasses
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager

import pyarrow as pa

from pipeline import parquet, reads, store
from pipeline.chain import QUARANTINE
from pipeline.columns import conform
from pipeline.errors import RowsLost
from pipeline.hashing import digest
from pipeline.receipts import Receipt, receipt_name, write_receipt
from pipeline.stats import Stats

SUFFIXES = (".parquet", ".buckets")


def data_names(folder: str, shard: str) -> tuple[str, ...]:
    """The files, below the root, in which the rows of a shard may lie; the folder is mostly the name of its stage."""
    return tuple(f"{folder}/{shard}{suffix}" for suffix in SUFFIXES)


def stage_folders(stage: str, folder: str = "") -> tuple[str, ...]:
    """The folders of all files of a stage, below the root; its rows lie in `folder`, by default that of its name."""
    return folder or stage, f"{stage}.rejects", f"quarantine/{stage}"


def rejects_name(stage: str, shard: str) -> str:
    """The file of the rows that a stage dropped of a shard."""
    return f"{stage}.rejects/{shard}.parquet"


def quarantine_name(stage: str, shard: str) -> str:
    """The file of the records of a shard that could not be read or judged."""
    return f"quarantine/{stage}/{shard}.parquet"


class ShardFiles:
    """The files of one shard, each opened when its first rows come.

    `made` is what was written so far, by name; `data_names` are those that may hold the shard's own rows.
    """

    def __init__(self, root: str, stage: str, shard: str, folder: str, stack: ExitStack):
        self.root, self.stage, self.shard, self._stack = root, stage, shard, stack
        self.data_names = data_names(folder or stage, shard)
        self.started = time.perf_counter()
        self.made: dict[str, store.FileInfo] = {}
        self._writers: dict[str, parquet.ShardWriter] = {}

    def open(self, name: str, schema: pa.Schema, page_index: bool = False) -> parquet.ShardWriter:
        """The writer of a Parquet file; the same one each time that it is asked for."""
        if name not in self._writers:
            writing = parquet.writing_rows(self.root, name, schema, self.made, page_index)
            self._writers[name] = self._stack.enter_context(writing)
        return self._writers[name]

    def rows(self, schema: pa.Schema, page_index: bool = False) -> parquet.ShardWriter:
        """The writer of the shard's own rows."""
        return self.open(self.data_names[0], schema, page_index)

    def write(self, name: str, content: bytes) -> None:
        """Write a file that holds no rows."""
        with store.writing(self.root, name) as sink:
            sink.write(content)
        self.made[name] = store.FileInfo(sink.digest, 0, sink.size)

    def quarantine(self, table: pa.Table) -> None:
        """Put rows that have an `error` into quarantine."""
        if table.num_rows:
            self.open(quarantine_name(self.stage, self.shard), QUARANTINE).write(conform(table, QUARANTINE))

    @property
    def data(self) -> store.FileInfo | None:
        """The file that holds the shard's own rows; None when no file does."""
        return next((made for name, made in self.made.items() if name in self.data_names), None)


@contextmanager
def shard_files(root: str, stage: str, shard: str, folder: str = "") -> Generator[ShardFiles]:
    """The files of a shard that is made anew: its old receipt goes first, files it no longer has go last.

    `folder` is where its rows lie when that is not the folder of the stage's name.
    """
    store.remove(root, receipt_name(stage, shard))
    with ExitStack() as stack:
        files = ShardFiles(root, stage, shard, folder, stack)
        yield files
    for name in (*files.data_names, rejects_name(stage, shard), quarantine_name(stage, shard)):
        if name not in files.made:
            store.remove(root, name)


def commit_receipt(files: ShardFiles, made_from: str, stats: Stats, content: str = "") -> Receipt:
    """Write and return the receipt of a shard whose files are written.

    Its digest is `content` where that is given, else that of the file with its rows, else that of all its files.
    Raises RowsLost when the counts break their law.
    """
    if not stats.conserved():
        raise RowsLost(f"stage {files.stage}, shard {files.shard}: {_broken(stats)}")
    data = files.data
    content = content or (data.digest if data else digest(*(made.digest for made in files.made.values())))
    seconds = round(time.perf_counter() - files.started, 3)
    size = {"bytes": data.bytes, "memory": data.memory} if data else {"bytes": 0, "memory": 0}
    stats = dataclasses.replace(stats, **size, seconds=seconds)
    return write_receipt(
        files.root, Receipt(files.stage, files.shard, made_from, content, stats, files.made, reads.so_far())
    )


def _broken(stats: Stats) -> str:
    """What does not add up."""
    if stats.rows_due not in (None, stats.rows_in):
        return f"its inputs hold {stats.rows_due} rows for it, and {stats.rows_in} were read"
    if stats.rows_due is not None:
        return f"of {stats.tokens_in} tokens {stats.tokens_out} went out"
    return f"of {stats.rows_in} rows {stats.rows_out} went out; reasons do not add up"
