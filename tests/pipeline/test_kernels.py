"""Kernels run compiled on rows, and as plain Python without any: the results are of the same kind."""

import pickle

import numpy as np

from dedup.shingles import _shingles
from dedup.windows import window_hashes
from pipeline import kernels
from pipeline.hashing import mix64
from pipeline.kernels import kernel, mix64_kernel


@kernel
def doubled(values, by):
    """Every value times a number; and a product that runs over."""
    out = np.empty(len(values), np.uint64)
    over = np.uint64(2**63)
    for _ in range(by):
        over *= np.uint64(3)
    for i in range(len(values)):
        out[i] = mix64_kernel(values[i]) + over
    return out


def test_a_kernel_that_calls_another_says_what_python_says():
    values = np.arange(5, dtype=np.uint64)
    over = np.uint64(2**63 * 3**40 % 2**64)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(doubled(values, 40), mix64(values) + over)


def test_without_rows_nothing_is_compiled_and_nothing_warned_of(monkeypatch):
    def never(self):
        raise AssertionError("compiled")

    monkeypatch.setattr(kernels._Kernel, "_compiled", property(never))
    none = np.empty(0, np.uint64)
    with np.errstate(all="raise"):
        assert doubled(none, 40).dtype == np.uint64
        assert window_hashes(none, np.zeros(3, np.int64), 50).dtype == np.uint64
        found, starts = _shingles(none, np.zeros(3, np.int64), 5)
    assert (found.dtype, found.size, starts.dtype, starts.tolist()) == (np.uint64, 0, np.int64, [0, 0, 0])


def test_a_kernel_is_sent_by_its_name():
    assert pickle.loads(pickle.dumps(window_hashes)) is window_hashes
    assert window_hashes.__name__ == "window_hashes" and window_hashes.__doc__
