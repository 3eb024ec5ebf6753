"""What `mews stats`, `status`, `explain`, `whatif`, `compare` and `family` print."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from pipeline.funnel import stage_stats
from pipeline.summary import summary
from report.replay import Tried
from tests.helpers import toy
from tests.helpers.commands import mews


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the toy recipe."""
    folder = toy.corpus(tmp_path_factory.mktemp("in"))
    root = tmp_path_factory.mktemp("out")
    run = mews("run", "tests.helpers.toy", "--root", root, "--runner", "local", f"folder={folder}")
    assert run.returncode == 0, run.stderr
    return root


def test_stats_as_json_are_the_documented_shape(made: Path):
    told = json.loads(mews("stats", made, "--json").stdout)
    assert told == json.loads(json.dumps(summary(stage_stats(str(made)))))
    assert list(told) == ["read", "keys", "copies", "home", "verdicts", "unique"], "in the order of the plan"
    assert told["read"]["rows_in"] == 480 and told["read"]["tokens_out"] == 2120
    assert list(told["read"]["steps"].values())[-1]["dropped"] == {"toy:short": [48, 48]}


def test_status_counts_shards_and_names_failures(made: Path, tmp_path: Path):
    said = mews("status", made).stdout
    assert said.startswith("6 of 6 stages are done\n")
    assert said.splitlines()[2].split()[:6] == ["read", "map", "4", "4", "480", "56"]
    told = json.loads(mews("status", made, "--json").stdout)
    first = told["stages"][0]
    assert {name: first[name] for name in ("stage", "kind", "made", "shards", "failed", "rows", "dropped")} == {
        "stage": "read", "kind": "map", "made": 4, "shards": 4, "failed": [], "rows": 480, "dropped": 56,
    }  # fmt: skip
    assert told["left"] == 0


def test_explain_goes_on_without_the_recipe_of_a_run(tmp_path: Path):
    """A run can be asked about when the file of its recipe is gone; only the limits are not known then."""
    folder, root = toy.corpus(tmp_path / "in", files=1), tmp_path / "out"
    (tmp_path / "mine.py").write_text("from tests.helpers.toy import recipe\n")
    mews("run", tmp_path / "mine.py", "--root", root, "--runner", "local", f"folder={folder}")
    (tmp_path / "mine.py").unlink()
    said = mews("explain", root, "f0.txt:0")
    assert said.returncode == 0 and "read: dropped by toy:short" in said.stdout
    assert said.stderr.startswith("limits are not shown: there is no recipe") and said.stderr.count("\n") == 1


def test_report_writes_a_page(made: Path, tmp_path: Path):
    said = mews("report", made, "--out", tmp_path / "page.html", "--pages", "50")
    assert said.returncode == 0, said.stderr
    page = (tmp_path / "page.html").read_text()
    assert page.startswith("<!doctype html>") and page.endswith("</html>")
    assert said.stdout.startswith(f"{tmp_path}/page.html: 0.1 MB, made of 50 pages\n")
    assert mews("report", made, "--compare", made).returncode == 0
    assert (made / "report.html").is_file()
    assert mews("verify", made).returncode == 0, "the page is no stranger in the root"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["stats"], "documents and pretokens kept after each step"),
        (["explain", "f0.txt:10"], "read: dropped by toy:short"),
        (["whatif", "toy.characters=8"], "what if toy.characters=8: documents kept after each step"),
        (["compare", "ROOT"], "(Jaccard 1.000)"),
    ],
)
def test_a_question_is_answered_on_stdout(made: Path, arguments: list[str], said: str):
    told = mews(arguments[0], made, *(made if each == "ROOT" else each for each in arguments[1:]))
    assert (told.returncode, told.stderr) == (0, "")
    assert said in told.stdout


def test_a_page_without_a_family_is_told(made: Path):
    told = mews("family", made, "f0.txt:7")
    assert told.returncode == 2 and "f0.txt:7 is in no family" in told.stderr


@pytest.mark.parametrize(
    ("arguments", "shape"),
    [
        (["explain", "ROOT", "f0.txt:10"], {"pages": ["id", "url", "record", "stages"]}),
        (["whatif", "ROOT", "toy.characters=8"], {"steps": ["stage", "step", "before", "after", "reasons"]}),
        (["compare", "ROOT", "ROOT"], {"runs": ["root", "recipe"], "steps": ["stage", "step", "first", "second"]}),
        (["stats", "ROOT", "--by", "script"], {"groups": ["name", "pages", "kept", "tokens", "odd"]}),
        (["samples", "ROOT", "short", "-n", "1"], {"pages": ["stage", "reason", "id", "url", "record", "measured"]}),
    ],
)
def test_json_has_the_documented_shape(made: Path, arguments: list[str], shape: dict[str, list[str]]):
    told = mews(*(made if each == "ROOT" else each for each in arguments), "--json")
    assert (told.returncode, told.stderr) == (0, "")
    answer = json.loads(told.stdout)
    assert {name: list(answer[name][0])[: len(keys)] for name, keys in shape.items()} == shape


JSON = {
    "stats --by": ["stats", "--by", "language"],
    "status": ["status"],
    "samples": ["samples", "toy:short"],
    "explain": ["explain", "f0.txt:0"],
    "whatif": ["whatif", "toy.characters=3"],
    "family": ["family"],
    "verify": ["verify"],
}


def documented() -> dict[str, str]:
    """The shapes in docs/report.md, by command."""
    rows = (Path(__file__).parents[2] / "docs/report.md").read_text().split("## For programs")[1].splitlines()
    cells = [row.strip("|").split(" | ") for row in rows if row.startswith("| `")]
    return {command.strip().strip("`"): shape for command, shape in cells}


@pytest.mark.parametrize("command", JSON)
def test_every_command_prints_one_object_as_the_docs_have_it(made: Path, command: str):
    word, *more = JSON[command]
    said = mews(word, made, *more, "--json")
    assert said.returncode == 0, said.stderr
    told, shape = json.loads(said.stdout), documented()[command]
    assert told and all(f"`{name}`" in shape for name in told)
    for rows in (value for value in told.values() if isinstance(value, list)):
        assert all(f"`{name}`" in shape for row in rows if isinstance(row, dict) for name in row)


def test_the_other_shapes(made: Path, tmp_path: Path):
    shapes = documented()
    page = tmp_path / "page.txt"
    page.write_text("some words")
    told = json.loads(
        mews("explain", "tests/helpers/toy.py", page, f"folder={toy.corpus(tmp_path / 'in')}", "--json").stdout
    )
    assert list(told) == ["url", "bytes", "steps", "text"] and told["text"] == "some words"
    assert all(f"`{name}`" in shapes["explain RECIPE"] for name in [*told, *told["steps"][0]])
    told = json.loads(mews("compare", made, made, "--json").stdout)
    assert all(f"`{name}`" in shapes["compare"] for name in told)
    told = json.loads(mews("plan", "tests.helpers.toy", f"folder={tmp_path / 'in'}", "--root", made, "--json").stdout)
    assert told["stages"][0]["made"] == 4
    assert all(f"`{name}`" in shapes["plan"] for name in [*told, *told["stages"][0]])
    assert all(f"`{field.name}`" in shapes["replay"] for field in fields(Tried))
    assert {*shapes} - {*JSON} == {"stats", "explain RECIPE", "compare", "plan", "replay"}
