"""Kernels run compiled on rows, and as plain Python without any: the results are of the same kind."""

import os
import pickle
import subprocess
import sys

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


def test_kernels_of_other_sources_are_kept_apart(tmp_path):
    for room in kernels.ROOMS:
        (tmp_path / room).mkdir()
    (tmp_path / "stages" / "fields.py").write_text("BEGIN = 1")
    folder = kernels.compiled_folder.__wrapped__
    before = folder(tmp_path)
    assert before == folder(tmp_path) and before.name != kernels.compiled_folder().name
    (tmp_path / "stages" / "fields.py").write_text("BEGIN = 2")
    assert folder(tmp_path) != before


def test_kernels_are_kept_where_numba_is_told_to(tmp_path):
    code = (
        "import numpy as np; from dedup.windows import window_hashes\n"
        "window_hashes(np.arange(9, dtype=np.uint64), np.array([0, 9]), 3)"
    )
    for name, folder in (("NUMBA_CACHE_DIR", tmp_path / "own"), ("MEWS_CACHE", tmp_path / "mews")):
        env = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"} | {name: str(folder)}
        subprocess.run([sys.executable, "-c", code], env=env, check=True)
        assert list(folder.rglob("*.nbc"))
    assert list((tmp_path / "mews" / "kernels").rglob("*.nbc"))


def test_a_kernel_loads_no_linear_algebra_and_leaves_it_to_others():
    code = "import sys, numpy as np; from dedup.windows import window_hashes\n"
    code += "window_hashes(np.arange(9, dtype=np.uint64), np.array([0, 9]), 5); print('scipy.linalg' in sys.modules)\n"
    code += "import numba; print(numba.njit(lambda a: np.dot(a, a))(np.full(3, 2.0)), 'scipy.linalg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "12.0", "True"]
