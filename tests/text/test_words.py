"""Splitting: no character is lost, the rules are spaCy's where it matters, and time and memory are bounded."""

import random
import time

import numpy as np
import pytest

from pipeline.doc import Doc
from text import words
from text.splitter import cut_words
from text.words import count_words

CUTS = [
    ("don't", "do n't"),
    ("I'd've", "I 'd 've"),
    ("cannot", "can not"),
    ("it’s", "it ’s"),
    ("(U.S.)", "( U.S. )"),
    ("Mr.", "Mr."),
    ("end.", "end ."),
    ("wait...", "wait ..."),
    ("wait..", "wait .."),
    ("wait.....", "wait ....."),
    ("...wait", "... wait"),
    (".wait", ".wait"),
    ("A.", "A."),
    ("XY.", "XY ."),
    ("aXY.", "aXY ."),
    ("NASA.", "NASA ."),
    ("it'X", "it'X"),
    ("it'S", "it 'S"),
    ("'s", "' s"),
    ("s", "s"),
    ("n't", "n't"),
    ("Don’t", "Do n’t"),
    ("they'll", "they 'll"),
    ("they've've", "they 've 've"),
    ("Cannot", "Can not"),
    ("gonna", "gon na"),
    ("e.g.", "e.g."),
    ("(e.g.)", "( e.g. )"),
    ("p.m.,", "p.m. ,"),
    ("C++", "C++"),
    (":-)", ":-)"),
    ("+5", "+5"),
    ("+five", "+ five"),
    ("=five", "= five"),
    ("5kg", "5 kg"),
    ("5km/h", "5 km/h"),
    ("12€", "12 €"),
    ("7GB", "7 GB"),
    ("x7GBx", "x7GBx"),
    ("3+4", "3 + 4"),
    ("word,word", "word , word"),
    ("1,000", "1,000"),
    ("end:Begin", "end : Begin"),
    ("a—b", "a — b"),
    ("a--b", "a -- b"),
    ("wait…what", "wait … what"),
    ("www.example.com/x?y=z#q", "www.example.com/x?y=z#q"),
    ("<b>", "< b >"),
    ("(((a)))", "( ( ( a ) ) )"),
    ("one☃two", "one ☃ two"),
    ("well-known", "well - known"),
    ("and/or", "and/or"),
    ("input/output", "input / output"),
    ("$12.50,", "$ 12.50 ,"),
    ("5km", "5 km"),
    ("99%", "99 %"),
    ("end.Begin", "end . Begin"),
    ("(https://example.com/a-b?c=d).", "( https://example.com/a-b?c=d ) ."),
    ("name@example.com", "name@example.com"),
    ("1990-2000", "1990 - 2000"),
    ("“quoted”", "“ quoted ”"),
    ("©2020", "© 2020"),
    ("--", "--"),
    ("", ""),
]


@pytest.mark.parametrize(("chunk", "expected"), CUTS)
def test_english(chunk, expected):
    assert cut_words(chunk, "en") == expected.split()


@pytest.mark.parametrize(
    ("language", "chunk", "expected"),
    [
        ("fr", "l'homme", "l' homme"),
        ("fr", "qu’il", "qu’ il"),
        ("fr", "jusqu'à", "jusqu' à"),
        ("fr", "d'l'eau", "d' l' eau"),
        ("fr", "(l'eau)", "( l' eau )"),
        ("fr", "don't", "don't"),
        ("ca", "l'aigua", "l' aigua"),
        ("en", "l'eau", "l'eau"),
        ("de", "cannot", "cannot"),
        ("de", "don't", "don't"),
        ("ja", "コンピュータ", "コンピュータ"),
        ("zh", "首都", "首 都"),
        ("zh", "首长是北京市长", "首长 是 北京 市长"),
        ("ja", "東京都は", "東京 都 は"),
        ("th", "ก\u0e31กกกกก", "ก\u0e31กก กกก"),
        ("km", "សួស្តី", "សួស្ តី"),
        ("it", "dell'arte", "dell' arte"),
        ("de", "Dr.", "Dr."),
        ("nl", "foto’s", "foto ’s"),
        ("zh", "我们在北京。", "我 们 在 北京 。"),
        ("ja", "本をコンピュータで", "本 を コンピュータ で"),
        ("ja", "首都は有名です", "首都 は 有名 で す"),
        ("en", "Python入门abc-def", "Python 入门 abc - def"),
    ],
)
def test_other_languages(language, chunk, expected):
    assert cut_words(chunk, language) == expected.split()


