"""Attempts: fewer and fewer, none in vain, and an end that is told."""

import threading
import time
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from stages import download
from stages.commoncrawl.snapshots import crawl_files
from stages.download.host_semaphore import HostSemaphore
from stages.download.origin import FetchConfig
from tests.helpers.fetch import BODY, get
from tests.helpers.server import Site, status

DEFAULTS = {name: getattr(FetchConfig(), name) for name in ("min_wait", "max_wait", "attempts")}


def waits(site: Site, monkeypatch, name: str) -> list[float]:
    """How long the client sleeps between 24 refusals of one file, without sleeping."""
    slept: list[float] = []
    monkeypatch.setattr("stages.download.attempts.time", SimpleNamespace(sleep=slept.append))
    site.faults[f"/{name}"] = [status(503)] * 24
    get(site, name, min_wait=1.0, max_wait=60.0, attempts=40)
    return slept


def test_retries_are_never_quick_and_grow_rare(site, monkeypatch):
    slept = waits(site, monkeypatch, "a.warc.gz")
    assert len(slept) == 24
    assert min(slept) >= 1.0
    assert max(slept) <= 60.0
    assert sum(slept[-12:]) > 3 * sum(slept[:4]) > 0
    longer = [wait for wait in slept[-12:] if wait > 1.0]  # which ones these are depends on the port
    assert len(set(longer)) == len(longer) > 5, "jitter"
    assert waits(site, monkeypatch, "b.warc.gz") != slept == waits(site, monkeypatch, "a.warc.gz")


@pytest.mark.parametrize("code", [503, 429])
def test_retry_after_gives_everybody_rest(site, code):
    site.faults["/a.warc.gz"] = [status(code, Retry_After="1")]
    first = threading.Thread(target=get, args=(site,))
    first.start()
    while not (end := HostSemaphore(urlsplit(site.url).netloc).backoff_end()):
        time.sleep(0.01)
    get(site, "b.warc.gz")
    first.join()
    assert len(site.log) == 3
    assert all(asked.time >= end for asked in site.log[1:])
    assert end - site.log[0].time >= 1


def test_a_host_that_wants_long_rest_gets_it(site):
    site.faults["/a.warc.gz"] = [status(503, Retry_After="86400")]
    with pytest.raises(download.Refused, match="asks to wait 86400 seconds"):
        get(site)
    assert len(site.log) == 1


def test_refusals_slow_everybody_then_stop(site):
    site.faults["/a.warc.gz"] = [status(403)] * 9
    with pytest.raises(download.Refused, match="refused 3 times"):
        get(site, refusals=3, min_wait=0.01)
    assert len(site.log) == 3
    assert site.log[2].time - site.log[1].time >= 0.1  # `most`, which every process waits
    site.faults["/a.warc.gz"] = [status(403)]
    with pytest.raises(download.Refused):
        get(site, refusals=3)
    assert len(site.log) == 4


def test_an_answer_forgives_refusals(site):
    site.faults["/a.warc.gz"] = [status(403), status(403)]
    assert get(site, refusals=3) == BODY
    site.faults["/a.warc.gz"] = [status(403), status(403)]
    assert get(site, refusals=3) == BODY


def test_a_host_that_cannot_be_reached_is_told_soon(site):
    site.url = "http://127.0.0.1:9/"
    with pytest.raises(download.Unreachable, match="cannot be reached"):
        get(site, attempts=16)


def test_hopeless_answers_are_not_repeated(site):
    site.faults["/a.warc.gz"] = [status(401)]
    with pytest.raises(download.Unreachable, match="401"):
        get(site)
    assert len(site.log) == 1


def test_a_host_that_is_not_there_is_told_in_minutes(site, monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr("stages.download.attempts.time", SimpleNamespace(sleep=slept.append))
    site.url = "http://127.0.0.1:9/"
    for name in ("a", "b", "c", "d"):
        with pytest.raises(download.Unreachable):
            get(site, name, **DEFAULTS)
    assert sum(slept) / 4 < 250  # 183 s on average, 366 at most, as the dice fall
    assert sum(slept[:4]) < 30


def test_a_list_that_cannot_be_had_is_told_while_the_person_waits(site, monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr("stages.download.attempts.time", SimpleNamespace(sleep=slept.append))
    with pytest.raises(download.Unreachable, match="cannot be reached"):
        crawl_files("CC-MAIN-2024-10", "warc", "http://127.0.0.1:9/", FetchConfig())
    assert sum(slept) < 40
