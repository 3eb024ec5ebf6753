"""Encoding by chunks: the tokens of the whole text, whatever the text, for every way of cutting."""

import random

import pytest
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Metaspace

from tests.tokenizer.test_train import ODD, corpus, words
from tokenizer import encode_cache
from tokenizer.encode_cache import EncodeCache, cut_chunks, is_cuttable
from tokenizer.patterns import PATTERNS
from tokenizer.train import END, TokenizerConfig, train

SPACES = [" ", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u2003", "\u3000", "\x1c", "\x85"]
SIGNS = [
    "a",
    "bc",
    "é",
    "日",
    "1",
    "234",
    "²",
    ".",
    ",",
    "!!",
    "'s",
    "'",
    "{",
    "😀",
    "\u0301",
    "\u200b",
    "<|endoftext|>",
]
SIGNS += [*SPACES, "\\", "\\frac", "\\in", "\\foo"]


def odd_texts(seed: int, number: int) -> list[str]:
    chosen = random.Random(seed)
    return ["".join(chosen.choice(SIGNS) for _ in range(chosen.randint(1, 12))) for _ in range(number)]


@pytest.mark.parametrize("latex", [False, True])
@pytest.mark.parametrize("digits", ["single", "threes", "free"])
@pytest.mark.parametrize("pattern", list(PATTERNS))
@pytest.mark.parametrize("punctuation", [False, True])
def test_tokens_are_those_of_the_whole_text(pattern, digits, latex, punctuation):
    injected = ("\\frac", "\\in", "\\int") if latex else ()
    config = TokenizerConfig(600, pattern, digits, punctuation, injected, (END,), min_frequency=1)
    tokenizer = train([*odd_texts(1, 400), *words(500)], config)
    tokenizer.encode_special_tokens = True
    assert is_cuttable(tokenizer)
    texts = [*ODD, *corpus(7, 20), *odd_texts(2, 3_000)]
    assert EncodeCache(tokenizer)(texts) == [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]


def test_offsets_are_those_of_the_tokenizer():
    tokenizer = train([*odd_texts(1, 400), *words(500)], TokenizerConfig(600, special=(END,), min_frequency=1))
    tokenizer.encode_special_tokens = True
    cache = EncodeCache(tokenizer)
    for text in [*ODD, *corpus(7, 20), *odd_texts(2, 500)]:
        wanted = tokenizer.encode(text, add_special_tokens=False)
        numbers, offsets = cache.with_offsets(text)
        assert numbers == wanted.ids and list(map(tuple, offsets.tolist())) == wanted.offsets


class NeverWalked(dict):
    """A memory of chunks of which one may be looked up, but not all be listed."""

    def keys(self):
        raise AssertionError("walked through all that is known")

    __iter__ = keys


def test_a_batch_costs_its_own_chunks_and_not_those_that_are_known():
    tokenizer = train(words(500), TokenizerConfig(600, special=(END,), min_frequency=1))
    cache = EncodeCache(tokenizer, known=NeverWalked())
    for text in ("one two three", "two three four"):
        assert cache([text]) == [tokenizer.encode(text, add_special_tokens=False).ids]


def test_chunks_make_up_the_text():
    for text in [*ODD, *odd_texts(3, 500)]:
        assert "".join(cut_chunks(text)) == text
    assert cut_chunks("one two  three\n four ") == ["one", " two  three\n four "]
    assert cut_chunks("a, b c") == ["a,", " b", " c"]


def test_what_is_remembered_is_bounded_and_changes_nothing(monkeypatch):
    tokenizer = train(words(2_000), TokenizerConfig(500, special=(END,)))
    texts = ["".join(words(2_000)[i : i + 50]) for i in range(0, 2_000, 50)]
    wanted = EncodeCache(tokenizer)(texts)
    monkeypatch.setattr(encode_cache, "CHARACTERS", 500)
    small = EncodeCache(tokenizer)
    assert [small([text])[0] for text in texts] == wanted
    assert sum(map(len, small.known)) < 1_000


def test_a_tokenizer_of_another_make_is_not_cut():
    other = Tokenizer(BPE())
    assert not is_cuttable(other)
    other.pre_tokenizer = Metaspace()
    assert not is_cuttable(other)
    ours = train(words(500), TokenizerConfig(400, special=(END,)))
    ours.add_tokens(["two words"])
    assert not is_cuttable(ours)
