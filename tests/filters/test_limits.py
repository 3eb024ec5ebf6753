"""Every published constant, tried on both sides of its limit: on measured values, and on texts made by hand.

The numbers stand here as they were published. None of them is read from the code under test.
"""

from dataclasses import replace
from itertools import product

import pytest

from filters import c4, fineweb, gopher, lines, url
from filters.catalogue import DOCUMENT, PUBLISHED, filters_page
from filters.language import only
from filters.language_presets import LANGUAGES, rules_for
from pipeline.doc import Doc
from pipeline.rules import EditRules, Rules

GOOD_REPETITION = {
    "characters": 1000.0,
    **dict.fromkeys(("dup_paragraphs", "dup_paragraph_chars", "dup_lines", "dup_line_chars"), 0.0),
    **dict.fromkeys(("top_2gram", "top_3gram", "top_4gram"), 0.0),
    **dict.fromkeys((f"dup_{n}gram" for n in range(5, 11)), 0.0),
}
GOOD_QUALITY = {"words": 500.0, "word_length": 5.0, "hashes": 0.0, "ellipses": 0.0, "bullet_lines": 0.0}
GOOD_QUALITY |= {"ellipsis_lines": 0.0, "alphabetic": 0.9, "alphabetic_words": 1.0, "stop_words": 8.0}
GOOD_FINEWEB = {"lines": 20.0, "line_punctuation": 0.9, "short_lines": 0.1, "dup_line_chars": 0.0, "newlines": 0.05}
GOOD_C4 = {"lines": 20.0, "sentences": 30.0, "lorem_ipsum": 0.0, "curly_bracket": 0.0}
GOOD_URL = dict.fromkeys(("domain", "subdomain", "url", "hard_words", "soft_words", "strict_words"), 0.0)

# filter, values of a good page, limit: measured value, side, bound, reason to drop
TABLE = [
    (gopher.repetition, GOOD_REPETITION, "characters", "characters", "least", 1, "empty"),
    (gopher.repetition, GOOD_REPETITION, "dup_paragraphs", "dup_paragraphs", "most", 0.30, "dup_paragraphs"),
    (gopher.repetition, GOOD_REPETITION, "dup_paragraph_chars", "dup_paragraph_chars", "most", 0.20, None),
    (gopher.repetition, GOOD_REPETITION, "dup_lines", "dup_lines", "most", 0.30, "dup_lines"),
    (gopher.repetition, GOOD_REPETITION, "dup_line_chars", "dup_line_chars", "most", 0.20, "dup_line_chars"),
    (gopher.repetition, GOOD_REPETITION, "top_2gram", "top_2gram", "most", 0.20, "top_2gram"),
    (gopher.repetition, GOOD_REPETITION, "top_3gram", "top_3gram", "most", 0.18, "top_3gram"),
    (gopher.repetition, GOOD_REPETITION, "top_4gram", "top_4gram", "most", 0.16, "top_4gram"),
    (gopher.repetition, GOOD_REPETITION, "dup_5gram", "dup_5gram", "most", 0.15, "dup_5gram"),
    (gopher.repetition, GOOD_REPETITION, "dup_6gram", "dup_6gram", "most", 0.14, "dup_6gram"),
    (gopher.repetition, GOOD_REPETITION, "dup_7gram", "dup_7gram", "most", 0.13, "dup_7gram"),
    (gopher.repetition, GOOD_REPETITION, "dup_8gram", "dup_8gram", "most", 0.12, "dup_8gram"),
    (gopher.repetition, GOOD_REPETITION, "dup_9gram", "dup_9gram", "most", 0.11, "dup_9gram"),
    (gopher.repetition, GOOD_REPETITION, "dup_10gram", "dup_10gram", "most", 0.10, "dup_10gram"),
    (gopher.quality, GOOD_QUALITY, "min_words", "words", "least", 50, "short"),
    (gopher.quality, GOOD_QUALITY, "max_words", "words", "most", 100_000, "long"),
    (gopher.quality, GOOD_QUALITY, "min_word_length", "word_length", "least", 3, "short_words"),
    (gopher.quality, GOOD_QUALITY, "max_word_length", "word_length", "most", 10, "long_words"),
    (gopher.quality, GOOD_QUALITY, "hashes", "hashes", "most", 0.1, "hashes"),
    (gopher.quality, GOOD_QUALITY, "ellipses", "ellipses", "most", 0.1, "ellipses"),
    (gopher.quality, GOOD_QUALITY, "bullet_lines", "bullet_lines", "most", 0.9, "bullets"),
    (gopher.quality, GOOD_QUALITY, "ellipsis_lines", "ellipsis_lines", "most", 0.3, "ellipsis_lines"),
    (gopher.quality, GOOD_QUALITY, "alphabetic", "alphabetic", "least", 0.8, "few_alphabetic"),
    (gopher.quality, GOOD_QUALITY, "stop_words", "stop_words", "least", 2, "few_stop_words"),
    (fineweb.quality, GOOD_FINEWEB, "lines", "lines", "least", 1, "empty"),
    (fineweb.quality, GOOD_FINEWEB, "line_punctuation", "line_punctuation", "least", 0.12, "line_punctuation"),
    (fineweb.quality, GOOD_FINEWEB, "short_lines", "short_lines", "most", 0.67, "short_lines"),
    (fineweb.quality, GOOD_FINEWEB, "dup_line_chars", "dup_line_chars", "most", 0.01, "dup_line_chars"),
    (fineweb.quality, GOOD_FINEWEB, "newlines", "newlines", "most", 0.3, "newlines"),
    *(
        (rules, GOOD_C4, *limit)
        for rules in (c4.quality, c4.without_end_marks)
        for limit in (
            ("lorem_ipsum", "lorem_ipsum", "most", 0, "lorem_ipsum"),
            ("curly_bracket", "curly_bracket", "most", 0, "curly_bracket"),
            ("sentences", "sentences", "least", 5, "few_sentences"),
        )
    ),
    (lines.corrections, {"flagged": 0.0}, "flagged", "flagged", "most", 0.05, "flagged"),
    (only("en"), {"wanted": 1.0, "score": 0.9}, "wanted", "wanted", "least", 1, "other"),
    (only("en"), {"wanted": 1.0, "score": 0.9}, "score", "score", "least", 0.65, "unsure"),
    (url.blocked, GOOD_URL, "domain", "domain", "most", 0, "domain"),
    (url.blocked, GOOD_URL, "subdomain", "subdomain", "most", 0, "subdomain"),
    (url.blocked, GOOD_URL, "url", "url", "most", 0, "url"),
    (url.blocked, GOOD_URL, "hard_words", "hard_words", "most", 0, "hard_word"),
    (url.blocked, GOOD_URL, "soft_words", "soft_words", "most", 1, "soft_words"),
    (url.blocked, GOOD_URL, "strict_words", "strict_words", "most", 0, "strict_word"),
]


