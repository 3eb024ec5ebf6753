"""Pages as band hashes: two pages share one with a probability that depends on the Jaccard similarity of the two.

`fast` is Fast Similarity Sketching (Dahlgaard, Knudsen, Thorup 2017): about n + k log k operations for k hashes of n
shingles, and estimates that vary less than the classic ones. `minwise` is the classic sketch (Broder 1997) with the
permutations of datasketch's "affine32" scheme: k n operations, bit for bit datasketch's values.
"""

from dataclasses import dataclass
from functools import cache

import numba as nb
import numpy as np

from dedup.shingles import GOLDEN, MIX_A, mix
from pipeline.errors import UsageError

PRESETS = {  # bands x rows: Penedo et al. 2023, G.3.1; Penedo et al. 2024; Li et al. 2024; Soldaini et al. 2024
    "refinedweb": (450, 20),
    "fineweb": (14, 8),
    "dclm": (93, 15),
    "olmo": (26, 11),
}
EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
HALF, LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


@dataclass(frozen=True)
class Banding:
    """Bands of rows of hashes: pages are candidates when all rows of some band are equal."""

    bands: int = 450
    rows: int = 20
    sketch: str = "fast"
    seed: int = 1

    def probability(self, jaccard: float) -> float:
        """How likely two pages of this similarity are candidates: 1 - (1 - s^rows)^bands."""
        return 1 - (1 - jaccard**self.rows) ** self.bands

    def __call__(self, shingles: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """Band hashes of pages given by their shingles, one after another (uint64, pages x bands).

        Equal hashes are of the same band number. Rows of pages without shingles are not to be used.
        Memory: the result, and one sketch.
        """
        out = np.zeros((len(starts) - 1, self.bands), np.uint64)
        if self.sketch == "fast":
            _fast_bands(shingles, starts, self.rows, round_seeds(self.bands * self.rows, self.seed), out)
        else:
            _minwise_bands(shingles, starts, self.rows, *permutations(self.bands * self.rows, self.seed), out)
        return out


def preset(name: str) -> dict[str, int]:
    """Bands and rows by the name of the corpus that used them."""
    if name not in PRESETS:
        raise UsageError(f"no MinHash preset is named {name}; there are {', '.join(PRESETS)}")
    return dict(zip(("bands", "rows"), PRESETS[name], strict=True))


def chosen_for(threshold: float, hashes: int = 256) -> dict[str, int]:
    """The bands and rows, of at most `hashes` hashes, that tell pages above a similarity from those below it best.

    As datasketch chooses: the least sum of the areas of false positives and false negatives.
    """
    from datasketch import MinHashLSH  # half a second to import, needed here only

    index = MinHashLSH(threshold=threshold, num_perm=hashes)
    return {"bands": index.b, "rows": index.r}


@cache
def round_seeds(hashes: int, seed: int) -> np.ndarray:
    """A seed for each of the at most 2k rounds of fast similarity sketching."""
    return np.random.RandomState(seed).randint(0, 2**64, 2 * hashes, np.uint64)


@cache
def permutations(hashes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Odd factors and summands of h -> a h + b mod 2^32, as datasketch draws them."""
    draw = np.random.RandomState(seed)
    factors = draw.randint(0, 2**31, hashes, np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, draw.randint(0, 2**32, hashes, np.uint32)


@nb.njit(cache=True)
def fast_sketch(shingles: np.ndarray, seeds: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (uint64, k values): two sets agree in each place with the probability of their Jaccard similarity.

    In round i every shingle draws a bin and a value; a bin keeps the least (i, value) it was ever given. Rounds go on
    until no bin is empty. A bin that is empty after k rounds takes the least value that any shingle draws for it.
    """
    out[:] = EMPTY
    size, left = out.shape[0], out.shape[0]
    k = np.uint64(size)
    for i in range(size):
        seed, turn = seeds[i], np.uint64(i) << HALF
        for shingle in shingles:  # without a branch: on a page shorter than k, whether a bin is taken is a coin's fall
            drawn = _draw(shingle, seed)
            bin = ((drawn >> HALF) * k) >> HALF
            left -= out[bin] == EMPTY
            out[bin] = min(out[bin], turn | (drawn & LOW))
        if left == 0:
            return
    for bin in range(size):
        if out[bin] == EMPTY:
            for shingle in shingles:
                out[bin] = min(out[bin], (np.uint64(size + bin) << HALF) | (_draw(shingle, seeds[size + bin]) & LOW))


@nb.njit(cache=True, inline="always")
def _draw(shingle, seed):
    """64 random bits of a shingle in a round: the upper half chooses the bin, the lower is the value."""
    drawn = (shingle ^ seed) * MIX_A
    return (drawn ^ (drawn >> HALF)) * GOLDEN


@nb.njit(cache=True)
def minwise_sketch(shingles: np.ndarray, factors: np.ndarray, summands: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (uint32, k values) with the least of each permutation of the shingles' low 32 bits."""
    spread = np.empty(shingles.shape[0], np.uint32)
    for i in range(shingles.shape[0]):
        spread[i] = mix32(np.uint32(shingles[i]))
    for j in range(out.shape[0]):
        a, b, least = factors[j], summands[j], np.uint32(0xFFFFFFFF)
        for h in spread:  # a scalar minimum: this order is the one that is compiled to vectors
            least = min(least, np.uint32(a * h + b))
        out[j] = least


@nb.njit(cache=True, inline="always")
def mix32(h: np.uint32) -> np.uint32:
    """MurmurHash3's 32-bit finaliser."""
    h = np.uint32((h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    h = np.uint32((h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@nb.njit(cache=True)
def _fast_bands(shingles, starts, rows, seeds, out):
    values = np.empty(out.shape[1] * rows, np.uint64)
    for page in range(out.shape[0]):
        if starts[page] < starts[page + 1]:
            fast_sketch(shingles[starts[page] : starts[page + 1]], seeds, values)
            band_hashes(values, rows, out[page])


@nb.njit(cache=True)
def _minwise_bands(shingles, starts, rows, factors, summands, out):
    values = np.empty(out.shape[1] * rows, np.uint32)
    for page in range(out.shape[0]):
        if starts[page] < starts[page + 1]:
            minwise_sketch(shingles[starts[page] : starts[page + 1]], factors, summands, values)
            band_hashes(values, rows, out[page])


@nb.njit(cache=True)
def band_hashes(values: np.ndarray, rows: int, out: np.ndarray) -> None:
    """Hash each band, its number and its rows, to 64 bits."""
    for band in range(out.shape[0]):
        value = np.uint64(band)
        for row in range(band * rows, (band + 1) * rows):
            value = mix(value * GOLDEN + np.uint64(values[row]))
        out[band] = value
