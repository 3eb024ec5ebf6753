"""Training on a column: labels, scores with a limit, and what is refused."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xxhash

from filters.fasttext_train import SETTINGS, train_classifier, train_on_column
from pipeline.doc import Doc
from pipeline.errors import MewsError, UsageError

WORDS = ("cheap shop offer", "a page of news", "the lemma and its proof")


def rows(number: int = 240) -> list[dict]:
    return [
        {"text": f"{WORDS[n % 3]} number {n} " * 4, "edu": 2 * (n % 3), "kind": WORDS[n % 3][:6]} for n in range(number)
    ]


def write(path: Path, some: list[dict]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(some), path)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in some))
    return str(path.parent)


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_each_value_of_a_column_is_a_label(tmp_path, kind):
    assert train_on_column(write(tmp_path / "in" / f"a.{kind}", rows()), "edu", tmp_path / "out") is None
    about = json.loads((tmp_path / "out" / "quality.json").read_text())
    assert set(about["trained"]) == {"0", "2", "4"} and about["accuracy"] == 1
    assert about["correlation"] > 0.9 > about["mean_error"] and "threshold" not in about
    train_on_column(str(tmp_path / "in"), "kind", tmp_path / "names")
    assert set(json.loads((tmp_path / "names" / "quality.json").read_text())["trained"]) == {
        "cheap",
        "a_page",
        "the_le",
    }


def test_scores_that_are_whole_floats_are_the_same_labels(tmp_path):
    floats = [row | {"edu": float(row["edu"])} for row in rows()]
    train_on_column(write(tmp_path / "in" / "a.parquet", floats), "edu", tmp_path / "out")
    assert set(json.loads((tmp_path / "out" / "quality.json").read_text())["trained"]) == {"0", "2", "4"}


def test_with_a_limit_a_score_makes_a_filter_as_two_folders_do(tmp_path):
    rules = train_on_column(write(tmp_path / "in" / "a.jsonl", rows()), "edu", tmp_path / "out", at_least=4, keep=0.2)
    assert rules is not None and rules(Doc("the proof of the lemma")) is None
    assert rules(Doc("cheap shop offer")) == "low_quality"
    good = write(tmp_path / "good" / "a.jsonl", [row for row in rows() if row["edu"] >= 4])
    rest = write(tmp_path / "rest" / "a.jsonl", [row for row in rows() if row["edu"] < 4])
    train_classifier(good, rest, tmp_path / "two", keep=0.2)
    for name in ("model.bin", "quality.json", "README.md"):
        assert (tmp_path / "two" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()


def test_what_is_noted_of_the_texts_that_stay_is_what_the_filter_keeps(tmp_path):
    """With `keep=0` only the best of the negatives held out reaches the threshold."""
    good = write(tmp_path / "good" / "a.jsonl", [row for row in rows() if row["edu"] == 4])
    rest = write(tmp_path / "rest" / "a.jsonl", [row for row in rows() if row["edu"] < 4])
    rules = train_classifier(good, rest, tmp_path / "out", keep=0.0)
    about = json.loads((tmp_path / "out" / "quality.json").read_text())
    for name, label, folder in (("positives_kept", "hq", good), ("negatives_kept", "cc", rest)):
        texts = [json.loads(line)["text"] for line in (Path(folder) / "a.jsonl").read_text().splitlines()]
        held = [text for text in texts if xxhash.xxh3_64_intdigest(text) % 10 == 0]
        assert len(held) == about["held"][label]
        assert about[name] == pytest.approx(sum(rules(Doc(text)) is None for text in held) / len(held))
    assert about["negatives_kept"] > 0 and about["keep"] == 0
    assert '\n "threshold": ' in (tmp_path / "out" / "quality.json").read_text(), "a figure a line, for people"


def test_a_model_does_not_depend_on_what_lies_in_memory(tmp_path, monkeypatch):
    texts, models = write(tmp_path / "in" / "a.jsonl", rows()), []
    for filled in ("1", "77"):
        monkeypatch.setenv("MALLOC_PERTURB_", filled)  # what glibc fills the memory with that a process asks for
        train_on_column(texts, "edu", tmp_path / filled)
        models.append((tmp_path / filled / "model.bin").read_bytes())
    assert models[0] == models[1]


def test_what_fasttext_refuses_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(SETTINGS, "loss", "none")
    with pytest.raises(UsageError, match=r"fastText made no model of these texts: .*loss"):
        train_on_column(write(tmp_path / "in" / "a.jsonl", rows()), "edu", tmp_path / "out")


@pytest.mark.parametrize(
    ("some", "column", "limit", "said"),
    [
        (rows(), "moon", None, "has no column moon"),
        (rows()[::3], "edu", None, "column edu has one value only, 0"),
        (rows(), "kind", 2.0, "kind"),
        (rows(9), "edu", None, "3 texts of label . are too few to learn from"),
        ([{"text": f"{n}", "n": n} for n in range(200)], "n", None, "over 100 values; give --at-least NUMBER"),
        ([{"text": f"{n}", "n": None} for n in range(200)], "n", None, "one value only, none"),
    ],
)
def test_what_cannot_be_learnt_from_is_told(tmp_path, some, column, limit, said):
    with pytest.raises(MewsError, match=said):
        train_on_column(write(tmp_path / "in" / "a.parquet", some), column, tmp_path / "out", limit)
    if column == "moon":
        (tmp_path / "in" / "a.parquet").unlink()
        with pytest.raises(UsageError, match="has no column moon, only text, edu, kind"):
            train_on_column(write(tmp_path / "in" / "a.jsonl", some), column, tmp_path / "out", limit)


def test_of_many_columns_thirty_are_told(tmp_path):
    wide = [{"text": "x"} | {f"c{n:02d}": n for n in range(40)}]
    with pytest.raises(UsageError) as caught:
        train_on_column(write(tmp_path / "in" / "a.jsonl", wide), "moon", tmp_path / "out")
    assert str(caught.value).endswith(f"only text, {', '.join(f'c{n:02d}' for n in range(29))}")
