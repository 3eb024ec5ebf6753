"""The text as deduplication sees it: no punctuation, lower case, no accents, one space; and its tokens as hashes.

RefinedWeb (Penedo et al. 2023, G.3.1) removes punctuation, lowers the case, decomposes (NFD), removes accents and
normalises whitespace, then counts 5-grams of GPT-2 tokens. Here a token is a whitespace-separated word of the
normalised text; scripts that put no spaces between words (Han, kana, Thai, Lao, Khmer, Burmese) give a token for each
character. A tokenizer.json, GPT-2's for instance, may be given instead (`shingles.encoded`).
"""

import re
import unicodedata
from collections.abc import Iterator

import numpy as np
import xxhash

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
BLOCK = 1_000_000  # characters of a text that are tokens at a time: a page of 50 MB needs no gigabyte of words
REMOVED = ("P", "S", "Mn", "Cf", "Cc")  # punctuation and symbols; accents; what cannot be seen

_unspaced = re.compile(f"[{UNSPACED}]")
_bound = re.compile(f"[\\s{UNSPACED}]")
_piece = re.compile(f"[{UNSPACED}]|[^\\s{UNSPACED}]+")


def normalise(text: str) -> str:
    """The normalised text, its words separated by one space."""
    return " ".join(filter(None, map(_plain, text.split())))


def normalise_with_offsets(text: str) -> tuple[str, np.ndarray]:
    """The normalised text, and for each of its characters the position in `text` that it comes from (int64).

    A space comes from the first whitespace character after the word before it. Positions never decrease.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    alphabet, which = np.unique(codes, return_inverse=True)
    characters = [chr(code) for code in alphabet]
    white = np.array([c.isspace() for c in characters], bool)[which]
    made = np.array([0 if c.isspace() else len(_plain(c)) for c in characters], np.int64)[which]
    kept = np.flatnonzero(made)
    spaces = np.flatnonzero(white)
    after = np.searchsorted(spaces, kept[:-1])  # the first whitespace after each kept character but the last
    gap = np.append(spaces, len(codes))[after]
    gap = gap[gap < kept[1:]]
    sources = np.concatenate((np.repeat(kept, made[kept]), gap))
    return normalise(text), np.sort(sources, kind="stable")


def pieces(text: str) -> list[str]:
    """The text cut at whitespace, and around every character of an unspaced script."""
    return text.split() if text.isascii() or not _unspaced.search(text) else _piece.findall(text)


def blocks(text: str) -> Iterator[tuple[int, str]]:
    """The text in consecutive parts of about `BLOCK` characters, with their positions; no part ends inside a piece."""
    start = 0
    while start < len(text):
        bound = _bound.search(text, start + BLOCK)
        end = bound.start() if bound else len(text)
        yield start, text[start:end]
        start = end


def token_hashes(text: str) -> np.ndarray:
    """The hash of each token of the normalised text (uint64, never 0); pieces of punctuation only are no tokens."""
    parts = [_hashes(pieces(block)) for _, block in blocks(text)]
    hashes = np.concatenate(parts) if parts else np.empty(0, np.uint64)
    return hashes[hashes != 0]


def tokens_with_offsets(text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`token_hashes(text)`, and the start and end (int64) in `text` of the piece that each token comes from."""
    hashes, spans = [np.empty(0, np.uint64)], [np.empty((0, 2), np.int64)]
    for start, block in blocks(text):
        found = [match.span() for match in _piece.finditer(block)]
        hashes.append(_hashes([block[a:b] for a, b in found]))
        spans.append(np.array(found, np.int64).reshape(-1, 2) + start)
    every, bounds = np.concatenate(hashes), np.concatenate(spans)
    return every[every != 0], bounds[every != 0, 0], bounds[every != 0, 1]


def _hashes(found: list[str]) -> np.ndarray:
    return np.fromiter(map(_table().__getitem__, found), np.uint64, len(found))


def token_hash(piece: str) -> int:
    """xxh3_64 of the normalised piece; 0 when nothing of it is left."""
    plain = _plain(piece)
    return (xxhash.xxh3_64_intdigest(plain) or 1) if plain else 0


class _Table(dict):
    """Hashes of the pieces that this process has met; at most `PIECES` of at most `LONGEST` characters."""

    PIECES = 500_000
    LONGEST = 48

    def __missing__(self, piece: str) -> int:
        value = token_hash(piece)
        if len(piece) <= self.LONGEST:
            self[piece] = value
        return value


_pieces_met = _Table()


def _table() -> _Table:
    if len(_pieces_met) > _Table.PIECES:
        _pieces_met.clear()
    return _pieces_met


def _plain(word: str) -> str:
    """A word without whitespace, normalised. Lowered before it is decomposed: a dotted capital I leaves a dot."""
    if word.isascii() and word.isalnum():
        return word.lower()
    return unicodedata.normalize("NFD", word.lower()).translate(_left)


class _Left(dict):
    """For `str.translate`: a code point of a removed category goes, every other stays."""

    def __missing__(self, code: int) -> int | None:
        value = self[code] = None if unicodedata.category(chr(code)).startswith(REMOVED) else code
        return value


_left = _Left()
