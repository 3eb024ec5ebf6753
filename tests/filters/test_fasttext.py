"""The quality classifier: learns what it is shown, the same bytes every time, and says so in numbers."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

from filters import fasttext
from filters.fasttext_train import learn, passes, train_classifier
from filters.fasttext_words import lower_words, shaped_words
from mews.__main__ import main
from pipeline.doc import Doc
from pipeline.errors import UsageError
from readers import Unread, folder_texts

REPO_ROOT = Path(fasttext.__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> tuple[Path, Path]:
    """Two kinds of text that differ in half of their words: one text a file, and JSON lines."""
    good, bad = tmp_path_factory.mktemp("good"), tmp_path_factory.mktemp("bad")
    for n in range(120):
        (good / f"{n:03}.txt").write_text(f"The theorem number {n} follows from a lemma.\\nQed. " * 5)
    rows = [json.dumps({"text": f"Buy offer number {n} from our shop, cheap deal now! " * 5}) for n in range(120)]
    (bad / "a.jsonl.zst").write_bytes(zstandard.ZstdCompressor().compress("\n".join(rows).encode()))
    return good, bad


@pytest.fixture(scope="module")
def trained(folders, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("model")
    train_classifier(folders[0], folders[1], out)
    return out


def test_it_learns_the_difference(trained):
    rule = fasttext.quality(trained, threshold=0.5)
    assert rule(Doc("A lemma follows from the theorem")) is None
    assert rule(Doc("cheap shop offer, deal now!")) == "low_quality"
    assert 0 <= rule.measure(Doc(""))["score"] <= 1
    learnt = json.loads((trained / "quality.json").read_text())
    assert learnt["auc"] == 1 and learnt["positives_kept"] == 1 and learnt["negatives_kept"] < 0.3
    assert learnt["held_out"] + learnt["trained_on"] == 240


def test_the_threshold_is_the_learnt_one_or_an_argument(trained):
    doc = Doc("cheap shop offer, deal now!")
    learnt = json.loads((trained / "quality.json").read_text())["threshold"]
    assert [limit.bound for limit in fasttext.quality(trained).limits] == [learnt]
    assert fasttext.quality(trained, threshold=0.0)(doc) is None


def test_the_threshold_is_reached_and_not_passed(trained):
    rules = fasttext.quality(trained, threshold=0.25)
    assert rules.judge({"score": 0.25}) is None
    assert rules.judge({"score": 0.25 - 1e-9}) == "low_quality"


@pytest.fixture(scope="module")
def kinds(tmp_path_factory) -> Path:
    """A model of somebody else's: three labels, no notes beside it."""
    folder = tmp_path_factory.mktemp("kinds")
    words = {"news": "council mayor vote", "shop": "Buy cheap offer", "maths": "lemma theorem proof"}
    learn([(kind, f"{said} {n % 3}") for n in range(60) for kind, said in words.items()], folder / "model.bin")
    (folder / "kinds.model").hardlink_to(folder / "model.bin")
    return folder


@pytest.mark.parametrize("name", ["kinds.model", "model.bin", ""])
def test_a_model_of_ones_own_with_any_label(kinds, name):
    maths = fasttext.quality(kinds / name, threshold=0.5, label="maths")
    assert maths(Doc("a theorem\nand its proof")) is None
    assert maths(Doc("the mayor asked the council to vote")) == "low_quality"
    news = fasttext.quality(str(kinds / name), threshold=0.5, label="__label__news")
    assert news(Doc("the mayor asked the council to vote")) is None
    assert sum(fasttext.quality(kinds, 0.5, label).measure(Doc("lemma Buy"))["score"] for label in KINDS) > 0.99


KINDS = ("news", "shop", "maths")


def test_a_model_of_ones_own_sees_the_words_as_they_are_or_as_it_was_trained(kinds):
    """This one has learnt "Buy" and never "buy"; "</s>" would end the line."""
    shop = fasttext.quality(kinds, threshold=0.5, label="shop")
    assert shop.measure(Doc("Buy"))["score"] > 0.9 > shop.measure(Doc("buy"))["score"]
    upper = fasttext.quality(kinds, threshold=0.5, label="shop", prepare=str.title)
    assert upper.measure(Doc("buy"))["score"] > 0.9
    assert shop.measure(Doc("of </s> Buy"))["score"] > 0.9


def test_the_digest_is_that_of_the_model(trained):
    digest = hashlib.blake2b((trained / "model.bin").read_bytes(), digest_size=16).hexdigest()
    assert json.loads((trained / "quality.json").read_text())["digest"] == digest


def test_an_unknown_label_is_told_with_those_that_there_are(kinds):
    with pytest.raises(UsageError, match=r"model\.bin has no label 'hq'; it has 3: maths, news, shop$"):
        fasttext.quality(kinds, threshold=0.5)
    with pytest.raises(UsageError, match="no label 'sport'"):
        fasttext.quality(kinds, threshold=0.5, label="sport")


class Labelled:
    """A model of 25 labels."""

    def get_labels(self) -> list[str]:
        return [f"__label__l{number:02d}" for number in range(25)]


def test_of_many_labels_twenty_are_told(kinds, monkeypatch):
    monkeypatch.setattr(fasttext, "model_at", lambda path: Labelled())
    with pytest.raises(UsageError) as caught:
        fasttext.quality(kinds, threshold=0.5)
    assert str(caught.value).endswith(f"it has 25: {', '.join(f'l{number:02d}' for number in range(20))}")


