"""A Ray cluster that is joined by its address, as on many machines: the same bytes, and one gate for all requests."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers import toy
from tests.helpers.runs import data, make


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The environment of a cluster's driver; the cluster has one machine, on loopback."""
    port, folder = free_port(), tmp_path_factory.mktemp("ray")
    own = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32), "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
    start = ["start", "--head", "--block", f"--port={port}", "--node-ip-address=127.0.0.1", "--num-cpus=2"]
    command = [str(Path(sys.executable).with_name("ray")), *start, "--include-dashboard=false"]
    with open(folder / "log", "w") as log:
        head = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + 120
    while socket.socket().connect_ex(("127.0.0.1", port)):
        assert head.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
        time.sleep(0.2)
    yield os.environ | own | {"RAY_ADDRESS": f"127.0.0.1:{port}"}
    os.killpg(head.pid, signal.SIGINT)
    head.wait(60)


def test_a_cluster_makes_the_same_bytes(tmp_path: Path, cluster):
    folder = toy.corpus(tmp_path / "in")
    make(tmp_path / "here", folder)
    command = [sys.executable, "-m", "mews", "run", "tests.helpers.toy", "--root", str(tmp_path / "there")]
    done = subprocess.run([*command, f"folder={folder}"], env=cluster, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert data(tmp_path / "there") == data(tmp_path / "here")


RATE_LIMIT = """
import os, time
from mews.run import Kind, _runner
def told(item):
    from stages.download import rate_limit
    os.environ["MEWS_RATE_LIMIT_DIR"] = "/dev/null/a-machine-of-its-own"
    return rate_limit.refused("https://crawl.example/x", time.time() + 60)  # behind all that were refused so far
if __name__ == "__main__":
    print(sorted(count for _, count in _runner(Kind.ray, None, 2).map(told, [1, 2, 3, 4])))
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
