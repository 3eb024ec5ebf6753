"""A Ray cluster that is joined by its address, as on many machines: the same bytes, and one gate for all requests."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.helpers import toy
from tests.helpers.ray_head import LOOPBACK, Head, ray_head
from tests.helpers.runs import data, make, slow_corpus

pytestmark = pytest.mark.timeout(900)  # two heads begin before the first test, which takes its time on a busy machine


class Losing(NamedTuple):
    """A driver that lost its cluster; what it reads, what the file that it was at should hold, and its root."""

    driver: subprocess.Popen[str]
    address: str
    folder: Path
    calm: str
    root: Path


@pytest.fixture(scope="module", autouse=True)
def losing(tmp_path_factory) -> Iterator[Losing]:
    """The head and all that it started are killed while tasks run. It takes the driver 40 seconds to be sure of it:
    the other tests run meanwhile.
    """
    folder, root = slow_corpus(tmp_path_factory.mktemp("in")), tmp_path_factory.mktemp("losing") / "out"
    calm = (folder / "f3.txt").read_text()
    (folder / "f3.txt").write_text(calm + "\n<slow>" * 4000)
    command = [sys.executable, "-m", "mews", "run", "tests.helpers.toy", "--root", str(root), f"folder={folder}"]
    with ray_head(tmp_path_factory.mktemp("lost")) as head:
        driver = subprocess.Popen(command, env=head.environment, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 200
        while not list(root.glob("receipts/read/*")):
            assert driver.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
        kill_machine(head)
    yield Losing(driver, head.address, folder, calm, root)
    driver.kill()
    driver.communicate()


def kill_machine(head: Head) -> None:
    """Kill the head and its raylet at once, as when their machine loses its power."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            name = (process / "cmdline").read_bytes().partition(b"\0")[0]
            if parent == head.process.pid and name.endswith((b"gcs_server", b"raylet")):
                os.kill(int(process.name), signal.SIGKILL)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The environment of a cluster's driver; the cluster has one machine, on loopback."""
    with ray_head(tmp_path_factory.mktemp("ray")) as head:
        yield head.environment


def test_a_cluster_makes_the_same_bytes(tmp_path: Path, cluster):
    folder = toy.corpus(tmp_path / "in")
    make(tmp_path / "here", folder)
    command = [sys.executable, "-m", "mews", "run", "tests.helpers.toy", "--root", str(tmp_path / "there")]
    done = subprocess.run([*command, f"folder={folder}"], env=cluster, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert data(tmp_path / "there") == data(tmp_path / "here")


RATE_LIMIT = """
import os, time
from collections import deque
from mews.run import Kind, _runner
from pipeline.runner import WorkQueue
def told(item):
    from stages.download import rate_limit
    os.environ["MEWS_RATE_LIMIT_DIR"] = "/dev/null/a-machine-of-its-own"
    return rate_limit.refused("https://crawl.example/x", time.time() + 60)  # behind all that were refused so far
if __name__ == "__main__":
    told_of = _runner(Kind.ray, None, 2).map([WorkQueue("told", told, deque([1, 2, 3, 4]))])
    print(sorted(count for *_, count in told_of))
"""


def test_all_machines_of_a_cluster_share_one_rate_limit(tmp_path: Path, cluster):
    own = {"MEWS_RATE_LIMIT_DIR": str(tmp_path / "limit"), "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", RATE_LIMIT], env=cluster | own, capture_output=True, text=True, timeout=240, cwd=tmp_path
    )
    assert done.stdout == "[1, 2, 3, 4]\n", done.stderr


ALONE = """
from pipeline.ray_runner import Ray
if __name__ == "__main__":
    print(Ray(workers=1).slots)
"""


