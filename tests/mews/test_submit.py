"""Jobs for real: a head with a token on loopback, an own recipe that is stopped in the middle and submitted again."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mews.__main__ import main
from mews.job_packages import pinned_packages
from mews.job_server import JobServer, connect
from mews.submit import check_root, handed_on, own_code
from pipeline.errors import RunnerLost, UsageError
from tests.helpers import toy
from tests.helpers.ray_head import REPO_ROOT, Head, ray_head

pytestmark = pytest.mark.timeout(900)  # processes that start others, on a machine that may be busy
RECIPE = """
import os
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipeline.stage import Map, Source
from pipeline.transform import screen
from submitted_filters import listed

SCHEMA = pa.schema([("id", pa.string()), ("text", pa.string())])
PLACE = Path("{place}")


@dataclass(frozen=True)
class Pages:
    def __call__(self, name):
        (PLACE / f"{os.getpid()}.pid").touch()
        while name >= "file-2" and not (PLACE / "go").exists():
            time.sleep(0.05)
        rows = [f"page {n} of {name}" for n in range(10)]
        yield pa.table({"id": [f"{name}:{n}" for n in range(10)], "text": rows}, schema=SCHEMA)


def recipe(files: int = 8):
    source = Source(tuple(f"file-{n}" for n in range(files)), Pages(), SCHEMA)
    return Map("judged", source, (screen(listed),), copy=True)
"""
FILTERS = """
from pathlib import Path

WORDS = set((Path(__file__).parent / "words.txt").read_text().split())


def listed(doc):
    return "listed" if WORDS & set(doc.text.split()) else None
"""


@pytest.fixture(scope="module")
def head(tmp_path_factory):
    with ray_head(tmp_path_factory.mktemp("ray"), dashboard=True) as running:
        yield running


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The folder of a recipe of one's own, with a filter and its word list.

    It makes two of its files, and the others when there is a file `go` in the folder above.
    """
    folder = tmp_path / "own"
    folder.mkdir()
    recipe = RECIPE.replace("{place}", str(tmp_path))
    for name, text in {"submitted.py": recipe, "submitted_filters.py": FILTERS, "words.txt": "3 7"}.items():
        (folder / name).write_text(text)
    return folder


Here = Callable[..., tuple[object, str]]


