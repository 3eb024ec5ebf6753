"""The command line: one clear line for what cannot be done, and its exit code."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from mews import __main__ as command_line
from pipeline.errors import BadInput, UsageError
from pipeline.root import redact
from tests.helpers import toy
from tests.helpers.commands import mews

COMMANDS = (
    "run plan submit jobs logs stop stats status verify explain whatif compare family replay tokenizer quality".split()
)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "recipes.refinedwebb"], "there is no recipe recipes.refinedwebb"),
        (["run", "tests.helpers.toy", "folder"], "'folder' is no argument"),
        (["run", "tests.helpers.toy", "folder=x", "characters=few"], "characters=few: give a whole number"),
        (["run", "tests.helpers.toy"], "tests.helpers.toy needs folder="),
        (["run", "tests.helpers.toy", "--root", "/dev/null/out", "folder=x"], "cannot write to /dev/null/out"),
        (["run", "tests.helpers.toy", "--root", "", "folder=x"], "the root is empty"),
        (["run", "tests.helpers.toy", "folder=x", "rejects=7"], "stage read: rejects=7.0; give the share to keep"),
        (["run", "tests.helpers.toy", "folder=x", "rejects=nan"], "rejects=nan"),
        (["run", "tests.helpers.toy", "folder=x", "--workers", "0"], "Invalid value for '--workers'"),
        (["run", "tests.helpers.toy", "folder=x", "--runner", "spark"], "'spark' is not one of 'local', 'ray'"),
        (["run"], "Missing argument"),
        (["jump"], "No such command 'jump'"),
        (["stats", "nowhere"], "nowhere holds no run"),
        (["status", "nowhere"], "nowhere holds no run"),
        (["verify", "nowhere"], "nowhere holds no run"),
        (["explain", "nowhere", "page"], "nowhere holds no run"),
        (["quality", "train", "nowhere", "nowhere", "--out", "x"], "nowhere"),
        (["tokenizer", "train", "web=nowhere", "--out", "x"], "nowhere"),
    ],
)
def test_what_cannot_be_done_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    local = ["--runner", "local"] if arguments[0] == "run" and "--runner" not in arguments else []
    with pytest.raises(SystemExit) as ended:
        command_line.main([*arguments[:1], *local, *arguments[1:]])
    told = capsys.readouterr()
    assert ended.value.code == 2
    assert told.out == ""
    last = told.err.splitlines()[-1]
    assert last.startswith("error: ") and said in last
    assert [line for line in told.err.splitlines()[:-1] if line not in ("starting",) and "reading" not in line] == []


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UsageError("a is b"), 2, "error: a is b\n"),
        (BadInput("a is b"), 1, "error: a is b\n"),
        (FileNotFoundError(2, "No such file or directory", "x"), 1, "error: x: No such file or directory\n"),
        (OSError("a\nb"), 1, "error: a b\n"),
        (OSError(), 1, "error: OSError\n"),
        (pa.ArrowInvalid("cut\nshort"), 1, "error: cut short\n"),
        (BadInput("a\x1b[2Jb"), 1, "error: a␛[2Jb\n"),
    ],
)
def test_every_error_ends_in_one_line_and_a_code(error, code, said, capsys, monkeypatch):
    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr(command_line, "command_line", lambda word: fail)
    with pytest.raises(SystemExit) as ended:
        command_line.main(["stats", "x"])
    assert (ended.value.code, capsys.readouterr().err) == (code, said)


def test_a_fault_of_ours_keeps_its_traceback(monkeypatch):
    def fail(*arguments, **options):
        raise ValueError("a bug")

    monkeypatch.setattr(command_line, "command_line", lambda word: fail)
    with pytest.raises(ValueError, match="a bug"):
        command_line.main(["stats", "x"])


def test_without_a_command_all_are_listed():
    told = mews()
    assert told.returncode == 0 and told.stderr == ""
    assert [name for name in COMMANDS if f" {name} " not in told.stdout] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        command_line.main([command, "--help"])
    assert ended.value.code == 0 and "Usage" in capsys.readouterr().out


def test_keys_in_urls_are_not_shown():
    assert redact("s3://key:secret@bucket/a?token=x b") == "s3://bucket/a b"
    assert redact("snapshot=https://host/path?sig=1") == "snapshot=https://host/path"
    assert redact("s3://KEY:se/cr+et@bucket/a s3://bucket/b:c@d") == "s3://bucket/a s3://bucket/b:c@d"


@pytest.mark.parametrize("command", ["stats", "status", "verify", "explain", "whatif", "compare", "family", "replay"])
def test_a_root_is_named_without_its_keys(tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]):
    root = f"file://user:hidden@localhost{tmp_path}/none?token=hidden"
    more = {"explain": ["x"], "whatif": ["a=1"], "compare": [root], "family": ["x"]}.get(command, [])
    with pytest.raises(SystemExit) as ended:
        command_line.main([command, root, *more])
    told = capsys.readouterr()
    assert ended.value.code and told.err.startswith("error: ")
    assert "hidden" not in told.err + told.out


EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m [red]bold[/red] \u202egnp.exe"


def test_a_page_tells_the_terminal_nothing(tmp_path: Path):
    """What pages hold is shown, and does nothing to the terminal that shows it."""
    folder, root = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "a.txt").write_text(f"{EVIL}\nx")
    made = mews("run", "tests.helpers.toy", "--root", root, "--runner", "local", f"folder={folder}", "characters=99")
    assert made.returncode == 0
    told = mews("explain", root, "a.txt:0").stdout
    assert "[red]bold[/red]" in told and "owned" in told
    unknown = mews("explain", root, f"http://a/{EVIL}").stderr
    assert unknown.startswith("error: no page of")
    for shown in (told, unknown):
        assert not [c for c in shown if c != "\n" and (not c.isprintable() or c == "\u202e")]


def test_a_run_of_the_toy_can_be_asked_about(tmp_path: Path):
    """The commands in one go on one small run; each has tests of its own."""
    folder, root = toy.corpus(tmp_path / "in"), tmp_path / "out"
    made = mews("run", "tests.helpers.toy", "--root", root, "--runner", "local", f"folder={folder}")
    assert made.returncode == 0, made.stderr
    for command in ("stats", "status", "verify"):
        assert mews(command, root).returncode == 0


@pytest.mark.parametrize("command", ["stats", "status", "explain", "family", "report"])
def test_a_command_begins_without_what_takes_long_to_import(command: str):
    """Kernels, models and databases are imported when they are needed; the other commands are not imported at all."""
    heavy = {"numba", "ray", "duckdb", "trafilatura", "presidio_analyzer", "mews.submit", "mews.tokenizer", "mews.run"}
    code = f"from mews.__main__ import command_line; command_line('{command}')"
    code += f"; import sys; print(*({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


HEAVY = {"numba", "ray", "torch", "fasttext", "presidio_analyzer", "trafilatura", "httpx", "duckdb"}


def loaded(code: str, *arguments: object) -> set[str]:
    """Which of HEAVY a process has loaded after this code; the output of the code goes unread."""
    ended = "except SystemExit as end: assert not end.code"
    code = f"import sys\ntry:\n    {code}\n{ended}\nprint('loaded', *({HEAVY} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split()[1:])


@pytest.fixture(scope="module")
def toy_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, root = toy.corpus(tmp_path_factory.mktemp("in")), tmp_path_factory.mktemp("out")
    assert mews("run", "tests.helpers.toy", "--root", root, "--runner", "local", f"folder={folder}").returncode == 0
    return root


@pytest.mark.parametrize(
    "words",
    ["stats", "stats --by language", "status", "verify", "family", "samples toy:short", "explain f0.txt:0",
     "whatif toy.characters=3"],
)  # fmt: skip
def test_a_command_that_looks_at_a_run_loads_no_kernel_and_no_model(toy_run: Path, words: str):
    command, *more = words.split(" ", 1)
    run = f"from mews.__main__ import main; main(['{command}', sys.argv[1], *sys.argv[2:]])"
    more = more[0].split() if more else []
    assert loaded(run, toy_run, *more) == set()


def test_the_stages_of_a_recipe_and_their_columns_are_known_without_kernels_and_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """What bands make of one page is asked of the kernels once, and remembered."""
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "a.warc").write_bytes(b"")
    code = "from pipeline.run import plan; from mews.recipe_loader import load_recipe"
    code += "; print(*(s.schema for s in plan(*load_recipe('recipes.refinedweb', ['snapshot=' + sys.argv[1]]))))"
    assert loaded(code, tmp_path) == {"numba"}
    assert loaded(code, tmp_path) == set()


def test_one_command_keeps_its_name_and_its_help(capsys):
    with pytest.raises(SystemExit) as ended:
        command_line.main(["status", "--help"])
    assert ended.value.code == 0 and " status [OPTIONS]" in capsys.readouterr().out