def past(bound: float, side: str) -> float:
    """The nearest value on the wrong side of a bound, as far as a count or a share can be told from it."""
    step = 1e-9 if isinstance(bound, float) else 1
    return bound + step if side == "most" else bound - step


@pytest.mark.parametrize(
    ("rules", "good", "name", "value", "side", "bound", "reason"), TABLE, ids=[f"{t[0].name}.{t[2]}" for t in TABLE]
)
def test_measured_values(rules, good, name, value, side, bound, reason):
    """The bound is reached and not passed, by the filter as it comes and with this limit alone; without it all stay."""
    reason = reason or value
    assert rules.judge(good) is None
    assert rules.judge({**good, value: bound}) is None
    assert rules.judge({**good, value: past(bound, side)}) == reason
    assert alone(rules, name).judge({value: past(bound, side)}) == reason
    assert rules.replace(**{name: None}).judge({**good, value: past(bound, side)}) is None


def alone(rules, name: str):
    """The rules with all limits out but one."""
    return rules.replace(**{other: None for other in rules.named if other != name})


def test_the_table_holds_every_limit_that_is_published():
    """`alphabetic_words` has no bound by default; test_gopher.py tries DCLM's."""
    tried = {(rules.name, name) for rules, _, name, *_ in TABLE} | {("gopher.quality", "alphabetic_words")}
    assert tried == {(rules.name, name) for _, rules, _ in PUBLISHED for name in rules.named}


def test_limits_are_tried_in_order():
    """The reason is that of the first limit that is broken, and the order is that of the table."""
    for rules in (gopher.repetition, gopher.quality, fineweb.quality, url.blocked):
        rows = [row for row in TABLE if row[0] is rules]
        measured = {row[3]: past(row[5], row[4]) for row in reversed(rows)}
        for _, good, _, value, _, _, reason in rows:
            if value in measured:
                assert rules.judge({**good, **measured}) == (reason or value)
                del measured[value]


def test_the_docs_are_current():
    assert DOCUMENT.read_text() == filters_page(), "run python -m filters.catalogue"


LETTERS = "abcdefghijklmnopqrstuvwxyz"
UNIQUE = " ".join(f"qx{a}{b}" for a, b in product(LETTERS, LETTERS))  # no word, pair or line of it comes twice


