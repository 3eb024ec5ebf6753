"""What a limit objects to is marked, and nothing else."""

import pytest

from filters import gopher, lines
from filters.c4 import without_end_marks
from pipeline.doc import Doc
from report.page.marks import merged, offending, url_marks


def marked(judge, value: str, text: str) -> list[str]:
    return [text[start:end] for start, end in offending(judge, value, Doc(text))]


@pytest.mark.parametrize(
    ("value", "text", "found"),
    [
        ("top_2gram", "red fish and red fish, blue fish", ["red fish", "red fish"]),
        ("top_3gram", "one two three four one two three", ["one two three", "one two three"]),
        ("dup_5gram", "a b c d e stop a b c d e", ["a b c d e"]),
        ("dup_5gram", "a b c d e f g h", []),
        ("dup_lines", "Menu\nText of its own.\nMenu\nMenu", ["Menu", "Menu"]),
        ("dup_lines", "Menu\r\nOther\r\nMenu", ["Menu"]),
        ("dup_paragraphs", "One.\n\nTwo.\n\nOne.", ["One."]),
        ("characters", "one", []),
    ],
)
def test_repetitions(value: str, text: str, found: list[str]):
    assert marked(gopher.repetition, value, text) == found


@pytest.mark.parametrize(
    ("value", "text", "found"),
    [
        ("alphabetic", "In 2024, 12 % rose", ["2024,", "12", "%"]),
        ("alphabetic_words", "In 2024, 12 % rose", ["2024", "12"]),
        ("hashes", "#one and #two", ["#", "#"]),
        ("ellipses", "so... and … then..", ["...", "…"]),
        ("ellipsis_lines", "Read more...\nA line.\nAnd so on… ", ["Read more...", "And so on… "]),
        ("bullet_lines", "• one\ntwo\n  - three", ["• one", "  - three"]),
        ("word_length", "a incomprehensibilities b", ["incomprehensibilities"]),
        ("words", "a few words", []),
    ],
)
def test_prose(value: str, text: str, found: list[str]):
    assert marked(gopher.quality, value, text) == found


def test_lines_that_an_edit_takes_out():
    text = "A sentence that stays as it is.\nSHARE THIS\n3 likes\nAnother sentence that stays."
    assert marked(lines.corrections, "flagged", text) == ["SHARE THIS\n3 likes"]
    text = "Words that stay [edit] and go on.\nThis says lorem ipsum for once."
    assert marked(without_end_marks, "lorem_ipsum", text) == ["[edit]", "This says lorem ipsum for once."]


@pytest.mark.parametrize(
    ("url", "reason", "found"),
    [
        ("http://Blocked.Example/a", "url.blocked:domain", ["Blocked.Example"]),
        ("http://host.example/porn/page", "url.blocked:hard_word", ["porn"]),
        ("http://en.wikipedia.org/wiki/A", "url.curated_source:wikipedia.org", ["en.wikipedia.org"]),
        ("http://host.example/a", "gopher.quality:short", []),
        ("http://[", "url.blocked:domain", []),
    ],
)
def test_addresses(url: str, reason: str, found: list[str]):
    assert [url[start:end] for start, end in url_marks(url, reason)] == found


def test_spans_that_touch_are_one():
    assert merged([(5, 8), (0, 2), (2, 3), (6, 7), (8, 9)]) == [(0, 3), (5, 9)]
    assert len(merged([(n, n + 1) for n in range(0, 2_000, 2)])) == 400
