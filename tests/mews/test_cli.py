"""The command line: one clear line for what cannot be done, and its exit code."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mews import recipe_loader as recipes
from pipeline.store import redact
from tests.helpers import toy


def mews(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "mews", *map(str, arguments)], capture_output=True, text=True)


def test_run_plan_stats_verify(tmp_path: Path):
    folder, root = toy.corpus(tmp_path / "in"), tmp_path / "out"
    run = mews("run", "tests.helpers.toy", "--root", root, "--runner", "local", f"folder={folder}")
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    assert "short 48" in run.stdout and f"rows are in {root}" in run.stdout.replace("\n", "")
    stats = json.loads(mews("stats", root, "--json").stdout)
    assert stats["read"]["rows_in"] == 480
    assert stats["read"]["steps"]["toy"]["dropped"] == {"toy:short": [48, 48]}
    assert "copies" in mews("plan", "tests.helpers.toy", "--root", root, f"folder={folder}").stdout
    assert mews("verify", root).stdout == f"{root}: every receipt holds\n"
    shard = next((root / "unique").iterdir())
    shard.unlink()
    verified = mews("verify", root)
    assert verified.returncode == 1
    assert verified.stdout == f"unique/{shard.name}: missing\n" and verified.stderr.startswith("error: 1 fault(s)")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["run", "recipes.refinedwebb"],
            "there is no recipe recipes.refinedwebb; give the path of a Python file of yours, or one of",
        ),
        (
            ["run", "tests.helpers.toy", "foldr=x"],
            "'foldr=x' is no argument of this recipe; write name=value with one of: folder",
        ),
        (["run", "tests.helpers.toy", "folder"], "'folder' is no argument"),
        (["run", "tests.helpers.toy", "folder=x", "characters=few"], "characters=few: give a whole number"),
        (["run", "tests.helpers.toy"], "tests.helpers.toy needs folder="),
        (
            ["run", "tests.helpers.toy", "--runner", "local", "--root", "/dev/null/out", "folder=x"],
            "cannot write to /dev/null/out",
        ),
        (["run", "tests.helpers.toy", "--root", "", "folder=x"], "the root is empty"),
        (
            ["run", "tests.helpers.toy", "folder=x", "rejects=7"],
            "stage read: rejects=7.0; give the share to keep, 0 to 1",
        ),
        (["run", "tests.helpers.toy", "folder=x", "rejects=nan"], "rejects=nan"),
        (["run", "tests.helpers.toy", "folder=x", "--workers", "0"], "Invalid value for '--workers'"),
        (["run", "tests.helpers.toy", "folder=x", "--runner", "spark"], "'spark' is not one of 'local', 'ray'"),
        (["run"], "Missing argument 'recipe'"),
        (["jump"], "No such command 'jump'"),
        (["run", "nowhere.py"], "there is no recipe nowhere.py: no such file"),
        (["run", "filters.gopher"], "filters.gopher has no function `recipe`"),
        (["stats", "nowhere"], "nowhere holds no run"),
        (["verify", "nowhere"], "nowhere holds no run"),
    ],
)
def test_what_cannot_be_done_is_one_line(arguments: list[str], said: str):
    run = mews(*arguments)
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr.startswith("error: ") and said in run.stderr
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def recipe():\n    return {}['stages']\n", "line 2: KeyError: 'stages'"),
        ("def recipe(:\n", "line 1: invalid syntax"),
        ("from filters.gopher import nothing\n", "line 1: ImportError: cannot import name 'nothing'"),
        ("import package_of_nobody\n", "needs the package package_of_nobody"),
        ("def recipe():\n    return 3\n", "a recipe returns a stage"),
        ("def recipe():\n    return ()\n", "a recipe returns a stage"),
        ("from pipeline.errors import UsageError\ndef recipe():\n    raise UsageError('so')\n", "error: so"),
    ],
)
def test_what_is_wrong_with_a_recipe_of_ones_own_is_one_line(tmp_path: Path, code: str, said: str):
    (tmp_path / "own.py").write_text(code)
    run = mews("run", tmp_path / "own.py", "--runner", "local", "--root", tmp_path / "out")
    assert run.returncode == 2
    assert said in run.stderr and len(run.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_ctrl_c_is_one_line_and_the_next_run_goes_on(tmp_path: Path):
    folder, root = toy.corpus(tmp_path / "in"), tmp_path / "out"
    for path in folder.iterdir():
        path.write_text(path.read_text() + "\n<slow>" * 40)
    command = ["run", "tests.helpers.toy", "--root", str(root), "--runner", "local", f"folder={folder}"]
    code = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += f"from mews.__main__ import main; sys.argv[1:] = {command}; main()"
    run = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    while not list(root.glob("read/*.parquet")):
        assert run.poll() is None
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    assert run.communicate()[1] == "error: interrupted; the same command goes on with what is not made yet\n"
    assert run.returncode == 130
    assert list(root.rglob("*.part")) == []
    assert mews(*command).returncode == 0


def test_arguments_get_the_types_that_the_recipe_names(tmp_path: Path):
    (goal,) = recipes.load("tests.helpers.toy", [f"folder={tmp_path}", "characters=7", "rejects=0.5"])
    assert goal.source.rejects == 0.5 and goal.source.transforms[0].filters[0].limits[0].bound == 7  # type: ignore[attr-defined]


def test_keys_in_urls_are_not_shown():
    assert redact("s3://key:secret@bucket/a?token=x b") == "s3://bucket/a b"
    assert redact("snapshot=https://host/path?sig=1") == "snapshot=https://host/path"
    assert redact("s3://KEY:se/cr+et@bucket/a s3://bucket/b:c@d") == "s3://bucket/a s3://bucket/b:c@d"


EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m [red]bold[/red] \u202egnp.exe"


def test_a_page_tells_the_terminal_nothing(tmp_path: Path):
    """What pages hold is shown, and does nothing to the terminal that shows it."""
    folder, root = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "a.txt").write_text(f"{EVIL}\nx")
    assert mews(
        "run", "tests.helpers.toy", "--root", root, "--runner", "local", f"folder={folder}", "characters=99"
    ).stdout
    told = mews("explain", root, "a.txt:0").stdout
    assert "[red]bold[/red]" in told and "owned" in told
    unknown = mews("explain", root, f"http://a/{EVIL}").stderr
    assert unknown.startswith("error: no page of")
    for shown in (told, unknown):
        assert not [c for c in shown if c != "\n" and (not c.isprintable() or c == "\u202e")]


@pytest.mark.parametrize("command", ["stats", "verify", "explain", "whatif", "compare", "family", "replay"])
def test_a_root_is_named_without_its_keys(tmp_path: Path, command: str):
    root = f"file://user:hidden@localhost{tmp_path}/none?token=hidden"
    said = mews(
        command, root, *{"explain": ["x"], "whatif": ["a=1"], "compare": [root], "family": ["x"]}.get(command, [])
    )
    assert said.returncode and said.stderr.startswith("error: ")
    assert "hidden" not in said.stderr + said.stdout
