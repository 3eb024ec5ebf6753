"""How large the files of a snapshot are, before one of them is read."""

from pathlib import Path

from stages.commoncrawl import pages
from stages.commoncrawl.sizes import input_size
from stages.download.origin import FetchConfig, Origin

CRAWL = "crawl-data/CC-MAIN-2024-10/segments/1707947473347.0/warc/CC-MAIN-20240220211055-00000.warc.gz"


def test_local_files_have_their_size_and_are_not_fetched(tmp_path: Path):
    for name, size in (("a.warc.gz", 1000), ("b.warc", 1000), ("c.arc.zst", 30)):
        (tmp_path / name).write_bytes(b"x" * size)
    origin = Origin(FetchConfig(str(tmp_path)), f"{tmp_path}/")
    assert input_size(origin, ("a.warc.gz", "b.warc", "c.arc.zst", "gone.warc.gz")) == (1230, tmp_path, 0)
    assert input_size(origin, ("a.warc.gz#0-400", "a.warc.gz#400-")).bytes == 1000, "pieces of one file"
    source = pages(str(tmp_path))
    assert source.size is not None and source.size(source.list).bytes == 1230


def test_files_of_a_crawl_have_most_of_a_gigabyte():
    origin = Origin(FetchConfig("/scratch"), "https://example.org/")
    gb = 734_003_200
    assert input_size(origin, (CRAWL, CRAWL.replace("00000", "00001"))) == (2 * gb, Path("/scratch"), gb)
    assert input_size(origin, (f"{CRAWL}#0-500", f"{CRAWL}#500-")) == (gb, Path("/scratch"), 0), "fetched in pieces"


def test_files_of_a_bucket_that_was_listed_have_their_size():
    sizes = {"a.warc.gz": 1000, "b.warc": 1000, CRAWL: 30}
    origin = Origin(FetchConfig("/scratch"), "s3://bucket/", sizes=sizes)
    assert input_size(origin, ("a.warc.gz", "b.warc", CRAWL, "c.warc.gz")) == (1230, Path("/scratch"), 1000)


def test_of_other_remote_files_nothing_is_known():
    origin = Origin(FetchConfig("/scratch"), "s3://bucket/")
    wet = CRAWL.replace("/warc/", "/wet/").replace("warc.gz", "warc.wet.gz")
    assert input_size(origin, ("x.warc.gz", wet, f"mine/{CRAWL}")) == (0, Path("/scratch"), 0)
