"""Columns of Arrow tables as NumPy arrays: numbers, runs of equal keys, and lists."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def numpy_column(table: pa.Table, name: str) -> np.ndarray:
    """A column of numbers or booleans without nulls."""
    return table[name].to_numpy()


def run_starts(*keys: np.ndarray) -> np.ndarray:
    """The index of the first row of each run of rows whose keys are all equal (int64, ascending)."""
    begins = np.ones(len(keys[0]), bool)
    begins[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return np.flatnonzero(begins)


def run_lengths(starts: np.ndarray, rows: int) -> np.ndarray:
    """The number of rows of each run, given where the runs start and how many rows there are."""
    return np.diff(np.append(starts, rows))


def list_column(values: np.ndarray | pa.Array, rows: np.ndarray, count: int) -> pa.ListArray:
    """A list for each of `count` rows; `rows` (ascending) says which row each value belongs to."""
    offsets = np.searchsorted(rows, np.arange(count + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, pa.array(values))


def list_values(table: pa.Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The values of a column of lists, one after another, and the row that each belongs to."""
    lists = table[name].combine_chunks()
    rows = pc.list_parent_indices(lists)
    return lists.flatten().to_numpy(), rows.to_numpy()
