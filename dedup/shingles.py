"""Pages as sets of n-grams: tokens to 64-bit shingles."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numba as nb
import numpy as np
from tokenizers import Tokenizer

from dedup.normalise import normalise, token_hashes

Tokens = Callable[[str], np.ndarray]  # the tokens of a text as uint64

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_A = np.uint64(0xBF58476D1CE4E5B9)
MIX_B = np.uint64(0x94D049BB133111EB)


def shingled(texts: list[str | None], n: int = 5, tokens: Tokens = token_hashes) -> tuple[np.ndarray, np.ndarray]:
    """The n-grams of each text, one after another (uint64), and where each text's begin (int64, one more than texts).

    A text of fewer than n tokens has one shingle, the whole of it; a text without tokens has none. An n-gram that
    occurs twice is there twice: what reads shingles must read them as a set.
    """
    parts = [shingles(tokens(text or ""), n) for text in texts]
    starts = np.concatenate(([0], np.cumsum([len(part) for part in parts]))).astype(np.int64)
    return np.concatenate([*parts, np.empty(0, np.uint64)]), starts


@nb.njit(cache=True)
def shingles(tokens: np.ndarray, n: int) -> np.ndarray:
    """The 64-bit hash of every n consecutive tokens."""
    size = min(n, tokens.shape[0])
    out = np.empty(tokens.shape[0] - size + 1 if size else 0, np.uint64)
    for i in range(out.shape[0]):
        value = np.uint64(size)
        for j in range(size):
            value = value * GOLDEN + tokens[i + j]
        out[i] = mix(value)
    return out


@nb.njit(cache=True, inline="always")
def mix(value: int) -> int:
    """SplitMix64's finaliser (Steele, Lea, Flood 2014): a bijection of 64 bits that spreads every one of them."""
    value = (value ^ (value >> np.uint64(30))) * MIX_A
    value = (value ^ (value >> np.uint64(27))) * MIX_B
    return value ^ (value >> np.uint64(31))


def encoded(path: str) -> Tokens:
    """Tokens of a tokenizer.json instead of words: GPT-2's gives RefinedWeb's own shingles."""
    return Encoded(path, hashlib.blake2b(Path(path).read_bytes(), digest_size=16).hexdigest())


@dataclass(frozen=True)
class Encoded:
    """The token numbers of the normalised text; `digest` tells one tokenizer.json from another."""

    path: str
    digest: str

    def __call__(self, text: str) -> np.ndarray:
        return np.array(_tokenizer(self.path).encode(normalise(text), add_special_tokens=False).ids, np.uint64)


@cache
def _tokenizer(path: str) -> Tokenizer:
    return Tokenizer.from_file(path)
