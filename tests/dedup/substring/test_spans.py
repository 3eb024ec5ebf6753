"""The second round: windows that are sent, what a batch settles, and the spans that come of both."""

import numpy as np
import pyarrow as pa

from dedup.substring.minimizers import Minimizers
from dedup.substring.spans import (
    SPAN_PIECES,
    TEXT_SPAN,
    Windows,
    local_pieces,
    repeated_pieces,
    span_array,
    span_verdicts,
    window_runs,
)
from pipeline.hashing import shard_key


def windows_of(texts: list[str], n: int) -> pa.Table:
    """What a batch sends and settles when no minimizer of its texts is unique."""
    table = pa.table({"id": [f"t{i}" for i in range(len(texts))], "text": texts})
    return Windows(n)(table.append_column("minimizers", Minimizers(n)(table)["minimizers"]))


def spans_of(table: pa.Table, name: str) -> list[list[tuple[int, int]]]:
    return [[(span["start"], span["end"]) for span in spans] for spans in table[name].to_pylist()]


def test_copies_in_a_batch_are_sent_once():
    paragraph = " ".join(f"w{i}" for i in range(80))
    texts = [f"a{i} b{i} {paragraph} c{i}" for i in range(500)]
    table = pa.table({"id": [str(i) for i in range(500)], "text": texts})
    minimizers = Minimizers(50)(table)["minimizers"]
    sent = Windows(50)(table.append_column("minimizers", minimizers))
    hashes = [h for row in sent["runs"].to_pylist() for run in row for h in run["hashes"]]
    assert hashes and len(hashes) == len(set(hashes))
    assert len(hashes) < 31 + 500 * 3 * 49
    assert all(row for row in sent["spans"].to_pylist())
    assert sum(not row for row in sent["later_occurrences"].to_pylist()) == 1


def test_a_batch_settles_its_own_repeats():
    made = windows_of(["a b c d e f", "x", "a b c d e y a b c d e"], 5)
    assert made.column_names == ["id", "runs", "spans", "later_occurrences"]
    assert spans_of(made, "spans") == [[(0, 9)], [], [(0, 9), (12, 21)]]
    assert spans_of(made, "later_occurrences") == [[], [], [(0, 9), (12, 21)]]


def test_texts_without_candidates_send_nothing():
    table = pa.table({"id": ["a", "b"], "text": ["a b c d e", "a b c d e"]})
    nothing = table.append_column("minimizers", pa.array([None, None], pa.list_(pa.uint64())))
    made = Windows(5)(nothing)
    assert made["runs"].to_pylist() == made["spans"].to_pylist() == made["later_occurrences"].to_pylist() == [[], []]
    assert Windows(5)(nothing.slice(0, 0)).schema == made.schema


def test_only_windows_of_a_minimizer_that_is_not_unique_are_sent():
    table = pa.table({"id": ["a"], "text": [" ".join(f"w{i}" for i in range(60))]})
    every = Minimizers(5)(table)["minimizers"].to_pylist()[0]
    some = table.append_column("minimizers", pa.array([every[:2]], pa.list_(pa.uint64())))
    runs = Windows(5)(some)["runs"].to_pylist()[0]
    assert {run["minimizer"] for run in runs} == set(every[:2])
    assert 0 < sum(len(run["hashes"]) for run in runs) < 12


def test_neighbouring_windows_of_one_minimizer_are_one_row():
    rows = window_runs(windows_of(["a b c d e f g h i j k l"], 5), "s").to_pylist()
    assert len({row["minimizer"] for row in rows}) == len(rows) and sum(len(row["hashes"]) for row in rows) == 8
    assert {(row["shard"], row["id"]) for row in rows} == {(shard_key("s"), "t0")}
    starts = [start for row in rows for start in row["starts"]]
    ends = [end for row in rows for end in row["ends"]]
    assert starts == list(range(0, 16, 2)) and ends == [start + 9 for start in starts]


def test_pieces_of_a_bucket():
    """Windows 1 and 2 occur again in the second row, window 2 alone in the third."""
    rows = [
        {"shard": 1, "id": "a", "minimizer": 5, "hashes": [1, 2, 3], "starts": [0, 2, 4], "ends": [9, 11, 13]},
        {"shard": 2, "id": "b", "minimizer": 5, "hashes": [9, 1, 2], "starts": [0, 3, 6], "ends": [9, 12, 15]},
        {"shard": 2, "id": "c", "minimizer": 5, "hashes": [2], "starts": [7], "ends": [8]},
        {"shard": 2, "id": "d", "minimizer": 6, "hashes": [2], "starts": [7], "ends": [8]},
    ]
    schema = window_runs(windows_of(["x"], 5), "").schema
    found = repeated_pieces(pa.Table.from_pylist(rows, schema))
    assert found.schema == SPAN_PIECES
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        (1, "a", 0, 11, False), (2, "b", 3, 15, False), (2, "c", 7, 8, False),
        (2, "b", 3, 15, True), (2, "c", 7, 8, True),
    ]  # fmt: skip
    assert repeated_pieces(schema.empty_table()).schema == SPAN_PIECES


def test_pieces_that_a_batch_settled():
    found = local_pieces(windows_of(["a b c d e", "a b c d e"], 5), "s")
    assert found.schema == SPAN_PIECES
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        (shard_key("s"), "t0", 0, 9, False), (shard_key("s"), "t1", 0, 9, False), (shard_key("s"), "t1", 0, 9, True),
    ]  # fmt: skip


def test_verdicts_join_pieces_that_overlap():
    rows = [("b", 5, 9, False), ("a", 4, 8, False), ("a", 0, 6, False), ("a", 0, 3, True), ("a", 20, 30, False)]
    columns = [{"shard": 1, "id": id, "start": start, "end": end, "later": later} for id, start, end, later in rows]
    found = span_verdicts(pa.Table.from_pylist(columns, SPAN_PIECES))
    assert found["id"].to_pylist() == ["a", "b"]
    assert spans_of(found, "spans") == [[(0, 8), (20, 30)], [(5, 9)]]
    assert spans_of(found, "later_occurrences") == [[(0, 3)], []]
    assert span_verdicts(SPAN_PIECES.empty_table()).schema == found.schema
    assert found.schema.field("spans").type == pa.list_(TEXT_SPAN)


def test_spans_are_of_code_points():
    assert span_array(np.array([1], np.int64), np.array([4], np.int64)).to_pylist() == [{"start": 1, "end": 4}]
