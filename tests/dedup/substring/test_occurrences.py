"""Which keys occur once, first and again, against a plain dictionary."""

import numpy as np
import pytest

from dedup.substring.occurrences import AGAIN, FIRST, ONCE, occurrences


@pytest.mark.parametrize("values", [1, 3, 50, 100_000])
def test_occurrences(values):
    rng = np.random.default_rng(values)
    high, low = rng.integers(0, 2, 2000).astype(np.uint64), rng.integers(0, values, 2000).astype(np.uint64)
    seen: dict[tuple, int] = {}
    wanted = np.zeros(2000, np.uint8)
    for i, key in enumerate(zip(high.tolist(), low.tolist(), strict=True)):
        if key in seen:
            wanted[i], wanted[seen[key]] = AGAIN, FIRST
        seen.setdefault(key, i)
    assert (occurrences(high, low) == wanted).all()


def test_hashes_that_collide_in_64_bits_are_told_apart_by_the_minimizer():
    same = np.full(3000, 7, np.uint64)
    assert not occurrences(np.arange(3000, dtype=np.uint64), same).any()
    assert occurrences(np.array([1, 2, 3, 2], np.uint64), same[:4]).tolist() == [ONCE, FIRST, ONCE, AGAIN]


@pytest.mark.parametrize("count", [0, 1, 2, 11, 12, 13, 24, 25, 1_000])
def test_any_number_of_keys_fits_the_table(count):
    keys = np.arange(count, dtype=np.uint64)
    assert occurrences(keys, keys).tolist() == [ONCE] * count
    both = np.concatenate((keys, keys))
    assert occurrences(both, both).tolist() == [FIRST] * count + [AGAIN] * count


def test_a_million_equal_keys_are_looked_up_in_one_step():
    """Keys that are equal end at the same slot: no chain grows with them. (A quadratic search would take hours.)"""
    same = np.full(1_000_000, 5, np.uint64)
    assert np.bincount(occurrences(same, same)).tolist() == [0, 1, 999_999]