def test_what_else_is_wrong_with_a_model_is_one_clear_line(kinds, tmp_path):
    with pytest.raises(UsageError, match="comes without a threshold; give one, between 0 and 1"):
        fasttext.quality(kinds, label="maths")
    with pytest.raises(UsageError, match=r"there is no model file .*nothing"):
        fasttext.quality(tmp_path / "nothing", 0.5)
    with pytest.raises(UsageError, match=r"there is no model file .*model\.bin"):
        fasttext.quality(tmp_path, 0.5)
    (tmp_path / "text.bin").write_text("no model at all")
    with pytest.raises(UsageError, match=r"text\.bin is no fastText model"):
        fasttext.quality(tmp_path / "text.bin", 0.5)


def test_the_same_folders_make_the_same_bytes(folders, trained, tmp_path):
    """In another process, through the command line."""
    run = [sys.executable, "-m", "mews", "quality", "train", *map(str, folders), "--out", str(tmp_path)]
    done = subprocess.run(run, cwd=REPO_ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name in ("model.bin", "quality.json", "README.md"):
        assert (tmp_path / name).read_bytes() == (trained / name).read_bytes()
    assert done.stdout == (trained / "README.md").read_text()


def test_how_the_texts_lie_in_files_does_not_matter(folders, trained, tmp_path):
    (tmp_path / "good").mkdir()
    rows = [json.dumps({"content": text}) for text in folder_texts(str(folders[0]), Unread())]
    (tmp_path / "good" / "all.jsonl").write_text("\n".join(reversed(rows)))
    out = tmp_path / "models" / "of" / "today"
    train_classifier(tmp_path / "good", folders[1], out)
    assert (out / "model.bin").read_bytes() == (trained / "model.bin").read_bytes()


def test_our_own_model_sees_the_words_and_the_shape(trained, tmp_path):
    rules = fasttext.quality(trained)
    assert rules.measure == fasttext.LabelScore(trained / "model.bin", "__label__hq", shaped_words)
    assert rules.measure(Doc("A LEMMA, the Theorem")) == rules.measure(Doc("a lemma , the theorem"))
    assert rules.measure(Doc("a lemma\n" * 30)) != rules.measure(Doc("a lemma " * 30))
    notes = json.loads((trained / "quality.json").read_text())
    assert notes.pop("shape") is True
    shutil.copy(trained / "model.bin", tmp_path)
    (tmp_path / "quality.json").write_text(json.dumps(notes))
    assert fasttext.preparation(tmp_path)[1] is lower_words, "a model of an older Mews, which saw no shape"


def test_the_card_tells_the_figures(trained):
    card, learnt = (trained / "README.md").read_text(), json.loads((trained / "quality.json").read_text())
    assert learnt["trained"]["hq"] + learnt["trained"]["cc"] == learnt["trained_on"]
    assert f"| hq | {learnt['trained']['hq']} | {learnt['held']['hq']} |" in card
    assert "area under the ROC curve: 1.0000" in card and "## Calibration" in card and "needs a licence" in card
    assert f"| 10% | {learnt['threshold_by_share']['0.1']:.6f} |" in card


def test_without_two_addresses_or_a_column_there_is_nothing_to_do(folders, tmp_path, capsys):
    for given in ([str(folders[0])], [*map(str, folders), "--label", "x"]):
        with pytest.raises(SystemExit, match="2"):
            main(["quality", "train", *given, "--out", str(tmp_path)])
        assert capsys.readouterr().err.startswith("error: give good texts and texts of a crawl, or one address and --l")


@pytest.mark.parametrize("wrong", ["absent", "empty"])
def test_a_wrong_folder_is_one_clear_line(folders, tmp_path, wrong):
    (tmp_path / "empty").mkdir()
    run = [
        sys.executable,
        "-m",
        "mews",
        "quality",
        "train",
        str(tmp_path / wrong),
        str(folders[1]),
        "--out",
        str(tmp_path),
    ]
    done = subprocess.run(run, cwd=REPO_ROOT, capture_output=True, text=True)
    assert done.returncode and done.stderr.startswith("error: ") and done.stderr.count("\n") == 1, done.stderr


def test_fewer_texts_are_passed_more_often():
    assert [passes(n) for n in (1, 300, 1000, 400_000)] == [50, 50, 15, 5]


def test_people_and_the_classifier_agree_more_than_by_chance(shared, tmp_path):
    """Trained on nine tenths of DCLM's human labels, it ranks the rest far better than a coin would."""
    file = shared / "data" / "quality" / "dclm_human_quality.jsonl.zst"
    rows = [json.loads(line) for line in zstandard.open(file, "rt").read().split("\n") if line]
    for label in (0, 1):
        (tmp_path / str(label)).mkdir()
        lines = [json.dumps({"text": row["text"]}) for row in rows if row["label"] == label]
        (tmp_path / str(label) / "a.jsonl").write_text("\n".join(lines))
        assert len(list(folder_texts(str(tmp_path / str(label)), Unread()))) == len(lines)
    train_classifier(tmp_path / "1", tmp_path / "0", tmp_path / "model", keep=0.5)
    assert json.loads((tmp_path / "model" / "quality.json").read_text())["auc"] > 0.7
