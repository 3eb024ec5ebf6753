"""Texts to numbers with a tokenizer.json from anywhere, which must stay the one that was planned with."""

import json
import pickle
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tokenizers import Tokenizer

import readers
from pipeline.errors import UsageError
from pipeline.fingerprint import fingerprint
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map
from pipeline.transform import screen
from tests.helpers.object_store import bucket
from tests.tokenizer.test_train import words
from tokenizer.encode import TokenLengths, encoder, find_tokenizer, load, token_count
from tokenizer.train import END, TokenizerConfig, train


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tokenizer")
    (folder / "tokenizer.json").write_text(train(words(2_000), TokenizerConfig(500, special=(END, "<stop>"))).to_str())
    return folder


def test_a_page_ends_with_the_end_of_text_and_markers_in_it_are_text(folder):
    encode, plain = encoder(str(folder)), Tokenizer.from_file(str(folder / "tokenizer.json"))
    assert (encode.end, encode.size, encode.markers) == (0, 500, ())
    texts = ["", "abcd", f"a{END}b", *("".join(words(30)) for _ in range(300))]
    plain.encode_special_tokens = True
    for text, numbers in zip(texts, encode(texts), strict=True):
        assert numbers.dtype == np.int32 and numbers.tolist() == [*plain.encode(text).ids, 0]
        assert 0 not in numbers[:-1]


def test_the_tokens_of_a_column_are_counted_with_their_ends(folder):
    encode = encoder(str(folder))
    texts = pa.chunked_array([["abcd", None, ""], ["abcd", "ab"]], pa.string())
    lengths = [len(encode([text])[0]) if text is not None else 0 for text in texts.to_pylist()]
    assert TokenLengths(encode)(texts).to_pylist() == lengths and lengths[2] == 1
    count = token_count(encode)
    assert count.unit == "tokens" and count.of(texts).to_pylist() == lengths
    assert pickle.loads(pickle.dumps(count)).of(texts).type == pa.int64()
    assert count.of(pa.chunked_array([], pa.string())).to_pylist() == []


def test_a_run_counts_in_tokens_where_it_is_told_to(folder, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text('{"text": "abcd ab"}\n{"text": "bad"}\n')
    encode = encoder(str(folder))
    source = readers.source(str(tmp_path / "in"))
    counted, plain = Map("counted", source, (screen(no_bad),), tokens=token_count(encode)), Map("plain", source)
    stats = run(counted, plain, root=str(tmp_path / "out"), runner=Local())
    size = {text: len(encode([text])[0]) for text in ("abcd ab", "bad")}
    assert (stats["counted"].unit, stats["plain"].unit) == ("tokens", "pretokens")
    assert (stats["counted"].tokens_in, stats["counted"].tokens_out) == (sum(size.values()), size["abcd ab"])
    assert stats["counted"].dropped["test_encode.no_bad:bad"].tokens == size["bad"]


def no_bad(doc):
    return "bad" if doc.text == "bad" else None


def test_offsets_are_those_of_the_characters(folder):
    text = "ab é日 c\n"
    numbers, offsets = encoder(str(folder)).with_offsets(text)
    assert numbers[-1] == 0 and len(offsets) == len(numbers) - 1
    assert offsets[0][0] == 0 and offsets[-1][1] == len(text)
    assert all(a <= b and c <= d for (a, b), (c, d) in pairwise(offsets))


@pytest.mark.parametrize("name", ["", "/tokenizer.json"])
def test_a_folder_or_a_file_is_given(folder, name):
    where, file = find_tokenizer(f"{folder}{name}")
    assert (where.address, file) == (str(folder), "tokenizer.json")
    assert load(f"{folder}{name}").get_vocab_size() == 500


def test_the_settings_beside_it_name_the_end_of_text(folder, tmp_path):
    (tmp_path / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"eos_token": "<stop>"}))
    assert encoder(str(tmp_path)).end == 1 and encoder(str(tmp_path), END).end == 0
    with pytest.raises(UsageError, match="no special token </page>"):
        encoder(str(tmp_path), "</page>")


def test_a_bucket_holds_a_tokenizer_and_its_keys_are_shown_nowhere(folder):
    files = {
        "t/tokenizer.json": (folder / "tokenizer.json").read_bytes(),
        "t/tokenizer_config.json": b'{"eos_token": "<stop>"}',
    }
    with bucket(files) as (url, _):
        for address in (url.format("t"), url.format("t/tokenizer.json")):
            far = encoder(address)
            assert far(["abcd"])[0].tolist() == encoder(str(folder), "<stop>")(["abcd"])[0].tolist()
        assert "MYSECRET" not in repr(far)
        with pytest.raises(UsageError) as missing:
            encoder(url.format("nowhere"))
        assert "MYSECRET" not in str(missing.value) and "no tokenizer at s3://corpus" in str(missing.value)


def test_the_same_tokenizer_elsewhere_is_the_same(folder, tmp_path):
    (tmp_path / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    assert fingerprint(encoder(str(folder))) == fingerprint(encoder(str(tmp_path)))
    assert fingerprint(encoder(str(folder))) != fingerprint(encoder(str(folder), "<stop>"))


def test_a_tokenizer_changed_under_way_is_noticed(folder, tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_bytes((folder / "tokenizer.json").read_bytes())
    planned = encoder(str(path))
    path.write_text(path.read_text() + "\n")
    with pytest.raises(UsageError, match=r"tokenizer.json changed since the run was planned"):
        planned(["ant"])


@pytest.mark.parametrize("data", [b'{"a": 1}', b"\xff\xfe", b""])
def test_a_file_that_is_no_tokenizer_is_named(tmp_path, data):
    (tmp_path / "tokenizer.json").write_bytes(data)
    with pytest.raises(UsageError, match=r"tokenizer.json is no tokenizer.json: ") as refused:
        load(str(tmp_path))
    assert "\n" not in str(refused.value)
