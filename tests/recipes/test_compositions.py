"""Every recipe is a plan that can be made; the ones beside RefinedWeb run on one file of the sample."""

from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mews import recipe_loader as recipes
from pipeline.funnel import funnel
from pipeline.run import plan, run
from pipeline.runner import Local
from pipeline.verify import faults
from stages.language import most_likely


def make(root: Path, name: str, *arguments: str) -> None:
    run(
        *recipes.load_recipe(name, arguments),
        root=str(root),
        runner=Local(),
        about={"recipe": name, "arguments": list(arguments)},
    )
    assert list(faults(str(root))) == []


def test_several_languages_come_out_of_one_pass(tmp_path: Path):
    make(tmp_path, "recipes.refinedweb_europe", "files=1", "language=de,fr,sv")
    for code, found in (("de", {"de"}), ("fr", {"fr"}), ("sv", set())):
        texts = [
            text
            for p in tmp_path.glob(f"refinedweb.{code}/data/*.parquet")
            for text in pq.read_table(p)["content"].to_pylist()
        ]
        assert {most_likely(text)[0] for text in texts} == found, "no page of a language is an empty data set"
    assert len(list((tmp_path / "receipts/raw").iterdir())) == 1
    steps = Counter(line.stage for line in funnel(str(tmp_path)))
    assert steps["raw"] and steps["filtered.de"] and steps["filtered.fr"]


def test_fineweb_keeps_curated_sources_and_cuts_nothing(tmp_path: Path):
    make(tmp_path, "recipes.fineweb", "files=1")
    steps = [line.step for line in funnel(str(tmp_path))]
    assert "fineweb.quality" in steps and "url.curated_source" not in steps and "lines" not in steps
    assert len(list((tmp_path / "fineweb/data").glob("train-*.parquet"))) == 1


def test_what_an_earlier_run_kept_is_not_kept_again(tmp_path: Path):
    make(tmp_path / "first", "recipes.refinedweb", "files=1")
    make(tmp_path / "second", "recipes.refinedweb", "files=1", f"prior_runs={tmp_path / 'first'}")
    kept = [pq.read_table(p).num_rows for p in (tmp_path / "second").glob("clean/*.parquet")]
    assert sum(kept) == 0
    reasons = Counter(
        r for p in (tmp_path / "second").glob("*.rejects/*") for r in pq.read_table(p)["reason"].to_pylist()
    )
    assert reasons["url:prior_run"] > 100


@pytest.mark.parametrize("name", ["refinedweb", "refinedweb_europe", "fineweb"])
def test_a_recipe_prints_itself(name: str):
    stages = plan(*recipes.load_recipe(f"recipes.{name}", []))
    assert len({stage.name for stage in stages}) == len(stages) > 10
    assert "Map(name='raw'" in repr(stages[0]) and len(repr(stages[0])) < 3000
