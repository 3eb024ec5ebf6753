"""Sketches: datasketch as the oracle of the classic one, plain words as that of the fast one."""

from itertools import product

import datasketch
import numpy as np
import pytest

from dedup.minhash.sketch import fast_sketch, minwise_sketch, mix32, permutations, round_seeds, sketch_draws

RNG = 20230601


@pytest.mark.parametrize("seed", [1, 42])
def test_the_classic_sketch_is_datasketchs_bit_for_bit(seed):
    values = np.random.default_rng(RNG).integers(0, 2**64, 300, np.uint64)
    ours = np.empty(256, np.uint32)
    minwise_sketch(values, *permutations(256, seed), ours)
    theirs = datasketch.MinHash(256, seed=seed, hashfunc=lambda value: value)
    theirs.update_batch([int(value) & 0xFFFFFFFF for value in values])
    assert np.array_equal(ours, theirs.hashvalues)


def splitmix64(value: int) -> int:
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        value = (value ^ value >> shift) * factor % 2**64
    return value ^ value >> 31


def slow_sketch(shingles: list[int], k: int) -> list[int]:
    """Fast similarity sketching in plain words: rounds in which all elements draw, then for empty bins the least."""
    empty = 2**64 - 1
    bins = [empty] * k
    seeds, factors, summands = (numbers.tolist() for numbers in sketch_draws(k, 1))
    for turn, shingle in product(range(len(seeds)), shingles):
        drawn = splitmix64(shingle ^ seeds[turn])
        chosen = (drawn >> 32) * k >> 32
        bins[chosen] = min(bins[chosen], turn << 32 | drawn % 2**32)
    spread = [int(mix32(np.uint32(shingle % 2**32))) for shingle in shingles]
    for place in range(k):
        if bins[place] == empty:
            values = ((factors[place] * h + summands[place]) % 2**32 for h in spread)
            bins[place] = len(seeds) << 32 | min(values)
    return bins


def sketched(values: np.ndarray, k: int) -> np.ndarray:
    found = np.empty(k, np.uint64)
    fast_sketch(values, *sketch_draws(k, 1), found)
    return found


@pytest.mark.parametrize(("k", "size"), [(50, 1), (50, 3), (112, 40), (112, 90), (20, 500), (2_000, 7), (2_000, 250)])
def test_the_fast_sketch_in_plain_words(k, size):
    """Of few bins left empty, of many, and of none."""
    values = np.random.default_rng((RNG, size)).integers(0, 2**64, size, np.uint64)
    assert sketched(values, k).tolist() == slow_sketch(values.tolist(), k)


@pytest.mark.parametrize("k", [112, 9_000])
@pytest.mark.parametrize("size", [1, 30, 400, 30_000])
def test_sketches_of_sets_of_any_sizes_compare(k, size):
    """Bins are filled in three ways, by the size of the set; all give a union the least of its parts."""
    values = np.random.default_rng((RNG, size)).integers(0, 2**64, size + 25, np.uint64)
    parts = np.minimum(sketched(values[:size], k), sketched(values[size:], k))
    assert np.array_equal(sketched(values, k), parts)


@pytest.mark.parametrize(("hashes", "rounds"), [(1, 2), (255, 2), (767, 2), (768, 3), (9_000, 35)])
def test_rounds_for_so_many_hashes(hashes, rounds):
    seeds, factors, summands = sketch_draws(hashes, 3)
    assert (len(seeds), len(factors), len(summands)) == (rounds, hashes, hashes)
    assert np.array_equal(seeds, round_seeds(rounds, 3)) and np.array_equal(factors, permutations(hashes, 3)[0])


def test_draws_depend_on_the_seed_alone():
    assert np.array_equal(round_seeds(4, 1), np.random.RandomState(1).randint(0, 2**64, 4, np.uint64))
    assert not np.isin(round_seeds(9, 1), round_seeds(9, 2)).any()
    factors, summands = permutations(100, 1)
    assert (factors % 2 == 1).all() and factors.dtype == summands.dtype == np.uint32
    assert not np.array_equal(factors, permutations(100, 2)[0])


def test_mix32_is_murmurhash3s_finaliser():
    assert [int(mix32(np.uint32(value))) for value in (0, 1, 0xDEADBEEF)] == [0, 0x514E28B7, 0x0DE5C6A9]
