"""A Doc: words, lines and paragraphs of one text."""

import numpy as np
import pyarrow as pa
import pytest

from pipeline.doc import Doc, docs


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


def test_a_function_of_words_is_asked_once_a_word():
    asked: list[str] = []

    def length(word: str) -> int:
        asked.append(word)
        return len(word)

    doc = Doc("zyx wvut zyx wvut zyx")
    assert doc.each_word(length, np.int64).tolist() == [3, 4, 3, 4, 3]
    assert asked.count("zyx") == asked.count("wvut") == 1


def test_rows_of_a_table_as_docs():
    table = pa.table({
        "text": ["a text", None],
        "url": [None, "http://x/"],
        "id": ["1", "2"],
        "language": ["de", None],
        "score": [0.5, 1.0],
        "html": [b"<p>", b""],
        "big": pa.array([b"", b""], pa.large_binary()),
        "fixed": pa.array([b"ab", b"cd"], pa.binary(2)),
        "view": pa.array([b"", b""], pa.binary_view()),
        "images": [["a"], []],
        "place": [{"a": 1}, {"a": 2}],
    })  # fmt: skip
    assert list(docs(table)) == [
        Doc("a text", "", "1", {"language": "de", "score": 0.5}),
        Doc("", "http://x/", "2", {"language": None, "score": 1.0}),
    ]


def test_tables_with_few_columns_as_docs():
    assert list(docs(pa.table({"text": ["a", "b"]}))) == [Doc("a"), Doc("b")]
    assert list(docs(pa.table({"id": ["1"]}))) == [Doc("", id="1")]
    assert list(docs(pa.table({"text": pa.array([], pa.string())}))) == []
