"""Every id that Common Crawl publishes, on a server that is laid out as its own."""

import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import BadInput, UsageError
from stages import commoncrawl, warc
from stages.commoncrawl.snapshots import crawl_folders
from tests.helpers.server import Site, serving
from tests.helpers.warc_maker import crawl, html, ids, members, record, response

MAIN = "crawl-data/CC-MAIN-2024-10"
NEWS = [f"crawl-data/CC-NEWS/2025/01/CC-NEWS-2025010{n}074837-0000{n}.warc.gz" for n in (1, 2)]
OLD = "crawl-data/CC-MAIN-2009-2010/segments/1262850551027/1262850551027_8.arc.gz"
LISTED = "projects/science/CC-SCIENCE-2025-30"
FOCUS = "projects/cc-open-athena-test/CC-SUPPLEMENTAL-2026-22"
WARCS = [f"{FOCUS}/segments/20260521074042/warc/CC-SUPPLEMENTAL-2026-22-0000{n}.warc.gz" for n in range(2)]
INDEX = f"{FOCUS}/index/table/cc-supplemental/warc/crawl=CC-SUPPLEMENTAL-2026-22/subset=warc"


def arc(number: int) -> bytes:
    """A page as the crawls of 2008 to 2012 wrote it."""
    page = response(html(number))
    return gzip.compress(
        b"http://old.example/%d 192.0.2.1 20100102030405 text/html %d\n%s\n" % (number, len(page), page)
    )


def text(number: int) -> bytes:
    languages = "deu,eng" if number % 2 else ""
    return record(b"Text %d" % number, "conversion", number, WARC_Identified_Content_Language=languages)


def part(names: list[str]) -> bytes:
    """A file of a columnar index over one page of each of these files."""
    rows = [{"warc_filename": name, "warc_record_offset": 0, "url_host_name": "x.example"} for name in names]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


def listing(*names: str) -> bytes:
    return gzip.compress("".join(f"{name}\n" for name in names).encode())


def layout() -> dict[str, bytes]:
    files = {
        name: b"".join(members(crawl(4, first=4 * n))) for n, name in enumerate([*NEWS, *WARCS, f"{LISTED}/a.warc.gz"])
    }
    wet = [
        f"{MAIN}/segments/17/wet/x.warc.wet.gz",
        *(name.replace("/warc/", "/wet/").replace(".gz", ".wet.gz") for name in WARCS),
    ]
    files |= {
        name: b"".join(members([record(b"", "warcinfo", 99), text(2 * n), text(2 * n + 1)]))
        for n, name in enumerate(wet)
    }
    files[OLD] = b"".join(arc(n) for n in range(3))
    files |= {
        "crawl-data/CC-NEWS/2025/01/warc.paths.gz": listing(*NEWS),
        "crawl-data/CC-MAIN-2009-2010/arc.paths.gz": listing(OLD),
        f"{LISTED}/warc.paths.gz": listing(f"{LISTED}/a.warc.gz"),
        f"{MAIN}/wet.paths.gz": listing(wet[0]),
    }
    parts = {
        f"part-{n:05d}-8637f21e-a055-46d1-8233-990f59974248.c000.gz.parquet": part(WARCS[n % 2 :]) for n in range(10)
    }
    return files | {f"{INDEX}/{name}": data for name, data in parts.items()}


@pytest.fixture
def site():
    with serving(Site({f"/{name}": data for name, data in layout().items()})) as site:
        yield site


def rows(source) -> list[dict]:
    return [row for name in source.list for table in source.read(name) for row in table.to_pylist()]


@pytest.mark.parametrize(
    ("snapshot", "found"),
    [
        ("CC-MAIN-2024-10", ["crawl-data/CC-MAIN-2024-10"]),
        ("CC-MAIN-2008-2009", ["crawl-data/CC-MAIN-2008-2009"]),
        ("CC-MAIN-2009-2010", ["crawl-data/CC-MAIN-2009-2010"]),
        ("CC-MAIN-2012", ["crawl-data/CC-MAIN-2012"]),
        ("CC-NEWS-2025-01", ["crawl-data/CC-NEWS/2025/01"]),
        ("CC-NEWS/2016/08", ["crawl-data/CC-NEWS/2016/08"]),
        ("CC-SUPPLEMENTAL-2026-22", [FOCUS, "crawl-data/CC-SUPPLEMENTAL-2026-22", "projects/CC-SUPPLEMENTAL-2026-22"]),
        ("CC-SCIENCE-TEST-2025-30", ["crawl-data/CC-SCIENCE-TEST-2025-30", "projects/CC-SCIENCE-TEST-2025-30"]),
        ("projects/a/b/CC-SCIENCE-2025-30/", ["projects/a/b/CC-SCIENCE-2025-30"]),
        *((word, []) for word in ("CC-MAIN-2024", "CC-MAIN-2010-2011", "CC-NEWS", "CC-NEWS-2025", "CC-MAIN-2024-10-x")),
        *((word, []) for word in ("cc-main-2024-10", "CC-MAIN-2024-100", "projects/x", "projects/../CC-MAIN-2024-10")),
    ],
)
def test_ids_and_their_folders(snapshot, found):
    assert crawl_folders(snapshot) == found


