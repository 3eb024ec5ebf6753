"""Scatter and Gather: one file a shard, every row in the bucket of its key, and a bucket read by itself."""

import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import buckets
from pipeline.errors import RowsLost, StageFailed, UsageError
from pipeline.hashing import hash64, shard_key
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
        rows = buckets.read_bucket(str(tmp_path), name, bucket)
        assert rows and all(key * 7 >> 64 == bucket for key in rows[0]["key"].to_pylist())
        assert rows[1] == rows[0].num_rows
        found += rows[0]["id"].to_pylist()
    assert sorted(found) == sorted(f"{name}{i}" for name in "ab" for i in range(300))
    assert all(buckets.read_bucket(str(tmp_path), name, 7) is None for name in files)
    assert found == [
        row["id"] for name in files for t in buckets.read_all(str(tmp_path), name) for row in t.to_pylist()
    ]


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


def test_rows_that_a_file_says_it_has_and_that_are_not_read_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    read_bucket = buckets.read_bucket

    def cut(root: str, name: str, bucket: int):
        found = read_bucket(root, name, bucket)
        return found and (found[0].slice(1), found[1])

    monkeypatch.setattr(buckets, "read_bucket", cut)
    with pytest.raises(StageFailed, match="its inputs hold 300 rows for it, and 299 were read"):
        run(Gather("all", Scatter("sent", pages("a"), by_id, "key", 1), ids), root=str(tmp_path), runner=Local())
    assert not (tmp_path / "receipts/all").exists()


def to_nobody(table: pa.Table, shard: str) -> pa.Table:
    return table.append_column("key", pa.array([5] * table.num_rows, pa.uint64()))


def test_rows_that_are_sent_to_no_shard_are_an_error(tmp_path: Path):
    source = pages("a", "b")
    lost = Gather("homes", Scatter("sent", source, to_nobody, "key", None), ids, one_for=source)
    with pytest.raises(RowsLost, match="stage homes: 600 rows were scattered and 0 gathered"):
        run(lost, root=str(tmp_path), runner=Local())


def test_two_gathers_may_share_what_was_sent(tmp_path: Path):
    one, two = pages("a"), Map("others", Source(("b",), read, SCHEMA))
    sent = Scatter("sent", Map("both", Source(("a", "b"), read, SCHEMA)), at_home, "key", None)
    stats = run(*(Gather(f"of.{s.name}", sent, ids, one_for=s) for s in (one, two)), root=str(tmp_path), runner=Local())
    assert [stats[name].rows_in for name in ("of.pages", "of.others")] == [300, 300]


@pytest.mark.parametrize(("buckets", "home"), [(3, True), (None, False)])
def test_a_gather_with_the_wrong_kind_of_scatter_is_refused(buckets: int | None, home: bool):
    source = pages("a")
    with pytest.raises(UsageError, match="stage wrong: a Gather with one_for= reads Scatters with buckets=None"):
        Gather("wrong", Scatter("sent", source, by_id, "key", buckets), ids, one_for=source if home else None)


def test_of_a_gather_nothing_is_fetched_ahead():
    gather = Gather("all", Scatter("sent", pages("a"), by_id, "key", 1), ids)
    gather.prefetch("bucket-00000")
    assert gather.documents() == gather.inputs() == gather.sources
    assert (gather.kind, gather.sources[0].kind) == ("gather", "scatter")
