"""Hashes of all runs of n tokens, by a rolling polynomial: linear in the tokens, whatever n is."""

import numpy as np

from pipeline.kernels import kernel, mix64_kernel

BASE = np.uint64(0xD6E8FEB86659FD93)  # of the polynomial: odd, its bits look random


@kernel
def window_hashes(hashes, bounds, n):
    """The hash of the n tokens that begin at each token (uint64); 0 where the text has fewer than n tokens left.

    hashes uint64: the tokens of all texts; bounds int64: the tokens of text i are bounds[i] to bounds[i + 1]. No window
    reaches over a bound. Arithmetic is modulo 2**64; the polynomial is mixed at the end.
    """
    out = np.zeros(len(hashes), np.uint64)
    oldest = np.uint64(1)
    for _ in range(n):
        oldest *= BASE
    for text in range(len(bounds) - 1):
        rolling = np.uint64(0)
        for i in range(bounds[text], bounds[text + 1]):
            rolling = rolling * BASE + hashes[i]
            if i >= bounds[text] + n:
                rolling -= oldest * hashes[i - n]
            if i >= bounds[text] + n - 1:
                out[i - n + 1] = mix64_kernel(rolling)
    return out
