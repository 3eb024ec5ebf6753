"""Counting the size of texts without a model: GPT-2's pre-tokens."""

from functools import cache

import numpy as np
import pyarrow as pa
import re2

# Letters, numbers and runs of signs as GPT-2 splits them before it merges; each Han or Kana character is one, but for
# those that come behind another letter.
PRETOKEN = r"\p{Han}|\p{Hiragana}|\p{Katakana}|\p{L}+|\p{N}+|[^\s\p{L}\p{N}]+"
BLANK, LETTER, NUMBER, SIGN, ALONE = 0, 1, 2, 3, 4  # `ALONE` is a bit beside one of the others
TABLED = 0x40000  # characters; those above are no letters and no numbers
SURROGATES = (0xD800, 0xE000)


def count_pretokens(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """The number of pre-tokens of each text (int64), 0 for a null: how often `PRETOKEN` is found in it."""
    counts = [[pretokens(text or "") for text in chunk.to_pylist()] for chunk in texts.chunks]
    return pa.chunked_array([pa.array(chunk, pa.int64()) for chunk in counts], pa.int64())


def pretokens(text: str) -> int:
    """How often `PRETOKEN` is found in a text."""
    if not text:
        return 0
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    kinds = kinds_of_characters()[np.minimum(codes, TABLED - 1)]
    runs = kinds & 3
    begins = np.concatenate([[0], np.flatnonzero(runs[1:] != runs[:-1]) + 1])
    alone = kinds >= ALONE
    if not alone.any():
        return int(np.count_nonzero(runs[begins]))
    together = np.cumsum(~alone)  # characters that are not alone, up to each one
    before = np.repeat(together[begins] - ~alone[begins], np.diff(begins, append=len(runs)))
    return int(np.count_nonzero((runs != BLANK) & (together - ~alone == before)))


@cache
def kinds_of_characters() -> np.ndarray:
    """What each character below `TABLED` is to `PRETOKEN`, uint8."""
    made = np.full(TABLED, SIGN, np.uint8)
    codes = np.concatenate([np.arange(SURROGATES[0]), np.arange(SURROGATES[1], TABLED)])
    characters = codes.astype("<u4").tobytes().decode("utf-32-le")
    kinds = ((r"\s+", BLANK), (r"\p{L}+", LETTER), (r"\p{N}+", NUMBER))
    for pattern, kind in kinds:
        for found in re2.finditer(pattern, characters):
            made[codes[found.start() : found.end()]] = kind
    for found in re2.finditer(r"(?:\p{Han}|\p{Hiragana}|\p{Katakana})+", characters):
        made[codes[found.start() : found.end()]] |= ALONE
    return made
