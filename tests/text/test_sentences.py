"""The marks that end a sentence."""

import pytest

from text.sentences import SENTENCE_ENDS


@pytest.mark.parametrize("mark", ".?!。！？؟۔।॥։።។៕‼⁈．")
def test_marks_of_many_scripts(mark):
    assert mark in SENTENCE_ENDS


@pytest.mark.parametrize("mark", ",;:…·-–'\")»”、，٫،")
def test_other_marks(mark):
    assert mark not in SENTENCE_ENDS


def test_how_many_there_are():
    """Unicode 16 has so many code points with the property Sentence_Terminal; each stands alone."""
    assert len(SENTENCE_ENDS) == 172
    assert all(len(mark) == 1 for mark in SENTENCE_ENDS)
    assert {"\u061d", "\u061f", "\u0700", "\u0702", "\U000115d7"} <= SENTENCE_ENDS
    assert not {"\u061c", "\u0620", "\u0703", "\U000115d8"} & SENTENCE_ENDS
