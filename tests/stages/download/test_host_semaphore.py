"""The rate limit of a machine: its processes wait for one another."""

import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stages import download
from stages.download import host_semaphore
from stages.download.host_semaphore import HostSemaphore
from tests.helpers import server
from tests.helpers.fetch import BODY, REPO_ROOT, THREE_AT_ONCE, get
from tests.helpers.server import status


def test_so_many_requests_at_once_over_all_processes(site):
    def slowly(handler, body):
        time.sleep(0.15)
        server.whole(handler, body)

    site.files |= {f"/{n}.warc.gz": BODY for n in range(6)}
    site.faults |= {f"/{n}.warc.gz": [slowly] for n in range(6)}
    runs = [
        subprocess.Popen([*THREE_AT_ONCE, site.url, *map(str, range(k, k + 3))], cwd=REPO_ROOT, stdout=subprocess.PIPE)
        for k in (0, 3)
    ]
    assert [int(run.communicate(timeout=60)[0]) for run in runs] == [3 * len(BODY)] * 2
    assert site.most == 2
    assert len(site.log) == 6


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_a_clock_that_jumps_makes_no_wait_longer_or_shorter(
    jump: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MEWS_RATE_LIMIT_DIR", str(tmp_path))
    limit, began, before = HostSemaphore("crawl.example"), time.monotonic(), time.time
    with limit.acquire(1) as first:
        limit.backoff(0.3)
        assert limit.refused(first) == 1
    waits: list[float] = []
    with monkeypatch.context() as jumped:
        jumped.setattr(time, "time", lambda: before() + jump)
        jumped.setattr(time, "sleep", waits.append)  # who waited by the wall clock would ask for a day, or for nothing
        with limit.acquire(1) as second:
            assert time.monotonic() - began >= 0.3
            assert limit.refused(second) == 2, "a request of later, refused again"
    assert max(waits) <= 0.3


def test_after_a_new_start_of_the_machine_nothing_is_left_to_wait_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MEWS_RATE_LIMIT_DIR", str(tmp_path / "limits"))
    HostSemaphore("crawl.example").backoff(1000)
    assert HostSemaphore("crawl.example").backoff_end() > time.monotonic()
    (tmp_path / "boot").write_text("another")
    monkeypatch.setattr(host_semaphore, "STARTED", tmp_path / "boot")
    assert HostSemaphore("crawl.example").backoff_end() == 0


def test_refusals_of_requests_in_flight_together_are_one(site):
    """Eight workers meet one burst of 403: all rest, none gives up."""
    names, here = [f"{n}.warc.gz" for n in range(8)], threading.Barrier(8)

    def burst(handler, body):
        time.sleep(0.02 * here.wait())
        status(403)(handler, body)

    site.files |= {f"/{name}": BODY for name in names}
    site.faults |= {f"/{name}": [burst] for name in names}
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda name: get(site, name, refusals=3), names)) == [BODY] * 8
    assert len(site.log) == 16


def test_an_answer_from_before_a_refusal_forgives_nothing(site):
    def slow(handler, body):
        status, body, headers = handler.part(body)
        handler.answer(status, body[:9], length=len(body), **headers)
        time.sleep(0.25)
        handler.send(body[9:])

    site.faults |= {"/b.warc.gz": [slow], "/a.warc.gz": [status(403)] * 3}
    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(get, site, "b.warc.gz")
        while not site.log:
            time.sleep(0.01)
        with pytest.raises(download.Refused, match="refused 3 times"):
            get(site, refusals=3, max_wait=0.15)
        assert other.result() == BODY[::-1]