def filler(size: int, start: int = 0) -> str:
    """So many characters of words that come nowhere else; the last is a letter."""
    text = UNIQUE[start : start + size]
    return text[:-1] + "x" if text.endswith(" ") else text


def spread(phrase: str, times: int, size: int) -> str:
    """The phrase so many times, unique words between, in a text of so many characters."""
    words = UNIQUE.split()
    text = " ".join(f"{phrase} {word}" for word in words[:times])
    return f"{text} {filler(size - len(text) - 1, 500)}"


def twice(words: int, characters: int, size: int) -> str:
    """Two copies of so many words with so many characters, unique words between, in a text of `size` characters."""
    phrase = " ".join([*LETTERS[: words - 1], LETTERS[words - 1] * (characters - words + 1)])
    rest = size - 2 * len(phrase) - 2
    return f"{phrase} {filler(rest)} {phrase}"


def numbered(count: int, copies: int, mark: str) -> str:
    """So many parts between marks, `copies` of which are copies of the first."""
    return mark.join(["part"] * (copies + 1) + [f"part {n}" for n in range(count - copies - 1)])


def copied(size: int, characters: int, mark: str) -> str:
    """A part of so many characters twice, and a filler, so that the text has `size` characters."""
    part = "p" * characters
    return mark.join([part, part, filler(size - 2 * characters - 2 * len(mark))])


def share(of: int, count: int, one: str, other: str) -> str:
    """`of` words or lines of one kind and the rest, up to `count`, of the other, in a line each."""
    return "\n".join([one] * of + [other] * (count - of))


def words(*counted: tuple[str, int]) -> str:
    return " ".join(" ".join([word] * count) for word, count in counted)


FIVE = "One cat sat here. Two dogs ran off. Three birds flew by. Four fish swam on."
# filter, limit, a text that is just kept, a text that is just dropped, the value of the kept one
TEXTS = [
    (gopher.repetition, "characters", "x", "", 1),
    (gopher.repetition, "dup_paragraphs", numbered(1000, 300, "\n\n"), numbered(1000, 301, "\n\n"), 0.30),
    (gopher.repetition, "dup_paragraph_chars", copied(100, 20, "\n\n"), copied(99, 20, "\n\n"), 0.20),
    (gopher.repetition, "dup_lines", numbered(1000, 300, "\n"), numbered(1000, 301, "\n"), 0.30),
    (gopher.repetition, "dup_line_chars", copied(100, 20, "\n"), copied(99, 20, "\n"), 0.20),
    (gopher.repetition, "top_2gram", spread("ab cd", 4, 100), spread("ab cd", 4, 99), 0.20),
    (gopher.repetition, "top_3gram", spread("a b cd", 3, 100), spread("a b cd", 3, 99), 0.18),
    (gopher.repetition, "top_4gram", spread("a b c ef", 2, 100), spread("a b c ef", 2, 99), 0.16),
    *(
        (gopher.repetition, f"dup_{n}gram", twice(n, characters, 100), twice(n, characters, 99), characters / 100)
        for n, characters in ((5, 15), (6, 14), (7, 13), (8, 12), (9, 11), (10, 10))
    ),
    (gopher.quality, "min_words", words(("word", 50)), words(("word", 49), ("...", 9)), 50),
    (gopher.quality, "max_words", words(("word", 100_000), ("...", 9)), words(("word", 100_001)), 100_000),
    (gopher.quality, "min_word_length", words(("abc", 100), (".", 9)), words(("abc", 99), ("ab", 1)), 3),
    (gopher.quality, "max_word_length", words(("abcdefghij", 100)), words(("abcdefghij", 99), ("abcdefghijk", 1)), 10),
    (gopher.quality, "hashes", words(("word", 90), ("#", 10)), words(("word", 89), ("#", 10)), 0.1),
    (gopher.quality, "ellipses", words(("word", 90), ("…", 10)), words(("word", 89), ("…", 10)), 0.1),
    (gopher.quality, "ellipses", words(("word", 90), ("...", 10)), words(("word", 89), ("...", 10)), 0.1),
    (gopher.quality, "bullet_lines", share(90, 100, " • one", "one"), share(91, 100, " • one", "one"), 0.9),
    (gopher.quality, "bullet_lines", share(90, 100, "- one", "one - two"), share(91, 100, "- one", "one - two"), 0.9),
    (gopher.quality, "ellipsis_lines", share(30, 100, "one… ", "…one"), share(31, 100, "one… ", "…one"), 0.3),
    (gopher.quality, "ellipsis_lines", share(30, 100, "one...", "one."), share(31, 100, "one...", "one."), 0.3),
    (gopher.quality, "alphabetic", words(("a1", 80), ("12", 10), (",", 10)), words(("a1", 79), ("12", 21)), 0.8),
    (gopher.quality, "stop_words", words(("the", 1), ("be", 1)), words(("the", 9)), 2),
    (fineweb.quality, "lines", " \n.", " \n\t\n", 1),
    (fineweb.quality, "line_punctuation", share(12, 100, "so.", "no"), share(11, 100, "so.", "no"), 0.12),
    (fineweb.quality, "short_lines", share(67, 100, "x" * 30, "y" * 31), share(68, 100, "x" * 30, "y" * 31), 0.67),
    (
        fineweb.quality,
        "dup_line_chars",
        f"{'p' * 10}\n{'p' * 10}\n{'q' * 980}",
        f"{'p' * 10}\n{'p' * 10}\n{'q' * 979}",
        0.01,
    ),
    (fineweb.quality, "newlines", "\n" * 30 + words(("one", 100)), "\n" * 31 + words(("one", 100)), 0.3),
    (c4.quality, "sentences", f"{FIVE} Five men went home.", FIVE, 5),
    (c4.quality, "lorem_ipsum", "This is lorem and ipsum.", "This is Lorem Ipsum text.", 0),
    (c4.quality, "curly_bracket", "This is a (bracket) here.", "This is a {bracket} here.", 0),
    (lines.corrections, "flagged", words(("so", 95)) + "\nHome" * 5, words(("so", 94)) + "\nHome" * 5, 0.05),
]


