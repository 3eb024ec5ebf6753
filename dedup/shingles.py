"""Pages as sets of n-grams: tokens to 64-bit shingles."""

import numpy as np
import pyarrow as pa

from dedup.tokens import Tokenise, word_tokens
from pipeline.hashing import GOLDEN64
from pipeline.kernels import kernel, mix64_kernel


def shingled(texts: pa.Array, n: int = 5, tokenise: Tokenise = word_tokens) -> tuple[np.ndarray, np.ndarray]:
    """The n-grams of each text, one after another (uint64), and where those of each text begin (int64, texts + 1).

    A text of fewer than n tokens has one shingle, the whole of it; a text without tokens has none. An n-gram that
    occurs twice is there twice: readers must take the shingles as a set. RefinedWeb's tokens are GPT-2's; here they are
    words unless `tokenise` says otherwise, for example `subwords.by_file("gpt2/tokenizer.json")`.
    """
    found = tokenise(texts)
    return _shingles(found.hashes, found.bounds, n)


@kernel
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
                value = value * GOLDEN64 + token
            out[starts[text] + i] = mix64_kernel(value)
    return out, starts
