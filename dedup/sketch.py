"""Pages as band hashes: two pages share one with a probability that depends on the Jaccard similarity of the two.

`fast` is Fast Similarity Sketching (Dahlgaard, Knudsen, Thorup 2017): about n + k log k operations for k hashes of n
shingles, and estimates that vary less than the classic ones. The paper has k rounds; here it is a 256th as many, and
bins that are then empty are filled as in the classic sketch, in vectors. `minwise` is the
classic sketch (Broder 1997) with the permutations of datasketch's "affine32" scheme: k n operations, bit for bit
datasketch's values.
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
SHARE = 256  # hashes for each round: measured, the least of the worst cases from 5 to 20,000 shingles
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
            _fast_bands(shingles, starts, self.rows, *draws(self.bands * self.rows, self.seed), out)
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


def draws(hashes: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What `fast_sketch` draws by: a seed for each round, and a factor and a summand for each bin."""
    return (round_seeds(max(2, hashes // SHARE), seed), *permutations(hashes, seed))


@cache
def round_seeds(rounds: int, seed: int) -> np.ndarray:
    return np.random.RandomState(seed).randint(0, 2**64, rounds, np.uint64)


@cache
def permutations(hashes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Odd factors and summands of h -> a h + b mod 2^32, as datasketch draws them."""
    draw = np.random.RandomState(seed)
    factors = draw.randint(0, 2**31, hashes, np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, draw.randint(0, 2**32, hashes, np.uint32)


@nb.njit(cache=True)
def fast_sketch(shingles, seeds, factors, summands, out):
    """Fill `out` (uint64, k values): two sets agree in each place with the probability of their Jaccard similarity.

    In round i every shingle draws a bin and a value; a bin keeps the least (i, value) it was ever given. A bin that is
    still empty after all rounds takes the least value that any shingle has in the bin's own permutation. What a bin
    gets from a shingle depends on these two alone, so sets of any sizes compare; `draws` gives all but the shingles.
    """
    out[:] = EMPTY
    size, left = out.shape[0], out.shape[0]
    k = np.uint64(size)
    for i in range(seeds.shape[0]):
        seed, turn = seeds[i], np.uint64(i) << HALF
        for shingle in shingles:  # without a branch: on a page shorter than k, whether a bin is taken is a coin's fall
            drawn = _draw(shingle, seed)
            bin = ((drawn >> HALF) * k) >> HALF
            left -= out[bin] == EMPTY
            out[bin] = min(out[bin], turn | (drawn & LOW))
        if left == 0:
            return
    turn = np.uint64(seeds.shape[0]) << HALF
    if 2 * left > size:  # then it is cheaper to take the least for every bin than to gather the empty ones
        least = np.empty(size, np.uint32)
        minwise_sketch(shingles, factors, summands, least)
        for bin in range(size):
            out[bin] = min(out[bin], turn | np.uint64(least[bin]))
    else:
        empty = np.flatnonzero(out == EMPTY)
        least = np.empty(left, np.uint32)
        minwise_sketch(shingles, factors[empty], summands[empty], least)
        out[empty] = turn | least.astype(np.uint64)


@nb.njit(cache=True, inline="always")
def _draw(shingle, seed):
    """64 random bits of a shingle in a round: the upper half chooses the bin, the lower is the value."""
    drawn = (shingle ^ seed) * MIX_A
    return (drawn ^ (drawn >> HALF)) * GOLDEN


@nb.njit(cache=True)
def minwise_sketch(shingles: np.ndarray, factors: np.ndarray, summands: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (uint32, k values) with the least of each permutation of the shingles' low 32 bits."""
    out[:] = np.uint32(0xFFFFFFFF)
    last = shingles.shape[0] - 1
    for i in range(0, last + 1, 4):  # compiled to vectors along the permutations, which are read once for four shingles
        one, two = mix32(np.uint32(shingles[i])), mix32(np.uint32(shingles[min(i + 1, last)]))
        three, four = mix32(np.uint32(shingles[min(i + 2, last)])), mix32(np.uint32(shingles[min(i + 3, last)]))
        for j in range(out.shape[0]):
            a, b = factors[j], summands[j]
            pair = min(np.uint32(a * one + b), np.uint32(a * two + b))
            other = min(np.uint32(a * three + b), np.uint32(a * four + b))
            out[j] = min(out[j], min(pair, other))


@nb.njit(cache=True, inline="always")
def mix32(h: np.uint32) -> np.uint32:
    """MurmurHash3's 32-bit finaliser."""
    h = np.uint32((h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    h = np.uint32((h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@nb.njit(cache=True)
def _fast_bands(shingles, starts, rows, seeds, factors, summands, out):
    values = np.empty(out.shape[1] * rows, np.uint64)
    for page in range(out.shape[0]):
        if starts[page] < starts[page + 1]:
            fast_sketch(shingles[starts[page] : starts[page + 1]], seeds, factors, summands, values)
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
            value = value * GOLDEN + np.uint64(values[row])  # the values are random: no need to mix each
        out[band] = mix(value)
