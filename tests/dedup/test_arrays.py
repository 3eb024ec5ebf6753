"""Columns as arrays, on small tables whose answers are written out."""

import numpy as np
import pyarrow as pa
import pytest

from dedup.arrays import list_column, list_values, numpy_column, run_lengths, run_starts


def test_a_column_of_several_chunks_is_one_array():
    table = pa.table({"n": pa.chunked_array([[1, 2], [3]])})
    assert numpy_column(table, "n").tolist() == [1, 2, 3]


@pytest.mark.parametrize(("keys", "starts", "lengths"), [
    ([[5, 5, 7, 7, 7, 5]], [0, 2, 5], [2, 3, 1]),
    ([[1, 1, 1, 1], [0, 0, 9, 9]], [0, 2], [2, 2]),
    ([[1, 2, 2, 2], [3, 3, 3, 4]], [0, 1, 3], [1, 2, 1]),
    ([[4]], [0], [1]),
    ([[]], [], []),
])  # fmt: skip
def test_runs_of_equal_keys(keys, starts, lengths):
    found = run_starts(*(np.array(key, np.uint64) for key in keys))
    assert found.tolist() == starts
    assert run_lengths(found, len(keys[0])).tolist() == lengths


def test_lists_there_and_back():
    lists = list_column(np.array([7, 8, 9]), np.array([1, 1, 3]), 5)
    assert lists.to_pylist() == [[], [7, 8], [], [9], []]
    values, rows = list_values(pa.table({"x": pa.chunked_array([lists, lists.slice(1, 3)])}), "x")
    assert values.tolist() == [7, 8, 9, 7, 8, 9]
    assert rows.tolist() == [1, 1, 3, 5, 5, 7]


def test_lists_of_no_rows():
    assert list_column(np.array([], np.int64), np.array([], np.int64), 0).to_pylist() == []
