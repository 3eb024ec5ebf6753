"""C4's rules: the lines that stay, and the words that cost the page."""

import time
from dataclasses import replace

import pytest

from filters import c4
from pipeline.doc import Doc

FIVE = "One cat sat here. Two dogs ran off. Three birds flew by.\nFour fish swam on.\nFive men went home!"

LINES = [
    ("She said it is so.", True),
    ("No end mark here", False),
    ("And so on it goes...", False),
    ("Two words.", False),
    ("Please enable JavaScript to read on.", False),
    ("This site uses cookies for your good.", False),
    (f"A {'w' * 1001} is too long here.", False),
    ("It was long ago[12].", True),
    ('He said "so be it"', True),
]


@pytest.mark.parametrize(("line", "stays"), LINES)
def test_lines(line, stays):
    text, reason = c4.quality(Doc(f"{FIVE}\n{line}"))
    assert reason is None
    assert text == (f"{FIVE}\n{line.replace('[12]', '')}" if stays else FIVE)


def test_without_the_end_mark_rule_only_that_rule_is_gone():
    for line, stays in LINES:
        end = c4.without_end_marks(Doc(f"{FIVE}\n{line}"))[0] != FIVE
        assert end == (stays or line in ("No end mark here", "And so on it goes..."))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("One cat sat. Two dogs ran.", "few_sentences"),
        ("", "few_sentences"),
        (f"{FIVE}\nHere lorem ipsum is meant.", "lorem_ipsum"),
        (f"{FIVE}\nSo f(x) {{ return it.", "curly_bracket"),
        (f"{FIVE}\nfunction f() {{ in javascript it is.", None),
        (f"{FIVE}\nSome {{ here it is.\nlorem ipsum is here too.\nlorem ipsum again it is.", "curly_bracket"),
        (f"{FIVE}\nlorem ipsum is here too.\nlorem ipsum again it is.", "lorem_ipsum"),
    ],
)
def test_pages(text, reason):
    doc = Doc(text)
    assert c4.without_end_marks(doc)[1] == reason
    assert c4.without_end_marks.judge(c4.without_end_marks.measure(doc)) == reason


@pytest.mark.parametrize(
    "phrase", ["terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies"]
)
def test_lines_about_policies_go(phrase):
    """Whatever their case; "use cookies" too."""
    for line in (f"Please read our {phrase.title()}.", "We use cookies on this site."):
        assert c4.quality(Doc(f"{FIVE}\n{line}")) == (FIVE, None)


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("It was long ago[12].", "It was long ago."),
        ("It was[] long[edit] ago[citation needed].", "It was long ago."),
        ("It was [sic] long ago.", "It was [sic] long ago."),
        ("It was long ago.[3]", "It was long ago."),
    ],
)
def test_citations_go_unless_they_are_kept(line, left):
    assert c4.quality(Doc(f"{FIVE}\n{line}"))[0] == f"{FIVE}\n{left}"
    with_citations = replace(c4.without_end_marks, fn=c4.SentenceLines(end_mark=False, keep_citations=True))
    assert with_citations(Doc(f"{FIVE}\n{line}"))[0] == f"{FIVE}\n{line}"


def test_what_is_measured():
    text = f"  {FIVE}  \nNo end mark\nSee the lorem ipsum here.\nA {{ bracket }} here."
    measured = {"lines": 3, "sentences": 5, "lorem_ipsum": 1, "curly_bracket": 0}
    assert c4.quality.measure(Doc(text)) == measured
    assert c4.quality.measure(Doc("")) == {"lines": 0, "sentences": 0, "lorem_ipsum": 0, "curly_bracket": 0}
    counted = replace(c4.quality, fn=c4.SentenceLines(sentences=len))
    assert counted.measure(Doc("Ten words? No."))["sentences"] == 14


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It is 3.14 today", 1),
        ("Yes! No? Well.", 3),
        ("He said. ", 1),
        ("Dr. Who came. He left.", 2),
        ("Wait... what?", 1),
        ("是。不是！", 2),
        ("是。不", 2),
        ("是。", 1),
        ("", 1),
    ],
)
def test_sentences(text, count):
    assert c4.count_sentences(Doc(text)) == count


@pytest.mark.parametrize("unit", ["[", "[1", "[citation", "]", "{", ". ", "a. "])
def test_the_worst_line_takes_linear_time(unit):
    start = time.process_time()
    c4.without_end_marks(Doc(unit * (1_000_000 // len(unit))))
    assert time.process_time() - start < 30
