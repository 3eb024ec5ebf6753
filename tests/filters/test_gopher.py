"""Gopher's rules: a table of texts and reasons, and the values at their limits."""

from dataclasses import fields, replace

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


@pytest.mark.parametrize("name", [field.name for field in fields(gopher.Repetition)])
def test_a_share_may_be_reached_and_not_passed(name):
    limit = getattr(gopher.repetition, name)
    measured = dict.fromkeys([field.name for field in fields(gopher.Repetition)], 0.0) | {"characters": 1}
    assert gopher.repetition.judge(measured | {name: limit}) is None
    assert gopher.repetition.judge(measured | {name: limit + 1e-9}) == name
    assert replace(gopher.repetition, **{name: None}).judge(measured | {name: 1.0}) is None


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
    assert replace(gopher.quality, distinct=False)(doc) is None


def test_mean_or_median_length():
    doc = Doc("the of cats " * 30 + "x" * 3000)
    assert gopher.quality(doc) == "long_words"
    assert replace(gopher.quality, median=True)(doc) is None


def test_alphabetic_share_with_or_without_marks():
    """A report full of commas: every word has letters, and three of ten words of datatrove are marks."""
    marked = Doc("mayor, baker, and the miller, with friends, " * 10)
    assert gopher.quality(marked) == "few_alphabetic"
    words = replace(gopher.quality, min_alphabetic=0, min_alphabetic_words=0.8)
    assert words(marked) is None
    assert words(Doc(GOOD + " 1234" * 40)) == "few_alphabetic"


def test_kept_values_are_enough_to_judge_again():
    doc = Doc(GOOD)
    strict = replace(gopher.quality, min_words=10_000)
    assert strict.judge(gopher.quality.measure(doc)) == strict(doc) == "short"


def test_the_same_values_are_measured_on_every_text():
    for rule in (gopher.repetition, gopher.quality):
        assert list(rule.measure(Doc(""))) == list(rule.measure(Doc(GOOD)))
