"""Where the record of a page lies: an address, and a command that prints just this record."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline import parquet
from pipeline.run import plan, run
from pipeline.runner import Local
from pipeline.stage import Map, Stage
from report.explain import explain, explain_lines
from report.page.report import make_report
from report.record_place import RecordPlace, origins_of, record_place
from report.samples import samples
from stages import commoncrawl, extract
from stages.download.origin import FetchConfig, Origin
from tests.helpers.packed import data_of
from tests.helpers.served import served
from tests.helpers.server import Site, serving
from tests.helpers.warc_maker import crawl, ids, members

ROW = {"warc": "crawl-data/a b.warc.gz", "offset": 1_000, "length": 234}


def made(snapshot: str, root: str) -> list[Stage]:
    later = Map("later", Map("raw", commoncrawl.pages(snapshot), (extract.text(),)))
    run(later, root=root, runner=Local())
    return plan(later)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A WARC file of three pages, in a folder whose name a shell would take for a command."""
    folder = tmp_path / "it's; in"
    folder.mkdir()
    (folder / "a b.warc.gz").write_bytes(b"".join(members(crawl(3))))
    return folder


def printed(command: str) -> str:
    return subprocess.run(["sh", "-c", command], check=True, capture_output=True, text=True).stdout


def rows(root: str) -> list[dict]:
    (shard,) = Path(root, "raw").glob("*.parquet")
    return parquet.read_table(root, f"raw/{shard.name}").to_pylist()


def test_of_a_local_file(folder: Path, tmp_path: Path):
    root = str(tmp_path / "out")
    origins = origins_of(made(str(folder), root))
    assert origins.keys() == {"raw", "later"}, "a stage that reads another has its origin"
    for row in rows(root):
        place = record_place(row, origins["later"])
        assert place.told == f"a b.warc.gz at {row['offset']:,}, {row['length']:,} bytes"
        assert place.address == (folder / "a b.warc.gz").as_uri()
        said = printed(place.command)
        assert row["url"] in said and said.count("WARC/1.") == 1


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl on this machine")
def test_of_a_file_on_a_server(folder: Path, tmp_path: Path):
    with serving(Site({"/a%20b.warc.gz": (folder / "a b.warc.gz").read_bytes()})) as site:
        root = str(tmp_path / "out")
        stages = made(f"{site.url}a b.warc.gz?token=secret", root)
        asked = len(site.log)
        places = [record_place(row, origins_of(stages)["raw"]) for row in rows(root)]
        assert len(site.log) == asked, "nothing is fetched to tell it"
        for row, place in zip(rows(root), places, strict=True):
            assert place.address == f"{site.url}a%20b.warc.gz" and "secret" not in place.command
            said = printed(place.command)
            assert row["url"] in said and said.count("WARC/1.") == 1


def test_of_common_crawl_and_of_a_bucket():
    crawl = record_place(ROW, Origin(FetchConfig(), "https://data.commoncrawl.org/"))
    assert crawl.address == "https://data.commoncrawl.org/crawl-data/a%20b.warc.gz"
    assert crawl.command == f"curl -sfr 1000-1233 {crawl.address} | gzip -cdf"
    bucket = record_place(ROW, Origin(FetchConfig(), "s3://key:secret@commoncrawl/"))
    assert bucket.address == "s3://commoncrawl/crawl-data/a b.warc.gz"
    assert bucket.command == (
        "aws s3api get-object --bucket commoncrawl --key 'crawl-data/a b.warc.gz' --range bytes=1000-1233 record.gz"
    )


def test_of_what_has_no_place_or_no_origin():
    assert record_place(ROW, None) == RecordPlace("crawl-data/a b.warc.gz at 1,000, 234 bytes")
    for lack in ROW:
        assert record_place({**ROW, lack: None}, Origin(FetchConfig(), "/")) == RecordPlace()


def test_it_is_told_wherever_a_page_is(folder: Path, tmp_path: Path):
    root = str(tmp_path / "out")
    stages = made(str(folder), root)
    places = {row["id"]: record_place(row, origins_of(stages)["raw"]) for row in rows(root)}
    assert places.keys() == set(ids(range(3)))
    for id, place in places.items():
        (page,) = explain(root, id, stages)
        assert page.record == place and f"  {place.command}" in explain_lines([page])
    assert {row["id"]: RecordPlace(**row["record"]) for row in samples(root, stages, "kept")} == places
    data, _ = data_of(make_report(root, stages).html)
    assert {each["id"]: RecordPlace(**each["record"]) for each in data["details"].values()} == places
    with served(root, stages) as server:
        page = server.get("page", page=next(iter(places))).text
    assert "head -c" in page and "it&#39;" in page, "as text"
