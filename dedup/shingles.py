"""Pages as sets of n-grams: tokens to 64-bit shingles."""

from collections.abc import Callable

import numba as nb
import numpy as np
import pyarrow as pa

from dedup.tokens import Tokens, words

Tokenise = Callable[[pa.Array], Tokens]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_A = np.uint64(0xBF58476D1CE4E5B9)
MIX_B = np.uint64(0x94D049BB133111EB)


def shingled(texts: pa.Array, n: int = 5, tokenise: Tokenise = words) -> tuple[np.ndarray, np.ndarray]:
    """The n-grams of each text, one after another (uint64), and where each text's begin (int64, one more than texts).

    A text of fewer than n tokens has one shingle, the whole of it; a text without tokens has none. An n-gram that
    occurs twice is there twice: what reads shingles must read them as a set. RefinedWeb's tokens are GPT-2's; here
    they are words unless `tokenise` says otherwise, such as `partial(subwords, path="gpt2/tokenizer.json")`.
    """
    found = tokenise(texts)
    return _shingles(found.hashes, found.bounds, n)


@nb.njit(cache=True)
def _shingles(tokens: np.ndarray, bounds: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    starts = np.zeros(bounds.shape[0], np.int64)
    for text in range(bounds.shape[0] - 1):
        count = bounds[text + 1] - bounds[text]
        starts[text + 1] = starts[text] + (max(count - n, 0) + 1 if count else 0)
    out = np.empty(starts[-1], np.uint64)
    for text in range(bounds.shape[0] - 1):
        size = min(n, bounds[text + 1] - bounds[text])
        for i in range(starts[text + 1] - starts[text]):
            value = np.uint64(size)
            for token in tokens[bounds[text] + i : bounds[text] + i + size]:
                value = value * GOLDEN + token
            out[starts[text] + i] = mix(value)
    return out, starts


@nb.njit(cache=True, inline="always")
def mix(value: np.uint64) -> np.uint64:
    """SplitMix64's finaliser (Steele, Lea, Flood 2014): a bijection of 64 bits that spreads every one of them."""
    value = (value ^ (value >> np.uint64(30))) * MIX_A
    value = (value ^ (value >> np.uint64(27))) * MIX_B
    return value ^ (value >> np.uint64(31))
