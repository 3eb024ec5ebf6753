"""Comparison of candidates: who is compared, by what, and who is dropped against whom."""

import numpy as np
import pyarrow as pa
import pytest

from dedup.members import MEMBERS
from dedup.minhash import verify
from dedup.minhash.verify import ANSWERS, Compare, Payloads, comparison_groups, shingle_bytes, sketch_bytes
from dedup.verdicts import JUDGED, Judge

MILLION = 1_000_000


def members(*rows: dict) -> pa.Table:
    empty = {"family": 1, "rank": 0, "tie": 0, "doc": 0, "shard": 0, "host": "", "content": 0}
    made = [{**empty, "rank": number, "doc": 2 * number, "id": f"p{number}", **row} for number, row in enumerate(rows)]
    return pa.Table.from_pylist(made, MEMBERS)


def texts_of(*contents: int) -> pa.Table:
    return members(*({"content": content} for content in contents))


def groups(table: pa.Table) -> list[list[tuple[str, bool]]]:
    """The families, by the first page of each, with what is to be compared."""
    found: dict[int, list[tuple[str, bool]]] = {}
    for row in comparison_groups(table).to_pylist():
        found.setdefault(row["family"], []).append((row["id"], row["compare"]))
    return sorted(found.values())


def test_the_first_page_of_each_text_is_compared():
    assert groups(texts_of(7, 7, 8, 7, 8)) == [
        [("p0", True), ("p1", False), ("p2", True), ("p3", False), ("p4", False)]
    ]


def test_families_of_one_text_need_no_comparison():
    table = members({"content": 7}, {"content": 7}, {"family": 2, "content": 7}, {"family": 2, "content": 9})
    assert groups(table) == [[("p0", False), ("p1", False)], [("p2", True), ("p3", True)]]


def test_a_large_family_becomes_several(monkeypatch):
    """Of at most two texts each, by rank; a page goes with its text."""
    monkeypatch.setattr(verify, "MAX_TEXTS", 2)
    assert groups(texts_of(1, 2, 3, 1, 4, 5)) == [
        [("p0", True), ("p1", True), ("p3", False)], [("p2", True), ("p4", True)], [("p5", True)],
    ]  # fmt: skip


def test_the_limits_of_a_family():
    assert (verify.MAX_TEXTS, verify.MAX_COMPARISONS, verify.SKETCH_BYTES) == (20_000, 10_000_000, 1_024)


def test_requests_and_the_rest():
    table = comparison_groups(texts_of(7, 7, 8))
    asked = verify.to_compare(table, "")
    assert asked["id"].to_pylist() == ["p0", "p2"] and asked.schema == MEMBERS
    rest = verify.not_to_compare(table, "")
    assert rest["id"].to_pylist() == ["p1"] and rest.schema == ANSWERS and rest["payload"].to_pylist() == [None]
    requests = verify.text_requests(asked)
    assert requests.column_names == ["id", *(f"near.{name}" for name in MEMBERS.names if name != "id")]
    assert requests["near.content"].to_pylist() == [7, 8]
    assert verify.text_requests(MEMBERS.empty_table()).schema == verify.REQUESTS


def requested(texts: list[str], wanted: list[bool]) -> pa.Table:
    asked = verify.text_requests(texts_of(*range(len(texts))))
    table = pa.table({"id": [f"p{n}" for n in range(len(texts))], "text": texts})
    for name in asked.column_names[1:]:
        values = [value if yes else None for value, yes in zip(asked[name].to_pylist(), wanted, strict=True)]
        table = table.append_column(name, pa.array(values, asked[name].type))
    return table


@pytest.mark.parametrize(("how", "size"), [("text", 8), ("sketch", 1_024)])
def test_payloads_of_the_pages_that_were_requested(how, size):
    """Of three tokens there are two bigrams, of four bytes each; the sketch has the same size for any text."""
    made = Payloads(how, 2)(requested(["a b c", "x", "B, c b a b c"], [True, False, True]))
    assert made.schema == ANSWERS
    payloads = made["payload"].to_pylist()
    assert len(payloads[0]) == size and payloads[1] is None
    answered = verify.answers(made, "")
    assert answered["id"].to_pylist() == ["p0", "p2"]
    assert answered["content"].to_pylist() == [0, 2] and answered["rank"].to_pylist() == [0, 2]


