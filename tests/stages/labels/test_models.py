"""Scores of models as columns: any labels, several models, a scale; the files count by their content."""

from pathlib import Path

import pyarrow as pa
import pytest

from filters import fasttext
from filters.fasttext_train import learn, train_classifier
from pipeline.errors import UsageError
from pipeline.fingerprint import fingerprint
from stages.labels import model_scores

TABLE = pa.table({"id": ["a", "b", "c"], "text": ["a theorem and its proof", "Buy cheap offer", None]})


def trained(folder: Path, words: dict[str, str]) -> Path:
    folder.mkdir()
    learn([(label, f"{said} {n % 3}") for n in range(60) for label, said in words.items()], folder / "m.bin")
    return folder / "m.bin"


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> dict[str, Path]:
    base = tmp_path_factory.mktemp("models")
    for name, said in (("good", "The lemma number {} has a proof. "), ("bad", "Buy offer number {}, cheap! ")):
        (base / name).mkdir()
        for n in range(120):
            (base / name / f"{n}.txt").write_text(said.format(n) * 5)
    train_classifier(base / "good", base / "bad", base / "own")
    scale = {"0": "Buy cheap offer", "3": "council mayor vote", "5": "lemma theorem proof"}
    kinds = {"news": "council mayor vote", "a-shop": "Buy cheap offer", "maths": "lemma theorem proof"}
    return {"own": base / "own", "edu": trained(base / "edu", scale), "kind": trained(base / "kind", kinds)}


def scored(*given, **more) -> list[dict]:
    table = TABLE
    for transform in model_scores(*given, **more):
        table = transform(table)
    assert table.num_rows == 3
    return table.drop_columns(["id", "text"]).to_pylist()


def test_a_model_of_our_own_gives_the_score_that_its_filter_measures(models):
    rows = scored({"good": models["own"]})
    rules = fasttext.quality(models["own"])
    for text, row in zip(TABLE["text"].to_pylist(), rows, strict=True):
        assert row["good"] == pytest.approx(rules.measure(fasttext.Doc(text or ""))["score"], abs=1e-6)
    assert rows[0]["good"] > 0.9 > 0.1 > rows[1]["good"]


def test_labels_that_are_numbers_give_their_expected_value(models):
    rows = scored({"edu": models["edu"]})
    assert rows[0]["edu"] > 4.5 and rows[1]["edu"] < 0.5
    assert scored({"edu": models["edu"]}, labels={"edu": ["5", "expected"]})[0].keys() == {"edu_5", "edu_expected"}


def test_other_labels_give_a_column_each(models):
    rows = scored({"kind": models["kind"]})
    assert rows[0].keys() == {"kind_a_shop", "kind_maths", "kind_news"}
    assert sum(rows[0].values()) == pytest.approx(1, abs=1e-3) and rows[0]["kind_maths"] > 0.9
    assert scored({"kind": models["kind"]}, labels={"kind": ["__label__news"]})[0].keys() == {"kind"}


def test_several_models_share_what_they_see(models):
    transforms = model_scores(models)
    assert [len(each.models) for each in transforms] == [1, 2]
    together = scored(models)
    for name in models:
        for row, alone in zip(together, scored({name: models[name]}), strict=True):
            assert {column: row[column] for column in alone} == alone


def test_a_model_counts_by_its_content(models, tmp_path):
    copy = tmp_path / "m.bin"
    copy.write_bytes(models["edu"].read_bytes())
    assert fingerprint(model_scores({"edu": copy})) == fingerprint(model_scores({"edu": models["edu"]}))
    copy.write_bytes(models["kind"].read_bytes())
    fasttext.model_at.cache_clear()
    assert fingerprint(model_scores({"edu": copy}, {"edu": ["news"]})) != fingerprint(
        model_scores({"edu": models["edu"]})
    )


def test_what_is_not_there_is_told(models):
    for given, said in (
        (({"x": "/nowhere"},), "there is no model file /nowhere"),
        (({"kind": models["kind"]}, {"kind": ["sport"]}), "no label sport; it has 3: a-shop, maths, news"),
        (({"kind": models["kind"]}, {"kind": ["expected"]}), "labels that are no numbers"),
        (({"kind": models["kind"]}, {"moon": ["a"]}), "names moon, which is no model here: kind"),
    ):
        with pytest.raises(UsageError, match=said):
            model_scores(*given)
