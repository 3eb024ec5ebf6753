"""Phrases that are looked for in the text of a page by compiled loops."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pipeline.kernels import kernel


class Phrases(NamedTuple):
    """Phrases in UTF-8 in the order of their first bytes, a NUL behind each, and where those of each byte begin."""

    text: np.ndarray
    begins: np.ndarray


def phrases_of(some: Sequence[str]) -> Phrases:
    """Phrases as they are looked for."""
    encoded = sorted((phrase.encode() for phrase in some), key=lambda phrase: phrase[0])
    first = np.searchsorted([phrase[0] for phrase in encoded], np.arange(257))
    places = np.cumsum([0, *(len(phrase) + 1 for phrase in encoded)])
    return Phrases(np.frombuffer(b"".join(phrase + b"\0" for phrase in encoded), np.uint8), places[first])


@kernel
def found_at(text: np.ndarray, place: int, phrases: Phrases, whole: bool = False) -> int:
    """Behind the first phrase that stands at a place, 0 for none; with `whole` only where a word ends there too."""
    first = text[place]
    phrase = phrases.begins[first]
    while phrase < phrases.begins[first + 1]:
        at = place
        while phrases.text[phrase] and text[at] == phrases.text[phrase]:
            at, phrase = at + 1, phrase + 1
        if not phrases.text[phrase] and not (whole and is_word(text[at])):
            return at
        while phrases.text[phrase]:
            phrase += 1
        phrase += 1
    return 0


@kernel
def has_phrase(text: np.ndarray, begin: int, end: int, phrases: Phrases) -> bool:
    """Whether one of some phrases stands in a text."""
    for place in range(begin, end):  # noqa: SIM110  (Numba has no generators in `any`)
        if found_at(text, place, phrases):
            return True
    return False


@kernel
def count_phrases(text: np.ndarray, begin: int, end: int, phrases: Phrases) -> int:
    """How often phrases of whole words stand in a text. None of them begins another one."""
    count, place, inside = 0, begin, False
    while place < end:
        behind = 0 if inside else found_at(text, place, phrases, True)
        if behind:
            count, place, inside = count + 1, behind, True
        else:
            inside, place = is_word(text[place]), place + 1
    return count


@kernel
def is_word(byte: int) -> bool:
    """Whether a byte is a letter of ASCII, a digit or an underscore."""
    return 97 <= byte <= 122 or 65 <= byte <= 90 or 48 <= byte <= 57 or byte == 95


@kernel
def is_digit(byte: int) -> bool:
    """Whether a byte is a digit."""
    return 48 <= byte <= 57
