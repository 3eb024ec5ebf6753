"""Snapshots in an S3 bucket, against a real S3 server on loopback."""

import gzip
import json
import sys

import boto3
import pytest

from pipeline.errors import UsageError
from pipeline.store import open_root
from stages import commoncrawl, download
from stages.commoncrawl import pieces
from stages.commoncrawl.pieces import file_part, in_pieces
from stages.warc.records import Record
from tests.helpers.s3 import s3_server
from tests.helpers.warc_maker import crawl, ids, members, record

FOLDER = "crawl-data/CC-MAIN-2024-10/segments/1707947473347.0/warc"
NAMES = [f"{FOLDER}/CC-MAIN-20240220211055-20240221001055-0000{n}.warc.gz" for n in range(3)]


@pytest.fixture(scope="module")
def server():
    with s3_server() as (host, port):
        yield f"http://{host}:{port}"


@pytest.fixture
def bucket(server, monkeypatch):
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
    for name, value in {**keys, "AWS_ENDPOINT_URL": server}.items():
        monkeypatch.setenv(name, value)
    open_root.cache_clear()
    client = boto3.client("s3", endpoint_url=server)
    client.create_bucket(Bucket="crawls")
    for n, name in enumerate(NAMES):
        client.put_object(Bucket="crawls", Key=name, Body=b"".join(members(crawl(10, first=10 * n))))
    listed = gzip.compress("".join(f"{name}\n" for name in NAMES).encode())
    client.put_object(Bucket="crawls", Key="crawl-data/CC-MAIN-2024-10/warc.paths.gz", Body=listed)
    yield client
    open_root.cache_clear()


def found(source) -> list[str]:
    return [page for name in source.list for table in source.read(name) for page in table["id"].to_pylist()]


@pytest.mark.parametrize("snapshot", ["s3://crawls", "s3://crawls/crawl-data/*/segments/*/warc/*-0000[02].warc.gz"])
def test_the_listing_of_a_folder_tells_how_large_its_files_are(bucket, snapshot):
    source = commoncrawl.pages(snapshot, files=2)
    sizes = [bucket.head_object(Bucket="crawls", Key=f"crawl-data/{n.split('crawl-data/')[-1]}")["ContentLength"]
             for n in source.list]  # fmt: skip
    assert source.size and source.size(source.list)[::2] == (sum(sizes), max(sizes))
    assert len(sizes) == 2 and min(sizes) > 0


@pytest.mark.parametrize(
    ("snapshot", "numbers"),
    [
        ("s3://crawls", range(30)),
        (f"s3://crawls/{FOLDER}/", range(30)),
        ("s3://crawls/crawl-data/*/segments/*/warc/*-0000[02].warc.gz", [*range(10), *range(20, 30)]),
        (f"s3://crawls/{NAMES[1]}", range(10, 20)),
        ("s3://crawls/crawl-data/CC-MAIN-2024-10/warc.paths.gz", range(30)),
    ],
)
def test_prefixes_patterns_objects_and_lists(bucket, tmp_path, snapshot, numbers):
    source = commoncrawl.pages(snapshot, base="s3://crawls")
    assert found(source) == ids(numbers)
    assert all("secret" not in name and not name.startswith("/") for name in source.list)
    kept = [p for p in (tmp_path / "cache" / "files").iterdir() if p.suffix != ".lock"]
    assert not kept


def test_a_crawl_by_its_name(bucket):
    source = commoncrawl.pages("CC-MAIN-2024-10", files=2, base="s3://crawls")
    assert list(source.list) == NAMES[:2]
    assert found(source) == ids(range(20))


def test_an_object_in_pieces(bucket, monkeypatch):
    """The sizes of pages are those of a large file in small."""
    monkeypatch.setattr(pieces, "in_pieces", lambda names, origin, size: in_pieces(names, origin, size >> 10))
    monkeypatch.setattr(sys.modules[Record.__module__], "LOOKBACK", 1_000)
    source = commoncrawl.pages(f"s3://crawls/{NAMES[1]}", split=4)
    assert found(source) == ids(range(10, 20))
    assert [file_part(item).start for item in source.list] == [0, 4096, 8192]


SEGMENTS = "projects/science/CC-SCIENCE-2026-22/segments/20260521074042"


def test_a_focus_crawl_without_lists_is_what_lies_in_the_bucket(bucket):
    for kind, name in (("warc", "a.warc.gz"), ("robotstxt", "a.warc.gz"), ("wet", "a.warc.wet.gz")):
        data = b"".join(members(crawl(5))) if kind != "wet" else record(b"a text", "conversion", 77)
        bucket.put_object(Bucket="crawls", Key=f"{SEGMENTS}/{kind}/{name}", Body=data)
    snapshot = "projects/science/CC-SCIENCE-2026-22"
    source = commoncrawl.pages(snapshot, base="s3://crawls")
    assert source.list == (f"{SEGMENTS}/warc/a.warc.gz",)
    assert found(source) == ids(range(5))
    assert found(commoncrawl.texts(snapshot, base="s3://crawls")) == ids([77])
    with pytest.raises(UsageError, match="no snapshot projects/science/CC-NOTHING-2026-22 with warc files"):
        commoncrawl.pages("projects/science/CC-NOTHING-2026-22", base="s3://crawls")


def test_what_is_missing_is_told(bucket):
    with pytest.raises(UsageError, match="no snapshot CC-MAIN-1999-01"):
        commoncrawl.pages("CC-MAIN-1999-01", base="s3://crawls")
    with pytest.raises(UsageError, match="cannot list s3://nowhere"):
        commoncrawl.pages("s3://nowhere/folder")
    source = commoncrawl.pages(f"s3://crawls/{NAMES[0]}.none.warc.gz")
    with pytest.raises(download.NotFound, match="no such file"):
        found(source)


@pytest.mark.parametrize("same", [True, False])
def test_a_broken_download_goes_on_unless_the_object_changed(bucket, same):
    source = commoncrawl.pages(f"s3://crawls/{NAMES[0]}")
    target = download._target(source.read.origin, source.list[0])
    whole = bucket.get_object(Bucket="crawls", Key=NAMES[0])
    body, version = whole["Body"].read(), whole["ETag"] if same else '"other"'
    target.with_name(f"{target.name}.part").write_bytes(b"x" * 500)
    target.with_name(f"{target.name}.part.json").write_text(json.dumps({"total": len(body), "version": version}))
    with download.local(source.read.origin, source.list[0]) as path:
        assert path.read_bytes() == (b"x" * 500 if same else body[:500]) + body[500:]
