"""GPT-2's and SentencePiece's files give the tokens that their own libraries give."""

import io
import json
from pathlib import Path

import pytest
import sentencepiece
from tokenizers import ByteLevelBPETokenizer

from pipeline.errors import UsageError
from tests.tokenizer.test_train import words
from tokenizer.encode import encoder, load

TEXTS = [
    "the quick brown fox",
    " leading and  double   spaces ",
    "Ünïcödé ﬁne ½ cm",
    "日本語 and 😀",
    "a\nb\tc",
    "12345 x=1",
]


def trained(**more) -> bytes:
    made = io.BytesIO()
    lines = ["the quick brown fox jumps over the lazy dog and 12 more"] * 20 + ["".join(words(8)) for _ in range(300)]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=made, vocab_size=400, hard_vocab_limit=False, minloglevel=2, **more
    )
    return made.getvalue()


LLAMA = {
    "model_type": "bpe",
    "byte_fallback": True,
    "normalization_rule_name": "identity",
    "remove_extra_whitespaces": False,
}
GEMMA = LLAMA | {"add_dummy_prefix": False, "pad_id": 3, "user_defined_symbols": ["<mask>"]}


@pytest.mark.parametrize("options", [LLAMA, GEMMA, {"model_type": "bpe"}, {"model_type": "unigram"},
                                     {"model_type": "unigram", "byte_fallback": True}])  # fmt: skip
def test_a_sentencepiece_model_encodes_as_its_library_does(tmp_path, options):
    data = trained(**options)
    (tmp_path / "tokenizer.model").write_bytes(data)
    theirs = sentencepiece.SentencePieceProcessor(model_proto=data)
    encode, plain = encoder(str(tmp_path)), load(str(tmp_path))
    assert encode.end == theirs.eos_id() and encode.size == theirs.get_piece_size()
    (marked,) = encode(["<s> and </s> are text here, <unk> too"])
    assert not {theirs.bos_id(), theirs.eos_id()} & set(marked[:-1].tolist())
    if options["model_type"] == "bpe" or options.get("byte_fallback"):
        assert marked[:-1].tolist() == theirs.encode("<s> and </s> are text here, <unk> too")
    texts = [*TEXTS, *("".join(words(30)) for _ in range(100))]
    for text, numbers in zip(texts, encode(texts), strict=True):
        assert numbers[:-1].tolist() == theirs.encode(text), text
        if options is LLAMA:
            assert plain.decode(numbers[:-1].tolist()) == text


def test_gpt2s_two_files_encode_as_its_tokenizer_json(tmp_path):
    own = ByteLevelBPETokenizer()
    own.train_from_iterator(
        ["".join(words(30)) for _ in range(200)], vocab_size=400, special_tokens=["<|endoftext|>"], show_progress=False
    )
    own.save_model(str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {"vocab.json", "merges.txt"}
    encode = encoder(str(tmp_path))
    assert encode.end == 0
    for text, numbers in zip(TEXTS, encode(TEXTS), strict=True):
        assert numbers[:-1].tolist() == own.encode(text).ids
    (tmp_path / "merges.txt").unlink()
    with pytest.raises(UsageError, match=r"vocab\.json lacks merges\.txt"):
        encoder(str(tmp_path))


@pytest.mark.parametrize("data", [b"", b"no model", b"\x0a\x05\x0a\x03abc", json.dumps({"a": 1}).encode()])
def test_what_is_no_model_is_told(tmp_path: Path, data: bytes):
    (tmp_path / "tokenizer.model").write_bytes(data)
    with pytest.raises(UsageError, match=r"tokenizer\.model (cannot be read|has no token that ends)"):
        encoder(str(tmp_path))


def test_a_model_that_was_cut_short_is_told(tmp_path):
    (tmp_path / "tokenizer.model").write_bytes(trained(**LLAMA)[:-50])
    with pytest.raises(UsageError, match=r"cut short|no SentencePiece"):
        encoder(str(tmp_path))
