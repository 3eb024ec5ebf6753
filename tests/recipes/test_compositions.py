"""Every recipe is a plan that can be made; the ones beside RefinedWeb run on one file of the sample."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tokenizers import ByteLevelBPETokenizer

from dedup.subwords import by_file
from mews import recipe_loader as recipes
from pipeline.fingerprint import fingerprint
from pipeline.funnel import funnel
from pipeline.run import plan, run
from pipeline.runner import Local
from pipeline.shuffle import Scatter
from pipeline.verify import faults
from recipes import refinedweb
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


def test_five_grams_and_runs_are_of_a_tokenizers_tokens_where_its_file_is_given(tmp_path: Path):
    trainer = ByteLevelBPETokenizer()
    trainer.train_from_iterator(["five grams of tokens"] * 9, vocab_size=300, show_progress=False)
    trainer.save(str(tmp_path / "tokenizer.json"))
    by_tokens, by_words = (
        {stage.name: stage for stage in plan(*refinedweb.recipe(tokens=given))} for given in (str(tmp_path), "")
    )
    texts = pa.array(["five grams of tokens"])
    for name in ("near.bands", "repeats.minimizers", "repeats.windows"):
        ours, words = by_tokens[name], by_words[name]
        made, of_words = ((s.rows if isinstance(s, Scatter) else s.transforms[0]).tokenise for s in (ours, words))
        assert len(of_words(texts).hashes) == 4
        assert fingerprint(ours.code()) != fingerprint(words.code())
        assert (made(texts).hashes == by_file(str(tmp_path))(texts).hashes).all()
    for name in ("raw", "filtered", "unique", "fuzzy", "clean"):
        unit, counted = by_tokens[name].tokens
        assert unit == "tokens" and by_words[name].tokens is True
        assert counted(pa.chunked_array([[" tokens of tokens", None], ["five"]])).to_pylist() == [3, 0, 1]