def test_what_texts_are_compared_by():
    shingles = np.array([5 << 32, 3 << 32 | 9, 5 << 32 | 1], np.uint64)
    assert np.frombuffer(shingle_bytes(shingles), "<u4").tolist() == [3, 5]
    assert sketch_bytes(shingles) == sketch_bytes(np.append(shingles, shingles[:1]))
    assert sketch_bytes(shingles) != sketch_bytes(shingles[:2])
    assert len(set(sketch_bytes(np.arange(500, dtype=np.uint64) << np.uint64(40)))) > 200


def compared(table: pa.Table, texts: dict[int, list[int]], similarity: float = 0.5) -> dict[str, tuple]:
    payloads = [
        np.array(texts[content], "<u4").tobytes() if content in texts else None
        for content in table["content"].to_pylist()
    ]
    judged = Compare("what", "text", similarity)(table.append_column("payload", pa.array(payloads, pa.large_binary())))
    assert judged.schema == JUDGED
    return {row["id"]: (row["reason"], row["kept"], row["size"]) for row in judged.to_pylist()}


def test_a_page_is_dropped_only_against_a_page_that_is_kept():
    """1 is like 0, 2 like 1 but not like 0, 3 like 2; 4 is a copy of the text of 1."""
    texts = {0: [1, 2, 3, 4], 1: [3, 4, 1, 5], 2: [5, 6, 3, 7], 3: [5, 6, 7, 8]}
    table = texts_of(0, 1, 2, 3, 1)
    assert compared(table, {key: sorted(values) for key, values in texts.items()}) == {
        "p0": (None, "p0", 3), "p1": ("what:duplicate", "p0", 3), "p4": ("what:duplicate", "p0", 3),
        "p2": (None, "p2", 2), "p3": ("what:duplicate", "p2", 2),
    }  # fmt: skip


def test_pages_without_a_payload_of_one_text_are_copies():
    assert compared(texts_of(3, 3), {}) == {"p0": (None, "p0", 2), "p1": ("what:duplicate", "p0", 2)}


def test_families_are_compared_apart():
    table = members({"content": 1}, {"content": 2}, {"family": 2, "content": 1}, {"family": 2, "content": 2})
    found = compared(table, {1: [1, 2], 2: [1, 2, 3]})
    assert {id: row[1] for id, row in found.items()} == {"p0": "p0", "p1": "p0", "p2": "p2", "p3": "p2"}


def test_a_million_equal_pages_send_no_text():
    table = pa.table(
        {
            "family": np.full(MILLION, 3, np.uint64),
            "rank": np.zeros(MILLION, np.int64),
            "tie": np.random.default_rng(2).permutation(MILLION).astype(np.uint64),
            "doc": np.arange(MILLION, dtype=np.uint64) * np.uint64(2),
            "shard": np.zeros(MILLION, np.uint64),
            "id": pa.array(range(MILLION)).cast(pa.string()),
            "host": pa.repeat("host", MILLION),
            "content": np.full(MILLION, 9, np.uint64),
        },
        schema=MEMBERS,
    )
    found = comparison_groups(table)
    assert found.num_rows == MILLION and not any(found["compare"].to_pylist())
    judged = Compare("x", "text", 0.8)(verify.not_to_compare(found, ""))
    assert judged.num_rows == MILLION and judged["reason"].null_count == 1
    assert set(judged["size"].to_pylist()) == {MILLION}
    assert judged.sort_by("id").equals(Judge("x")(table).sort_by("id"))


def test_empty_tables_go_through():
    assert comparison_groups(MEMBERS.empty_table()).num_rows == 0
    assert Compare("x", "sketch", 0.8)(ANSWERS.empty_table()).schema == JUDGED
