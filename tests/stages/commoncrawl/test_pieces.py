"""A large file in pieces: each row of the file once and in order, from wherever it lies."""

import gzip
import itertools
import random
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.errors import BadInput, UsageError
from stages import commoncrawl, warc
from stages.commoncrawl.pieces import FilePart, file_part, in_pieces
from stages.download.origin import FetchConfig, Origin
from stages.warc.records import Record
from tests.helpers.server import Site, cut, serving, status
from tests.helpers.warc_maker import crawl, html, members, record, response

NOISE = random.Random(1).randbytes(40_000)


def page(number: int) -> bytes:
    """A page of 40 kB that cannot be compressed much: it has a picture in its text."""
    return record(response(html(number) + b"<!--" + NOISE.hex().encode() + b"-->"), number=number)


def big_file(pages: int = 90, **info: str) -> bytes:
    """A file of 3.6 MB, with a warcinfo record before its pages."""
    about = "".join(f"{name}: {value}\r\n" for name, value in info.items()).encode()
    return b"".join(members([record(about, "warcinfo", 10**9), *map(page, range(pages))]))


def rows(source: commoncrawl.Source) -> list[pa.Table]:
    """The rows of each input."""
    schema = warc.READ if "html" in source.schema.names else warc.READ_TEXT
    return [pa.concat_tables([schema.empty_table(), *source.read(name)]) for name in source.list]


@pytest.mark.parametrize(
    ("bytes_", "bounds"),
    [
        (0, [""]),
        (1500, [""]),
        (1501, ["#0-1000", "#1000-"]),
        (2500, ["#0-1000", "#1000-"]),
        (2501, ["#0-1000", "#1000-2000", "#2000-"]),
    ],
)
def test_the_last_piece_is_at_most_half_a_piece_longer(bytes_, bounds, tmp_path):
    (tmp_path / "a.warc.gz").write_bytes(bytes(bytes_))
    found = in_pieces(["a.warc.gz"], Origin(FetchConfig(), f"{tmp_path}/"), 1000)
    assert found == [f"a.warc.gz{bound}" for bound in bounds]


def test_the_name_of_a_piece_tells_where_it_is():
    assert file_part("s/a.warc.gz") == FilePart("s/a.warc.gz", 0, None)
    assert file_part("s/a#1.warc.gz#10-20") == FilePart("s/a#1.warc.gz", 10, 20)
    assert file_part("a.warc#30-") == FilePart("a.warc", 30, None)


def test_files_that_can_only_be_read_whole_or_are_not_there_stay_whole(tmp_path):
    names = ["a.warc", "b.WARC.GZ", "c.arc.gz", "d.warc.zst", "e.warc.lz4", "f.warc.bz2", "g.txt", "h.warc.wet.gz"]
    for name in names:
        (tmp_path / name).write_bytes(bytes(2000))
    found = in_pieces([*names, "absent.warc"], Origin(FetchConfig(), f"{tmp_path}/"), 1000)
    whole = {name for name in found if "#" not in name}
    assert whole == {"e.warc.lz4", "f.warc.bz2", "g.txt", "absent.warc"} and len(found) == 14


@pytest.mark.parametrize("packed", [True, False])
def test_the_pieces_of_a_file_have_its_rows(packed: bool, tmp_path: Path):
    data = big_file(isPartOf="CC-MAIN-2020-05")
    (tmp_path / "a.warc").write_bytes(data if packed else gzip.decompress(data))
    whole, split = (commoncrawl.pages(str(tmp_path / "a.warc"), split=split) for split in (0, 1))
    found = rows(split)
    assert len(found) >= 3 and all(table.num_rows > 9 for table in found)
    assert pa.concat_tables(found).equals(pa.concat_tables(rows(whole)))
    assert {*pa.concat_tables(found)["dump"].to_pylist()} == {"CC-MAIN-2020-05"}
    assert {*pa.concat_tables(found)["warc"].to_pylist()} == {"a.warc"}
    assert len(set(split.shards())) == len(found)


def test_a_row_of_a_piece_is_found_again(tmp_path: Path):
    (tmp_path / "a.warc.gz").write_bytes(big_file())
    source = commoncrawl.pages(str(tmp_path), split=1)
    row = rows(source)[1].to_pylist()[3]
    again = source.read.again(row["warc"], row["offset"], row["length"], row["id"])
    assert again.to_pylist() == [row]


