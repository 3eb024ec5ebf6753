"""Scatter and Gather: one file a shard, every row in the bucket of its key, and a bucket read by itself."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import buckets
from pipeline.errors import StageFailed
from pipeline.fingerprint import hash64, shard_key
from pipeline.run import run
from pipeline.runner import Local
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, shard_name
from tests.helpers.runs import Spy

SCHEMA = pa.schema([("id", pa.string())])


def read(name: str) -> Iterator[pa.Table]:
    for start in range(0, 300, 100):
        yield pa.table({"id": [f"{name}{i}" for i in range(start, start + 100)]}, schema=SCHEMA)


def by_id(table: pa.Table, shard: str) -> pa.Table:
    return table.append_column("key", pa.array(hash64(table["id"])))


def at_home(table: pa.Table, shard: str) -> pa.Table:
    return table.append_column("key", pa.array([shard_key(shard)] * table.num_rows, pa.uint64()))


def ids(table: pa.Table) -> pa.Table:
    return table.select(["id"])


def pages(*names: str) -> Map:
    return Map("pages", Source(names, read, SCHEMA))


@pytest.mark.parametrize("count", [1, 3, 1000, 2**31])
def test_a_key_goes_to_the_bucket_of_its_range(count: int):
    keys = [0, 2**64 - 1, *(random.Random(count).getrandbits(64) for _ in range(1000))]
    scatter = Scatter("s", pages("a"), by_id, "key", count)
    assert scatter.bucket(np.array(keys, np.uint64)).tolist() == [key * count >> 64 for key in keys]


def test_one_file_a_shard_and_every_bucket_by_itself(tmp_path: Path):
    scatter = Scatter("sent", pages("a", "b"), by_id, "key", 7)
    run(scatter, root=str(tmp_path), runner=Local())
    files = [f"sent/{file.name}" for file in sorted((tmp_path / "sent").iterdir())]
    assert len(files) == 2
    found = []
    for name, bucket in product(files, range(7)):
        rows = buckets.read(str(tmp_path), name, bucket)
        assert rows and all(key * 7 >> 64 == bucket for key in rows["key"].to_pylist())
        found += rows["id"].to_pylist()
    assert sorted(found) == sorted(f"{name}{i}" for name in "ab" for i in range(300))
    assert all(buckets.read(str(tmp_path), name, 7) is None for name in files)
    assert found == [
        row["id"] for name in files for t in buckets.read_all(str(tmp_path), name) for row in t.to_pylist()
    ]


@pytest.mark.parametrize("count", [0, 1, 9_000])
def test_a_file_of_buckets_of_any_number(tmp_path: Path, count: int):
    """Nine thousand have an index longer than the tail that is read at once."""
    table = pa.table({"key": pa.array(range(0, 3 * count, 3), pa.uint64()), "words": [["a", None]] * count})
    made = buckets.write(str(tmp_path), "made.buckets", table, table["key"].to_pylist(), list(range(count)))
    assert (made.rows, made.bytes) == (count, (tmp_path / "made.buckets").stat().st_size)
    assert pa.concat_tables(buckets.read_all(str(tmp_path), "made.buckets")).equals(table)
    for bucket in {0, 3 * count - 3} if count else ():
        found = buckets.read(str(tmp_path), "made.buckets", bucket)
        assert found and found.to_pylist() == [{"key": bucket, "words": ["a", None]}] * found.num_rows
    assert buckets.read(str(tmp_path), "made.buckets", 1) is None
    assert buckets.read(str(tmp_path), "made.buckets", 2**64 - 1) is None


def test_reading_a_bucket_reads_little_of_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What a Gather reads of a file must not grow with the file's other buckets: there are thousands."""
    rows = np.random.default_rng(1).integers(0, 2**64, 2_000_000, np.uint64)
    buckets.write(str(tmp_path), "made.buckets", pa.table({"n": rows}), range(1_000), range(0, 2_000_000, 2_000))
    spied: list[int] = []
    monkeypatch.setattr(buckets.store, "locate", lambda root, name: (Spied(spied), f"{root}/{name}"))
    assert buckets.read(str(tmp_path), "made.buckets", 500) is not None
    assert len(spied) == 2 and sum(spied) < 100_000 < (tmp_path / "made.buckets").stat().st_size / 100


class Spied:
    """A file system that notes how much of its files is read."""

    def __init__(self, spied: list[int]):
        self.spied = spied

    @contextmanager
    def open_input_file(self, path: str):
        with pa.OSFile(path) as self.file:
            yield self

    def size(self) -> int:
        return self.file.size()

    def read_at(self, length: int, start: int) -> bytes:
        self.spied.append(length)
        return self.file.read_at(length, start)


def test_a_gather_sees_every_row_once_in_the_order_of_shards(tmp_path: Path):
    both = (Scatter("one", pages("a", "b"), by_id, "key", 3), Scatter("two", pages("a", "b"), by_id, "key", 3))
    run(Gather("all", both, ids), root=str(tmp_path), runner=Local())
    for bucket in sorted((tmp_path / "all").iterdir()):
        seen = [(row[0], int(row[1:])) for row in pq.read_table(bucket)["id"].to_pylist()]
        half = len(seen) // 2
        assert seen[:half] == seen[half:] == sorted(seen[:half])
    assert sum(pq.read_table(bucket).num_rows for bucket in (tmp_path / "all").iterdir()) == 1200


def test_rows_that_stay_are_read_at_home_alone(tmp_path: Path):
    def gathered(*names: str) -> Gather:
        source = pages(*names)
        return Gather("homes", Scatter("stay", source, at_home, "key", None, stay=True), ids, one_for=source)

    run(gathered("a", "b"), root=str(tmp_path), runner=Local())
    for name in "ab":
        rows = pq.read_table(tmp_path / f"homes/{shard_name(name)}.parquet")["id"].to_pylist()
        assert rows == [f"{name}{i}" for i in range(300)]
    spy = Spy()
    run(gathered("a", "b", "c"), root=str(tmp_path), runner=spy)
    assert {shard[0] for shard in spy.shards} == {"c"}, "the homes of old shards need not be made again"


def test_rows_that_were_to_stay_and_do_not_are_an_error(tmp_path: Path):
    source = pages("a", "b")
    with pytest.raises(StageFailed, match="were to stay"):
        run(Scatter("stay", source, by_id, "key", None, stay=True), root=str(tmp_path), runner=Local())