def test_a_page_of_chinese_is_many_words():
    text = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏" * 10
    lengths = Doc(text, fields={"language": "zh"}).each_word(len, int)
    assert len(lengths) > len(text) / 3
    assert 1 <= lengths.mean() <= 2


ALPHABET = "aZé9.,'’-–/:@#($€…\"我ぁカก\u0e31한ب\U0001f600\u0301\u200b_"


def test_no_character_is_lost_or_moved():
    draw = random.Random(0)
    for _ in range(20_000):
        chunk = "".join(draw.choices(ALPHABET, k=draw.randint(1, 12)))
        for language in ("en", "fr", ""):
            pieces = cut_words(chunk, language)
            assert "".join(pieces) == chunk and all(pieces), (chunk, pieces)


def test_the_rules_are_those_of_spacy_in_running_english():
    """Over the docstrings of numpy: 99 of 100 chunks are cut as spaCy's English splitter cuts them."""
    spacy = pytest.importorskip("spacy")
    tokenizer = spacy.blank("en").tokenizer
    text = " ".join(getattr(np, name).__doc__ or "" for name in sorted(dir(np)) if name.islower())
    chunks = [chunk for chunk in text.split() if chunk.isalpha() or chunk[:-1].isalpha()]
    assert len(chunks) > 10_000
    theirs = {chunk: [token.text for token in tokenizer(chunk)] for chunk in set(chunks)}
    same = sum(cut_words(chunk, "en") == theirs[chunk] for chunk in chunks)
    assert same / len(chunks) > 0.99


def seconds(text: str, language: str) -> float:
    start = time.process_time()
    assert len(Doc(text, fields={"language": language}).word_ids)
    return time.process_time() - start


WORST = [
    "a",
    ".",
    "(",
    "'",
    "a.",
    "a@",
    "-",
    "a-",
    "1+",
    "don't",
    "'s",
    "#a",
    "://",
    "a/",
    "我",
    "ก\u0e31",
    "n't",
    "..a",
    "$",
    "l'",
]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("unit", WORST)
def test_the_worst_chunk_takes_linear_time(unit, language):
    """One run without white space, four times as long, takes about four times as long; quadratic would be sixteen."""
    small, large = (unit * (size // len(unit)) for size in (50_000, 200_000))
    quick = max(min(seconds(small, language) for _ in range(3)), 0.01)
    assert min(seconds(large, language) for _ in range(3)) < 9 * quick


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


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("one two-three", 2),
        ("", 0),
        (" \n", 0),
        ("naïve — word", 3),
        ("我们在北京。", 4),
        ("Python 入门 — é", 3),
    ],
)
def test_count_words(text, count):
    """What stands between spaces is a word, also a dash; in scripts without spaces marks are none."""
    assert count_words(text) == count


def test_a_vocabulary_numbers_words_in_the_order_of_meeting():
    vocabulary = words.Vocabulary()
    assert list(vocabulary.number(["b", "a", "b"])) == [0, 1, 0]
    assert (vocabulary.words, vocabulary.ids) == (["b", "a"], {"b": 0, "a": 1})
    assert vocabulary.size == 2 * (2 + 200)
    assert list(vocabulary.number(["a", "ccc"])) == [1, 2]
    assert vocabulary.size == 2 * (2 + 200) + 6 + 200


def test_a_chunk_is_cut_once_and_remembered_up_to_64_characters():
    vocabulary = words.Vocabulary()
    short, long = "a" * 64, "b" * 65
    assert list(vocabulary.number_chunks(f" {short}\n{long} don't {short}", "en")) == [(0,), (1,), (2, 3), (0,)]
    assert vocabulary.chunks == {short: (0,), "don't": (2, 3)}
    before = vocabulary.size
    assert list(vocabulary.number_chunks(f"don't {long}", "en")) == [(2, 3), (1,)]
    assert vocabulary.size == before
    assert before == (2 * 64 + 200) + (2 * 65 + 200) + (4 + 200) + (6 + 200) + (2 * 64 + 250) + (2 * 5 + 250)


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
