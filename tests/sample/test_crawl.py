"""The sample as a crawl: its layout, its bytes, its damage, and that it is there whole or not at all."""

import gzip
import io
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator
from warcio.archiveiterator import ArchiveIterator as Warcio

import sample
from pipeline.errors import UsageError
from sample import crawl, texts
from stages.warc.digest import sha1_matches


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def members(data: bytes) -> list[tuple[int, bytes | None]]:
    """Every gzip member by its offset: what is in it, None when it cannot be unpacked."""
    found = []
    for start in [match.start() for match in re.finditer(rb"\x1f\x8b\x08\x00\x00\x00\x00\x00", data)]:
        unpack = zlib.decompressobj(31)
        try:
            block = unpack.decompress(data[start:])
            found.append((start, block if unpack.eof else None))
        except zlib.error:
            found.append((start, None))
    return found


def test_the_same_bytes_in_another_process_and_folder(folder, tmp_path):
    code = f"import sample; print('\\n'.join(sample.make({str(tmp_path / 'elsewhere')!r})))"
    environment = {**os.environ, "PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == sample.make(str(folder))
    assert files_of(tmp_path / "elsewhere") == files_of(folder)


def test_the_layout_is_common_crawls(folder, truth):
    names = sample.make(str(folder))
    assert (
        gzip.decompress((folder / "crawl-data" / crawl.SAMPLE_DUMP / "warc.paths.gz").read_bytes()).decode().split()
        == names
    )
    for number, name in enumerate(names):
        folders = r"crawl-data/CC-MAIN-\d{4}-\d\d/segments/\d{13}\.\d\d/warc"
        pattern = rf"{folders}/CC-MAIN-\d{{14}}-\d{{14}}-0000{number}\.warc\.gz"
        assert re.fullmatch(pattern, name)
        assert 450 <= sum(row["warc"] == name for row in truth) <= 550
    assert sum(map(len, files_of(folder).values())) < 20e6


def test_a_page_is_a_request_a_response_and_its_metadata(folder):
    name = sample.make(str(folder))[0]
    with (folder / name).open("rb") as file:
        kinds = [record.rec_type for record in Warcio(file)]
    assert kinds[0] == "warcinfo"
    assert kinds[1:] == ["request", "response", "metadata"] * (len(kinds) // 3)


def test_a_record_is_a_gzip_member(folder):
    first = (folder / sample.make(str(folder))[0]).read_bytes()
    for _, block in members(first):
        assert block is not None and block.startswith(b"WARC/1.0\r\n") and block.count(b"\r\nWARC-Record-ID: ") == 1


def test_one_member_is_damaged_and_one_is_cut_off(folder, truth):
    lost = {(row["warc"], row["offset"]): row["kind"] for row in truth if row["expected"] == "quarantined"}
    assert sorted(lost.values()) == ["damaged", "truncated"]
    for name in sample.make(str(folder)):
        data = (folder / name).read_bytes()
        read = members(data)
        bad = [start for start, block in read if block is None]
        assert bad == [offset for warc, offset in lost if warc == name]
        if bad and lost[name, bad[0]] == "truncated":
            assert bad[0] == read[-1][0]
        elif bad:
            assert 0.1 < bad[0] / len(data) < 0.9


def test_fastwarc_finds_every_readable_page_where_the_truth_says(folder, truth):
    expected = {row["id"]: row for row in truth if row["expected"] != "quarantined"}
    seen = set()
    for name in sample.make(str(folder)):
        data = (folder / name).read_bytes()
        for row in (row for row in expected.values() if row["warc"] == name):
            record = next(iter(ArchiveIterator(io.BytesIO(data[row["offset"] :]), parse_http=True)))
            assert record.record_id.strip("<>") == f"urn:uuid:{row['id']}"
            assert record.headers["WARC-Target-URI"] == row["url"]
            assert sha1_matches(record.headers["WARC-Payload-Digest"], record.reader.read())
            seen.add(row["id"])
    assert seen == set(expected)


def test_the_second_time_nothing_is_made(folder, monkeypatch):
    monkeypatch.setattr(sample, "write_crawl", lambda root: pytest.fail("made again"))
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    sample.make(str(folder))
    assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def fake(root: Path) -> None:
    sample.write_synced(root / "crawl-data" / crawl.SAMPLE_DUMP / "part", b"1")
    sample.write_synced(root / "crawl-data" / crawl.SAMPLE_DUMP / "version.json", sample.sample_version().encode())


def test_a_crash_leaves_nothing_behind(tmp_path, monkeypatch):
    def crash(root: Path) -> None:
        fake(root)
        raise KeyboardInterrupt

    monkeypatch.setattr(sample, "write_crawl", crash)
    with pytest.raises(KeyboardInterrupt):
        sample.make(str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_another_version_is_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr(sample, "write_crawl", fake)
    sample.make(str(tmp_path))
    (tmp_path / "crawl-data" / crawl.SAMPLE_DUMP / "old").touch()
    monkeypatch.setattr(sample, "sample_version", lambda: "another")
    sample.make(str(tmp_path))
    assert files_of(tmp_path).keys() == {f"crawl-data/{crawl.SAMPLE_DUMP}/{name}" for name in ("part", "version.json")}


def test_a_crawl_that_another_process_made_meanwhile_stays(tmp_path, monkeypatch):
    def overtaken(root: Path) -> None:
        fake(root)
        fake(tmp_path)
        (tmp_path / "crawl-data" / crawl.SAMPLE_DUMP / "theirs").touch()

    monkeypatch.setattr(sample, "write_crawl", overtaken)
    sample.make(str(tmp_path))
    assert (tmp_path / "crawl-data" / crawl.SAMPLE_DUMP / "theirs").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["crawl-data"]


def test_a_missing_package_is_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "README_PACKAGES", ("no-such-package-anywhere",))
    with pytest.raises(UsageError, match=r"^sample: the package no-such-package-anywhere is not installed; [^\n]*$"):
        sample.make(str(tmp_path))
