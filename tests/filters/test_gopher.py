"""Gopher's rules: a table of texts and reasons, and how the values are measured; their limits: test_limits.py."""

from dataclasses import replace

import pytest

from filters import gopher
from pipeline.doc import Doc

SENTENCES = [
    "The captain of the ship called for the sailors, and they came up with lanterns.",
    "Nobody in that house could have known how cold the winter would be.",
    "Roses grew along its southern wall, where bees were busy all day long.",
    "A keeper of books wants quiet rooms, dry air and readers with clean hands.",
    "Farmers met on Thursday to decide whether new fields should lie fallow.",
    "When guests had eaten, one pilot told them about storms over the desert.",
]
PROSE = "\n".join(SENTENCES)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
UNIQUE = " ".join(a + b + c for a in LETTERS for b in LETTERS for c in "xyz")
LONG, SHORT, OTHER = UNIQUE[:59], UNIQUE[60:91], UNIQUE[92:111]

REPETITION = [
    (PROSE, None),
    ("", "empty"),
    (
        "\n\n".join(["one paragraph here", "another one there", "one paragraph here", "one paragraph here"]),
        "dup_paragraphs",
    ),
    ("\n\n".join([LONG, SHORT, OTHER, LONG]), "dup_paragraph_chars"),
    ("a line\nb line\na line\na line", "dup_lines"),
    ("\n".join([LONG, SHORT, OTHER, LONG]), "dup_line_chars"),
    ("buy now " * 12 + UNIQUE[:200], "top_2gram"),
]


@pytest.mark.parametrize(("text", "reason"), REPETITION)
def test_repetition(text, reason):
    assert gopher.repetition(Doc(text)) == reason


@pytest.mark.parametrize("n", range(5, 11))
def test_repeated_n_grams_are_counted_once(n):
    """Two copies of n words: the second copy is the repeated part, and nothing else is."""
    words = [f"w{k:03}" for k in range(40)]
    doc = Doc(" ".join([*words[:n], *words[20:35], *words[:n]]))
    measured = gopher.repetition.measure(doc)
    assert measured[f"dup_{n}gram"] == pytest.approx(4 * n / len(doc.text))
    assert all(measured[f"dup_{more}gram"] == 0 for more in range(n + 1, 11))


def test_the_top_n_gram_is_weighed_with_its_spaces_and_its_count():
    doc = Doc("red fox saw red fox near red fox today")
    assert gopher.repetition.measure(doc)["top_2gram"] == pytest.approx(3 * len("red fox") / len(doc.text))


def test_of_equally_common_n_grams_the_first_counts():
    text = "a bb ccc dddd a bb x ccc dddd"
    assert gopher.repetition.measure(Doc(text))["top_2gram"] == pytest.approx(2 * len("a bb") / len(text))


def quality(**settings):
    """The quality filter with other settings of its measure."""
    return replace(gopher.quality, measure=gopher.ProseMeasure(**settings))


GOOD = " ".join(SENTENCES)
QUALITY = [
    (GOOD, None),
    ("", "short"),
    ("the and of", "short"),
    ("!!! ... " * 60, "short"),
    ("the " * 100_001, "long"),
    ("a of b to " * 20, "short_words"),
    ("internationalisation of the commercialisation " * 30, "long_words"),
    (GOOD + " #" * 20, "hashes"),
    (GOOD + "…" * 20, "ellipses"),
    ("\n".join("- " + s for s in SENTENCES), "bullets"),
    ("\n".join([s.rstrip(".") + "..." for s in SENTENCES[:2]] + [" ".join(SENTENCES)] * 2), "ellipsis_lines"),
    (GOOD + " 1234" * 40, "few_alphabetic"),
    ("alpha gamma delta omega sigma " * 20, "few_stop_words"),
]


@pytest.mark.parametrize(("text", "reason"), QUALITY)
def test_quality(text, reason):
    assert gopher.quality(Doc(text)) == reason


def test_stop_words_distinct_or_all():
    doc = Doc("the " * 3 + "alpha gamma delta omega sigma " * 20)
    assert gopher.quality(doc) == "few_stop_words"
    assert quality(distinct=False)(doc) is None


def test_mean_or_median_length():
    doc = Doc("the of cats " * 30 + "x" * 3000)
    assert gopher.quality(doc) == "long_words"
    assert quality(median=True)(doc) is None