def test_a_month_of_news(site):
    source = commoncrawl.pages("CC-NEWS-2025-01", base=site.url)
    assert source.list == tuple(NEWS)
    found = rows(source)
    assert [row["id"] for row in found] == ids(range(8))
    assert {row["dump"] for row in found} == {"CC-NEWS-2025-01"}
    assert len(rows(commoncrawl.pages("CC-NEWS/2025/01", files=1, base=site.url))) == 4


def test_the_crawls_in_arc_files(site):
    found = rows(commoncrawl.pages("CC-MAIN-2009-2010", base=site.url))
    assert [row["html"] for row in found] == [html(n) for n in range(3)]
    assert {(row["dump"], row["segment"]) for row in found} == {("CC-MAIN-2009-2010", "1262850551027")}


def test_a_focus_crawl_with_a_list(site):
    source = commoncrawl.pages(LISTED, base=site.url)
    assert source.list == (f"{LISTED}/a.warc.gz",)
    assert {row["dump"] for row in rows(source)} == {"CC-SCIENCE-2025-30"}


def test_a_focus_crawl_without_a_list_is_what_its_index_names(site):
    for snapshot in ("CC-SUPPLEMENTAL-2026-22", FOCUS):
        source = commoncrawl.pages(snapshot, base=site.url)
        assert source.list == tuple(WARCS)
    assert [row["id"] for row in rows(source)] == ids(range(8, 16))
    assert [row["text"] for row in rows(commoncrawl.texts("CC-SUPPLEMENTAL-2026-22", base=site.url))] == [
        "Text 2", "Text 3", "Text 4", "Text 5",
    ]  # fmt: skip


def test_a_focus_crawl_without_a_list_has_an_index_to_choose_by(site):
    source = commoncrawl.pages("CC-SUPPLEMENTAL-2026-22", domains=("x.example",), base=site.url)
    assert len(source.list) == 10
    assert all(name.startswith(f"{INDEX}/part-0000") for name in source.list)


def test_texts_of_a_crawl(site):
    source = commoncrawl.texts("CC-MAIN-2024-10", base=site.url)
    assert source.schema == warc.TEXT
    found = rows(source)
    assert [(row["text"], row["languages"]) for row in found] == [("Text 0", ""), ("Text 1", "deu,eng")]
    assert {(row["dump"], row["segment"], row["error"], row["reason"]) for row in found} == {
        ("CC-MAIN-2024-10", "17", None, None)
    }
    again = source.read.again(found[1]["warc"], found[1]["offset"], found[1]["length"], found[1]["id"])
    assert again["text"].to_pylist() == ["Text 1"]


def test_texts_of_a_folder(tmp_path):
    (tmp_path / "a.warc.wet.gz").write_bytes(gzip.compress(text(1)))
    (tmp_path / "a.warc.gz").write_bytes(b"".join(members(crawl(2))))
    assert [row["text"] for row in rows(commoncrawl.texts(str(tmp_path)))] == ["Text 1"]
    assert commoncrawl.pages(str(tmp_path)).list == ("a.warc.gz",)
    with pytest.raises(BadInput, match="no conversion record"):
        rows(commoncrawl.texts(str(tmp_path / "a.warc.gz")))


@pytest.mark.parametrize(
    ("snapshot", "says"),
    [
        ("CC-NEWS-2025-01", "no snapshot CC-NEWS-2025-01 with wet files"),
        ("sample", "the sample has no WET files"),
        ("{tmp}", r"no file named \.wet or \.wet\.gz in"),
    ],
)
def test_what_has_no_texts_is_told(site, tmp_path, snapshot, says):
    with pytest.raises(UsageError, match=says):
        commoncrawl.texts(snapshot.format(tmp=tmp_path), base=site.url)


def test_a_file_of_an_index_is_a_list_of_files(site, tmp_path):
    (tmp_path / "part.parquet").write_bytes(part(WARCS[::-1]))
    name = next(name for name in site.files if name.endswith(".parquet")).lstrip("/")
    for snapshot in (str(tmp_path / "part.parquet"), f"{site.url}{name}"):
        source = commoncrawl.pages(snapshot, base=site.url)
        assert source.list == tuple(WARCS)
        assert len(rows(source)) == 8
    (tmp_path / "part.parquet").write_bytes(b"PAR1 or not")
    with pytest.raises(BadInput, match="no file of a columnar index"):
        commoncrawl.pages(str(tmp_path / "part.parquet"))
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    with pytest.raises(BadInput, match=r"other\.parquet: no file of a columnar index"):
        commoncrawl.pages(str(tmp_path / "other.parquet"))


def test_a_list_of_names_below_projects_means_common_crawl(site, tmp_path):
    (tmp_path / "some.paths").write_text("".join(f"{name}\n" for name in WARCS))
    assert len(rows(commoncrawl.pages(str(tmp_path / "some.paths"), base=site.url))) == 8
