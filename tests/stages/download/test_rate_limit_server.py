"""One rate limit for a cluster: machines that share no disk wait for one another, and a dead one frees its slot."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from stages.download import rate_limit, rate_limit_server
from stages.download.host_semaphore import HostSemaphore
from tests.helpers import server
from tests.helpers.fetch import BODY, REPO_ROOT, THREE_AT_ONCE, get
from tests.helpers.server import Site, serving, status

HOLD = [
    sys.executable,
    "-c",
    "import sys, time; from stages.download import rate_limit\n"
    "with rate_limit.acquire('https://crawl.example/x', 1):\n"
    "    print('in', flush=True); time.sleep(600)",
]


@pytest.fixture
def running(tmp_path, monkeypatch):
    monkeypatch.setenv("MEWS_RATE_LIMIT_DIR", str(tmp_path / "limit"))
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    with rate_limit_server.start("127.0.0.1") as running:
        monkeypatch.setenv("MEWS_RATE_LIMIT_SERVER", running.address)
        yield running
        running.shutdown()


def machine(tmp_path: Path, name: str, program: list[str], *arguments: object) -> subprocess.Popen:
    """A process whose disk is not that of the others: its own folders for the rate limit and for files."""
    own = {"MEWS_RATE_LIMIT_DIR": str(tmp_path / name / "limit"), "MEWS_CACHE": str(tmp_path / name / "cache")}
    command = [*program, *map(str, arguments)]
    return subprocess.Popen(command, cwd=REPO_ROOT, env=os.environ | own, stdout=subprocess.PIPE, text=True)


def test_machines_together_keep_to_the_number_of_requests(running, tmp_path):
    def slowly(handler, body):
        time.sleep(0.15)
        server.whole(handler, body)

    names = [f"/{n}.warc.gz" for n in range(6)]
    with serving(Site(dict.fromkeys(names, BODY))) as site:
        site.faults |= {name: [slowly] for name in names}
        machines = [machine(tmp_path, f"m{k}", THREE_AT_ONCE, site.url, *range(k, k + 3)) for k in (0, 3)]
        assert [int(each.communicate(timeout=60)[0]) for each in machines] == [3 * len(BODY)] * 2
    assert site.most == 2
    assert len(site.log) == 6


def test_a_machine_that_dies_frees_its_slot(running, tmp_path):
    first = machine(tmp_path, "m0", HOLD)
    assert first.stdout and first.stdout.readline() == "in\n"
    second = machine(tmp_path, "m1", HOLD)
    came: list[str] = []
    waiter = threading.Thread(target=lambda: came.append(second.stdout.readline()))  # type: ignore[union-attr]
    waiter.start()
    waiter.join(0.5)
    assert came == []
    first.send_signal(signal.SIGKILL)
    waiter.join(30)
    assert came == ["in\n"]
    for each in (first, second):
        each.kill()
        each.communicate()


def test_backoff_and_refusals_are_those_of_the_whole_cluster(running):
    rate_limit.backoff("https://crawl.example/a", 0.4)
    started = time.monotonic()
    with rate_limit.acquire("https://user:key@crawl.example/b", 3):
        assert time.monotonic() - started >= 0.3
    assert [rate_limit.refused("https://crawl.example/a", time.monotonic()) for _ in range(2)] == [1, 2]
    assert HostSemaphore("crawl.example").refused(time.monotonic()) == 3
    rate_limit.served("https://crawl.example/a", time.monotonic())
    assert rate_limit.refused("https://crawl.example/a", time.monotonic()) == 1


def test_downloads_obey_the_server(running):
    with serving(Site({"/a.warc.gz": BODY})) as site:
        site.faults["/a.warc.gz"] = [status(503, Retry_After="1")]
        assert get(site) == BODY
    assert site.log[1].time - site.log[0].time >= 1


def answer(running: rate_limit_server.RateLimitServer, request: bytes) -> bytes:
    """What the server says; nothing when it has hung up, before or after the request came."""
    with socket.create_connection(running.server_address[:2]) as line:  # type: ignore[arg-type]
        try:
            line.sendall(request)
            line.shutdown(socket.SHUT_WR)
            return line.recv(10)
        except OSError:
            return b""


def test_nobody_is_answered_without_the_secret_and_nonsense_harms_nothing(running):
    where = running.address.partition("/")[0]
    with pytest.raises(ConnectionError, match="is gone"):
        rate_limit_server.ask(f"{where}/guessed", do="refused", host="crawl.example")
    for nonsense in (b"\0\xff\n", b"[]\n", b'{"secret": 1}\n', b"x" * 10_000, b""):
        assert answer(running, nonsense) == b""
    assert HostSemaphore("crawl.example").refused(time.monotonic()) == 1


def test_a_server_that_is_gone_is_told(running, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("MEWS_RATE_LIMIT_SERVER", f"127.0.0.1:{free.getsockname()[1]}/x")
        with pytest.raises(ConnectionError):
            rate_limit.served("https://crawl.example/a", 1.0)
