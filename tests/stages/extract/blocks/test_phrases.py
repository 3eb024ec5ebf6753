"""Phrases that are looked for in a text."""

import numpy as np
import pytest

from stages.extract.blocks.phrases import count_phrases, found_at, has_phrase, is_digit, is_word, phrases_of

SOME = phrases_of(("log in", "log", "back to", "€", "©", "by", "zł"))


def text_of(text: str) -> np.ndarray:
    return np.frombuffer(text.encode() + b"\0", np.uint8)


@pytest.mark.parametrize(
    ("text", "place", "behind", "whole"),
    [
        ("log in", 0, 6, 6), ("logs in", 0, 3, 0), ("x log", 2, 5, 5), ("lo", 0, 0, 0), ("log inn", 0, 6, 3),
        ("log_in", 0, 3, 0), ("€5", 0, 3, 0), ("© x", 0, 2, 2), ("byte", 0, 2, 0), ("a", 0, 0, 0), ("zł.", 0, 3, 3),
        ("back t", 0, 0, 0), ("back to", 0, 7, 7), ("\xff", 0, 0, 0),
    ],
)  # fmt: skip
def test_a_phrase_is_found_where_it_stands(text: str, place: int, behind: int, whole: int):
    assert found_at(text_of(text), place, SOME, False) == behind
    assert found_at(text_of(text), place, SOME, True) == whole


def test_a_phrase_is_looked_for_in_a_part_of_a_text():
    text = text_of("xx by yy")
    assert has_phrase(text, 0, 8, SOME) and has_phrase(text, 3, 4, SOME)
    assert not has_phrase(text, 0, 3, SOME) and not has_phrase(text, 4, 8, SOME)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0), ("by", 1), ("by by", 2), ("by,by.by", 3), ("byby", 0), ("xby by", 1), ("by x log in", 2),
        ("log log in logs", 2), ("back to back to", 2), ("1by by1 by_", 0), ("éby", 1), ("by back to", 2),
    ],
)  # fmt: skip
def test_whole_phrases_are_counted(text: str, count: int):
    assert count_phrases(text_of(text), 0, len(text.encode()), SOME) == count
    assert count_phrases(text_of(f"by {text}"), 3, 3 + len(text.encode()), SOME) == count


def test_bytes_of_words_and_digits():
    assert "".join(chr(byte) for byte in range(256) if is_digit(byte)) == "0123456789"
    letters = "abcdefghijklmnopqrstuvwxyz"
    assert {chr(byte) for byte in range(256) if is_word(byte)} == set(letters + letters.upper() + "0123456789_")