def test_a_cluster_that_runs_here_is_not_joined_unasked(tmp_path: Path, cluster):
    own = {name: value for name, value in cluster.items() if name != "RAY_ADDRESS"}
    own["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    done = subprocess.run([sys.executable, "-c", ALONE], env=own, capture_output=True, text=True, timeout=240)
    assert done.stdout == "1\n", done.stderr


OWN_RECIPE = """
from pipeline.stage import Map, Source
from pipeline.transform import screen
from tests.helpers import toy
from own_filters import listed

def recipe(folder: str):
    read = Map("read", Source(tuple(f"f{n}.txt" for n in range(4)), toy.Read(folder), toy.SCHEMA))
    return Map("judged", read, (screen(listed),), copy=True)
"""
OWN_FILTERS = """
from pathlib import Path

WORDS = set((Path(__file__).parent / "words.txt").read_text().split())


def listed(doc):
    return "listed" if WORDS & set(doc.text.split()) else None
"""


def test_an_own_recipe_with_its_filter_and_data_file_runs_killed_and_resumed_on_a_bucket(tmp_path, cluster, s3):
    """The folder of the recipe goes to workers that cannot see it; a changed data file is noticed there, too."""
    folder, own, root = slow_corpus(tmp_path / "in"), tmp_path / "own", s3.root("own")
    own.mkdir()
    for name, text in {"own_recipe.py": OWN_RECIPE, "own_filters.py": OWN_FILTERS, "words.txt": "3 7"}.items():
        (own / name).write_text(text)
    command = [sys.executable, "-m", "mews", "run", own / "own_recipe.py", "--root", root, f"folder={folder}"]
    killed = subprocess.Popen(command, env=cluster, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 200
    while not s3.names("own/receipts/") and time.monotonic() < deadline:
        assert killed.poll() is None, killed.stderr and killed.stderr.read()
        time.sleep(0.1)
    killed.kill()
    killed.communicate()
    for words in ("3 7", "3 8"):
        (own / "words.txt").write_text(words)
        again = subprocess.run(command, env=cluster, capture_output=True, text=True, timeout=240)
        assert again.returncode == 0, again.stderr
        locally = [*command[:6], str(tmp_path / words), command[7], "--runner", "local"]
        subprocess.run(locally, check=True, capture_output=True)
        here = {path.name: path.read_bytes() for path in (tmp_path / words / "judged").iterdir()}
        assert {name.rpartition("/")[2]: s3.read(name) for name in s3.names("own/judged/")} == here
    verified = subprocess.run([*command[:3], "verify", root], env=cluster, capture_output=True, text=True)
    assert verified.returncode == 0 and "every receipt holds" in verified.stdout, verified.stderr + verified.stdout


def test_a_cluster_that_wants_a_token_says_where_it_is_looked_for(tmp_path: Path, cluster):
    without = {name: value for name, value in cluster.items() if not name.startswith("RAY_AUTH")}
    without["HOME"] = str(tmp_path)
    command = [sys.executable, "-m", "mews", "run", "tests.helpers.toy", "--root", str(tmp_path / "out"), "folder=x"]
    for token, said in (("", "asks for a token: put it in RAY_AUTH_TOKEN"), ("0" * 64, "does not take the token in")):
        env = without | ({"RAY_AUTH_TOKEN": token} if token else {})
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode != 0 and said in done.stderr and "Traceback" not in done.stderr, done.stderr
        assert not (tmp_path / "out").exists()


def test_a_head_that_listens_on_loopback_only_is_reached_by_that_address(tmp_path: Path, cluster):
    """Ray takes the outward address of this machine for 127.0.0.1, and would ask there for ten minutes."""
    plain = {name: value for name, value in cluster.items() if name not in LOOPBACK}
    command = [sys.executable, "-m", "mews", "run", "tests.helpers.toy", "--root", str(tmp_path / "out")]
    folder = toy.corpus(tmp_path / "in", files=1)
    done = subprocess.run([*command, f"folder={folder}"], env=plain, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr


def test_a_driver_that_lost_its_cluster_says_so_and_ends(tmp_path: Path, losing: Losing, cluster):
    """On another head the same command goes on."""
    told = losing.driver.communicate(timeout=200)[1]
    assert losing.driver.returncode == 1 and f"error: lost the cluster at {losing.address}" in told, told
    assert "start the head, and the same command goes on" in told and "Traceback" not in told
    (losing.folder / "f3.txt").write_text(losing.calm)
    again = subprocess.run(losing.driver.args, env=cluster, capture_output=True, text=True, timeout=240)
    assert again.returncode == 0, again.stderr
    make(tmp_path / "calm", losing.folder)
    assert data(losing.root) == data(tmp_path / "calm")
