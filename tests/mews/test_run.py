"""`mews run` and `mews plan`: the help of a recipe, what is told while it runs and at its end, and Ctrl-C."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers import toy
from tests.helpers.commands import mews
from tests.helpers.markdown import REPO_ROOT


def test_a_run_tells_its_stages_its_funnel_and_where_the_rows_are(tmp_path: Path):
    folder, root = toy.corpus(tmp_path / "in"), tmp_path / "out"
    run = mews("run", "tests.helpers.toy", "--root", root, "--runner", "local", f"folder={folder}")
    assert run.returncode == 0, run.stderr
    lines = run.stderr.splitlines()
    assert lines[:2] == ["reading tests.helpers.toy and the list of its inputs", "starting"]
    assert [line.split()[1:4] for line in lines[2:]] == [
        [stage, made, "made"]
        for stage, made in (
            ("read", "4"),
            ("keys", "4"),
            ("copies", "4"),
            ("home", "4"),
            ("verdicts", "4"),
            ("unique", "4"),
        )
    ]
    assert "short 48" in run.stdout
    assert run.stdout.endswith(f"376 rows are in {root}/unique\n")
    again = mews("run", "tests.helpers.toy", "--root", root, "--runner", "local", f"folder={folder}")
    assert again.stderr.splitlines() == lines[:2] and again.stdout == run.stdout, "a second run makes nothing"


def test_the_help_of_a_recipe_lists_its_arguments(tmp_path: Path):
    (tmp_path / "mine.py").write_text(
        '"""Pages of mine."""\nfrom typing import Literal\n'
        'def recipe(snapshot: str, most=5, mode: Literal["fast", "slow"] = "fast"):\n    """Kept briefly."""\n'
    )
    for order in ([tmp_path / "mine.py", "--help"], ["--root", "x", "--help", tmp_path / "mine.py"]):
        told = mews("run", *order)
        assert told.returncode == 0, told.stderr
        assert told.stdout.startswith("Pages of mine.\n\nKept briefly.\n\n")
        assert [line.split() for line in told.stdout.splitlines()[4:7]] == [
            ["snapshot=", "text", "(needed)"],
            ["most=5", "a", "whole", "number"],
            ["mode=fast", "one", "of", "fast,", "slow"],
        ]
        assert "--root" in told.stdout, "the options of the command follow"
    assert "most=5" in mews("plan", tmp_path / "mine.py", "--help").stdout
    assert "most=5" in mews("submit", tmp_path / "mine.py", "--help").stdout


def test_the_help_of_a_recipe_that_is_not_there_is_one_line():
    told = mews("run", "recipes.nothing", "--help")
    assert told.returncode == 2 and told.stderr.startswith("error: there is no recipe recipes.nothing")


@pytest.mark.parametrize(("columns", "named"), [("()", ["edu", "register"]), ("('edu',)", ["register"])])
def test_a_run_names_columns_that_are_made_and_not_published(tmp_path: Path, columns: str, named: list[str]):
    (tmp_path / "noted.py").write_text(f"""
import pyarrow as pa
from pipeline.stage import Map
from pipeline.transform import annotate
from stages.publish import publish
from tests.helpers import toy

def note(doc):
    return {{"edu": 1.0, "register": "formal"}}

def recipe(folder: str):
    schema = pa.schema([("edu", pa.float32()), ("register", pa.string())])
    noted = Map("noted", toy.recipe(folder), (annotate(note, schema),))
    return publish("mine", noted, pa.schema([("content", pa.string()), ("url", pa.string())]), columns={columns})
