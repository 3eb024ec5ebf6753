"""Files of rows by bucket, of which any one bucket is read without the others.

A Parquet footer describes every row group: with thousands of buckets, reading it costs a hundred times what a bucket's
rows do, in time and in bytes. Here a file is one Arrow stream, which any Arrow reads, and behind it where each bucket's
batches begin and how many rows it has, so that two reads find them:

    schema, batches | schema, bucket, start, rows, bucket, start, rows, ..., end, length of the schema, n
                      (n buckets, ascending; numbers are uint64, little-endian; the second part begins behind `end`)
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipeline import store

SUFFIX = ".buckets"
NUMBER = np.dtype("<u8")
TAIL = 128 << 10  # bytes of the end of a file that are read at once: the index of 5,000 buckets
LZ4 = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)  # on small buckets a quarter of zstd's time
ALONE = pa.ipc.IpcReadOptions(use_threads=False)


class Index(NamedTuple):
    """The schema as it stands in a stream, the buckets (uint64, ascending) with their rows, where each begins, and
    where all end.
    """

    schema: bytes
    buckets: np.ndarray
    rows: np.ndarray
    starts: list[int]


def write(root: str, name: str, table: pa.Table, buckets: Sequence[int], starts: Sequence[int]) -> store.FileInfo:
    """Write rows that lie in the order of their buckets; `starts` are the first rows of each."""
    index: list[int] = []
    schema = table.schema.serialize()
    with store.writing(root, name) as sink:
        with pa.ipc.new_stream(pa.PythonFile(sink, mode="w"), table.schema, options=LZ4) as writer:
            writer.write_table(table.schema.empty_table(), 1)
            for bucket, (start, end) in zip(buckets, pairwise([*starts, table.num_rows]), strict=True):
                index += [bucket, sink.size or len(schema), end - start]
                writer.write_table(table.slice(start, end - start).combine_chunks())
            index.append(sink.size)
        sink.write(schema)
        sink.write(np.array([*index, len(schema), len(buckets)], NUMBER).tobytes())
    return store.FileInfo(sink.digest, table.num_rows, sink.size)


def read_bucket(root: str, name: str, bucket: int) -> tuple[pa.Table, int] | None:
    """The rows of one bucket, and how many the file says there are; None when it has none.

    Raises FileNotFoundError when there is no file.
    """
    filesystem, path = store.locate(root, name)
    with filesystem.open_input_file(path) as file:
        index = _index(file)
        place = int(np.searchsorted(index.buckets, np.uint64(bucket)))
        if bucket not in index.buckets[place : place + 1]:
            return None
        start, end = index.starts[place : place + 2]
        return _table(index.schema + file.read_at(end - start, start)), int(index.rows[place])


def counts(root: str, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The buckets of a file (uint64, ascending), and the rows of each (uint64)."""
    filesystem, path = store.locate(root, name)
    with filesystem.open_input_file(path) as file:
        index = _index(file)
        return index.buckets, index.rows


def read_all(root: str, name: str) -> Iterator[pa.Table]:
    """The rows of each bucket, in the order of the buckets; first an empty table, which has their schema."""
    filesystem, path = store.locate(root, name)
    with filesystem.open_input_file(path) as file:
        index = _index(file)
        yield _table(index.schema)
        for start, end in pairwise(index.starts):
            yield _table(index.schema + file.read_at(end - start, start))


def _index(file: pa.NativeFile) -> Index:
    size = file.size()
    tail = file.read_at(min(size, TAIL), size - min(size, TAIL))
    header, count = np.frombuffer(tail[-2 * NUMBER.itemsize :], NUMBER).tolist()
    length = header + (3 * count + 3) * NUMBER.itemsize
    if length > len(tail):
        tail = file.read_at(length, size - length)
    behind = tail[len(tail) - length :]
    numbers = np.frombuffer(behind[header:], NUMBER)[: 3 * count + 1]
    buckets, starts, rows = numbers[:-1].reshape(-1, 3).T
    return Index(behind[:header], buckets, rows, [*starts.tolist(), int(numbers[-1])])


def _table(stream: bytes) -> pa.Table:
    with pa.ipc.open_stream(stream, options=ALONE) as batches:
        return batches.read_all()
