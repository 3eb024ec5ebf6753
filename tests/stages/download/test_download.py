"""Files on the local disk: whole, fetched once, and where nothing chooses their path."""

import threading
import time

import pytest

from stages import download
from stages.download.origin import FetchConfig, Origin
from tests.helpers import server
from tests.helpers.fetch import BODY, QUICK, get
from tests.helpers.server import cut


def test_another_process_goes_on_where_one_died(site):
    site.faults["/a.warc.gz"] = [cut(100_000)]
    with pytest.raises(download.Unreachable, match=r"RemoteProtocolError. again and again"):
        get(site, attempts=1)
    assert get(site) == BODY
    assert site.log[-1].range == "bytes=100000-"


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
    origin = Origin(FetchConfig(**QUICK, cache=str(tmp_path / "kept")), site.url)
    with download.local(origin, "a.warc.gz") as one:
        other = threading.Thread(target=lambda: get(site, cache=str(tmp_path / "kept")), daemon=True)
        other.start()
        other.join(timeout=20)
        assert not other.is_alive()
        assert one.read_bytes() == BODY


def test_a_prefetched_file_is_there_when_it_is_read(site):
    origin = Origin(FetchConfig(**QUICK), site.url)
    download.prefetch(origin, "a.warc.gz")
    while not download._target(origin, "a.warc.gz").exists():
        time.sleep(0.01)
    assert get(site) == BODY
    assert len(site.log) == 1
    assert not download._target(origin, "a.warc.gz").exists()


def test_names_from_data_choose_no_path(site, tmp_path):
    site.files["/../../escape.warc.gz"] = BODY
    origin = Origin(FetchConfig(**QUICK), site.url)
    for name in ("../../escape.warc.gz", "/etc/passwd", "a/\0b", "x" * 5000):
        target = download._target(origin, name)
        assert target.parent == tmp_path / "cache" / "files"
        assert len(target.name) < 200


def test_a_full_disk_is_no_reason_to_ask_again(site, monkeypatch):
    def full(self):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("stages.download.partial.PartialFile.append", full)
    with pytest.raises(download.DiskFull, match=r"/files: the disk is full; .* MEWS_CACHE"):
        get(site)
    assert len(site.log) == 1


@pytest.mark.parametrize("note", ["", "{", "[]", '{"total": 5}'])
def test_a_note_that_a_crash_left_half_written_costs_a_new_begin(site, note):
    target = download._target(Origin(FetchConfig(**QUICK), site.url), "a.warc.gz")
    target.with_name(f"{target.name}.part").write_bytes(BODY[::-1][:1000])
    target.with_name(f"{target.name}.part.json").write_text(note)
    assert get(site) == BODY


def test_a_file_that_lacked_only_its_name_is_not_fetched_again(site):
    target = download._target(Origin(FetchConfig(**QUICK), site.url), "a.warc.gz")
    target.with_name(f"{target.name}.part").write_bytes(BODY)
    target.with_name(f"{target.name}.part.json").write_text(f'{{"total": {len(BODY)}, "version": "x"}}')
    assert get(site) == BODY
    assert site.log == []
