"""`mews serve`: it says where, answers there, and ends with Ctrl-C."""

import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.helpers import runs, toy
from tests.helpers.commands import mews


@pytest.fixture
def root(tmp_path: Path) -> Path:
    runs.make(tmp_path / "out", toy.corpus(tmp_path / "in"))
    return tmp_path / "out"


def test_it_serves_on_loopback_until_it_is_ended(root: Path):
    command = [sys.executable, "-m", "mews", "serve", str(root)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    addresses = []
    for process in started:
        said = process.stdout.readline()
        found = re.fullmatch(rf"{root} is shown at (http://127\.0\.0\.1:\d+/([\w-]{{32,}})/) \(Ctrl-C ends\)\n", said)
        assert found, said + process.stderr.read()
        addresses.append(found.groups())
    assert addresses[0][1] != addresses[1][1], "the token is another each time"
    try:
        with urllib.request.urlopen(addresses[0][0]) as answer:
            assert b"All 6 stages are done" in answer.read().replace(b'<span class="accent">', b"").replace(
                b"</span>", b""
            )
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(addresses[0][0].replace(*addresses[0][1:], addresses[1][1]))
    finally:
        for process in started:
            process.send_signal(signal.SIGINT)
        for process in started:
            assert process.wait(30) == 0
            assert "Traceback" not in process.stderr.read()
            process.stdout.close()
            process.stderr.close()


def test_a_port_that_is_taken_and_a_folder_without_a_run_are_said(root: Path, tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = mews("serve", root, "--port", taken.getsockname()[1])
    assert told.returncode == 2 and "cannot be had: Address already in use; give another --port" in told.stderr
    told = mews("serve", tmp_path / "in")
    assert told.returncode == 2 and "holds no run" in told.stderr
