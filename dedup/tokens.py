"""Tokens of whole columns of text, fast: a 64-bit hash each, and where each stands in the untouched text.

The rules are those of `normalise.py`, in one pass over the column's bytes. No vocabulary is shared: the same token
has the same hash on every machine.
"""

import functools
import re
import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.hashing import GOLDEN64
from pipeline.kernels import inlined, kernel
from text.normalise import normalise_word
from text.scripts import UNSPACED

SPACE, WORD, SOLO, REMOVED = 0, 1, 2, 3  # kinds of code points; SOLO: each one is a token
HIGH = 0x30000  # code points from here on: ideographs, then tags and selectors, then private use


class Tokens(NamedTuple):
    """Tokens of several texts, one after another.

    hashes uint64; starts and ends int32, code points of the token's own text; bounds int64, one more than texts:
    tokens bounds[i] to bounds[i + 1] are those of text i.
    """

    hashes: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    bounds: np.ndarray


Tokenise = Callable[[pa.Array], Tokens]


def word_tokens(texts: pa.Array) -> Tokens:
    """Words of a string column; a null is an empty text.

    A word is what whitespace separates, without accents, punctuation and symbols ("don't" is "dont"); in scripts
    written without spaces each character is a token. A token owns the punctuation that touches it, after it or else
    before it, so that a span of tokens ends behind its full stop.
    """
    column = texts.cast(pa.large_string())
    _, offsets, data = column.buffers()
    places = (
        np.frombuffer(offsets, np.int64)[column.offset :][: len(column) + 1] if len(column) else np.zeros(1, np.int64)
    )
    text = np.frombuffer(data, np.uint8) if data else np.zeros(0, np.uint8)
    if not len(column):  # no need of the alphabet, which takes half a second
        none = np.empty(0, np.int32)
        return Tokens(np.empty(0, np.uint64), none, none, np.zeros(len(places), np.int64))
    return Tokens(*_words(text, places, *alphabet()))


@functools.cache
def alphabet() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each code point: its kind (uint8), and its normalised form folds[at[code]:at[code + 1]] (uint32)."""
    characters = ["" if chr(code).isspace() else chr(code) for code in range(HIGH)]
    # Between spaces no sigma is final: both small forms are one letter here.
    plain = normalise_word(" ".join(characters)).replace("ς", "σ").split(" ")
    codes = np.arange(sys.maxunicode + 1, dtype=np.uint32)
    lengths = np.concatenate(([len(form) for form in plain], np.ones(len(codes) - HIGH, np.int64)))
    kinds = np.where(lengths > 0, WORD, REMOVED).astype(np.uint8)
    unspaced = [ord(c) for c in re.findall(f"[{UNSPACED}]", "".join(map(chr, range(0x40000))))]
    kinds[unspaced] = np.where(lengths[unspaced] > 0, SOLO, REMOVED)
    kinds[[code for code in range(0xE0000, 0xE0200) if not normalise_word(chr(code))]] = REMOVED
    kinds[[code for code in range(HIGH) if not characters[code]]] = SPACE
    low = np.frombuffer("".join(plain).encode("utf-32-le", "surrogatepass"), np.uint32)
    return kinds, np.concatenate(([0], np.cumsum(lengths))), np.concatenate((low, codes[HIGH:]))


@kernel
def _words(data, places, kinds, at, folds):
    room = (places[-1] - places[0]) // 2 + len(places)
    hashes, starts, ends = np.empty(room, np.uint64), np.empty(room, np.int32), np.empty(room, np.int32)
    bounds = np.zeros(len(places), np.int64)
    for text in range(len(places) - 1):
        alphabet = (kinds, at, folds)
        done = bounds[text]
        count = _split(data[places[text] : places[text + 1]], alphabet, hashes[done:], starts[done:], ends[done:])
        bounds[text + 1] = done + count
    total = bounds[-1]
    return hashes[:total], starts[:total], ends[:total], bounds  # what is behind was never touched: no memory


@kernel
def _split(data, alphabet, hashes, starts, ends):
    """Fill in the tokens of one text (its bytes in UTF-8); returns how many there are."""
    kinds, at, folds = alphabet
    token, byte, place, before, running = -1, 0, 0, -1, False
    while byte < len(data):
        code, size = _decode(data, byte)
        kind = kinds[code]
        if kind == SPACE:
            running, before = False, -1
        elif kind == REMOVED:
            if token >= 0 and ends[token] == place:
                ends[token] = place + 1
            elif before < 0:
                before = place
        else:
            if kind == SOLO or not running:
                token += 1
                hashes[token], starts[token] = GOLDEN64, place if before < 0 else before
            running, before, ends[token] = kind == WORD, -1, place + 1
            for j in range(at[code], at[code + 1]):
                state = (hashes[token] ^ np.uint64(folds[j])) * GOLDEN64
                hashes[token] = state ^ (state >> np.uint64(29))
        byte, place = byte + size, place + 1
    return token + 1


@inlined
def _decode(data, byte):
    """The code point that begins at a byte of valid UTF-8, and its length in bytes."""
    lead = np.int64(data[byte])
    if lead < 0x80:
        return lead, 1
    if lead < 0xE0:
        return (lead & 31) << 6 | (data[byte + 1] & 63), 2
    if lead < 0xF0:
        return (lead & 15) << 12 | np.int64(data[byte + 1] & 63) << 6 | (data[byte + 2] & 63), 3
    high = (lead & 7) << 18 | np.int64(data[byte + 1] & 63) << 12
    return high | np.int64(data[byte + 2] & 63) << 6 | (data[byte + 3] & 63), 4
