"""Kernels over token hashes: n-grams, minimizers, what occurs again, and spans. Pure, and linear in their input.

Texts lie one after another, text i at bounds[i] to bounds[i + 1]; no n-gram reaches over a bound. Arithmetic is
modulo 2**64.
"""

import numpy as np
from numba import njit

BASE = np.uint64(0xD6E8FEB86659FD93)
ONCE, FIRST, AGAIN = 0, 1, 2  # what `occurrences` says of a key: it is alone, the first of several, a later one


@njit(cache=True, inline="always")
def scramble(x):
    """Finaliser of MurmurHash3: a bijection of the 64-bit integers that spreads any of them evenly."""
    x = (x ^ (x >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    x = (x ^ (x >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return x ^ (x >> np.uint64(33))


@njit(cache=True)
def ngrams(hashes, bounds, n):
    """Hash of the n tokens that begin at each place (uint64): a rolling polynomial, then scrambled; else 0."""
    out = np.zeros(len(hashes), np.uint64)
    gone = np.uint64(1)
    for _ in range(n):
        gone *= BASE
    for text in range(len(bounds) - 1):
        rolling = np.uint64(0)
        for i in range(bounds[text], bounds[text + 1]):
            rolling = rolling * BASE + hashes[i]
            if i >= bounds[text] + n:
                rolling -= gone * hashes[i - n]
            if i >= bounds[text] + n - 1:
                out[i - n + 1] = scramble(rolling)
    return out


@njit(cache=True)
def minimizers(grams, bounds, n, k):
    """Distance to the least k-gram in the window of n tokens that begins at each place (int16); -1: no window there.

    Of equals, the last one: equal windows at different places then have different places, with equal k-grams
    (Schleimer, Wilkerson, Aiken 2003; Roberts et al. 2004). About 2 / (n - k + 2) of all places are one.
    """
    out = np.full(len(grams), -1, np.int16)
    for text in range(len(bounds) - 1):
        best = np.int64(-1)
        for i in range(bounds[text], bounds[text + 1] - n + 1):
            last = i + n - k
            if best < i:
                best = i
                for j in range(i, last + 1):
                    best = j if grams[j] <= grams[best] else best
            elif grams[last] <= grams[best]:
                best = last
            out[i] = best - i
    return out


@njit(cache=True)
def occurrences(high, low):
    """ONCE, FIRST or AGAIN for each 128-bit key (two uint64 arrays), by an open hash table; linear in the keys."""
    size = 16
    while 3 * size < 4 * len(low):
        size *= 2
    slots = np.full(size, -1, np.int32)
    out = np.zeros(len(low), np.uint8)
    for i in range(len(low)):
        slot = np.int64(scramble(high[i] + low[i] * BASE) & np.uint64(size - 1))
        while slots[slot] >= 0 and (low[slots[slot]] != low[i] or high[slots[slot]] != high[i]):
            slot = (slot + 1) & (size - 1)
        if slots[slot] < 0:
            slots[slot] = i
        else:
            out[i], out[slots[slot]] = AGAIN, FIRST
    return out


def stretches(places: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the first and last of each longest run of places one after another in one group (places ascend)."""
    joined = (places[1:] == places[:-1] + 1) & (group[1:] == group[:-1])
    return np.flatnonzero(np.r_[True, ~joined][: len(places)]), np.flatnonzero(np.r_[~joined, True][: len(places)])


def union(group: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Spans of each group, overlapping ones made one, ordered by group and start. Spans that only touch stay two."""
    order = np.lexsort((starts, group))
    group, starts, ends = group[order], starts[order].astype(np.int64), ends[order].astype(np.int64)
    # Shifting each group beyond the one before lets one running maximum serve all.
    room = int(ends.max(initial=0)) + 1
    rank = np.cumsum(np.r_[False, group[1:] != group[:-1]]) if len(group) else np.zeros(0, np.int64)
    reach = np.maximum.accumulate(ends + rank * room)
    begins = np.r_[True, starts[1:] + rank[1:] * room >= reach[:-1]][: len(group)]
    finals = np.flatnonzero(np.r_[begins[1:], True][: len(group)])
    return group[begins], starts[begins], reach[finals] - rank[finals] * room
