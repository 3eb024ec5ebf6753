"""One gate for a cluster: machines that share no disk wait for one another, and a dead one gives its place back."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.stages.test_download import BODY, HERE, get

from stages.download import gate, keeper, turnstile
from tests.helpers import server
from tests.helpers.server import Site, serving, status

HOLD = (
    "import sys, time; from stages.download import gate\n"
    "with gate.passing('https://crawl.example/x', 1):\n"
    "    print('in', flush=True); time.sleep(600)"
)
GET = (
    "import sys; from concurrent.futures import ThreadPoolExecutor\n"
    "from stages import download; from stages.download.place import Manners, Place\n"
    "def get(n):\n"
    "    with download.local(Place(Manners(requests=2, least=0.02), sys.argv[1]), f'{n}.warc.gz') as path:\n"
    "        return path.stat().st_size\n"
    "print(sum(ThreadPoolExecutor(3).map(get, map(int, sys.argv[2:]))))"
)


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("MEWS_GATE", str(tmp_path / "gate"))
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    with keeper.start("127.0.0.1") as running:
        monkeypatch.setenv("MEWS_KEEPER", running.address)
        yield running
        running.shutdown()


def machine(tmp_path: Path, name: str, code: str, *arguments: object) -> subprocess.Popen:
    """A process whose disk is not that of the others: its own gate and its own cache."""
    own = {"MEWS_GATE": str(tmp_path / name / "gate"), "MEWS_CACHE": str(tmp_path / name / "cache")}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, cwd=HERE, env=os.environ | own, stdout=subprocess.PIPE, text=True)


def test_machines_together_keep_to_the_number_of_requests(kept, tmp_path):
    def slowly(handler, body):
        time.sleep(0.15)
        server.whole(handler, body)

    names = [f"/{n}.warc.gz" for n in range(6)]
    with serving(Site(dict.fromkeys(names, BODY))) as site:
        site.faults |= {name: [slowly] for name in names}
        machines = [machine(tmp_path, f"m{k}", GET, site.url, *range(k, k + 3)) for k in (0, 3)]
        assert [int(each.communicate(timeout=60)[0]) for each in machines] == [3 * len(BODY)] * 2
    assert site.most == 2
    assert len(site.log) == 6


def test_a_machine_that_dies_in_the_gate_gives_its_place_back(kept, tmp_path):
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


def test_rest_and_refusals_are_those_of_the_whole_cluster(kept):
    gate.rest("https://crawl.example/a", 0.4)
    started = time.monotonic()
    with gate.passing("https://user:key@crawl.example/b", 3):
        assert time.monotonic() - started >= 0.3
    assert [gate.refused("https://crawl.example/a", time.time()) for _ in range(2)] == [1, 2]
    assert turnstile.refused("crawl.example", time.time()) == 3
    gate.served("https://crawl.example/a", time.time())
    assert gate.refused("https://crawl.example/a", time.time()) == 1


def test_downloads_obey_through_the_keeper(kept):
    with serving(Site({"/a.warc.gz": BODY})) as site:
        site.faults["/a.warc.gz"] = [status(503, Retry_After="1")]
        assert get(site) == BODY
    assert site.log[1].time - site.log[0].time >= 1


def answer(kept: keeper.Keeper, question: bytes) -> bytes:
    """What the keeper says; nothing when it has hung up, before or after the question came."""
    with socket.create_connection(kept.server_address[:2]) as line:  # type: ignore[arg-type]
        try:
            line.sendall(question)
            line.shutdown(socket.SHUT_WR)
            return line.recv(10)
        except OSError:
            return b""


def test_nobody_passes_without_the_secret_and_nonsense_harms_nothing(kept):
    where = kept.address.partition("/")[0]
    with pytest.raises(ConnectionError, match="is gone"):
        keeper.ask(f"{where}/guessed", do="refused", host="crawl.example")
    for nonsense in (b"\0\xff\n", b"[]\n", b'{"secret": 1}\n', b"x" * 10_000, b""):
        assert answer(kept, nonsense) == b""
    assert turnstile.refused("crawl.example", time.time()) == 1


def test_a_keeper_that_is_gone_is_told(kept, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("MEWS_KEEPER", f"127.0.0.1:{free.getsockname()[1]}/x")
        with pytest.raises(ConnectionError):
            gate.served("https://crawl.example/a", 1.0)
