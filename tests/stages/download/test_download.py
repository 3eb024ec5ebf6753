"""Downloads from a server that misbehaves: every file comes whole, and we ask less when told to."""

import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from stages.download.place import Manners, Place, public

from pipeline.errors import UsageError
from stages import download
from stages.commoncrawl import names
from stages.download import turnstile
from stages.download.request import retry_after
from tests.helpers import server
from tests.helpers.server import Site, cut, serving, stall, status, trickle

BODY = random.Random(7).randbytes(300_000)
QUICK = {"least": 0.02, "most": 0.1, "silence": 0.3, "tries": 12, "contact": "crawl@example.org"}
DEFAULTS = {"least": Manners().least, "most": Manners().most, "tries": Manners().tries}
HERE = str(Path(__file__).resolve().parents[2])


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setenv("MEWS_GATE", str(tmp_path / "gate"))
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    with serving(Site({"/a.warc.gz": BODY, "/b.warc.gz": BODY[::-1]})) as site:
        yield site


def get(site: Site, name: str = "a.warc.gz", **manners) -> bytes:
    with download.local(Place(Manners(**(QUICK | manners)), site.url), name) as path:
        return path.read_bytes()


@pytest.mark.parametrize(
    ("faults", "requests"),
    [
        ([], 1),
        ([status(503)] * 8, 9),
        ([status(429, Retry_After="0"), status(500), status(502)], 4),
        ([cut(70_000)] * 3, 4),
        ([cut(0), cut(1), cut(len(BODY) - 2)], 4),
        ([stall(50_000, 1.0)], 2),
        ([trickle], 2),
        ([cut(100_000), server.ignore_range], 2),
        ([cut(100_000), server.wrong_part], 3),
        ([cut(100_000), server.resized(-1000)], 3),
        ([cut(100_000), server.resized(1000)], 3),
        ([cut(100_000), status(416)], 3),
        ([cut(100_000), status(503), cut(100_000), status(503)], 5),
    ],
)
def test_a_file_comes_whole_whatever_the_server_does(site, faults, requests):
    site.faults["/a.warc.gz"] = list(faults)
    assert get(site) == BODY
    assert len(site.log) == requests
    assert not [p for p in Path(download._target(Place(Manners(), ""), "x")).parent.iterdir() if p.suffix != ".lock"]


def test_a_break_costs_only_what_is_missing(site):
    site.faults["/a.warc.gz"] = [cut(100_000), cut(100_000)]
    assert get(site) == BODY
    assert [asked.range for asked in site.log] == ["", "bytes=100000-", "bytes=200000-"]
    assert site.sent == len(BODY)


def test_versions_are_never_mixed(site):
    def renew(handler, body):
        site.files["/a.warc.gz"], site.tags["/a.warc.gz"] = BODY[::-1], '"two"'
        server.whole(handler, BODY[::-1])

    site.faults["/a.warc.gz"] = [cut(100_000), renew]
    assert get(site) == BODY[::-1]


def test_a_server_that_does_not_heed_if_range_mixes_nothing(site):
    def renewed(handler, body):
        site.files["/a.warc.gz"], site.tags["/a.warc.gz"] = BODY[::-1], '"two"'
        del handler.headers["If-Range"]
        server.whole(handler, BODY[::-1])

    site.faults["/a.warc.gz"] = [cut(100_000), renewed]
    assert get(site) == BODY[::-1]


def test_without_a_version_a_broken_file_begins_anew(site):
    site.tags["/a.warc.gz"] = ""
    site.faults["/a.warc.gz"] = [cut(100_000)]
    assert get(site) == BODY
    assert [asked.range for asked in site.log] == ["", ""]


def test_another_process_goes_on_where_one_died(site):
    site.faults["/a.warc.gz"] = [cut(100_000)]
    with pytest.raises(download.Unreachable, match=r"RemoteProtocolError. again and again"):
        get(site, tries=1)
    assert get(site) == BODY
    assert site.log[-1].range == "bytes=100000-"


def waits(site: Site, monkeypatch, name: str) -> list[float]:
    """How long the client sleeps between 24 refusals of one file, without sleeping."""
    slept: list[float] = []
    monkeypatch.setattr("stages.download.time", SimpleNamespace(sleep=slept.append))
    site.faults[f"/{name}"] = [status(503)] * 24
    get(site, name, least=1.0, most=60.0, tries=40)
    return slept


