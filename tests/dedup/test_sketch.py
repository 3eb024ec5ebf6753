"""Sketches: the collision curve, datasketch as the oracle of the classic one, and what a set means."""

from itertools import product

import datasketch
import numpy as np
import pyarrow as pa
import pytest

from dedup.shingles import mix, shingled
from dedup.sketch import (
    PRESETS,
    Banding,
    chosen_for,
    draws,
    fast_sketch,
    minwise_sketch,
    mix32,
    permutations,
    preset,
)
from dedup.tokens import Tokens

RNG = 20230601


def pairs(union: int, shared: int, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Shingles of 2 x count sets: neighbours share `shared` of their `union` elements, and halve the others."""
    draw = np.random.default_rng((RNG, union, shared, seed))
    both = draw.integers(0, 2**64, (count, shared), np.uint64)
    own = draw.integers(0, 2**64, (count, union - shared), np.uint64)
    half = (union - shared) // 2
    sets = [part for i in range(count) for part in (both[i], own[i, :half], both[i], own[i, half:])]
    sizes = np.tile([shared + half, union - half], count)
    return np.concatenate(sets), np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)


def collision_rate(banding: Banding, union: int, jaccard: float, count: int) -> tuple[float, float]:
    """The share of pairs with an equal band, and what theory says for the similarity that they have."""
    shared, hits, step = round(union * jaccard), 0, max(1, 200_000 // union)
    for seed, start in enumerate(range(0, count, step)):
        bands = banding(*pairs(union, shared, min(step, count - start), seed))
        hits += int((bands[::2] == bands[1::2]).any(axis=1).sum())
    return hits / count, banding.probability(shared / union)


@pytest.mark.parametrize("size", [20, 200, 2_000])
@pytest.mark.parametrize("jaccard", [0.5, 0.7, 0.75, 0.8, 0.95])
def test_collision_curve(jaccard, size):
    found, expected = collision_rate(Banding(450, 20), size, jaccard, 400)
    assert abs(found - expected) < 0.02 + 3 * np.sqrt(expected * (1 - expected) / 400)


@pytest.mark.slow
@pytest.mark.parametrize("size", [20, 100, 1_000, 20_000])
@pytest.mark.parametrize("jaccard", [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95])
def test_collision_curve_within_two_hundredths(jaccard, size):
    found, expected = collision_rate(Banding(450, 20), size, jaccard, 8_000)
    assert abs(found - expected) < 0.02


@pytest.mark.parametrize("name", ["fineweb", "dclm", "olmo"])
@pytest.mark.parametrize("sketch", ["fast", "minwise"])
def test_collision_curve_of_the_other_presets(name, sketch):
    chosen = Banding(**preset(name), sketch=sketch)
    for jaccard in (0.6, 0.8):
        found, expected = collision_rate(chosen, 100, jaccard, 1_000)
        assert abs(found - expected) < 0.06


@pytest.mark.parametrize("seed", [1, 42])
def test_the_classic_sketch_is_datasketchs_bit_for_bit(seed):
    values = np.random.default_rng(RNG).integers(0, 2**64, 300, np.uint64)
    ours = np.empty(256, np.uint32)
    minwise_sketch(values, *permutations(256, seed), ours)
    theirs = datasketch.MinHash(256, seed=seed, hashfunc=lambda value: value)
    theirs.update_batch([int(value) & 0xFFFFFFFF for value in values])
    assert np.array_equal(ours, theirs.hashvalues)


@pytest.mark.parametrize("threshold", [0.5, 0.8, 0.9])
def test_bands_for_a_threshold_are_datasketchs(threshold):
    theirs = datasketch.MinHashLSH(threshold=threshold, num_perm=128)
    assert chosen_for(threshold, hashes=128) == {"bands": theirs.b, "rows": theirs.r}


def test_presets_are_the_papers():
    assert PRESETS == {"refinedweb": (450, 20), "fineweb": (14, 8), "dclm": (93, 15), "olmo": (26, 11)}
    assert round(Banding(**preset("refinedweb")).probability(0.75), 2) == 0.76  # as the paper states
    assert round(Banding(**preset("refinedweb")).probability(0.8), 3) == 0.995


@pytest.mark.parametrize("sketch", ["fast", "minwise"])
def test_a_sketch_reads_a_set(sketch):
    """Order, repetition and the other pages of the batch change nothing."""
    values = np.random.default_rng(RNG).integers(0, 2**64, 50, np.uint64)
    twice = np.concatenate((values[::-1], values))
    other = values[:7]
    chosen = Banding(20, 10, sketch)
    bands = chosen(np.concatenate((values, other, twice)), np.array([0, 50, 57, 157]))
    assert np.array_equal(bands[0], bands[2])
    assert np.array_equal(bands[0], chosen(values, np.array([0, 50]))[0])
    assert not (bands[0] == bands[1]).all()
    assert len(np.unique(bands[0])) == 20


def slow_sketch(shingles: list[int], k: int) -> list[int]:
    """Fast similarity sketching in plain words: rounds in which all elements draw, then for empty bins the least."""
    empty = 2**64 - 1
    bins = [empty] * k
    seeds, factors, summands = (numbers.tolist() for numbers in draws(k, 1))
    for turn, shingle in product(range(len(seeds)), shingles):
        drawn = (shingle ^ seeds[turn]) * 0xBF58476D1CE4E5B9 % 2**64
        drawn = (drawn ^ drawn >> 32) * 0x9E3779B97F4A7C15 % 2**64
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
    fast_sketch(values, *draws(k, 1), found)
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


def test_seeds_and_bands_matter():
    values, starts = np.arange(40, dtype=np.uint64), np.array([0, 40])
    assert not np.isin(Banding(9, 3, seed=1)(values, starts), Banding(9, 3, seed=2)(values, starts)).any()


def test_band_hashes_are_spread_evenly():
    values = np.random.default_rng(RNG).integers(0, 2**64, 10_000, np.uint64)
    bands = Banding(20, 4)(values, np.arange(0, 10_001, 5)).ravel()
    counts = np.bincount((bands >> np.uint64(60)).astype(int), minlength=16)
    assert abs(counts / counts.mean() - 1).max() < 0.1


def test_shingles_of_short_and_empty_pages():
    texts = pa.array(["a b c", "", None, "A, B c!", "a b c d e f", "b c"])
    flat, starts = shingled(texts)
    assert starts.tolist() == [0, 1, 1, 1, 2, 4, 5]
    assert flat[0] == flat[1]  # equal when normalised
    assert len(set(flat.tolist())) == 4


def test_shingles_are_hashes_of_all_windows_in_order():
    flat, _ = shingled(pa.array(["x y z x y z w", "z y x"]), 3)
    assert len(flat) == 6 and flat[0] == flat[3] and len(set(flat.tolist())) == 5


def test_shingles_of_other_tokens():
    flat, starts = shingled(pa.array(["a b c", "c b a"]), 2, letters)
    assert starts.tolist() == [0, 2, 4] and len(set(flat.tolist())) == 4


def letters(texts: pa.Array) -> Tokens:
    """A token a letter."""
    codes = [[ord(letter) for letter in text if letter != " "] for text in texts.to_pylist()]
    hashes = np.array([code for text in codes for code in text], np.uint64)
    return Tokens(hashes, hashes, hashes, np.cumsum([0, *map(len, codes)]))


def test_mix_is_splitmix64():
    assert mix(np.uint64(0x9E3779B97F4A7C15)) == 0xE220A8397B1DCDAF  # its first output from seed 0
