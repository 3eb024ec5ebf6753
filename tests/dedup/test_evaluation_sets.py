"""Evaluation sets: files with a digest of their content, and their n-grams in tables."""

import json

import numpy as np
import pyarrow as pa
import pytest

from dedup.evaluation_sets import EvaluationSet, evaluation_set, ngram_tables
from dedup.tokens import word_tokens
from dedup.windows import window_hashes
from pipeline.errors import UsageError
from pipeline.fingerprint import fingerprint
from tests.helpers.object_store import bucket


def test_a_set_has_the_digest_of_its_content_and_the_name_of_its_file(tmp_path):
    path = tmp_path / "quiz.test.jsonl"
    path.write_text("1")
    before = evaluation_set(str(path))
    assert before == evaluation_set(str(path)) and before.label == "quiz"
    path.write_text("2")
    assert evaluation_set(str(path)).content != before.content
    with pytest.raises(UsageError, match=r"cannot read the evaluation set .*/nowhere\.jsonl: .*no such file"):
        evaluation_set("nowhere.jsonl")


def test_a_set_in_a_bucket_is_the_same_set(tmp_path):
    path = tmp_path / "quiz.jsonl"
    path.write_text(json.dumps({"question": LONG}) + "\n")
    near = evaluation_set(str(path))
    with bucket({"sets/quiz.jsonl": path.read_bytes()}) as (url, _):
        far = evaluation_set(url.format("sets/quiz.jsonl"))
        assert (far.content, far.label) == (near.content, near.label) and "MYSECRET" not in repr(far)
        assert fingerprint(far) == fingerprint(near)
        (mine,), (theirs,) = ngram_tables((near,), 13), ngram_tables((far,), 13)
        assert mine.hashes.tolist() == theirs.hashes.tolist()


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
