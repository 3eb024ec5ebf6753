"""Trained tokenizers: against plain BPE, the same bytes every time, and every text given back."""

import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.pre_tokenizers import ByteLevel

from pipeline.errors import UsageError
from tests.tokenizer.reference_bpe import train as train_plainly
from tokenizer.card import card
from tokenizer.evaluate import tokens
from tokenizer.patterns import splitter
from tokenizer.presets import PRESETS
from tokenizer.train import END, TokenizerConfig, save, train

SMALL = TokenizerConfig(vocabulary=400, special=(END,), latex=())
ODD = [
    "",
    " ",
    "\n\n \t x",
    "\ufffd and \ufffd\ufffd",
    b"\xff\xfe broken \xc3".decode("utf-8", "replace"),
    "👩‍👩‍👧‍👦 🇫🇷 😀😀",
    "e\u0301 é ﬁ ½ ² ٣ 一二三 12345678",
    "日本語、テスト。 ภาษาไทย हिन्दी العربية",
    "\u2028\u0085\u00a0\u200b\x00\x7f",
    "a<|endoftext|>b >>TITLE<< <|fim_prefix|> <|reserved_7|>",
    r"\frac{1}{20} \into \\alpha \alpha2 C:\new\table",
    "don't DON'T it's  we'll",
]


def corpus(seed: int, texts: int = 60) -> list[str]:
    """Texts of few syllables, so that pairs repeat and often tie."""
    chosen = random.Random(seed)
    parts = ["a", "aa", "ba", "na", "lo", "wer", " ", "  ", ", ", "1", "23", "é", "日本", "\n", "'s", "😀"]
    return ["".join(chosen.choice(parts) for _ in range(chosen.randint(1, 60))) for _ in range(texts)]


@pytest.mark.parametrize("seed", range(12))
def test_merges_are_those_of_plain_bpe(seed):
    config = replace(SMALL, vocabulary=330, pattern=("gpt2", "gpt4", "falcon")[seed % 3], min_frequency=1 + seed % 3)
    cutter = splitter(config.pattern, config.digits, config.punctuation)
    pieces = [piece for text in corpus(seed) for piece, _ in cutter.pre_tokenize_str(text)]
    wanted = train_plainly(pieces, [END, *sorted(ByteLevel.alphabet())], config.vocabulary, config.min_frequency)
    config = replace(config, vocabulary=257 + len({"".join(m) for m in wanted}))
    made = json.loads(train(corpus(seed), config).to_str())["model"]["merges"]
    assert [tuple(m) for m in made] == wanted and len(wanted) > 20


@pytest.mark.parametrize("preset", PRESETS)
def test_every_text_comes_back(preset):
    config = replace(PRESETS[preset], vocabulary=1_900, min_frequency=1)
    tokenizer = train([*corpus(1, 400), *words(2_000)], config)
    assert tokenizer.get_vocab_size() == 1_900
    for plain in (True, False):
        tokenizer.encode_special_tokens = plain
        for text in [*ODD, *corpus(2, 20)]:
            assert tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False) == text


def words(number: int) -> list[str]:
    """Words enough for small vocabularies."""
    chosen = random.Random(5)
    return [
        " " + "".join(chosen.choice("aeioubcdfgklmnprstv") for _ in range(chosen.randint(3, 9))) for _ in range(number)
    ]


def test_presets_hold_what_their_papers_say():
    sizes = [PRESETS[name].vocabulary for name in ("falcon", "falcon_edge", *(p for p in PRESETS if "h1" in p))]
    assert sizes == [65_024, 32_768, 32_768, 65_536, 130_048, 261_120]
    assert PRESETS["falcon"].specials[0] == ">>TITLE<<" and PRESETS["falcon"].specials[11] == END
    assert len(PRESETS["falcon_h1_65k"].specials) == len(set(PRESETS["falcon_h1_65k"].specials)) == 1_024


SPLITS = [
    ("gpt2", "free", False, "it's 1234, ok", ["it", "'s", "Ġ1234", ",", "Ġok"]),
    ("gpt4", "free", False, "It'S 12345", ["It", "'S", "Ġ", "123", "45"]),
    ("gpt4", "single", False, "x123", ["x", "1", "2", "3"]),
    ("gpt2", "threes", False, "x12345", ["x", "123", "45"]),
    ("gpt2", "free", True, "a.b -- $c", ["a", ".", "b", "Ġ", "--", "Ġ", "$", "c"]),
    ("falcon", "threes", False, "1234567 (it's)", ["123", "456", "7", "Ġ", "(", "it", "'", "s", ")"]),
]


@pytest.mark.parametrize(("pattern", "digits", "punctuation", "text", "pieces"), SPLITS)
def test_texts_are_cut_as_the_options_say(pattern, digits, punctuation, text, pieces):
    assert [p for p, _ in splitter(pattern, digits, punctuation).pre_tokenize_str(text)] == pieces