def test_retries_are_never_quick_and_grow_rare(site, monkeypatch):
    slept = waits(site, monkeypatch, "a.warc.gz")
    assert len(slept) == 24
    assert min(slept) >= 1.0
    assert max(slept) <= 60.0
    assert sum(slept[-12:]) > 3 * sum(slept[:4]) > 0
    assert len(set(slept[-12:])) == 12  # jitter
    assert waits(site, monkeypatch, "b.warc.gz") != slept == waits(site, monkeypatch, "a.warc.gz")


@pytest.mark.parametrize("code", [503, 429])
def test_retry_after_gives_everybody_rest(site, code):
    site.faults["/a.warc.gz"] = [status(code, Retry_After="1")]
    first = threading.Thread(target=get, args=(site,))
    first.start()
    while not (end := turnstile._rest(turnstile._folder(urlsplit(site.url).netloc))):
        time.sleep(0.01)
    get(site, "b.warc.gz")
    first.join()
    assert len(site.log) == 3
    assert all(asked.time >= end for asked in site.log[1:])
    assert end - site.log[0].time >= 1


def test_retry_after_is_seconds_or_a_date():
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert retry_after("120") == 120
    assert 80 < retry_after(soon) <= 90
    assert [retry_after(v) for v in ("", "soon", "-5", format_datetime(datetime(2020, 1, 1, tzinfo=UTC)))] == [0] * 4


def test_a_host_that_wants_long_rest_gets_it(site):
    site.faults["/a.warc.gz"] = [status(503, Retry_After="86400")]
    with pytest.raises(download.Refused, match="asks for 86400 seconds"):
        get(site)
    assert len(site.log) == 1


def test_refusals_slow_everybody_then_stop(site):
    site.faults["/a.warc.gz"] = [status(403)] * 9
    with pytest.raises(download.Refused, match="refused 3 times"):
        get(site, refusals=3, least=0.01)
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


def test_so_many_requests_at_once_over_all_processes(site):
    site.files |= {f"/{n}.warc.gz": BODY for n in range(6)}
    site.faults |= {
        f"/{n}.warc.gz": [lambda handler, body: (time.sleep(0.15), server.whole(handler, body))] for n in range(6)
    }
    code = (
        "import sys; from concurrent.futures import ThreadPoolExecutor\n"
        "from stages import download; from stages.download.place import Manners, Place\n"
        "def get(n):\n"
        "    with download.local(Place(Manners(requests=2), sys.argv[1]), f'{n}.warc.gz') as path:\n"
        "        return path.stat().st_size\n"
        "print(sum(ThreadPoolExecutor(3).map(get, map(int, sys.argv[2:]))))"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code, site.url, *map(str, range(k, k + 3))],
            cwd=HERE,
            stdout=subprocess.PIPE,
        )
        for k in (0, 3)
    ]
    assert [int(run.communicate(timeout=60)[0]) for run in runs] == [3 * len(BODY)] * 2
    assert site.most == 2
    assert len(site.log) == 6


def test_what_is_not_there_is_told_without_secrets(site):
    place = Place(Manners(**QUICK), site.url.replace("//", "//user:pass@"), "?key=hidden")
    with pytest.raises(download.NotFound) as raised, download.local(place, "none.warc.gz"):
        pass
    shown = f"{raised.value} {place!r} {place.shown('a')}"
    assert "none.warc.gz" in shown
    assert not any(secret in shown for secret in ("user", "pass", "hidden"))
    assert public("https://u:p@h/x?k=1#f") == "https://h/x"
    assert public("s3://KEY:se/cr+et@bucket/x") == "s3://bucket/x"
    assert public("s3://bucket/b:c@d") == "s3://bucket/b:c@d"


def test_a_host_that_cannot_be_reached_is_told_soon(site):
    site.url = "http://127.0.0.1:9/"
    with pytest.raises(download.Unreachable, match="cannot be reached"):
        get(site, tries=16)


def test_redirects_in_a_circle_end(site):
    site.faults["/a.warc.gz"] = [status(302, Location="/a.warc.gz")] * 40
    with pytest.raises(download.Unreachable, match="leads nowhere"):
        get(site)
    assert len(site.log) < 40


def test_hopeless_answers_are_not_repeated(site):
    site.faults["/a.warc.gz"] = [status(401)]
    with pytest.raises(download.Unreachable, match="401"):
        get(site)
    assert len(site.log) == 1


