"""A batch through a transform of whole tables: a bad row is found, and nothing is lost or turned round."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pytest

from pipeline import guard as guards
from pipeline.bisect import judgements_in, transform_rows
from pipeline.columns import put
from pipeline.errors import MewsError, RowsLost, SchemaChanged, StepFailed, WrongReturn
from pipeline.guard import Guard
from pipeline.limit import CpuLimit


def rows(*of: str) -> pa.Table:
    return pa.table({"id": [f"id{n}" for n in range(len(of))], "text": pa.array(of, pa.string())})


@dataclass
class Lengths:
    """Adds the length of each text; raises on "bad", never ends on "hangs"."""

    calls: list[int] = field(default_factory=list)

    def __call__(self, table: pa.Table) -> pa.Table:
        self.calls.append(table.num_rows)
        said = table["text"].to_pylist()
        if "bad" in said:
            raise ValueError("a bad one")
        while "hangs" in said:
            pass
        return put(table, "length", pa.array(map(len, said), pa.int64()))


@pytest.fixture
def guard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Guard]:
    monkeypatch.setattr(guards, "SECONDS", 0.05)
    monkeypatch.setattr(guards, "SECONDS_AGAIN", 0.02)
    with CpuLimit() as cpu:
        yield Guard("lengths", cpu)


@pytest.mark.parametrize("number", [1, 2, 3, 7, 64])
@pytest.mark.parametrize("bad", ["bad", "hangs"])
def test_a_bad_row_is_found_and_the_others_stay_in_order(guard: Guard, number: int, bad: str):
    for place in {0, number // 2, number - 1}:
        said = [f"text {n}" for n in range(number)]
        said[place] = bad
        made = transform_rows(Lengths(), rows(*said), guard)
        assert made["id"].to_pylist() == [f"id{n}" for n in range(number)]
        assert made["text"].to_pylist() == said
        assert made["length"].to_pylist() == [None if text == bad else len(text) for text in said]
        error = {"bad": "lengths:ValueError", "hangs": "lengths:CpuTimeExceeded"}[bad]
        assert made["error"].to_pylist() == [error if text == bad else None for text in said]
        seconds = 0.02 if guard.hung > 1 else 0.05
        message = {"bad": "a bad one", "hangs": f"it took more than {seconds} s of CPU time"}[bad]
        assert made["error_message"].to_pylist()[place] == message
        assert "test_bisect.py:" in made["error_place"].to_pylist()[place]


def test_a_good_batch_is_transformed_in_one_call(guard: Guard):
    transform = Lengths()
    made = transform_rows(transform, rows("a", "bb"), guard)
    assert transform.calls == [2] and made["length"].to_pylist() == [1, 2]
    assert made.column_names == ["id", "text", "length"]
    assert (guard.rows, guard.failed) == (2, 0)


def test_rows_and_failures_are_counted_once(guard: Guard):
    transform_rows(Lengths(), rows("a", "bad", "c", "d", "bad"), guard)
    assert (guard.rows, guard.failed) == (5, 2)
    assert [raised.rows for raised in guard.raised.values()] == [2]


def test_an_error_halves_the_batch_and_a_hang_tries_its_rows_one_by_one(guard: Guard):
    halves = Lengths()
    transform_rows(halves, rows(*["a"] * 6, "bad", "a"), guard)
    assert halves.calls == [8, 4, 4, 2, 2, 1, 1, 0]
    ones = Lengths()
    transform_rows(ones, rows("a", "hangs", "b"), guard)
    assert ones.calls == [3, 1, 1, 1, 0]


def test_one_hanging_row_costs_the_time_of_a_batch_and_of_a_page_whatever_the_batch(guard: Guard):
    transform = Lengths()
    made = transform_rows(transform, rows(*["a"] * 300, "hangs", *["a"] * 300), guard)
    assert transform.calls == [601, *[1] * 601, 0]
    assert guard.hung == 2 and made["error"].null_count == 600


@pytest.mark.parametrize("change", [lambda t: t.slice(1), lambda t: pa.concat_tables([t, t.slice(0, 1)])])
def test_a_transform_that_changes_the_number_of_rows_is_named(guard: Guard, change: Callable):
    with pytest.raises(RowsLost, match=r"^lengths made [13] rows of 2: a transform fills `reason`, it deletes"):
        transform_rows(change, rows("a", "b"), guard)


def test_a_transform_that_returns_no_table_is_named(guard: Guard):
    with pytest.raises(WrongReturn, match=r"^lengths returned list; a transform returns a table$"):
        transform_rows(lambda table: table.to_pylist(), rows("a", "b"), guard)  # type: ignore[arg-type,return-value]


def test_a_transform_that_gives_other_columns_for_some_rows_is_named(guard: Guard):
    def odd(table: pa.Table) -> pa.Table:
        if "bad" in table["text"].to_pylist():
            raise ValueError
        return put(table, "extra", table["id"]) if table.num_rows else table

    with pytest.raises(SchemaChanged, match=r"^lengths promised columns .*'id', 'text'.* and gave .*'extra'"):
        transform_rows(odd, rows("a", "bad"), guard)


def test_a_transform_that_fails_without_rows_is_named(guard: Guard):
    def fails(table: pa.Table) -> pa.Table:
        raise ValueError("nothing here")

    with pytest.raises(StepFailed, match=r"^lengths fails on a table without rows: ValueError: nothing here"):
        transform_rows(fails, rows(), guard)


def test_the_columns_that_a_transform_fills_are_kept_beside_those_of_a_failure(guard: Guard):
    def judge(table: pa.Table) -> pa.Table:
        made = Lengths()(table)
        reasons = ["judge:short" if len(text) < 2 else None for text in table["text"].to_pylist()]
        return put(made, "reason", pa.array(reasons, pa.string()))

    made = transform_rows(judge, rows("a", "bad", "long"), guard)
    assert made["reason"].to_pylist() == ["judge:short", None, None]
    assert made["error"].to_pylist() == [None, "lengths:ValueError", None]


def test_a_transform_that_looks_at_its_batch_is_not_called_again(guard: Guard):
    transform = Lengths()
    transform_rows(transform, rows(*["a"] * 40), guard)
    assert (guard.finish().sampled, transform.calls) == (0, [40])


def test_what_a_table_says_of_its_rows():
    table = rows("a", "b", "c", "d")
    assert judgements_in(table, "read") == [None] * 4
    none = pa.nulls(4, pa.string())
    assert judgements_in(put(put(table, "reason", none), "error", none), "read") == [None] * 4
    table = put(table, "reason", pa.array(["x:short", None, None, "x:long"]))
    table = put(table, "measured", pa.array(["{}", "{}", None, None]))
    table = put(table, "error", pa.array([None, None, "x:cut", "x:bad"]))
    table = put(table, "error_place", pa.array([None, None, "f.jsonl:3", None]))
    assert judgements_in(table, "read") == [
        (0, "x:short", "{}", None, None, None),
        None,
        (0, None, None, "x:cut", None, "f.jsonl:3"),
        (0, "x:long", None, "x:bad", None, None),
    ]


@pytest.mark.parametrize("column", ["reason", "error"])
@pytest.mark.parametrize("wrong", [pa.array([True, None]), pa.array([3, None]), pa.array(["", None])])
def test_a_table_that_says_it_wrongly_is_named(column: str, wrong: pa.Array):
    with pytest.raises(MewsError, match=rf"^mine filled `{column}` with .*; fill it with short texts or nulls$"):
        judgements_in(put(rows("a", "b"), column, wrong), "mine")
