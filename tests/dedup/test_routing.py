"""Into how many buckets and parts a corpus is cut, and how rows come to their shards."""

import pyarrow as pa
import pytest

from dedup import routing
from dedup.routing import buckets_for, input_count, page_buckets, part_of, route_to_shards, unchanged
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source

KEYS = pa.schema([("shard", pa.uint64())])


def source(inputs: int) -> Source:
    return Source(tuple(map(str, range(inputs))), lambda name: iter(()), KEYS)


@pytest.mark.parametrize(("inputs", "buckets"), [
    (0, 8), (1, 8), (127, 8), (128, 8), (255, 8), (256, 16), (511, 16), (512, 32), (2_000, 64), (90_000, 4_096),
])  # fmt: skip
def test_buckets_for_so_many_inputs(inputs, buckets):
    assert buckets_for(source(inputs)) == buckets


@pytest.mark.parametrize(("buckets", "pages"), [(1, 1), (8, 8), (64, 64), (65, 4), (128, 8), (4_096, 256)])
def test_buckets_for_rows_of_pages(buckets, pages):
    assert page_buckets(buckets) == pages


def test_inputs_are_counted_through_stages():
    pages = Map("pages", source(300))
    sent = Scatter("sent", pages, unchanged, "shard", 4)
    gathered = Gather("gathered", (sent, Scatter("more", source(9), unchanged, "shard", 4)), unchanged)
    assert [input_count(stage) for stage in (pages, sent, gathered, Map("again", gathered))] == [300] * 4


def test_a_stage_of_another_kind_has_no_known_inputs():
    class Other:
        name, schema = "other", KEYS

    assert input_count(Other()) == 0  # type: ignore[arg-type]


def test_parts_are_even_and_stable():
    parts = [part_of(f"shard{n}", 100) for n in range(20_000)]
    counts = [parts.count(part) for part in range(100)]
    assert set(parts) == set(range(100)) and min(counts) > 120 and max(counts) < 280
    assert {part_of(f"shard{n}", 1) for n in range(50)} == {0}


@pytest.mark.parametrize(("buckets", "steps"), [(64, 1), (65, 2)])
def test_many_buckets_send_their_rows_by_ranges_of_shards(buckets, steps):
    decided = Gather("decided", Scatter("sent", source(1), unchanged, "shard", buckets), unchanged)

    def rows(table: pa.Table, shard: str) -> pa.Table:
        return table

    routed = route_to_shards("routed", decided, rows)
    assert (routed.name, routed.key, routed.buckets) == ("routed", "shard", None)
    if steps == 1:
        assert routed.source is decided and routed.rows is rows
        return
    ranges = routed.source
    assert isinstance(ranges, Gather) and ranges.name == "routed.ranges" and routed.rows is unchanged
    by = ranges.sources[0]
    assert (by.name, by.source, by.rows, by.key, by.buckets) == ("routed.ranges.by", decided, rows, "shard", buckets)


def test_a_stage_of_one_bucket_a_shard_is_routed_directly():
    decided = Gather("decided", Scatter("sent", source(1), unchanged, "shard", None), unchanged, one_for=source(1))
    assert route_to_shards("routed", decided, unchanged, "other").key == "other"


def test_the_limit_of_few_buckets():
    assert routing.FEW_BUCKETS == 64