def test_we_say_who_we_are(site):
    get(site)
    assert site.log[0].agent.startswith("mews/")
    assert site.log[0].agent.endswith("(crawl@example.org)")


def test_a_cache_keeps_and_two_readers_fetch_once(site, tmp_path):
    site.faults["/a.warc.gz"] = [lambda handler, body: (time.sleep(0.2), server.whole(handler, body))]
    got: list[bytes] = []
    threads = [threading.Thread(target=lambda: got.append(get(site, cache=str(tmp_path / "kept")))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [BODY] * 3
    assert len(site.log) == 1


def test_kept_files_are_read_side_by_side(site, tmp_path):
    place = Place(Manners(**QUICK, cache=str(tmp_path / "kept")), site.url)
    with download.local(place, "a.warc.gz") as one:
        other = threading.Thread(target=lambda: get(site, cache=str(tmp_path / "kept")), daemon=True)
        other.start()
        other.join(timeout=20)
        assert not other.is_alive()
        assert one.read_bytes() == BODY


def test_a_prefetched_file_is_there_when_it_is_read(site):
    place = Place(Manners(**QUICK), site.url)
    download.prefetch(place, "a.warc.gz")
    while not download._target(place, "a.warc.gz").exists():
        time.sleep(0.01)
    assert get(site) == BODY
    assert len(site.log) == 1
    assert not download._target(place, "a.warc.gz").exists()


def test_names_from_data_choose_no_path(site, tmp_path):
    site.files["/../../escape.warc.gz"] = BODY
    place = Place(Manners(**QUICK), site.url)
    for name in ("../../escape.warc.gz", "/etc/passwd", "a/\0b", "x" * 5000):
        target = download._target(place, name)
        assert target.parent == tmp_path / "cache" / "files"
        assert len(target.name) < 200


def test_a_full_disk_is_no_reason_to_ask_again(site, monkeypatch):
    def full(self):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("stages.download.part.Part.append", full)
    with pytest.raises(download.Full, match=r"/files: the disk is full; .* MEWS_CACHE"):
        get(site)
    assert len(site.log) == 1


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
            get(site, refusals=3, most=0.15)
        assert other.result() == BODY[::-1]


@pytest.mark.parametrize("note", ["", "{", "[]", '{"total": 5}'])
def test_a_note_that_a_crash_left_half_written_costs_a_new_begin(site, note):
    target = download._target(Place(Manners(**QUICK), site.url), "a.warc.gz")
    target.with_name(f"{target.name}.part").write_bytes(BODY[::-1][:1000])
    target.with_name(f"{target.name}.part.json").write_text(note)
    assert get(site) == BODY


def test_a_file_that_lacked_only_its_name_is_not_fetched_again(site):
    target = download._target(Place(Manners(**QUICK), site.url), "a.warc.gz")
    target.with_name(f"{target.name}.part").write_bytes(BODY)
    target.with_name(f"{target.name}.part.json").write_text(f'{{"total": {len(BODY)}, "version": "x"}}')
    assert get(site) == BODY
    assert site.log == []


def test_a_host_that_is_not_there_is_told_in_minutes(site, monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr("stages.download.time", SimpleNamespace(sleep=slept.append))
    site.url = "http://127.0.0.1:9/"
    for name in ("a", "b", "c", "d"):
        with pytest.raises(download.Unreachable):
            get(site, name, **DEFAULTS)
    assert sum(slept) / 4 < 250  # 183 s on average, 366 at most, as the dice fall
    assert sum(slept[:4]) < 30


def test_a_list_that_cannot_be_had_is_told_while_the_person_waits(site, monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr("stages.download.time", SimpleNamespace(sleep=slept.append))
    with pytest.raises(download.Unreachable, match="cannot be reached"):
        names.crawl("CC-MAIN-2024-10", "warc", "http://127.0.0.1:9/", Manners())
    assert sum(slept) < 40


def test_a_contact_of_any_letters_fits_a_header(site):
    get(site, contact="J\u00f6rg <j@example.org>\r\nX-Evil: 1")
    assert site.log[0].agent.endswith("(J?rg <j@example.org> X-Evil: 1)")


def test_settings_that_are_no_numbers_are_told(monkeypatch):
    monkeypatch.setenv("MEWS_REQUESTS", "ten")
    with pytest.raises(UsageError, match="MEWS_REQUESTS=ten: give a whole number"):
        Manners()
