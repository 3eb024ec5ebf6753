"""Counting the size of texts without a model: GPT-2's pre-tokens."""

import pyarrow as pa
import pyarrow.compute as pc

# Letters, numbers and runs of signs as GPT-2 splits them before it merges; each Han or Kana character is one.
PRETOKEN = r"\p{Han}|\p{Hiragana}|\p{Katakana}|\p{L}+|\p{N}+|[^\s\p{L}\p{N}]+"


def count_pretokens(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """The number of pre-tokens of each text (int64), 0 for a null."""
    return pc.cast(pc.fill_null(pc.count_substring_regex(texts, PRETOKEN), 0), pa.int64())
