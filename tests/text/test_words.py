"""Splitting: no character is lost, the rules are spaCy's where it matters, and time and memory are bounded."""

import random
import time

import numpy as np
import pytest

from pipeline.doc import Doc
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