""")
    folder, root = toy.corpus(tmp_path / "in", files=1, pages=20), tmp_path / "out"
    run = mews("run", tmp_path / "noted.py", "--root", root, "--runner", "local", f"folder={folder}")
    assert run.returncode == 0, run.stderr
    told = f"mine: the columns {', '.join(named)} are not published; publish(columns=...) keeps them"
    assert run.stderr.splitlines()[-1] == told
    assert run.stdout.splitlines()[-1].endswith(f"documents are in {root}/mine")


def test_plan_lists_the_stages_and_what_is_made(tmp_path: Path):
    folder, root = toy.corpus(tmp_path / "in", files=2), tmp_path / "out"
    plan = ["plan", "tests.helpers.toy", "--root", root, f"folder={folder}"]
    before = [line.split() for line in mews(*plan).stdout.splitlines()]
    assert before[0] == ["read", "map", "0", "made"]
    assert before[-1] == ["unique", "map", "0", "made", "after", "read,", "verdicts"]
    assert not root.exists(), "a plan writes nothing"
    mews("run", "tests.helpers.toy", "--root", root, "--runner", "local", f"folder={folder}")
    assert mews(*plan).stdout.splitlines()[0].split() == ["read", "map", "2", "made"]


def test_ctrl_c_is_one_line_and_the_next_run_goes_on(tmp_path: Path):
    folder, root = toy.corpus(tmp_path / "in"), tmp_path / "out"
    for path in folder.iterdir():
        path.write_text(path.read_text() + "\n<slow>" * 16)
    command = ["run", "tests.helpers.toy", "--root", str(root), "--runner", "local", f"folder={folder}"]
    code = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += f"from mews.__main__ import main; sys.argv[1:] = {command}; main()"
    run = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    while not list(root.glob("read/*.parquet")):
        assert run.poll() is None
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    said = run.communicate()[1].splitlines()
    assert said[-1] == "error: interrupted; the same command goes on with what is not made yet"
    assert run.returncode == 130 and "Traceback" not in "".join(said)
    assert list(root.rglob("*.part")) == []
    assert mews(*command).returncode == 0


def test_a_function_that_closes_standard_output_does_not_hide_the_results(tmp_path: Path):
    root = tmp_path / "out"
    (tmp_path / "mine.py").write_text(
        "import sys\nfrom pipeline.stage import Map\nfrom pipeline.transform import screen\n"
        "from curriculum.sources import folder as rows\ndef closes(doc): sys.stdout.close()\n"
        "def recipe(folder: str): return Map('kept', rows(folder), (screen(closes),))\n"
    )
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "a.jsonl").write_text('{"text": "one"}\n')
    run = mews("run", tmp_path / "mine.py", "--root", root, "--runner", "local", f"folder={tmp_path / 'rows'}")
    assert run.returncode == 0, run.stderr
    assert run.stdout.endswith(f"1 rows are in {root}/kept\n")


def test_a_run_of_files_of_this_machine_imports_no_http_client(tmp_path: Path):
    folder, root = toy.corpus(tmp_path / "in"), tmp_path / "out"
    words = ["run", "tests.helpers.toy", "--root", str(root), "--runner", "local", f"folder={folder}"]
    code = (
        f"import sys; from mews.__main__ import command_line; command_line('run')({words}, standalone_mode=False);"
        "import recipes.refinedweb; print(*({'httpx', 'ray'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPO_ROOT)
    assert done.stdout.splitlines()[-1] == ""


def test_a_run_that_the_disk_is_too_small_for_is_refused_but_for_anyway(tmp_path: Path):
    (tmp_path / "large.py").write_text("""
import dataclasses
from pipeline.source import InputSize
from tests.helpers import toy

def size(items):
    return InputSize(len(items) << 60)

def recipe(folder: str):
    unique = toy.recipe(folder)
    pages = dataclasses.replace(unique.source.source, size=size)
    return dataclasses.replace(unique.source, source=pages)
""")
    folder, root = toy.corpus(tmp_path / "in", files=1, pages=20), tmp_path / "out"
    given = ("run", tmp_path / "large.py", "--root", root, "--runner", "local", f"folder={folder}")
    refused = mews(*given)
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()[2:]
    assert line.startswith(f"error: the disk of {tmp_path} has ") and line.endswith("or give --anyway")
    assert not root.exists(), "nothing was begun"
    begun = mews(*given, "--anyway")
    assert begun.returncode == 0, begun.stderr