@pytest.fixture
def here(head: Head, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Runs a command in this process; its exit code, and what it says on standard error."""
    for name, value in environment(head).items():
        monkeypatch.setenv(name, value)

    def run(*words: str) -> tuple[object, str]:
        with pytest.raises(SystemExit) as ended:
            main([*words])
        return ended.value.code, capsys.readouterr().err

    return run


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "mews", *map(str, words)]


def environment(head: Head) -> dict[str, str]:
    return os.environ | head.token | {"RAY_ADDRESS": head.dashboard}


def said(head: Head, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words), env=environment(head), capture_output=True, text=True, timeout=240)


def submitted(head: Head, *words: object) -> tuple[subprocess.Popen[str], str]:
    """A `mews submit` that follows its job, and the name of the job."""
    process = subprocess.Popen(
        command("submit", *words), env=environment(head), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    return process, process.stderr.readline().partition(" runs ")[2].partition(";")[0]


def until(happened: Callable[[], object]) -> bool:
    """Whether it happens within some minutes."""
    deadline = time.monotonic() + 400
    while not (seen := bool(happened())) and time.monotonic() < deadline:
        time.sleep(0.1)
    return seen


def test_an_own_recipe_is_submitted_stopped_and_submitted_again(tmp_path: Path, head: Head, own: Path):
    root = tmp_path / "out"
    process, job = submitted(head, own / "submitted.py", "--root", root, "--workers", 1)
    assert until(lambda: list(root.glob("receipts/judged/*.json")))
    assert said(head, "stop", job).returncode == 0
    assert process.wait(120) == 1 and "was stopped; the same command goes on" in process.communicate()[1]
    workers = [Path("/proc", path.stem) for path in tmp_path.glob("*.pid")]
    assert workers and until(lambda: not any(worker.exists() for worker in workers)), "its work ends with it"
    made = {path: path.stat().st_mtime_ns for path in root.glob("receipts/judged/*.json")}
    assert 0 < len(made) < 8

    (tmp_path / "go").touch()
    again = said(head, "submit", own / "submitted.py", "--root", root)
    assert again.returncode == 0, again.stderr + again.stdout
    assert f"{8 - len(made)} made in" in again.stdout and "64 rows are in" in again.stdout
    assert {path: path.stat().st_mtime_ns for path in made} == made, "what was made is kept"
    assert "every receipt holds" in said(head, "verify", root).stdout
    listed = said(head, "jobs").stdout
    assert job in listed and "stopped" in listed and "succeeded" in listed


def test_a_recipe_of_this_project_is_submitted(tmp_path: Path, head: Head):
    """Nothing is sent but the project."""
    folder, root = toy.corpus(tmp_path / "in", files=1, pages=20), tmp_path / "out"
    done = said(head, "submit", "tests.helpers.toy", "--root", root, f"folder={folder}")
    assert done.returncode == 0 and f"rows are in {root}/unique" in done.stdout, done.stderr + done.stdout


def test_ctrl_c_leaves_the_job_running(tmp_path: Path, head: Head, own: Path):
    root = tmp_path / "out"
    process, job = submitted(head, own / "submitted.py", "--root", root, "--workers", 1, "--anyway", "files=8")
    assert until(lambda: list(root.glob("receipts/judged/*.json")))
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=60)[1]
    assert process.returncode == 130 and told.count("\n") == 1
    assert f"{job} goes on; mews logs {job} follows it, mews stop {job} ends it" in told
    (tmp_path / "go").touch()
    followed = said(head, "logs", job)
    assert followed.returncode == 0 and "64 rows are in" in followed.stdout
    assert len(list(root.glob("judged/*.parquet"))) == 8
    assert "--workers 1 --anyway" in said(head, "jobs").stdout


def test_the_exit_code_is_that_of_the_job(tmp_path: Path, head: Head, own: Path):
    recipe = (own / "submitted.py").read_text()
    (own / "submitted.py").write_text(recipe.replace('Map("judged"', 'Map("judged" if files < 9 else 1 / 0'))
    failed = said(head, "submit", own / "submitted.py", "--root", "s3://k:hidden@bucket/my run", "files=9")
    assert failed.returncode == 2 and failed.stderr.endswith("ended with exit code 2\n"), (
        "there is nothing to go on with"
    )
    assert "ZeroDivisionError" in failed.stdout and "Traceback" not in failed.stderr + failed.stdout
    assert "s3://bucket/my run" in failed.stdout and "hidden" not in failed.stdout + failed.stderr


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["recipes.refinedwebb", "--root", "s3://b/x"], "there is no recipe recipes.refinedwebb"),
        (["recipes.refinedweb", "--root", "s3://b/x", "fils=4"], "'fils=4' is no argument of this recipe"),
        (["recipes.refinedweb", "--root", "out"], "out: the machines of a cluster need one that all of them reach"),
        (["recipes.refinedweb", "--root", "s3:/b/x"], "did you mean s3://b/x?"),
        (["recipes.refinedweb", "--root", "s3://b/x", "--env", "NO_SUCH"], "--env NO_SUCH: there is no such variable"),
        (["recipes.refinedweb", "--root", "s3://b/x", "--address", "head:6379"], "jobs go to the dashboard"),
    ],
)
def test_what_can_be_refused_is_refused_here(words: list[str], why: str, head: Head, here: Here):
    before = len(JobServer(head.dashboard, head.token["RAY_AUTH_TOKEN"]).jobs())
    code, refused = here("submit", *words)
    assert code == 2 and refused.count("\n") == 1 and why in refused
    assert len(JobServer(head.dashboard, head.token["RAY_AUTH_TOKEN"]).jobs()) == before


def test_a_token_is_looked_for_and_asked_for(tmp_path: Path, head: Head, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(RunnerLost, match="asks for a token: put it in RAY_AUTH_TOKEN"):
        connect(head.dashboard, lambda question: "")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "0" * 64)
    with pytest.raises(RunnerLost, match="does not take the token in RAY_AUTH_TOKEN"):
        connect(head.dashboard, lambda question: "")
    monkeypatch.delenv("RAY_AUTH_TOKEN")
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray/auth_token").write_text(head.token["RAY_AUTH_TOKEN"] + "\n")
    assert isinstance(connect(head.dashboard, lambda question: "").jobs(), list)


def test_a_person_is_asked_for_the_token_in_one_line(tmp_path: Path, head: Head):
    ours, theirs = pty.openpty()
    without = os.environ | {"HOME": str(tmp_path), "RAY_ADDRESS": head.dashboard}
    pipes = {"stdin": theirs, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command("jobs"), env=without, **pipes, start_new_session=True)
    assert process.stderr
    question = f"token of {head.dashboard} (ray get-auth-token tells it on the head):".encode()
    assert process.stderr.read(len(question)) == question
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:  # what is typed before the echo is off is thrown away
        os.write(ours, f"{head.token['RAY_AUTH_TOKEN']}\n".encode())
        time.sleep(0.2)
    told, _ = process.communicate(timeout=120)
    assert process.returncode == 0 and told.startswith(b"job ")


def test_a_job_that_is_not_there_is_one_line(here: Here):
    for words in (["logs", "nothing"], ["stop", "nothing"]):
        code, unknown = here(*words)
        assert code == 2 and unknown.count("\n") == 1
        assert "nothing does not exist; mews jobs lists those" in unknown


def test_a_dashboard_that_is_not_there_is_one_line():
    with pytest.raises(RunnerLost, match=r"no cluster takes jobs at http://127\.0\.0\.1:1: ConnectError"):
        connect("http://127.0.0.1:1", lambda question: "")


def test_an_archive_is_sent_once(head: Head):
    server = JobServer(head.dashboard, head.token["RAY_AUTH_TOKEN"])
    first = server.ship(b"PK an archive")
    assert first.startswith("gcs://_ray_pkg_") and server.ship(b"PK an archive") == first
    assert server.ship(b"PK another") != first


@pytest.mark.parametrize("root", ["s3://bucket/run", "gs://bucket/run", "/shared/run"])
def test_roots_that_all_machines_may_reach(root: str):
    check_root(root)


def test_an_own_recipe_is_imported_by_its_name_and_brings_its_folder(own: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(own))
    assert own_code(str(own / "submitted.py")) == ("submitted", [own])
    assert own_code("recipes.refinedweb") == ("recipes.refinedweb", [])
    assert own_code(str(REPO_ROOT / "recipes/fineweb.py")) == ("recipes.fineweb", [])


def test_variables_are_handed_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MEWS_CONTACT", "a@b.example")
    monkeypatch.setenv("MEWS_CACHE", "/here/only")
    monkeypatch.setenv("AWS_REGION", "eu-1")
    assert handed_on(["AWS_REGION"]) == {"MEWS_CONTACT": "a@b.example", "AWS_REGION": "eu-1"}
    with pytest.raises(UsageError, match="--env NOT_SET"):
        handed_on(["NOT_SET"])


def test_packages_are_those_of_this_project_pinned():
    packages = pinned_packages()
    constraints = (REPO_ROOT / "constraints.txt").read_text().splitlines()
    assert set(packages) < set(constraints) and len(packages) > 60
    names = {package.partition("==")[0].lower() for package in packages}
    assert {"pyarrow", "trafilatura", "numba", "llvmlite", "typer", "tokenizers"} <= names, "and what these need"
    assert not names & {"ray", "mews", "pytest", "ruff", "datasets", "moto"}
