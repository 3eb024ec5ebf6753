"""Band hashes: the collision curve, what a set means, and the presets."""

import datasketch
import numpy as np
import pytest

from dedup.minhash.banding import BANDING_PRESETS, Banding, band_hashes, bands_for, preset
from pipeline.errors import UsageError

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


@pytest.mark.parametrize("threshold", [0.5, 0.8, 0.9])
def test_bands_for_a_threshold_are_datasketchs(threshold):
    theirs = datasketch.MinHashLSH(threshold=threshold, num_perm=128)
    assert bands_for(threshold, hashes=128) == {"bands": theirs.b, "rows": theirs.r}


def test_presets_are_the_papers():
    assert BANDING_PRESETS == {"refinedweb": (450, 20), "fineweb": (14, 8), "dclm": (93, 15), "olmo": (26, 11)}
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


def test_seeds_and_bands_matter():
    values, starts = np.arange(40, dtype=np.uint64), np.array([0, 40])
    assert not np.isin(Banding(9, 3, seed=1)(values, starts), Banding(9, 3, seed=2)(values, starts)).any()


def test_band_hashes_are_spread_evenly():
    values = np.random.default_rng(RNG).integers(0, 2**64, 10_000, np.uint64)
    bands = Banding(20, 4)(values, np.arange(0, 10_001, 5)).ravel()
    counts = np.bincount((bands >> np.uint64(60)).astype(int), minlength=16)
    assert abs(counts / counts.mean() - 1).max() < 0.1


def test_an_unknown_preset_is_named():
    with pytest.raises(UsageError) as error:
        preset("falcon")
    assert str(error.value) == "no MinHash preset is named falcon; there are refinedweb, fineweb, dclm, olmo"


def test_the_defaults_are_refinedwebs():
    assert Banding() == Banding(450, 20, "fast", 1)
    theirs = datasketch.MinHashLSH(threshold=0.7, num_perm=256)
    assert bands_for(0.7) == {"bands": theirs.b, "rows": theirs.r}


@pytest.mark.parametrize("sketch", ["fast", "minwise"])
def test_a_page_without_shingles_takes_nothing_from_its_neighbour(sketch):
    values = np.random.default_rng(RNG).integers(0, 2**64, 30, np.uint64)
    bands = Banding(4, 3, sketch)(values, np.array([0, 0, 30, 30]))
    assert bands.shape == (3, 4) and bands.dtype == np.uint64
    assert np.array_equal(bands[1], Banding(4, 3, sketch)(values, np.array([0, 30]))[0])
    assert not bands[[0, 2]].any()


def test_a_band_is_a_mixed_polynomial_of_its_number_and_rows():
    golden, value = 0x9E3779B97F4A7C15, 1
    for row in (7, 9):
        value = (value * golden + row) % 2**64
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        value = (value ^ value >> shift) * factor % 2**64
    out = np.zeros(2, np.uint64)
    band_hashes(np.array([7, 9, 7, 9], np.uint64), 2, out)
    assert out[1] == value ^ value >> 31 and out[0] != out[1]


def test_a_single_changed_shingle_changes_few_bands():
    values = np.random.default_rng(RNG).integers(0, 2**64, 500, np.uint64)
    other = values.copy()
    other[0] = 1
    bands = Banding(200, 1)(np.concatenate((values, other)), np.array([0, 500, 1_000]))
    assert 190 <= (bands[0] == bands[1]).sum() <= 200
