"""Fill in the middle (Bavarian et al. 2022, arXiv 2207.14255): a piece of a page cut in three, and its middle put last.

A page is cut to the sequence first and its pieces are transformed then (context-level, section 4.4), so that no piece
has a marker without the other two. Where a text is cut is chosen by characters (section 4.3).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xxhash

from pipeline.errors import UsageError
from tokenizer.encode import Encoder
from tokenizer.special_tokens import FIM_MARKERS

SHORTEST = 32  # characters; there is no middle worth filling in less
RESERVED = 16  # tokens: three markers, the end of text, and what the two cuts cost, which is two or three tokens each


@dataclass(frozen=True)
class FillInMiddle:
    """Puts the middle of `rate` of the pieces of a source last, half of them suffix first.

    The pieces are chosen by hash of the seed, their page and their place in it. Raises UsageError when the tokenizer
    has no markers.
    """

    encoder: Encoder
    rate: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise UsageError(f"fim={self.rate}: give the share of pieces whose middle is put last, 0 to 1")
        if not self.encoder.markers:
            tokenizer, known = self.encoder.folder.shown(self.encoder.name), ", ".join(FIM_MARKERS[0])
            raise UsageError(
                f"{tokenizer} has no special tokens for fill-in-the-middle (such as {known}): "
                "name them with fim_markers=, take another tokenizer, or do without, as with fim=code=0"
            )

    def tokens(self, name: str, text: str) -> np.ndarray | None:
        """The tokens of a piece's text with its middle last, int32; None when it is not chosen or is too short.

        `name` is the piece's, by which it is chosen.
        """
        parts = self.parts(name, text)
        if parts is None:
            return None
        (prefix, suffix, middle), suffix_first = parts
        marks = [np.array([number], np.int32) for _, number in self.encoder.markers]
        texts = ["", suffix, prefix + middle] if suffix_first else [prefix, suffix, middle]
        encoded = self.encoder(texts)  # each with the end of text, which stays on the last
        return np.concatenate([marks[0], encoded[0][:-1], marks[1], encoded[1][:-1], marks[2], encoded[2]])

    def parts(self, name: str, text: str) -> tuple[tuple[str, str, str], bool] | None:
        """Prefix, suffix and middle of a text, and whether the suffix comes first; None as for `tokens`."""
        chance, form, first, second = (self._draw(name, n) for n in range(4))
        if chance >= self.rate or len(text) < SHORTEST:
            return None
        low, high = sorted((round(first * len(text)), round(second * len(text))))
        return (text[:low], text[high:], text[low:high]), form < 0.5

    def _draw(self, name: str, number: int) -> float:
        """A number in [0, 1) from seed, name and place."""
        return xxhash.xxh3_64_intdigest(f"{self.seed}:{number}:{name}") / 2**64


@dataclass(frozen=True)
class FimPage:
    """A page of which pieces are taken, some with their middle last; tokens [start, stop) of it are given away."""

    fim: FillInMiddle
    name: str
    text: str
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    @cached_property
    def _encoded(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Tokens of the page with the end of text, and the characters at which each token begins and ends."""
        numbers, offsets = self.fim.encoder.with_offsets(self.text)
        begin, end = np.append(offsets, [[len(self.text)] * 2], axis=0).T
        return numbers, begin, end

    def take(self, at: int, room: int) -> tuple[np.ndarray, int]:
        """The piece at token `at` after the start, of at most `room` tokens, and how many of the page's tokens it is.

        A piece whose middle was put last has some tokens more than the page has there.
        """
        numbers, begin, end = self._encoded
        first = self.start + at
        last = min(first + room - RESERVED, self.stop)
        while first < last < len(numbers) and end[last - 1] > begin[last]:
            last -= 1  # not between the bytes of a character
        if last > first:
            low = int(end[first - 1]) if first else 0
            piece = self.fim.tokens(f"{self.name}:{first}", self.text[low : int(end[last - 1])])
            if piece is not None and len(piece) <= room:
                return piece, last - first
        last = min(first + room, self.stop)
        return numbers[first:last], last - first
