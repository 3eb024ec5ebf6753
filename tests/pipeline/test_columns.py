"""The engine's columns, which data cannot have."""

from datetime import datetime

import pyarrow as pa
import pytest

from pipeline.columns import check_not_reserved, conform, pick_rows, put, without_reserved
from pipeline.errors import UsageError

OURS = ("reason", "error", "error_message", "error_place", "measured", "counts")


def test_a_column_is_added_or_replaced_in_its_place():
    table = pa.table({"a": [1], "b": [2]})
    assert put(table, "c", pa.array(["x"])).to_pydict() == {"a": [1], "b": [2], "c": ["x"]}
    made = put(table, "a", pa.array(["x"]))
    assert made.column_names == ["a", "b"] and made.to_pylist() == [{"a": "x", "b": 2}]


def test_a_table_is_made_to_conform():
    schema = pa.schema([("a", pa.int64()), ("b", pa.string()), ("c", pa.string())])
    table = pa.table({"c": [1], "a": [7], "d": ["x"]})
    made = conform(table, schema)
    assert made.schema == schema and made.to_pylist() == [{"a": 7, "b": None, "c": None}]


def test_a_timestamp_is_kept_whatever_its_unit():
    """Parquet gives back milliseconds where seconds were written."""
    when = datetime(2024, 5, 18, 7, 30, 1)
    schema = pa.schema([("at", pa.timestamp("s"))])
    for unit in ("s", "ms", "us"):
        made = conform(pa.table({"at": pa.array([when, None], pa.timestamp(unit))}), schema)
        assert made.schema == schema and made["at"].to_pylist() == [when, None]


@pytest.mark.parametrize("size", [1, 20_000])
@pytest.mark.parametrize("rows", [[], [0], [4], [0, 1, 2, 3, 4], [1, 2, 4], [0, 2, 3]])
def test_rows_are_those_with_the_numbers(size, rows):
    table = pa.table({"id": list(range(5)), "html": [bytes([65 + place]) * size for place in range(5)]})
    assert pick_rows(table, rows).to_pylist() == [table.to_pylist()[row] for row in rows]
    assert pick_rows(table, rows).schema == table.schema


def test_rows_that_hold_pages_are_not_copied():
    table = pa.table({"id": list(range(50)), "html": [b"x" * 100_000] * 50})
    before = pa.total_allocated_bytes()
    picked = pick_rows(table, [row for row in range(50) if row % 7])
    assert picked.num_rows == 42 and pa.total_allocated_bytes() - before < 100_000


def test_the_engines_columns_are_taken_away():
    assert without_reserved(pa.table({name: [1] for name in ("id", *OURS, "text")})).column_names == ["id", "text"]


@pytest.mark.parametrize("name", OURS)
def test_data_with_a_column_of_the_engine_is_refused_by_name(name: str):
    with pytest.raises(UsageError, match=f"^column {name}: the engine keeps this name .*; rename the column$"):
        check_not_reserved(pa.schema([("id", pa.string()), (name, pa.string())]))
    check_not_reserved(pa.schema([("id", pa.string()), (f"{name}_", pa.string()), (name.upper(), pa.string())]))
