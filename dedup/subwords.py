"""Tokens by a tokenizer.json, in place of words: RefinedWeb takes GPT-2's."""

import functools
import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from tokenizers import Tokenizer

from dedup.tokens import Tokens, word_tokens
from pipeline.errors import UsageError
from pipeline.hashing import GOLDEN64, mix64
from pipeline.stats import TextCount
from text.normalise import normalise_with_offsets


def by_file(path: str) -> Callable[[pa.Array], Tokens]:
    """`subword_tokens` of a tokenizer.json, or of the folder that holds it; a stage that uses it is made again when the
    content of the file changes. An empty path gives words. Raises UsageError when there is no such file.
    """
    if not path:
        return word_tokens
    file = Path(path, "tokenizer.json") if Path(path).is_dir() else Path(path)
    if not file.is_file():
        raise UsageError(f"no tokenizer at {path}: give a tokenizer.json on this disk, or a folder that holds one")
    data = file.read_bytes()
    try:
        Tokenizer.from_str(data.decode())
    except Exception as error:  # the library raises Exception itself
        raise UsageError(f"{file} is no tokenizer.json: {' '.join(str(error).split())[:200]}") from None
    return partial(subword_tokens, path=str(file), _content=hashlib.blake2b(data, digest_size=16).hexdigest())


def text_count(tokenise: Callable[[pa.Array], Tokens]) -> TextCount | bool:
    """How a funnel counts text in the tokens of `by_file`; in pre-tokens (True) where these are words."""
    return TextCount("tokens", partial(count_subwords, **tokenise.keywords)) if isinstance(tokenise, partial) else True


def count_subwords(texts: pa.ChunkedArray, path: str, _content: str = "") -> pa.ChunkedArray:
    """Tokens of each text as it stands (int64, 0 for a null)."""
    column = [text or "" for text in texts.to_pylist()]
    encoded = _tokenizer(path).encode_batch_fast(column, add_special_tokens=False)
    return pa.chunked_array([pa.array([len(each.ids) for each in encoded], pa.int64())])


def subword_tokens(texts: pa.Array, path: str, _content: str = "") -> Tokens:
    """Tokens of the normalised texts by a tokenizer.json.

    A character that several tokens share belongs to each of them, so no span of tokens cuts a character. `_content` is
    a digest of the file, and serves only to make it part of a stage's fingerprint.
    """
    found = [normalise_with_offsets(text or "") for text in texts.to_pylist()]
    encoded = _tokenizer(path).encode_batch([normalised for normalised, _ in found], add_special_tokens=False)
    spans = [_spans(e.offsets, *pair) for e, pair in zip(encoded, found, strict=True)]
    ids = np.concatenate([np.zeros(0, np.uint64), *(np.array(e.ids, np.uint64) for e in encoded)])
    places = np.concatenate([np.zeros((0, 2), np.int32), *spans])
    bounds = np.cumsum([0, *(len(e.ids) for e in encoded)])
    return Tokens(mix64(ids + GOLDEN64), places[:, 0].copy(), places[:, 1].copy(), bounds)


def _spans(offsets: list[tuple[int, int]], normalised: str, sources: np.ndarray) -> np.ndarray:
    """Spans of normalised characters as spans of the text: from the first character's source to behind the last's.

    The space that a token may begin with is left out.
    """
    spans = np.array(offsets, np.int64).reshape(-1, 2)
    first, last = spans[:, 0], np.maximum(spans[:, 1] - 1, spans[:, 0])
    space = np.frombuffer(normalised.encode("utf-32-le", "surrogatepass"), np.uint32)[first] == ord(" ")
    first = np.where(space & (last > first), first + 1, first)
    return np.stack((sources[first], sources[last] + 1), axis=1).astype(np.int32)


@functools.cache
def _tokenizer(path: str) -> Tokenizer:
    return Tokenizer.from_file(path)
