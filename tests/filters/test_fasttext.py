"""The quality classifier: learns what it is shown, the same bytes every time, and says so in numbers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

from filters import fasttext
from filters.fasttext_train import passes, texts_of, train
from pipeline.doc import Doc

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
    train(folders[0], folders[1], out)
    return out


def test_it_learns_the_difference(trained):
    rule = fasttext.load(trained, threshold=0.5)
    assert rule(Doc("A lemma follows from the theorem")) is None
    assert rule(Doc("cheap shop offer, deal now!")) == "low_quality"
    assert 0 <= rule.measure(Doc(""))["score"] <= 1
    learnt = json.loads((trained / "quality.json").read_text())
    assert learnt["auc"] == 1 and learnt["positives_kept"] == 1 and learnt["negatives_kept"] < 0.3
    assert learnt["held_out"] + learnt["trained_on"] == 240


def test_the_threshold_is_the_learnt_one_or_an_argument(trained):
    doc = Doc("cheap shop offer, deal now!")
    assert fasttext.load(trained).threshold == json.loads((trained / "quality.json").read_text())["threshold"]
    assert fasttext.load(trained, threshold=0.0)(doc) is None


def test_the_same_folders_make_the_same_bytes(folders, trained, tmp_path):
    """In another process, through the command line."""
    run = [sys.executable, "-m", "mews", "quality", "train", *map(str, folders), "--out", str(tmp_path)]
    done = subprocess.run(run, cwd=REPO_ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name in ("model.bin", "quality.json"):
        assert (tmp_path / name).read_bytes() == (trained / name).read_bytes()
    assert done.stdout == (trained / "quality.json").read_text()


def test_how_the_texts_lie_in_files_does_not_matter(folders, trained, tmp_path):
    (tmp_path / "good").mkdir()
    rows = [json.dumps({"content": text}) for text in texts_of(folders[0])]
    (tmp_path / "good" / "all.jsonl").write_text("\n".join(reversed(rows)))
    train(tmp_path / "good", folders[1], tmp_path / "model")
    assert (tmp_path / "model" / "model.bin").read_bytes() == (trained / "model.bin").read_bytes()


@pytest.mark.parametrize("wrong", ["absent", "empty"])
def test_a_wrong_folder_is_one_clear_line(folders, tmp_path, wrong):
    (tmp_path / "empty").mkdir()
    run = [
        sys.executable,
        "-m",
        "filters.fasttext",
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
        assert len(list(texts_of(tmp_path / str(label)))) == len(lines)
    train(tmp_path / "1", tmp_path / "0", tmp_path / "model", keep=0.5)
    assert json.loads((tmp_path / "model" / "quality.json").read_text())["auc"] > 0.7
