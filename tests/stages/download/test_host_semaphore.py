"""The rate limit of a machine: its processes wait for one another."""

import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from stages import download
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
