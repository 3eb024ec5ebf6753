"""Scatter and Gather: one file a shard, a row group a bucket, every row in the bucket of its key."""

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import StageFailed
from pipeline.fingerprint import hash64, shard_key
from pipeline.run import run
from pipeline.runner import Local
from pipeline.shuffle import Gather, Scatter, read_bucket
from pipeline.stage import Map, Source, shard_name
from tests.pipeline.test_laws import Spy

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


@pytest.mark.parametrize("buckets", [1, 3, 1000, 2**31])
def test_a_key_goes_to_the_bucket_of_its_range(buckets: int):
    keys = [0, 2**64 - 1, *(random.Random(buckets).getrandbits(64) for _ in range(1000))]
    scatter = Scatter("s", pages("a"), by_id, "key", buckets)
    assert scatter.bucket(np.array(keys, np.uint64)).tolist() == [key * buckets >> 64 for key in keys]


def test_one_file_a_shard_and_a_row_group_a_bucket(tmp_path: Path):
    scatter = Scatter("sent", pages("a", "b"), by_id, "key", 7)
    run(scatter, root=str(tmp_path), runner=Local())
    files = sorted((tmp_path / "sent").iterdir())
    assert len(files) == 2
    found = []
    for file in files:
        assert pq.ParquetFile(file).num_row_groups == 7
        for bucket in range(8):
            rows = read_bucket(str(tmp_path), f"sent/{file.name}", bucket)
            assert all(key * 7 >> 64 == bucket for key in rows["key"].to_pylist())
            found += rows["id"].to_pylist()
    assert sorted(found) == sorted(f"{name}{i}" for name in "ab" for i in range(300))


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
