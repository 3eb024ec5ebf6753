"""FineWeb's rules: a table of texts and reasons, the disagreement of its sources, and the end marks."""

from dataclasses import replace

import pytest

from filters import fineweb
from pipeline.doc import Doc
from text.sentences import SENTENCE_ENDS

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
    assert fineweb.quality.replace(dup_line_chars=0.1)(doc) is None


def test_a_script_without_end_marks_can_be_let_through():
    allowing = replace(fineweb.quality, measure=fineweb.LineMeasure(zero_punctuation=True))
    assert allowing(Doc(GOOD.replace(".", ""))) is None
    one_of_twelve = Doc("\n".join([LINE.format("barge"), *(LINE.format(n)[:-1] for n in range(11))]))
    assert allowing(one_of_twelve) == fineweb.quality(one_of_twelve) == "line_punctuation"


def test_one_line_is_all_of_a_text():
    measured = {"lines": 1, "line_punctuation": 1, "short_lines": 1, "dup_line_chars": 0, "newlines": 1}
    assert fineweb.quality.measure(Doc("!\n")) == measured
    empty = {"lines": 0, "line_punctuation": 0, "short_lines": 0, "dup_line_chars": 0, "newlines": 2}
    assert fineweb.quality.measure(Doc("\n\n")) == empty
    unmarked = replace(fineweb.quality, measure=fineweb.LineMeasure(zero_punctuation=True)).measure(Doc("x"))
    assert unmarked["line_punctuation"] == 1


def test_crlf_hides_no_end_mark():
    assert fineweb.quality.measure(Doc(GOOD.replace("\n", "\r\n"))) == fineweb.quality.measure(Doc(GOOD))


def test_other_end_marks_and_short_lines():
    doc = Doc("one;\ntwo;\nthree\nfour.")
    measured = replace(fineweb.quality, measure=fineweb.LineMeasure(short_line=4, end_marks=frozenset(";"))).measure(
        doc
    )
    assert measured["line_punctuation"] == 0.5
    assert measured["short_lines"] == 0.5
    assert fineweb.quality.measure(doc)["line_punctuation"] == 0.25


def test_end_marks_are_those_of_unicode():
    regex = pytest.importorskip("regex")
    terminal = regex.compile(r"\p{Sentence_Terminal}")
    characters = (chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000)
    assert {character for character in characters if terminal.match(character)} == SENTENCE_ENDS
