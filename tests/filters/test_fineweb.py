"""FineWeb's rules: a table of texts and reasons, the disagreement of its sources, and the end marks."""

from dataclasses import replace

import pytest

from filters import fineweb
from pipeline.doc import Doc

LINE = "The captain of the {} called for the sailors and they came up."
GOOD = "\n".join(LINE.format(ship) for ship in ("barge", "cutter", "galleon", "frigate", "tanker", "trawler"))

QUALITY = [
    (GOOD, None),
    ("", "empty"),
    (" \n \n", "empty"),
    (GOOD.replace(".", ""), "line_punctuation"),
    ("\n".join(f"Short line number {n}." for n in range(9)), "short_lines"),
    (f"{GOOD}\n{LINE.format('barge')}", "dup_line_chars"),
    ("\n\n\n\n".join(GOOD.split("\n")) + "\n" * 20, "newlines"),
]


@pytest.mark.parametrize(("text", "reason"), QUALITY)
def test_quality(text, reason):
    assert fineweb.quality(Doc(text)) == reason


def test_duplicated_lines_as_in_the_paper_or_as_in_its_code():
    doc = Doc("\n".join(LINE.format(n) for n in range(20)) + "\n" + LINE.format(1))
    assert 0.01 < fineweb.quality.measure(doc)["dup_line_chars"] < 0.1
    assert fineweb.quality(doc) == "dup_line_chars"
    assert replace(fineweb.quality, max_dup_line_chars=0.1)(doc) is None


def test_a_script_without_end_marks_can_be_let_through():
    doc = Doc(GOOD.replace(".", ""))
    assert replace(fineweb.quality, zero_punctuation=True)(doc) is None


def test_end_marks_are_those_of_unicode():
    regex = pytest.importorskip("regex")
    terminal = regex.compile(r"\p{Sentence_Terminal}")
    characters = (chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000)
    assert {character for character in characters if terminal.match(character)} == fineweb.SENTENCE_ENDS
