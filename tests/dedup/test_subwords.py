"""Tokens by a tokenizer.json: where they stand in the untouched text, and when the file counts as changed."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tokenizers import ByteLevelBPETokenizer

from dedup.subwords import by_file, subword_tokens
from pipeline.errors import UsageError
from pipeline.fingerprint import fingerprint


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> str:
    trainer = ByteLevelBPETokenizer()
    trainer.train_from_iterator(["das madchen lauft"] * 9, vocab_size=300, show_progress=False)
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    trainer.save(str(path))
    return str(path)


def test_tokens_stand_where_the_text_has_them(path):
    text = "Das  Mädchen, läuft 漢!"
    tokens = by_file(path)(pa.array([text, None, "das"]))
    pieces = [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)][: tokens.bounds[1]]
    assert pieces[:3] == ["Das", "Mädchen", "läuft"]
    assert set(pieces[3:]) <= {"漢", " 漢", " "} and len(pieces) >= 6  # a character of three bytes is several tokens
    assert tokens.bounds.tolist() == [0, len(pieces), len(pieces), len(pieces) + 1]
    assert tokens.hashes[0] == tokens.hashes[-1] != tokens.hashes[1]
    assert [array.dtype.name for array in tokens] == ["uint64", "int32", "int32", "int64"]


def test_a_folder_serves_and_what_is_no_tokenizer_is_told(path, tmp_path):
    texts = pa.array(["das madchen"])
    assert all(
        (a == b).all() for a, b in zip(by_file(str(Path(path).parent))(texts), by_file(path)(texts), strict=True)
    )
    (tmp_path / "vocab.json").write_text("{}")
    for given, said in ((tmp_path, "no tokenizer at"), (tmp_path / "vocab.json", "is no tokenizer.json")):
        with pytest.raises(UsageError, match=said):
            by_file(str(given))


def test_equal_tokens_have_equal_hashes_everywhere(path):
    """The mixed number of the token: hashes of different runs meet in one store."""
    vocabulary = json.loads(Path(path).read_text())["model"]["vocab"]
    value = (vocabulary["das"] + 0x9E3779B97F4A7C15) % 2**64
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        value = (value ^ value >> shift) * factor % 2**64
    assert subword_tokens(pa.array(["das"]), path).hashes.tolist() == [value ^ value >> 31]


def test_no_texts(path):
    tokens = by_file(path)(pa.array([], pa.string()))
    assert tokens.bounds.tolist() == [0] and len(tokens.hashes) == len(tokens.starts) == len(tokens.ends) == 0


def test_the_content_of_the_file_is_part_of_the_stage(path, tmp_path):
    copy = tmp_path / "tokenizer.json"
    copy.write_text(Path(path).read_text())
    before = fingerprint(by_file(str(copy)))
    assert fingerprint(by_file(str(copy))) == before
    copy.write_text(Path(path).read_text() + "\n")
    assert fingerprint(by_file(str(copy))) != before


def test_a_span_of_tokens_cuts_no_character(path):
    text = "é" * 5 + " 漢字"
    tokens = subword_tokens(pa.array([text]), path)
    assert np.all(tokens.starts < tokens.ends) and tokens.ends.max() == len(text)