def test_alphabetic_share_with_or_without_marks():
    """A report full of commas: every word has letters, and three of ten words of datatrove are marks."""
    marked = Doc("mayor, baker, and the miller, with friends, " * 10)
    assert gopher.quality(marked) == "few_alphabetic"
    words = gopher.quality.replace(alphabetic=None, alphabetic_words=0.8)
    assert words(marked) is None
    assert words(Doc(GOOD + " 1234" * 40)) == "few_alphabetic"


@pytest.mark.parametrize(("lettered", "reason"), [(80, None), (79, "few_alphabetic")])
def test_alphabetic_words_by_dclm(lettered, reason):
    """Marks are no words: 80 of 100 words with a letter are enough, beside any number of commas."""
    rules = gopher.quality.replace(alphabetic=None, alphabetic_words=0.8, min_words=None, stop_words=None)
    text = " ".join(["word"] * lettered + ["1234"] * (100 - lettered) + [","] * 50)
    assert rules.measure(Doc(text))["alphabetic_words"] == lettered / 100
    assert rules(Doc(text)) == reason


def test_the_names_of_what_is_measured():
    """They are columns of runs with signals."""
    names = "dup_paragraphs dup_paragraph_chars dup_lines dup_line_chars top_2gram top_3gram top_4gram"
    grams = "dup_5gram dup_6gram dup_7gram dup_8gram dup_9gram dup_10gram characters"
    assert list(gopher.repetition.measure(Doc("x"))) == f"{names} {grams}".split()
    names = "words word_length hashes ellipses bullet_lines ellipsis_lines alphabetic alphabetic_words stop_words"
    assert list(gopher.quality.measure(Doc("x"))) == names.split()


def test_one_word_is_all_of_a_text():
    measured = gopher.quality.measure(Doc("the"))
    assert {name: value for name, value in measured.items() if value} == {
        **{"words": 1, "word_length": 3, "alphabetic": 1, "alphabetic_words": 1, "stop_words": 1},
    }
    marks = gopher.quality.measure(Doc("#"))
    assert {name: value for name, value in marks.items() if value} == {"hashes": 1}


def test_stop_words_are_whole_words_in_lower_case():
    measured = gopher.quality.measure(Doc("The theory thereof: to-day, TO and beyond that"))
    assert measured["stop_words"] == 3  # "to" of to-day, "and", "that"


def test_words_of_punctuation_count_in_shares_only():
    measured = gopher.quality.measure(Doc("one two , , # #"))
    assert (measured["words"], measured["word_length"]) == (2, 3)
    assert (measured["alphabetic"], measured["hashes"]) == (2 / 6, 2 / 6)
    assert quality(punctuation=frozenset("one")).measure(Doc("one two , ,"))["words"] == 3


def test_the_length_of_words_is_their_mean_or_median():
    doc = Doc("a a a bbbbb")
    assert quality().measure(doc)["word_length"] == 2
    assert quality(median=True).measure(doc)["word_length"] == 1
    assert quality().measure(Doc(", , ,"))["word_length"] == 0


def test_blank_lines_and_crlf_are_no_lines_that_repeat():
    """Eleven lines, each its own, and as many breaks in any form between them: nothing repeats."""
    lines = [f"The {n}th line of the page is about its number {n}" for n in range(11)]
    for line_break in ("\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\n \n", "\r\n\t\r\n", "\n\u00a0\n"):
        measured = gopher.repetition.measure(Doc(line_break.join(lines) + line_break))
        assert measured["dup_lines"] == measured["dup_line_chars"] == 0, line_break
        assert measured["dup_paragraphs"] == measured["dup_paragraph_chars"] == 0, line_break
        again = gopher.repetition.measure(Doc(line_break.join([*lines, lines[0]])))
        assert again["dup_lines"] == 1 / 12, line_break


def test_kept_values_are_enough_to_judge_again():
    doc = Doc(GOOD)
    strict = gopher.quality.replace(min_words=10_000)
    assert strict.judge(gopher.quality.measure(doc)) == strict(doc) == "short"


def test_the_same_values_are_measured_on_every_text():
    for rule in (gopher.repetition, gopher.quality):
        assert list(rule.measure(Doc(""))) == list(rule.measure(Doc(GOOD)))
