"""Words as numbers: runs are cut once, numbers follow the order of meeting, and memory is bounded."""

import random

import numpy as np
import pytest

from pipeline import vocabulary as words
from pipeline.doc import Doc
from text.splitter import cut_words


def test_vocabularies_are_bounded_and_a_doc_keeps_its_own(monkeypatch):
    monkeypatch.setattr(words, "LARGEST_VOCABULARY", 100_000)
    monkeypatch.setattr(words, "_vocabularies", {})
    first = Doc("the first text keeps its words")
    kept = first.words
    for n in range(50):
        Doc(" ".join(f"word{n}x{k}" for k in range(100))).word_ids  # noqa: B018
        assert words._vocabularies["en"].size < 200_000
    assert first.split.strings() == kept
    assert first.split.vocabulary is not words._vocabularies["en"]


def test_a_column_answers_each_word_once():
    asked = []

    def length(word):
        asked.append(word)
        return len(word)

    for text in ("alpha beta zebra-fish", "beta gamma alpha"):
        doc = Doc(text, splitter=str.split)
        assert doc.each_word(length, np.int64).tolist() == [len(word) for word in doc.words]
    assert len(asked) == len(set(asked))


def test_a_vocabulary_numbers_words_in_the_order_of_meeting():
    vocabulary = words.Vocabulary()
    assert list(vocabulary.number(["b", "a", "b"])) == [0, 1, 0]
    assert (vocabulary.words, vocabulary.ids) == (["b", "a"], {"b": 0, "a": 1})
    assert vocabulary.size == 2 * (2 + 200)
    assert list(vocabulary.number(["a", "ccc"])) == [1, 2]
    assert vocabulary.size == 2 * (2 + 200) + 6 + 200


def numbered(vocabulary, text: str, language: str = "en") -> list[str]:
    return [vocabulary.words[number] for number in vocabulary.number_text(text, language).tolist()]


def test_a_run_is_cut_once(monkeypatch):
    cut = []
    monkeypatch.setattr(words, "cut_words", lambda chunk, language: cut.append(chunk) or cut_words(chunk, language))
    vocabulary = words.Vocabulary()
    assert vocabulary.number_text(" aa\nbb don't aa", "en").tolist() == [0, 1, 2, 3, 0]
    assert (vocabulary.words, cut) == (["aa", "bb", "do", "n't"], ["aa", "bb", "don't"])
    before = vocabulary.size
    assert vocabulary.number_text("don't\tbb", "en").tolist() == [2, 3, 1]
    assert (vocabulary.size, len(cut), len(vocabulary.chunks)) == (before, 3, 3)
    assert before == (2 * 2 + 200) * 2 + (2 * 2 + 200) + (2 * 3 + 200) + 3 * 60 + 4 * 4


BLANKS = " \t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000"
CHARACTERS = "aZé9.,'-(我ぁก\U0001f600\u0301\u200b\u180e\ufeff_\ud800" + BLANKS


@pytest.mark.parametrize("language", ["en", "fr", "ja", ""])
def test_the_words_are_those_of_each_run(language):
    """Texts of many runs, of which some were met before."""
    draw, vocabulary = random.Random(1), words.Vocabulary()
    for _ in range(400):
        text = "".join(draw.choices(CHARACTERS, k=draw.randint(0, 600)))
        assert numbered(vocabulary, text, language) == [
            word for chunk in text.split() for word in cut_words(chunk, language)
        ]
    assert len(vocabulary.chunks) > 5_000


def test_white_space_is_what_python_takes_for_it():
    assert {chr(code) for code in range(0x110000) if chr(code).isspace()} == {
        chr(code) for code in words.BLANK.nonzero()[0]
    }


def test_a_table_that_grows_forgets_nothing(monkeypatch):
    monkeypatch.setattr(words, "FIRST_SLOTS", 2)
    vocabulary = words.Vocabulary()
    texts = [" ".join(f"w{n}x{k}" for k in range(n % 7)) for n in range(300)]
    first = [vocabulary.number_text(text, "en").tolist() for text in texts]
    monkeypatch.setattr(words, "cut_words", None)  # nothing is cut again
    assert [vocabulary.number_text(text, "en").tolist() for text in texts] == first
    assert [number for numbers in first for number in numbers][-1] == len(vocabulary.words) - 1
    slots = len(vocabulary.chunks._slots)
    assert 2 * len(vocabulary.chunks) <= slots <= 8 * len(vocabulary.chunks)


def test_arrays_double_where_there_is_no_room():
    array = np.arange(3, dtype=np.int32)
    longer = words.appended(array, 2, np.array([7, 8]))
    assert (longer[:4].tolist(), len(longer), longer.dtype) == ([0, 1, 7, 8], 8, np.int32)
    assert words.appended(longer, 4, np.array([9, 9])) is longer and longer.tolist() == [0, 1, 7, 8, 9, 9, 0, 0]


def test_a_column_grows_with_the_vocabulary_and_keeps_its_type():
    vocabulary = words.Vocabulary()
    ids = np.fromiter(vocabulary.number(["a", "bb", "a"]), np.int32)
    assert vocabulary.column(len, np.int16)[:2].tolist() == [1, 2]
    asked = []
    counted = [vocabulary.column(lambda word: asked.append(word) or len(word), np.int64) for _ in range(2)]
    assert asked == ["a", "bb"] * 2 and counted[0].dtype == np.int64
    known = words.Words(ids, vocabulary)
    assert known.each(len, np.int16).dtype == np.int16
    more = np.fromiter(vocabulary.number(["ccc", "a", "dddd"]), np.int32)
    found = words.Words(more, vocabulary).each(len, np.int16)
    assert (found.tolist(), found.dtype) == ([3, 1, 4], np.int16)
    assert known.strings() == ["a", "bb", "a"]


def test_texts_share_a_vocabulary_by_rules_and_splitter(monkeypatch):
    monkeypatch.setattr(words, "_vocabularies", {})
    english, german, polish = (words.split_words("l'or", language) for language in ("en", "de", "pl"))
    french = words.split_words("l'or", "fr")
    by_space = words.split_words("l'or", "fr", str.split)
    assert german.vocabulary is polish.vocabulary
    assert len({id(each.vocabulary) for each in (english, german, french, by_space)}) == 4
    assert [each.strings() for each in (english, french, by_space)] == [["l'or"], ["l'", "or"], ["l'or"]]
    assert {each.ids.dtype for each in (english, by_space)} == {np.dtype(np.int32)}


def test_there_are_eight_vocabularies_at_most(monkeypatch):
    monkeypatch.setattr(words, "_vocabularies", {})
    splitters = [lambda text, n=n: [text, str(n)] for n in range(9)]
    for splitter in splitters[:8]:
        words.split_words("text", "en", splitter)
    assert list(words._vocabularies) == splitters[:8]
    words.split_words("text", "en", splitters[0])
    assert len(words._vocabularies) == 8
    words.split_words("text", "en", splitters[8])
    assert list(words._vocabularies) == splitters[8:]


def test_a_vocabulary_is_replaced_when_it_is_over_its_bound(monkeypatch):
    monkeypatch.setattr(words, "_vocabularies", {})
    monkeypatch.setattr(words, "LARGEST_VOCABULARY", 204)
    first = words.split_words("aa", "en", str.split)
    assert first.vocabulary.size == 204
    second = words.split_words("bb", "en", str.split)
    assert second.vocabulary is first.vocabulary and second.vocabulary.size == 408
    third = words.split_words("bb", "en", str.split)
    assert third.vocabulary is not first.vocabulary and third.ids.tolist() == [0]
