"""What our own fastText models see of a text: its words, and in front of them words that tell its shape."""

import sys
from functools import cache
from math import log2, sqrt

import numpy as np

from pipeline.kernels import kernel

WORD, SPACE, SIGN = np.uint8(0), np.uint8(1), np.uint8(2)  # kinds of characters
BLANK, BREAK = np.uint32(ord(" ")), np.uint32(ord("\n"))
DIGIT, CAPITAL, END = np.uint8(1), np.uint8(2), np.uint8(4)  # traits of characters
ENDS = ".!?\"'”’。！？…"  # what running text ends a line with
WORDS_A_SHAPE_WORD = 10  # the more words of shape there are, the less the others count


def shaped_words(text: str) -> str:
    """`lower_words`, behind the shape of the text.

    A model knows a text by the mean of its words, so the shape comes as often as makes a tenth of them; where that is
    less than half a time, as in texts of under 36 words, not at all.
    """
    line = lower_words(text)
    words = line.count(" ") + 1
    shape = text_shape(text)
    return " ".join([*shape * round(words / WORDS_A_SHAPE_WORD / len(shape)), line])


def text_shape(text: str) -> list[str]:
    """The shape of a text, each measure in steps: words (each step has twice as many), words a line (the same), letters
    a word (by halves), digits and capitals among the characters and signs among words and signs (by the root of their
    share: most are small), and lines that end as sentences do (by fifths).

    The names cannot be words of a text: `lower_words` puts blanks around "@".
    """
    words, letters, signs, digits, capitals, lines, ended = map(int, count_shape(_codes(text), *_character_tables()))
    size, parts = max(len(text), 1), max(words + signs, 1)
    steps = {
        "words": log2(words + signs + 1),
        "line": log2((words + signs) / max(lines, 1) + 1),
        "letters": 2 * letters / max(words, 1),
        "digits": 20 * sqrt(digits / size),
        "capitals": 20 * sqrt(capitals / size),
        "signs": 10 * sqrt(signs / parts),
        "ended": 5 * ended / max(lines, 1),
    }
    return [f"@{name}{int(step)}" for name, step in steps.items()]


@kernel
def count_shape(codes: np.ndarray, kinds: np.ndarray, traits: np.ndarray) -> np.ndarray:
    """Words, their letters, signs, digits, capitals, lines that are not blank, and those of them that `ENDS` end."""
    words = letters = signs = digits = capitals = lines = ended = 0
    before, last = SPACE, np.uint8(0)  # the kind of the character before; the traits of the line's last one
    is_blank = True
    for code in codes:
        kind, trait = kinds[code], traits[code]
        if kind == WORD:
            letters += 1
            words += before != WORD
        elif kind == SIGN:
            signs += 1
        digits += (trait & DIGIT) != 0
        capitals += (trait & CAPITAL) != 0
        if kind != SPACE:
            is_blank, last = False, trait
        elif code == BREAK and not is_blank:
            lines += 1
            ended += (last & END) != 0
            is_blank = True
        before = kind
    if not is_blank:
        lines += 1
        ended += (last & END) != 0
    return np.array([words, letters, signs, digits, capitals, lines, ended])


def lower_words(text: str) -> str:
    """Lower-case words and marks, single spaces between.

    As good for a model as words by the rules of a language, and much faster.
    """
    codes = _codes(text.lower())
    line = np.empty(2 * len(codes), np.uint32)  # the longest has a sign behind every word of one letter
    return line[: separate_signs(codes, _character_tables()[0], line)].tobytes().decode("utf-32-le", "surrogatepass")


def _codes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@kernel
def separate_signs(codes: np.ndarray, kinds: np.ndarray, line: np.ndarray) -> int:
    """Write code points into `line`, with one blank around signs and in place of white space; returns how many."""
    size, after_blank = 0, True
    for code in codes:
        kind = kinds[code]
        if kind != WORD and not after_blank:
            line[size] = BLANK
            size += 1
        after_blank = kind != WORD
        if kind != SPACE:
            line[size] = code
            size += 1
        if kind == SIGN:
            line[size] = BLANK
            size += 1
    return size - 1 if size and after_blank else size


@cache
def _character_tables() -> tuple[np.ndarray, np.ndarray]:
    r"""The kind of every code point (uint8): what `re` calls \w is a word, \s is a space, all else a sign; traits."""
    characters = [chr(code) for code in range(sys.maxunicode + 1)]
    kinds = np.where(np.fromiter(map(str.isalnum, characters), bool), WORD, SIGN)
    kinds[np.fromiter(map(str.isspace, characters), bool)] = SPACE
    kinds[ord("_")] = WORD
    traits = np.fromiter(map(str.isdigit, characters), bool) * DIGIT
    traits |= np.fromiter(map(str.isupper, characters), bool) * CAPITAL
    traits[[ord(sign) for sign in ENDS]] |= END
    return kinds, traits
