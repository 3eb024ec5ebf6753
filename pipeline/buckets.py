"""Files of rows by bucket, of which any one bucket is read without the others.

A Parquet footer describes every row group: with thousands of buckets, reading it costs a hundred times what a bucket's
rows do, in time and in bytes. Here a file is Arrow streams one after another, one without rows and one a bucket, and
then where each bucket begins:

    stream ... stream | bucket, start, bucket, start, ..., n, end    (uint64, little-endian; n buckets, ascending)
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from pipeline import store

SUFFIX = ".buckets"
NUMBER = np.dtype("<u8")
TAIL = 64 << 10  # bytes of the end of a file that are read at once: the index of 4,000 buckets
OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")


def write(root: str, name: str, table: pa.Table, buckets: Sequence[int], starts: Sequence[int]) -> store.Made:
    """Write rows that lie in the order of their buckets; `starts` are the first rows of each."""
    index: list[int] = []
    with store.writing(root, name) as sink:
        sink.write(_stream(table.schema.empty_table()))
        for bucket, (start, end) in zip(buckets, pairwise([*starts, table.num_rows]), strict=True):
            index += [bucket, sink.size]
            sink.write(_stream(table.slice(start, end - start).combine_chunks()))
        sink.write(np.array([*index, len(buckets), sink.size], NUMBER).tobytes())
    return store.Made(sink.digest, table.num_rows, sink.size)


def _stream(table: pa.Table) -> pa.Buffer:
    held = pa.BufferOutputStream()
    with pa.ipc.new_stream(held, table.schema, options=OPTIONS) as writer:
        writer.write_table(table)
    return held.getvalue()


def read(root: str, name: str, bucket: int) -> pa.Table | None:
    """The rows of one bucket; None when the file has none. Raises FileNotFoundError when there is no file."""
    filesystem, path = store.locate(root, name)
    with filesystem.open_input_file(path) as file:
        buckets, starts = _index(file)
        place = int(np.searchsorted(buckets, np.uint64(bucket)))
        return _table(file, *starts[place : place + 2]) if bucket in buckets[place : place + 1] else None


def read_all(root: str, name: str) -> Iterator[pa.Table]:
    """The rows of each bucket, in the order of the buckets; first an empty table, which has their schema."""
    filesystem, path = store.locate(root, name)
    with filesystem.open_input_file(path) as file:
        _, starts = _index(file)
        for start, end in pairwise([0, *starts]):
            yield _table(file, start, end)


def _index(file: pa.NativeFile) -> tuple[np.ndarray, list[int]]:
    """The buckets of a file (uint64, ascending) and where each begins; last, where all end."""
    size = file.size()
    tail = file.read_at(min(size, TAIL), size - min(size, TAIL))
    count, end = np.frombuffer(tail[-2 * NUMBER.itemsize :], NUMBER).tolist()
    if size - end > len(tail):
        tail = file.read_at(size - end, end)
    numbers = np.frombuffer(tail[end - size :], NUMBER)[: 2 * count]
    return numbers[::2], [*numbers[1::2].tolist(), end]


def _table(file: pa.NativeFile, start: int, end: int) -> pa.Table:
    with pa.ipc.open_stream(file.read_at(end - start, start)) as stream:
        return stream.read_all()
