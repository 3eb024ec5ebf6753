"""The scripts without spaces: both ends of every range, and the letters beside them."""

import re

import pytest

from text.scripts import HAN, HIRAGANA, KATAKANA, SOUTH_EAST_ASIAN, UNSPACED
from text.splitter import cut_words
from text.words import count_words

# First and last code point of each range, as Unicode's blocks have them.
RANGES = {
    "CJK radicals": (0x2E80, 0x2FDF),
    "iteration mark": (0x3005, 0x3005),
    "number zero": (0x3007, 0x3007),
    "CJK extension A": (0x3400, 0x4DBF),
    "CJK": (0x4E00, 0x9FFF),
    "CJK compatibility": (0xF900, 0xFAFF),
    "CJK extensions B and on": (0x20000, 0x3FFFF),
    "Hiragana": (0x3041, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "Katakana extensions": (0x31F0, 0x31FF),
    "halfwidth Katakana": (0xFF66, 0xFF9F),
    "Thai and Lao": (0x0E00, 0x0EFF),
    "Burmese": (0x1000, 0x109F),
    "Khmer": (0x1780, 0x17FF),
}
WITHIN = re.compile(f"[{UNSPACED}]")


@pytest.mark.parametrize("name", RANGES)
def test_the_ends_of_a_range(name):
    first, last = RANGES[name]
    within = {point for span in RANGES.values() for point in range(span[0], span[1] + 1)}
    assert WITHIN.fullmatch(chr(first)) and WITHIN.fullmatch(chr(last))
    for beside in (first - 1, last + 1):
        assert bool(WITHIN.fullmatch(chr(beside))) == (beside in within)


def test_there_are_no_others():
    points = [point for point in range(0x110000) if not 0xD800 <= point < 0xE000 and WITHIN.match(chr(point))]
    assert len(points) == sum(last - first + 1 for first, last in RANGES.values())


@pytest.mark.parametrize("letter", "aé한བবअب")
def test_scripts_with_spaces(letter):
    """Latin, Korean, Tibetan, Bengali, Hindi and Arabic part their words, or their syllables."""
    assert not WITHIN.match(letter)


def test_the_parts_are_parts():
    for part, letters in ((HAN, "山々〇"), (HIRAGANA, "やま"), (KATAKANA, "ヤマㇰﾔ"), (SOUTH_EAST_ASIAN, "ภูຜາဧၿភ្នំ")):
        assert re.fullmatch(f"[{part}]+", letters)
        others = UNSPACED.replace(part, "")
        assert not re.search(f"[{others}]", letters)


SENTENCES = {
    "Chinese": ("我们在北京", 4),
    "Japanese": ("山々はきれいです", 6),
    "halfwidth Japanese": ("ﾃｽﾄ中", 2),
    "Thai": ("สวัสดีครับ", 3),
    "Lao": ("ສະບາຍດີ", 2),
    "Burmese": ("မင်္ဂလာပါ", 2),
    "Khmer": ("សួស្តីអ្នក", 3),
}


@pytest.mark.parametrize("script", SENTENCES)
def test_words_are_counted_by_rule(script):
    text, words = SENTENCES[script]
    assert count_words(text) == len(cut_words(text)) == words