def test_an_archive_inside_of_a_page_is_no_place_to_begin(tmp_path: Path):
    """Bytes of a whole WARC file lie in a record as they are, so that its members look like those of the file."""
    inner = record(big_file(40), "resource", 7, Content_Type="application/gzip")
    outer = [*members([page(1)]), gzip.compress(inner, 0, mtime=0), *members([page(2), page(3)])]
    (tmp_path / "a.warc.gz").write_bytes(b"".join(outer))
    found = rows(commoncrawl.pages(str(tmp_path), split=1))
    assert len(found) == 2
    assert pa.concat_tables(found).equals(rows(commoncrawl.pages(str(tmp_path)))[0])


@pytest.mark.parametrize("outside", [gzip.compress, lambda data: gzip.compress(gzip.decompress(data))])
def test_a_file_that_is_compressed_as_a_whole_is_read_once(outside, tmp_path: Path):
    noise = b"".join(gzip.compress(page(n), 0, mtime=0) for n in range(60))
    (tmp_path / "a.warc.gz").write_bytes(outside(noise))
    found = rows(commoncrawl.pages(str(tmp_path), split=1))
    assert len(found) >= 2
    assert pa.concat_tables(found).equals(rows(commoncrawl.pages(str(tmp_path)))[0])


def test_of_a_remote_file_only_the_piece_is_fetched(monkeypatch):
    monkeypatch.setattr("stages.commoncrawl.ranges.BLOCK", 1_000_000)
    monkeypatch.setattr(sys.modules[Record.__module__], "LOOKBACK", 100_000)
    with serving(Site({"/a.warc.gz": big_file(200)})) as site:
        (whole,) = rows(commoncrawl.pages(f"{site.url}/a.warc.gz"))
        source = commoncrawl.pages(f"{site.url}/a.warc.gz", split=1)
        read = whole.slice(0, 0)
        for name in source.list:
            site.log.clear()
            read = pa.concat_tables([read, *source.read(name)])
            _, start, end = file_part(name)
            blocks = [int(asked.range[6:].split("-")[0]) for asked in site.log if asked.range != "bytes=0-3"]
            assert len(set(blocks)) == len(blocks), "each once"
            assert all(start - 1_100_000 < block < (end or 1e9) + 2_000_000 for block in blocks if block > 1_000_000)
        site.faults["/a.warc.gz"] = [status(503), cut(5000)]
        assert pa.concat_tables(source.read(source.list[0])).num_rows > 9
    assert read.equals(whole)


def test_whole_files_are_fetched_once_where_they_are_kept(tmp_path: Path):
    data = big_file()
    with serving(Site({"/a.warc.gz": data})) as site:
        source = commoncrawl.pages(f"{site.url}/a.warc.gz", split=1, cache=str(tmp_path / "kept"))
        assert sum(table.num_rows for table in rows(source)) == 90
        assert [asked.range for asked in site.log] == ["bytes=0-3", ""]


def test_texts_are_split_too(tmp_path: Path):
    texts = [record(NOISE.hex().encode(), "conversion", n) for n in range(60)]
    (tmp_path / "a.warc.wet").write_bytes(b"".join(texts))
    found = rows(commoncrawl.texts(str(tmp_path), split=1))
    assert len(found) >= 4 and all(table.num_rows > 5 for table in found)
    assert pa.concat_tables(found).equals(rows(commoncrawl.texts(str(tmp_path)))[0])


def test_a_file_of_the_wrong_kind_is_refused_by_its_first_piece(tmp_path: Path):
    texts = [record(NOISE.hex().encode(), "conversion", n) for n in range(60)]
    (tmp_path / "a.warc").write_bytes(b"".join(texts))
    source = commoncrawl.pages(str(tmp_path), split=1)
    with pytest.raises(BadInput, match="a WET file holds text"):
        list(source.read(source.list[0]))
    assert list(itertools.chain(*map(source.read, source.list[1:]))) == []


def test_a_changed_file_is_read_again_in_all_its_pieces(tmp_path: Path):
    path = tmp_path / "a.warc.gz"
    path.write_bytes(big_file())
    source = commoncrawl.pages(str(tmp_path), split=1)
    before = list(map(source.version, source.list))
    path.write_bytes(path.read_bytes() + b"".join(members(crawl(1))))
    assert all(a != b for a, b in zip(before, map(source.version, source.list), strict=True))


def test_a_size_below_nothing_is_refused():
    with pytest.raises(UsageError, match="split=-1"):
        commoncrawl.pages("sample", split=-1)