@pytest.mark.parametrize(
    ("rules", "name", "kept", "dropped", "value"), TEXTS, ids=[f"{t[0].name}.{t[1]}" for t in TEXTS]
)
def test_texts(rules, name, kept, dropped, value):
    """One word, line or character more makes the difference, and it is this limit that makes it."""
    one = alone(rules, name)
    limit = rules.named[name]
    assert one.measure(Doc(kept))[limit.value] == pytest.approx(value, abs=1e-12)
    assert reason(one, kept) is None
    assert reason(one, dropped) == limit.reason


def reason(rules: Rules | EditRules, text: str) -> str | None:
    said = rules(Doc(text))
    return said[1] if isinstance(said, tuple) else said


def test_every_limit_on_texts_has_its_texts():
    """Those of languages and addresses are tried in test_language.py and test_url.py."""
    tried = {(rules.name, name) for rules, name, *_ in TEXTS} | {("gopher.quality", "alphabetic_words")}
    of_texts = [rules for _, rules, _ in PUBLISHED if rules.name not in ("language", "url.blocked")]
    assert tried == {(rules.name, name) for rules in of_texts for name in rules.named}


# FineWeb-2's configurations: line punctuation, newlines a word, duplicate lines, shortest and longest mean word,
# alphabetic words, top 2-, 3- and 4-gram; then how many stop words.
FINEWEB_2 = {
    "ar": (0.143, 0.189, 0.304, 2, 9, 0.787, 0.197, 0.172, 0.146, 19),
    "cs": (0.060, 0.182, 0.311, 3, 11, 0.781, 0.206, 0.183, 0.165, 8),
    "de": (0.000, 0.152, 0.263, 0, 15, 0.774, 0.169, 0.153, 0.137, 15),
    "es": (0.182, 0.138, 0.252, 3, 14, 0.825, 0.156, 0.140, 0.125, 16),
    "fr": (0.100, 0.185, 0.264, 2, 11, 0.812, 0.161, 0.149, 0.134, 18),
    "hi": (0.091, 0.316, 0.206, 2, 21, 0.837, 0.208, 0.198, 0.161, 11),
    "it": (0.025, 0.200, 0.246, 3, 21, 0.807, 0.198, 0.156, 0.133, 18),
    "ja": (0.096, 0.130, 0.328, 1, 6, 0.759, 0.239, 0.196, 0.172, 15),
    "ko": (0.062, 0.196, 0.374, 1, 6, 0.791, 0.282, 0.228, 0.185, 21),
    "nl": (0.102, 0.154, 0.296, 3, 17, 0.828, 0.213, 0.182, 0.158, 15),
    "pl": (0.087, 0.158, 0.320, 3, 12, 0.726, 0.222, 0.198, 0.176, 18),
    "pt": (0.077, 0.186, 0.287, 3, 13, 0.814, 0.371, 0.191, 0.163, 16),
    "ro": (0.081, 0.207, 0.289, 1, 14, 0.779, 0.161, 0.146, 0.131, 14),
    "ru": (0.231, 0.139, 0.322, 3, 11, 0.713, 0.184, 0.164, 0.146, 22),
    "sv": (0.200, 0.135, 0.292, 3, 12, 0.841, 0.242, 0.195, 0.174, 12),
    "ur": (0.100, 0.222, 0.204, 2, 31, 0.839, 0.139, 0.123, 0.107, 13),
    "zh": (0.106, 0.178, 0.287, 1, 5, 0.735, 0.256, 0.201, 0.171, 22),
}


