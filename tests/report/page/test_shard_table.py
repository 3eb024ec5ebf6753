"""Shards that are unlike the others come first, with what is odd about them in words."""

import json

from pipeline.funnel import Line
from pipeline.stats import Size, Stats
from report.page.chain import DocumentChain
from report.page.shard_table import shard_rows


def table(changed: dict[int, dict], shards: int = 20) -> dict:
    """The table of a run of equal shards, of which some are changed."""
    usual = {
        "rows_in": 1_000,
        "rows_out": 400,
        "tokens_out": 40_000,
        "bytes": 80_000,
        "memory": 200_000,
        "seconds": 10.0,
    }
    stats = {f"s{n:02}": Stats(**{**usual, **changed.get(n, {})}) for n in range(shards)}
    return shard_rows(DocumentChain([Line("raw", "read", Size(), {}, {})], {"raw": ""}), {"raw": stats})


def test_equal_shards_are_not_odd():
    told = table({})
    assert (told["shards"], told["odd"]) == (20, 0)
    assert told["rows"][0] == ["s00", 1_000, 400, 40_000, 80_000, 200_000, 10.0]
    assert [row[0] for row in told["rows"]] == sorted(row[0] for row in told["rows"])


def test_the_oddest_shard_is_on_top():
    told = table({7: {"rows_out": 100, "tokens_out": 10_000, "bytes": 20_000}, 3: {"seconds": 20.0}})
    assert [row[0] for row in told["rows"][:2]] == ["s07", "s03"]
    assert told["odd"] == 2 and told["why"][0] == "kept 10.0%, usually 40.0%"
    assert told["why"][1] == "seconds a page 0.0200, usually 0.0100" and told["why"][2] == ""


def test_the_table_can_be_written_as_json():
    assert json.loads(json.dumps(table({7: {"rows_out": 1}})))["odd"] == 1


def test_a_small_difference_is_not_odd():
    assert table({7: {"rows_out": 410}, 8: {"seconds": 13.0}})["odd"] == 0


def test_of_a_few_shards_nothing_is_usual():
    assert table({0: {"rows_out": 1}}, shards=4)["odd"] == 0
    assert table({0: {"rows_out": 1}}, shards=5)["odd"] == 1


def test_the_table_is_bounded():
    assert len(table({}, shards=500)["rows"]) == 400
