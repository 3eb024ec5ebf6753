"""Folders of code on their way to other machines: what goes, what stays, and the same archive each time."""

import importlib
import os
from pathlib import Path

import pytest

from pipeline import shipping
from pipeline.errors import UsageError
from pipeline.shipping import folders_of, own_folders, pack_folder, unpack
from pipeline.stage import Map, Source
from pipeline.transform import screen
from tests.helpers import toy


def folder_of(place: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = place / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return place


def test_code_goes_and_data_stays(tmp_path: Path):
    kept = {"a_dot_py": "1", "words_dot_txt": "w", "deep__b_dot_py": "2"}
    left = {
        "rows_dot_parquet": "", "x_dot_warc_dot_gz": "", "_dot_git__config": "", "_dot_hidden": "", "out__c_dot_py": "",
        "env__pyvenv_dot_cfg": "", "env__d_dot_py": "", "run__plan_dot_json": "", "run__e_dot_py": "",
    }  # fmt: skip
    (place,) = unpack([pack_folder(folder_of(tmp_path / "own", **kept, **left))])
    found = {str(path.relative_to(place)): path.read_text() for path in Path(place).rglob("*") if path.is_file()}
    assert found == {"a.py": "1", "words.txt": "w", "deep/b.py": "2"}


def test_the_same_files_are_the_same_archive_whenever_they_were_written(tmp_path: Path):
    first = folder_of(tmp_path / "first", a_dot_py="1", b_dot_py="2")
    second = folder_of(tmp_path / "second", b_dot_py="2", a_dot_py="1")
    os.utime(second / "a.py", (1, 1))
    assert pack_folder(first) == pack_folder(second)
    (second / "a.py").write_text("3")
    assert pack_folder(first) != pack_folder(second)


def test_an_archive_is_smaller_than_its_code(tmp_path: Path):
    assert len(pack_folder(folder_of(tmp_path / "own", a_dot_py="x = 1\n" * 10_000))) < 2_000


def test_each_archive_has_a_folder_of_its_own(tmp_path: Path):
    folders = [folder_of(tmp_path / name, a_dot_py=name) for name in ("one", "two")]
    places = unpack([pack_folder(folder) for folder in folders])
    assert [Path(place, "a.py").read_text() for place in places] == ["one", "two"]


@pytest.mark.parametrize(("limit", "refused"), [(2, True), (3, False)])
def test_what_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int, refused: bool):
    monkeypatch.setattr(shipping, "LARGEST", limit)
    folder = folder_of(tmp_path / "own", a_dot_py="12", b_dot_py="3")
    if not refused:
        assert pack_folder(folder)
        return
    with pytest.raises(UsageError, match="goes to the workers with the code in it, and holds more than"):
        pack_folder(folder)


def test_the_folders_that_code_of_ones_own_is_imported_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder_of(tmp_path / "mine", judging_dot_py="import judging_words\n\n\ndef judge(doc):\n    return None\n")
    folder_of(tmp_path / "words", judging_words_dot_py="WORDS = ()\n")
    for folder in ("mine", "words"):
        monkeypatch.syspath_prepend(str(tmp_path / folder))
    judge = importlib.import_module("judging").judge
    source = Source(("a",), toy.Read("x"), toy.SCHEMA)
    stages = [Map("plain", source, (screen(toy.at_least(1)),)), Map("own", source, (screen(judge),))]
    assert own_folders(stages[:1]) == [], "what is in the repository is there already"
    assert own_folders([*stages, *stages]) == [tmp_path / "mine", tmp_path / "words"]
    assert folders_of(["judging_words", "json", "numpy", "judging", "judging_words", "pipeline.stage"]) == [
        tmp_path / "words", tmp_path / "mine"
    ]  # fmt: skip
