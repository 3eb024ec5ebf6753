"""A Doc: words, lines and paragraphs of one text."""

import pytest

from pipeline.doc import Doc


def test_words_and_their_numbers_agree():
    doc = Doc("The cat saw the cat, and the cat saw it.\n\nNo?")
    assert doc.words == "The cat saw the cat , and the cat saw it . No ?".split()
    assert [doc.split.vocabulary.words[number] for number in doc.word_ids] == doc.words
    same = [
        (a == b) == (x == y)
        for a, x in zip(doc.words, doc.word_ids, strict=True)
        for b, y in zip(doc.words, doc.word_ids, strict=True)
    ]
    assert all(same)


def test_a_splitter_replaces_our_rules():
    assert Doc("don't stop", splitter=str.split).words == ["don't", "stop"]
    assert Doc("don't stop").words == ["do", "n't", "stop"]


def test_the_language_of_the_row_chooses_the_rules():
    assert Doc("l'or", fields={"language": "fr"}).words == ["l'", "or"]
    assert Doc("l'or", fields={"language": None}).language == "en"


@pytest.mark.parametrize(
    ("text", "lines", "paragraphs"),
    [
        ("", [""], [""]),
        ("a\nb\n\n\nc", ["a", "b", "c"], ["a\nb", "c"]),
        ("\n\na\n", ["a"], ["a"]),
        ("a\r\nb\r\n\r\nc\r\n", ["a", "b", "c"], ["a\r\nb", "c"]),
        ("a\rb\r\rc", ["a", "b", "c"], ["a\rb", "c"]),
        ("a\n \n  b \n\t\n\u00a0\nc", ["a", "  b ", "c"], ["a", "  b ", "c"]),
        (" \n\t\r\n ", [""], [""]),
    ],
)
def test_lines_and_paragraphs(text, lines, paragraphs):
    assert Doc(text).lines == lines
    assert Doc(text).paragraphs == paragraphs


def test_an_empty_doc_has_no_words():
    assert Doc("").words == [] and len(Doc(" \n ").word_ids) == 0
