"""Counting the size of texts without a model: GPT-2's pre-tokens."""

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
    lengths = np.diff(np.concatenate([begins, [len(runs)]]))
    before: np.ndarray = np.repeat(together[begins] - ~alone[begins], lengths)
    return int(np.count_nonzero((runs != BLANK) & (together - ~alone == before)))


@cache
def kinds_of_characters() -> np.ndarray:
    """What each character below `TABLED` is to `PRETOKEN`, uint8."""
    made = np.full(TABLED, SIGN, np.uint8)
    codes = np.concatenate([np.arange(SURROGATES[0]), np.arange(SURROGATES[1], TABLED)])
    characters = pa.scalar(codes.astype("<u4").tobytes().decode("utf-32-le"))

    def runs_of(pattern: str) -> list[int]:
        return [len(run) for run in pc.split_pattern_regex(characters, pattern).as_py()]

    def among(some: str) -> np.ndarray:
        """The characters of a class, whose runs lie between those of the others."""
        others, ours = runs_of(f"[{some}]+"), [length for length in runs_of(f"[^{some}]+") if length]
        lengths = np.zeros(len(others) + len(ours), np.int64)
        lengths[::2], lengths[1::2] = others, ours
        return codes[np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)]

    for some, kind in ((r"\s", BLANK), (r"\p{L}", LETTER), (r"\p{N}", NUMBER)):
        made[among(some)] = kind
    made[among(r"\p{Han}\p{Hiragana}\p{Katakana}")] |= ALONE
    return made