def test_gpt2_by_name_is_the_library_s_own():
    theirs = ByteLevel(add_prefix_space=False, use_regex=True)
    for text in [*ODD, *corpus(3, 50)]:
        if text:
            assert splitter("gpt2", "free", False).pre_tokenize_str(text) == theirs.pre_tokenize_str(text)


def test_a_latex_command_is_one_token_and_no_part_of_a_longer_one():
    tokenizer = train(words(1_000), TokenizerConfig(600, latex=("\\frac", "\\in", "\\int", "\\alpha"), special=(END,)))
    assert tokenizer.encode(r"\frac\in\int_0").tokens[:3] == ["\\frac", "\\in", "\\int"]
    assert "\\in" not in tokenizer.encode(r"\include").tokens
    assert {"\\frac", "\\in", "\\int", "\\alpha"} <= set(tokenizer.get_vocab())


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4])
def test_commands_take_the_place_of_the_last_merges(number):
    texts = [*words(1_000), *([r"\frac \sum"] * 50)]  # the first two are learned from the texts as well
    known = train(texts, TokenizerConfig(700, special=(END,)))
    latex = ("\\frac", "\\sum", "\\alpha", "\\beta")[:number]
    tokenizer = train(texts, TokenizerConfig(600, latex=latex, special=(END,)))
    assert tokenizer.get_vocab_size() == 600 and set(latex) <= set(tokenizer.get_vocab())
    assert all(tokenizer.encode(command).tokens == [command] for command in latex)
    merges = [json.loads(t.to_str())["model"]["merges"] for t in (tokenizer, known)]
    assert number or merges[0] == merges[1][: len(merges[0])]
    assert len(merges[0]) == 600 - 257 - len(set(latex) - {"".join(m) for m in merges[0]})


def test_runs_of_one_sign_make_no_long_token():
    junk = [sign * 5_000 for sign in (" ", "=", "\n")]
    tokenizer = train([*words(2_000), *junk], TokenizerConfig(2_000, special=(END,), min_frequency=1))
    longest = {sign: max(len(t) for t in tokens(tokenizer) if set(t) == {sign}) for sign in (" ", "=", "\n")}
    assert all(64 < length <= 128 for length in longest.values()), longest
    assert all(tokenizer.decode(tokenizer.encode(text).ids) == text for text in junk)


def test_a_piece_is_learned_from_in_parts_of_256_characters_and_encoded_as_one():
    """Merging in a piece of 80,000 characters takes 4 s for every 1,000 merges."""
    text = ("x" * 256 + "y" * 256) * 5
    tokenizer = train([*words(2_000), text], TokenizerConfig(1_000, special=(END,), min_frequency=1))
    assert "yyyy" in tokens(tokenizer) and not any({"x", "y"} <= set(token) for token in tokens(tokenizer))
    assert tokenizer.pre_tokenizer.pre_tokenize_str(text) == [(text, (0, len(text)))]


def test_pieces_are_cut_for_training_at_256_characters():
    pieces = [piece for piece, _ in splitter("gpt4", "single", True, longest=256).pre_tokenize_str("é" * 600 + " a")]
    assert [len(piece) for piece in pieces] == [512, 512, 176, 2], "two bytes a character"


def test_too_little_text_is_said():
    with pytest.raises(UsageError, match="give more text"):
        train(["a b c"], SMALL)


SCRIPT = """import hashlib
from tests.tokenizer.test_train import SMALL, train, words
print(hashlib.sha256(train(words(3_000), SMALL).to_str().encode()).hexdigest())"""


def test_bytes_do_not_depend_on_process_threads_or_order():
    def digest(threads: str, hash_seed: str) -> str:
        here = Path(__file__).parent
        more = {
            "RAYON_NUM_THREADS": threads,
            "PYTHONHASHSEED": hash_seed,
            "PYTHONPATH": str(here.parents[1]),
        }
        return subprocess.run(
            [sys.executable, "-c", SCRIPT], env=os.environ | more, capture_output=True, check=True, text=True
        ).stdout

    assert digest("1", "1") == digest("4", "2")
    assert train(words(3_000), SMALL).to_str() == train(words(3_000)[::-1], SMALL).to_str()


def test_transformers_loads_it(tmp_path):
    transformers = pytest.importorskip("transformers")
    config = replace(PRESETS["falcon_edge"], vocabulary=1_500, min_frequency=1)
    ours = train([*corpus(4, 200), *words(2_000)], config)
    save(ours, config, str(tmp_path), card("small", config, {("web", "en"): 10}, 10, 0))
    theirs = transformers.AutoTokenizer.from_pretrained(str(tmp_path))
    again = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert theirs.eos_token == END and len(theirs) == 1_500
    for text in ODD:
        assert theirs(text).input_ids == ours.encode(text).ids == again.encode(text).ids
        assert theirs.decode(theirs(text).input_ids) == text
