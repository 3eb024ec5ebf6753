"""Percentiles of tokens over a whole run: against sorting all pages, whatever the shards and buckets."""

import json
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import readers
from pipeline.errors import UsageError
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map
from pipeline.transform import put
from pipeline.view import planned, view_of
from readers import Field
from stages.labels.percentiles import codes_of, percentiles, value_codes

FIELDS = (Field("score", "number"), Field("tokens", "integer"), readers.TEXT)


def pages(number: int = 400) -> list[dict]:
    chosen = random.Random(3)
    rows = [{"id": f"p{n}", "text": "w " * chosen.randint(1, 90), "score": chosen.gauss(0, 2)} for n in range(number)]
    for row in rows[::9]:
        row["score"] = 1.5
    for row in rows[::31]:
        row["score"] = None
    return rows


def write(folder: Path, rows: list[dict], files: int) -> str:
    folder.mkdir(parents=True)
    for n in range(files):
        folder.joinpath(f"{n}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows[n::files]))
    return str(folder)


def without_tokens(table: pa.Table) -> pa.Table:
    return table.drop_columns("tokens")


def ranked(base: Path, rows: list[dict], files: int = 3, **more) -> dict[str, dict]:
    source = readers.source(write(base / "in", rows, files), FIELDS)
    read = Map("read", source, () if "tokens" in rows[0] else (without_tokens,))
    run(Map("labelled", read, verdicts=percentiles("q", read, "score", **more)), root=str(base), runner=Local())
    view = view_of(str(base), "labelled")
    tables = [t for shard in planned(str(base), "labelled") for t in view.read(str(base), shard)]
    return {row["source_id"]: row for table in tables for row in table.to_pylist()}


def test_percentiles_are_those_of_sorting_all_pages(tmp_path):
    rows = pages()
    got = ranked(tmp_path, rows, buckets=10)
    known = [row for row in rows if row["score"] is not None]
    codes = codes_of(pa.chunked_array([[row["score"] for row in known]], pa.float64()))
    tokens = np.array([len(row["text"].split()) for row in known])
    for row, code in zip(known, codes, strict=True):
        below = tokens[codes < code].sum() / tokens.sum()
        one = got[row["id"]]
        assert one["score_percentile"] == pytest.approx(below, abs=1 / 65_536)
        assert one["score_bucket"] == int(one["score_percentile"] * 10)
    common = got["p9"]
    assert common["score_ties"] == pytest.approx(
        tokens[codes == codes_of(score(1.5))[0]].sum() / tokens.sum(), abs=1e-4
    )
    assert {got[f"p{n}"]["score_percentile"] for n in range(0, 400, 31)} == {None}
    assert {row["score_bucket"] for row in got.values()} == {*range(10), None}


def score(value: float) -> pa.ChunkedArray:
    return pa.chunked_array([[value]], pa.float64())


def test_shards_and_buckets_change_nothing(tmp_path):
    rows = pages(100)
    one = ranked(tmp_path / "one", rows, 1)
    for name, files, spread in (("few", 2, 1), ("many", 7, 16)):
        other = ranked(tmp_path / name, rows, files, spread=spread)
        assert {i: row["score_percentile"] for i, row in other.items()} == {
            i: row["score_percentile"] for i, row in one.items()
        }


def test_tokens_weigh_where_they_are_known(tmp_path):
    rows = [{"id": f"{n}", "text": "a", "score": n, "tokens": n + 1} for n in range(4)]
    got = ranked(tmp_path, rows, 2, buckets=2)
    assert [got[f"{n}"]["score_percentile"] for n in range(4)] == [0, 0.1, 0.3, 0.6]
    assert [got[f"{n}"]["score_bucket"] for n in range(4)] == [0, 0, 0, 1]


def test_the_best_bucket_holds_the_highest(tmp_path):
    got = ranked(tmp_path, [{"id": f"{n}", "text": "a", "score": n / 40} for n in range(40)], 1, buckets=4)
    assert [got[f"{n}"]["score_bucket"] for n in range(40)] == [n // 10 for n in range(40)]


def test_nothing_to_rank_is_nothing_ranked(tmp_path):
    got = ranked(tmp_path, [{"id": f"{n}", "text": "a", "score": None} for n in range(3)], 1)
    assert [row["score_percentile"] for row in got.values()] == [None] * 3


def test_only_the_chosen_rows_count(tmp_path):
    rows = [{"id": f"{n}", "text": "a", "score": n} for n in range(10)]
    got = ranked(tmp_path, rows, 2, chosen=from_five)
    assert [got[f"{n}"]["score_percentile"] for n in range(5, 10)] == [0, 0.2, 0.4, 0.6, 0.8]


def from_five(table: pa.Table) -> pa.Table:
    return table.filter(pa.compute.field("score") >= 5)


def test_codes_are_in_the_order_of_values():
    values = [-np.inf, -1e30, -3.0, -2.9, -1e-30, -0.0, 0.0, 1e-30, 1.0, 1.001, 1024.0, 1025.0, 3e38, np.inf]
    codes = value_codes(np.array(values)).tolist()
    assert codes == sorted(codes) and codes[5] == codes[6] and len(set(codes)) == len(values) - 1
    assert codes[0] >= 0 and codes[-1] < 1 << 20
    assert value_codes(np.array([np.nan])).tolist() == [-1]


def test_a_stage_without_such_numbers_is_refused(tmp_path):
    source = readers.source(write(tmp_path / "in", pages(3), 1), FIELDS)
    read = Map("read", source)
    for column in ("quality", "text"):
        with pytest.raises(UsageError, match=f"q: stage read has no numbers in a column {column}, only id, source_id"):
            percentiles("q", read, column)
    with pytest.raises(UsageError, match="buckets=0; give at least 1"):
        percentiles("q", read, "score", buckets=0)
    assert percentiles("q", Map("r", read, (with_flag,)), "flag").schema.names[1] == "flag_percentile"


def with_flag(table: pa.Table) -> pa.Table:
    return put(table, "flag", pa.array([True] * table.num_rows, pa.bool_()))
