"""A served root that is empty, begun, of another version or damaged, and odd words: nothing is answered with 500."""

import json
import shutil
from pathlib import Path

import pytest

from pipeline.run import plan
from pipeline.run import run as run_stages
from pipeline.runner import Local
from tests.helpers.corpus import Corpus
from tests.helpers.judged import made
from tests.helpers.served import Served, served

ODD_WORDS = [
    "'",
    '"',
    "100%",
    "_",
    "%",
    "\\",
    "ünï 日本 🦊",
    "\0",
    "'; DROP TABLE p; --",
    "$word0",
    "{{7*7}}",
    "a" * 5_000,
]
PAGES = [
    ("", {}),
    ("live", {}),
    ("pages", {}),
    ("pages", {"text": "page", "sort": "longest"}),
    ("page", {"page": "p10"}),
    ("page", {"page": "p10", "html": 1}),
    ("families", {}),
    ("family", {"page": "d31"}),
    ("shards", {}),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory):
    return made(Corpus(tmp_path_factory.mktemp("corpus")))


def codes(up: Served) -> list[int]:
    return [up.get(page, **values).code for page, values in PAGES]


@pytest.mark.parametrize(
    "said", [None, "garbage", "[]", '{"version": 99}', '{"stages": 7}', '{"stages": [{"name": "raw"}]}']
)
def test_a_root_without_a_plan_of_this_version(run, tmp_path: Path, said: str | None):
    if said is not None:
        (tmp_path / "plan.json").write_text(said)
    with served(str(tmp_path), run[1]) as up:
        assert set(codes(up)) <= {404, 200}
        answer = up.get("")
        assert answer.code == 404 and ("run the recipe again" if said else "holds no run") in answer.text


def test_a_run_that_has_just_begun(run, tmp_path: Path):
    """Only the plan is there; then also what each stage will have, and nothing of it is made."""
    shutil.copy(Path(run[0]) / "plan.json", tmp_path)
    with served(str(tmp_path), run[1]) as up:
        assert codes(up) == [200, 200, 200, 200, 404, 404, 200, 404, 200]
    shutil.copytree(Path(run[0]) / "plan", tmp_path / "plan")
    with served(str(tmp_path), run[1]) as up:
        assert "cannot be read" not in up.get("pages").text
        assert codes(up) == [200, 200, 200, 200, 404, 404, 200, 404, 200]


def test_a_damaged_shard_costs_its_own_rows(run, tmp_path: Path):
    """Its pages are not found, all others are, and the search names the file and what to do."""
    root = tmp_path / "run"
    shutil.copytree(run[0], root)
    with served(run[0], run[1]) as up:
        whole = up.get("pages", fate="dropped").text.count('<li class="page">')
    damaged = sorted((root / "filtered.rejects").glob("*.parquet"))[0]
    damaged.write_bytes(b"PAR1 cut PAR1")
    with served(str(root), run[1]) as up:
        answer = up.get("pages", fate="dropped")
        assert answer.code == 200 and 0 < answer.text.count('<li class="page">') < whole
        assert f"filtered.rejects/{damaged.name}" in answer.text and "--mend" in answer.text
        assert 500 not in codes(up)
        assert up.get("").code == up.get("shards").code == 200


def test_of_a_damaged_shard_the_history_of_others_is_there(run, tmp_path: Path):
    """The history, the families and a family tell what they know, and which file they could not read."""
    root = tmp_path / "run"
    shutil.copytree(run[0], root)
    damaged = sorted((root / "filtered").glob("*.parquet"))[1]
    damaged.write_bytes(b"PAR1 cut PAR1")
    said = f"filtered/{damaged.name}"
    with served(str(root), run[1]) as up:
        answer = up.get("page", page="p11")
        assert answer.code == 200 and said in answer.text and "<h3>raw" in answer.text
        answer = up.get("family", page="d31")
        assert answer.code == 200 and said in answer.text and "2 pages, one kept" in answer.text
        answer = up.get("page", page="p10")
        assert answer.code == 200 and "<h3>fuzzy" in answer.text, "its shard is whole"
        answer = up.get("families", sort="address")
        assert answer.code == 200 and "http://host.example/d30" in answer.text
    verdicts = sorted((root / "near").glob("*.parquet"))
    verdicts[1].write_bytes(b"")
    with served(str(root), run[1]) as up:
        answer = up.get("families")
        assert answer.code == 200 and f"near/{verdicts[1].name}" in answer.text and "--mend" in answer.text
        assert "http://host.example/d30" in answer.text


@pytest.mark.parametrize("word", ODD_WORDS)
def test_odd_words_are_looked_for_as_they_are(run, word: str):
    with served(*run) as up:
        for name in ("text", "host", "language", "stage", "reason", "fate", "sort", "start"):
            answer = up.get("pages", **{name: word})
            assert answer.code == 200 and ("No page was found" in answer.text) == (name not in ("sort", "start"))
        assert up.get("page", page=word).code == up.get("family", page=word).code == 404


def test_a_very_long_text_is_cut(tmp_path: Path):
    stage = Corpus(tmp_path / "in").source([{"id": "long", "text": "word " * 400_000 + "end"}])
    root = str(tmp_path / "run")
    run_stages(stage, root=root, runner=Local())
    with served(root, plan(stage)) as up:
        assert len(up.get("pages").text) < 20_000
        answer = up.get("page", page="long")
        assert answer.code == 200 and 200_000 < len(answer.text) < 220_000 and " …</div>" in answer.text


def test_the_plan_that_is_served_is_that_of_the_run(run):
    """What the check of the plan asks for is what a run writes."""
    stages = json.loads((Path(run[0]) / "plan.json").read_text())["stages"]
    assert all({"name", "kind", "after", "documents"} <= stage.keys() for stage in stages)
