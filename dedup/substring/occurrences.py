"""Which keys occur once, for the first time of several, or again: one pass over an open hash table."""

import numpy as np

from pipeline.hashing import GOLDEN64
from pipeline.kernels import kernel, mix64_kernel

ONCE, FIRST, AGAIN = 0, 1, 2  # the key is alone; the first of several equal keys; a later one


@kernel
def occurrences(high, low):
    """ONCE, FIRST or AGAIN (uint8) for each 128-bit key, given as two arrays of uint64; linear in the keys."""
    size = 16
    while 3 * size < 4 * len(low):
        size *= 2
    slots = np.full(size, -1, np.int32)
    out = np.zeros(len(low), np.uint8)
    for i in range(len(low)):
        slot = np.int64(mix64_kernel(high[i] + low[i] * GOLDEN64) & np.uint64(size - 1))
        while slots[slot] >= 0 and (low[slots[slot]] != low[i] or high[slots[slot]] != high[i]):
            slot = (slot + 1) & (size - 1)
        if slots[slot] < 0:
            slots[slot] = i
        else:
            out[i], out[slots[slot]] = AGAIN, FIRST
    return out
