"""What a person may get wrong with the main job: one line that says what and where, and nothing made is lost."""

import subprocess
import sys
from pathlib import Path

import pytest

import sample
from mews import recipe_loader as recipes
from pipeline.errors import UsageError


def refinedweb(root: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "mews", "run", "recipes.refinedweb", "--runner", "local", "--root", str(root)]
    return subprocess.run([*command, *arguments], capture_output=True, text=True)


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("snapshot={folder}/nowhere", "nowhere"),
        ("snapshot={folder}/empty", "empty"),
        ("snapshot={folder}/*.nothing", "*.nothing"),
        ("snapshot=CC-MAIN-20XX", "CC-MAIN-20XX"),
        ("files=0", "files=0"),
        ("language=tlh", "there are no rules for the language 'tlh'"),
        ("extractor=guess", "guess"),
        ("rejects=-1", "rejects=-1.0"),
        ("megabytes=0", "megabytes=0"),
        ("language=", "returned nothing"),
        ("bands=0", "bands=0"),
        ("rows=0", "rows=0"),
        ("parts=0", "parts=0"),
        ("snapshot=", "snapshot is empty"),
        ("cut=everything", "give one of cut, cut_keep_first"),
        ("verify=prayer", "prayer"),
    ],
)
def test_an_argument_that_cannot_be_is_refused_before_any_work(tmp_path: Path, argument: str, said: str):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError) as refused:
        recipes.load_recipe("recipes.refinedweb", [argument.format(folder=tmp_path)])
    assert said in str(refused.value) and "\n" not in str(refused.value)


def test_a_file_that_is_no_warc_fails_alone(tmp_path: Path, sample_folder: Path):
    names = sample.make(str(sample_folder))
    folder = tmp_path / "warcs"
    folder.mkdir()
    whole = (sample_folder / names[0]).read_bytes()
    (folder / "good.warc.gz").write_bytes(whole[: len(whole) // 20])
    (folder / "bad.warc.gz").write_text("<html>503 Slow Down</html>")
    run = refinedweb(tmp_path / "out", f"snapshot={folder}")
    assert run.returncode == 1
    assert run.stderr.count("error: stage raw: 1 shard(s) failed: bad-") == 1 and "Traceback" not in run.stderr
    assert len(list((tmp_path / "out/raw").glob("good-*.parquet"))) == 1
    (folder / "bad.warc.gz").unlink()
    assert refinedweb(tmp_path / "out", f"snapshot={folder}").returncode == 0, "what was made is taken up again"