@pytest.mark.parametrize("language", FINEWEB_2)
def test_the_limits_of_a_language(language):
    """Each threshold of its configuration on both sides; the paragraph rules and the short lines are out."""
    marks, newlines, dup_lines, shortest, longest, letters, two, three, four, _ = FINEWEB_2[language]
    repetition, quality, of_lines = (getattr(rules_for(language), name) for name in PARTS)
    good = {**GOOD_QUALITY, "word_length": (shortest + longest) / 2}
    for rules, values, value, side, bound, reason in (
        (repetition, GOOD_REPETITION, "dup_lines", "most", dup_lines, "dup_lines"),
        (repetition, GOOD_REPETITION, "dup_line_chars", "most", 0.20, "dup_line_chars"),
        (repetition, GOOD_REPETITION, "top_2gram", "most", two, "top_2gram"),
        (repetition, GOOD_REPETITION, "top_3gram", "most", three, "top_3gram"),
        (repetition, GOOD_REPETITION, "top_4gram", "most", four, "top_4gram"),
        (repetition, GOOD_REPETITION, "dup_5gram", "most", 0.15, "dup_5gram"),
        (quality, good, "words", "least", 50, "short"),
        (quality, good, "word_length", "least", float(shortest), "short_words"),
        (quality, good, "word_length", "most", float(longest), "long_words"),
        (quality, good, "alphabetic", "least", letters, "few_alphabetic"),
        (quality, good, "stop_words", "least", 2, "few_stop_words"),
        (of_lines, GOOD_FINEWEB, "line_punctuation", "least", marks, "line_punctuation"),
        (of_lines, GOOD_FINEWEB, "dup_line_chars", "most", 0.1, "dup_line_chars"),
        (of_lines, GOOD_FINEWEB, "newlines", "most", newlines, "newlines"),
    ):
        assert rules.judge({**values, value: bound}) is None, (value, bound)
        assert rules.judge({**values, value: past(bound, side)}) == reason
    paragraphs = {**GOOD_REPETITION, "dup_paragraphs": 1.0, "dup_paragraph_chars": 1.0}
    assert repetition.judge(paragraphs) is None
    assert of_lines.judge({**GOOD_FINEWEB, "short_lines": 1.0}) is None


PARTS = ("repetition", "quality", "fineweb_quality")


def test_english_and_the_17_others():
    assert set(LANGUAGES) == {"en", *FINEWEB_2}
    assert [getattr(rules_for("en"), name) for name in PARTS] == [gopher.repetition, gopher.quality, fineweb.quality]
    for language, (*_, count) in FINEWEB_2.items():
        assert len(rules_for(language).quality.measure.stop_words) == count  # type: ignore[attr-defined]


def kept_lines(rules: EditRules, line: str) -> bool:
    """Whether a line of its own stays among others."""
    return line in rules(Doc(f"{FIVE}\n{line}"))[0].split("\n")


@pytest.mark.parametrize(
    ("rules", "stays", "goes"),
    [
        (c4.quality, "Three short words.", "Two words."),
        (c4.without_end_marks, "three short words", "two words"),
        (c4.quality, f"A word {'w' * 999}.", f"A word {'w' * 1000}."),
        (lines.corrections, "ABCDE fghi", "ABCDEF ghi"),
        (lines.corrections, "a b c d e f g h i read more", "a b c d e f g h read more"),
        (lines.corrections, f"{'w' * 191} read more", f"{'w' * 190} read more"),
        (replace(lines.corrections, fn=lines.LineCorrections(max_upper=0.6)), "ABCDEF ghi", "ABCDEFG hi"),
        (replace(lines.corrections, fn=lines.LineCorrections(short_line=3)), "a b read more", "a read more"),
    ],
)
def test_the_limits_of_a_line(rules, stays, goes):
    """C4: three words a line, words of 1,000 characters. RefinedWeb: half upper case, 10 words, 200 characters."""
    assert kept_lines(rules, stays)
    assert not kept_lines(rules, goes)


@pytest.mark.parametrize("word", ["the", "be", "to", "of", "and", "that", "have", "with"])
def test_the_stop_words_of_gopher(word):
    assert gopher.quality.measure(Doc(f"{word} qxy {word}"))["stop_words"] == 1
    assert len(gopher.STOP_WORDS) == 8
