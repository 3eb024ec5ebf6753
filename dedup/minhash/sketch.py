"""Sketches of sets: two sets agree in each place with the probability of their Jaccard similarity.

`fast_sketch` is Fast Similarity Sketching (Dahlgaard, Knudsen, Thorup 2017): about n + k log k operations for k hashes
of n shingles, and estimates that vary less than the classic ones. The paper has k rounds; here there are k / 256, and
bins that are then still empty are filled as in the classic sketch. `minwise_sketch` is the classic one (Broder 1997)
with the permutations of datasketch's "affine32" scheme: k n operations, and datasketch's values bit for bit.
"""

from functools import cache

import numpy as np

from pipeline.kernels import inlined, kernel, mix64_kernel

EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
HASHES_A_ROUND = 256  # measured from 5 to 20,000 shingles: the best of the worst cases
HALF, LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


def sketch_draws(hashes: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What `fast_sketch` draws by: a seed for each round, and a factor and a summand for each bin."""
    return (round_seeds(max(2, hashes // HASHES_A_ROUND), seed), *permutations(hashes, seed))


@cache
def round_seeds(rounds: int, seed: int) -> np.ndarray:
    """A 64-bit seed for each round."""
    return np.random.RandomState(seed).randint(0, 2**64, rounds, np.uint64)


@cache
def permutations(hashes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Odd factors and summands of h -> a h + b mod 2^32 (uint32), as datasketch draws them."""
    draw = np.random.RandomState(seed)
    factors = draw.randint(0, 2**31, hashes, np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, draw.randint(0, 2**32, hashes, np.uint32)


@kernel
def fast_sketch(shingles, seeds, factors, summands, out):
    """Fill `out` (uint64, k values) with the sketch of a set of shingles (uint64).

    In round i every shingle draws a bin and a value, and a bin keeps the least (i, value) that it was given. A bin that
    is still empty after all rounds takes the least value that any shingle has in the bin's own permutation. What a bin
    gets from a shingle depends on the two alone, so sketches of sets of any sizes can be compared. `sketch_draws` gives
    seeds, factors and summands.
    """
    out[:] = EMPTY
    size, left = out.shape[0], out.shape[0]
    k = np.uint64(size)
    for i in range(seeds.shape[0]):
        seed, turn = seeds[i], np.uint64(i) << HALF
        for shingle in shingles:  # no branch: on a page shorter than k, nobody can predict whether a bin is taken
            drawn = mix64_kernel(shingle ^ seed)
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


@kernel
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


@inlined
def mix32(h: np.uint32) -> np.uint32:
    """MurmurHash3's 32-bit finaliser, which datasketch's scheme asks for."""
    h = np.uint32((h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    h = np.uint32((h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))
