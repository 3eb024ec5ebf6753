"""Evaluation sets: files in the forms people keep them in, and their n-grams in tables."""

import gzip
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from dedup.evaluation_sets import EvaluationSet, evaluation_set, evaluation_texts, ngram_tables
from dedup.tokens import word_tokens
from dedup.windows import window_hashes
from pipeline.errors import UsageError


@pytest.mark.parametrize(
    "name", ["a.txt", "a.txt.gz", "a.v1.jsonl", "a.jsonl.zst", "a.jsonl.bz2", "a.json", "a.parquet"]
)
def test_forms_of_a_file(tmp_path, name):
    lines, path = ["first\u2028text", "second text"], tmp_path / name
    body = "\n".join(lines if ".txt" in name else map(json.dumps, lines)) + "\n \n"
    if name == "a.parquet":
        pq.write_table(pa.table({"n": [1, 2], "choices": [[line] for line in lines]}), path)
    else:
        import bz2

        data = json.dumps({"rows": lines}).encode() if name == "a.json" else body.encode()
        pack = {".gz": gzip.compress, ".zst": zstandard.compress, ".bz2": bz2.compress}.get(path.suffix, bytes)
        path.write_bytes(pack(data))
    assert list(evaluation_texts(str(path))) == lines


def test_all_strings_of_a_row_are_texts(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps({"q": "why", "n": 3, "choices": [{"text": "so"}, ["or", None, 1.5]], "ok": True}) + "\n")
    assert list(evaluation_texts(str(path))) == ["why", "so", "or"]


def test_bytes_that_are_no_text_are_read_over(tmp_path):
    path = tmp_path / "set.txt"
    path.write_bytes(b"caf\xe9 one\ntwo\n")
    assert list(evaluation_texts(str(path))) == ["caf\ufffd one", "two"]


@pytest.mark.parametrize(("name", "data", "message"), [
    ("set.csv", b"a,b", "evaluation set .*set.csv: take .jsonl, .json, .txt or .parquet, compressed or not"),
    ("set", b"a", "take .jsonl"),
    ("set.jsonl", b'{"a": ', "evaluation set .*set.jsonl cannot be read as .jsonl: Expecting value"),
    ("set.json", b"[", "cannot be read as .json: Expecting value"),
    ("set.parquet", b"PAR1", "cannot be read as .parquet: "),
    ("set.txt.gz", gzip.compress(b"text " * 999)[:-20], "cannot be read as .txt: "),
])  # fmt: skip
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=message):
        list(evaluation_texts(str(tmp_path / name)))


def test_a_set_has_the_digest_of_its_content_and_the_name_of_its_file(tmp_path):
    path = tmp_path / "quiz.test.jsonl"
    path.write_text("1")
    before = evaluation_set(str(path))
    assert before == evaluation_set(str(path)) and before.label == "quiz" and before.path == str(path)
    path.write_text("2")
    assert evaluation_set(str(path)).content != before.content
    with pytest.raises(UsageError, match=r"cannot read the evaluation set nowhere\.jsonl: No such file"):
        evaluation_set("nowhere.jsonl")


def hashes_of(text: str, n: int) -> np.ndarray:
    tokens = word_tokens(pa.array([text]))
    found = window_hashes(tokens.hashes, tokens.bounds, n)
    return found[found != 0]


def sets(tmp_path, *texts: list[str]) -> tuple[EvaluationSet, ...]:
    made = []
    for number, lines in enumerate(texts):
        path = tmp_path / f"set{number}.txt"
        path.write_text("\n".join(lines))
        made.append(evaluation_set(str(path)))
    return tuple(made)


LONG, TEN = "a b c d e f g h i j k l m n", "one two three four five six seven eight nine ten"


def test_tables_hold_windows_of_n_words_and_whole_shorter_texts(tmp_path):
    tables = ngram_tables(sets(tmp_path, [LONG, TEN, "too short"], [LONG + " o"]), 13)
    assert [table.length for table in tables] == [10, 13]
    whole, windows = tables
    assert whole.hashes.tolist() == hashes_of(TEN, 10).tolist() and whole.sets.tolist() == [0]
    assert set(windows.hashes.tolist()) == set(hashes_of(LONG + " o", 13).tolist())
    assert (np.diff(windows.hashes.astype(object)) > 0).all()
    by_hash = dict(zip(windows.hashes.tolist(), windows.sets.tolist(), strict=True))
    assert [by_hash[hash] for hash in hashes_of(LONG + " o", 13).tolist()] == [0, 0, 1]


def test_a_table_finds_what_it_holds(tmp_path):
    (table,) = ngram_tables(sets(tmp_path, [LONG]), 13)
    asked = np.concatenate(
        (
            np.array([0, 1, 2**64 - 1], np.uint64),
            hashes_of(LONG, 13),
            hashes_of(TEN * 2, 13),
            table.hashes ^ np.uint64(1),
        )
    )
    places, which = table.find(asked)
    assert places.tolist() == [3, 4] and which.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("n", "words", "message"),
    [(13, 8, ""), (13, 7, "holds no text of 8 words"), (5, 5, ""), (5, 4, "holds no text of 5 words")],
)
def test_a_set_without_a_text_that_is_long_enough_is_named(tmp_path, n, words, message):
    chosen = sets(tmp_path, [" ".join(LONG.split()[:words])])
    if not message:
        assert len(ngram_tables(chosen, n)) == 1
        return
    with pytest.raises(UsageError, match=f"set0.txt {message}; is it the right file"):
        ngram_tables(chosen, n)


def test_an_empty_set_is_named(tmp_path):
    with pytest.raises(UsageError, match="holds no text of 8 words"):
        ngram_tables(sets(tmp_path, []), 13)
