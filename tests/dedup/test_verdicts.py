"""What is decided about families, and its form in the shards that it is about."""

import pyarrow as pa
import pytest

from dedup import minhash
from dedup.members import MEMBERS
from dedup.verdicts import JUDGED, Judge, Verdicts, decisions_of, judged, of_this_run, verdicts_by_shard
from pipeline.shuffle import Gather
from pipeline.stage import Source


def members(*rows: tuple) -> pa.Table:
    """Rows of (family, rank, doc, shard, id)."""
    columns = [dict(zip(("family", "rank", "doc", "shard", "id"), row, strict=True)) for row in rows]
    return pa.Table.from_pylist([{"tie": 0, "host": f"h-{c['id']}", "content": 0, **c} for c in columns], MEMBERS)


def test_the_first_of_each_family_is_kept():
    one, three = [(1, 0, 2, 7, "a"), (1, 1, 4, 8, "b"), (1, 2, 6, 7, "c")], [(3, 0, 10, 7, "d"), (3, 0, 12, 7, "e")]
    table = members(*one, (2, 0, 8, 7, "alone"), *three)
    found = judged(table, "what")
    assert found.schema == JUDGED
    assert found.to_pylist() == [
        {"shard": 7, "id": "a", "host": "h-a", "reason": None, "kept": "a", "size": 3, "this_run": True},
        {"shard": 8, "id": "b", "host": "h-b", "reason": "what:duplicate", "kept": "a", "size": 3, "this_run": True},
        {"shard": 7, "id": "c", "host": "h-c", "reason": "what:duplicate", "kept": "a", "size": 3, "this_run": True},
        {"shard": 7, "id": "d", "host": "h-d", "reason": None, "kept": "d", "size": 2, "this_run": True},
        {"shard": 7, "id": "e", "host": "h-e", "reason": "what:duplicate", "kept": "d", "size": 2, "this_run": True},
    ]


def test_a_page_that_a_prior_run_kept_is_named_as_such():
    found = judged(members((1, 0, 3, 7, "old"), (1, 1, 4, 8, "new")), "what")
    assert found["reason"].to_pylist() == [None, "what:prior_run"]
    assert found["this_run"].to_pylist() == [False, True]
    sent = of_this_run(found, "")
    assert sent.column_names == ["shard", "id", "reason", "kept", "size"]
    assert sent["id"].to_pylist() == ["new"]


def test_the_page_of_the_lowest_rank_is_kept():
    found = Judge("x")(members((5, 2, 2, 1, "a"), (5, 1, 4, 1, "b"), (5, 3, 6, 1, "c")))
    assert found["kept"].to_pylist() == ["b"] * 3
    assert found["id"].to_pylist() == ["b", "a", "c"]
    assert Judge("x")(MEMBERS.empty_table()).schema == JUDGED


def test_verdicts_have_the_names_of_their_question():
    table = pa.table({"shard": [1, 1], "id": ["b", "a"], "reason": [None, "r"], "kept": ["b", "b"], "size": [2, 2]})
    found = Verdicts("near")(table)
    assert found.to_pylist() == [
        {"id": "a", "reason": "r", "near_kept": "b", "near_size": 2},
        {"id": "b", "reason": None, "near_kept": "b", "near_size": 2},
    ]


@pytest.mark.parametrize("buckets", [3, 65])
def test_the_stage_that_decided_is_found_behind_the_verdicts(buckets):
    source = Source(("a",), lambda name: iter(()), pa.schema([("id", pa.string()), ("text", pa.string())]))
    verdicts = minhash.near("near", source, buckets=buckets)
    assert decisions_of(verdicts).name == "near.judged"
    other = Gather("other", verdicts.sources[0], lambda table: table, one_for=source)
    assert decisions_of(other).name == "near.judged"


def test_a_stage_without_decisions_is_named():
    source = Source(("a",), lambda name: iter(()), pa.schema([("id", pa.string()), ("text", pa.string())]))
    bands = minhash.near("near", source).sources[0].source.sources[0].source.sources[1]
    with pytest.raises(TypeError, match="lost is no stage of verdicts on duplicates"):
        decisions_of(Gather("lost", bands, lambda table: table))


def test_verdicts_are_routed_to_the_shards_of_their_source():
    source = Source(("a", "b"), lambda name: iter(()), pa.schema([("id", pa.string()), ("text", pa.string())]))
    decisions = decisions_of(minhash.near("near", source, buckets=3))
    made = verdicts_by_shard("known", source, decisions, "copy")
    (routed,) = made.sources
    assert (made.name, made.one_for, made.fn) == ("known", source, Verdicts("copy"))
    assert (routed.name, routed.source, routed.rows, routed.key) == ("known.routed", decisions, of_this_run, "shard")
    assert made.schema.names == ["id", "reason", "copy_kept", "copy_size"]


def test_decisions_are_found_behind_the_first_of_several_sources():
    source = Source(("a",), lambda name: iter(()), pa.schema([("id", pa.string()), ("text", pa.string())]))
    verdicts = minhash.near("near", source)
    other = minhash.near("other", source)
    both = Gather("both", (*verdicts.sources, *other.sources), lambda table: table, one_for=source)
    assert decisions_of(both).name == "near.judged"


def test_types_of_an_empty_answer():
    assert judged(MEMBERS.empty_table(), "x").schema == JUDGED
