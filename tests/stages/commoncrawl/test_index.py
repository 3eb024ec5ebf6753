"""Pages chosen by the columnar index: just these, each by one request for its bytes."""

import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import BadInput, UsageError
from stages import commoncrawl
from tests.helpers.server import Site, cut, serving, stall, status
from tests.helpers.warc_maker import crawl, ids, members

CRAWL = "CC-MAIN-2024-10"
WARCS = [f"crawl-data/{CRAWL}/segments/17.{n}/warc/{CRAWL}-0000{n}.warc.gz" for n in range(2)]
INDEX = [f"cc-index/table/cc-main/warc/crawl={CRAWL}/subset=warc/part-0000{n}.gz.parquet" for n in range(2)]
LANGUAGES = ["eng", "deu,eng", "eng,deu", "", None]


def index_of(numbers, places) -> bytes:
    """A file of the index over these pages, sorted by host, with small row groups and columns that nobody needs."""
    rows = [
        {
            "url_host_name": f"www.site{n % 7}.example",
            "url_host_registered_domain": f"site{n % 7}.example",
            "content_languages": LANGUAGES[n % 5],
            "content_mime_detected": "application/pdf" if n % 11 == 10 else "text/html",
            "warc_filename": places[n][0],
            "warc_record_offset": places[n][1],
            "warc_record_length": places[n][2],
            "url_path": f"/{n}/" + "x" * 3000,
        }
        for n in sorted(numbers, key=lambda n: n % 7)
    ]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out, row_group_size=5, compression="gzip", use_dictionary=False)
    return out.getvalue()


@pytest.fixture
def site():
    files, places = {}, {}
    for number, name in enumerate(WARCS):
        parts = members(crawl(35, first=35 * number))
        for n in range(35):
            at = sum(map(len, parts[: 3 * n + 2]))
            places[35 * number + n] = (name, at, len(parts[3 * n + 2]))
        files[f"/{name}"] = b"".join(parts)
    files |= {f"/{name}": index_of(range(n, 70, 2), places) for n, name in enumerate(INDEX)}
    others = [INDEX[0].replace("subset=warc", "subset=robotstxt")]
    listed = "".join(f"{name}\n" for name in [*others, *INDEX]).encode()
    files[f"/crawl-data/{CRAWL}/warc.paths.gz"] = gzip.compress("".join(f"{name}\n" for name in WARCS).encode())
    files[f"/crawl-data/{CRAWL}/cc-index-table.paths.gz"] = gzip.compress(listed)
    with serving(Site(files)) as site:
        yield site


def read(site, **choice) -> list[dict]:
    source = commoncrawl.pages(CRAWL, base=site.url, **choice)
    assert list(source.list) == INDEX[: choice.get("files")]
    return [row for name in source.list for table in source.read(name) for row in table.to_pylist()]


def expected(numbers, index: int) -> list[str]:
    return ids(n for n in numbers if n % 2 == index and n % 11 != 10)


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        ({"domains": ("site3.example",)}, lambda n: n % 7 == 3),
        ({"domains": ("www.site3.example", "SITE5.example")}, lambda n: n % 7 in (3, 5)),
        ({"languages": ("de",)}, lambda n: n % 5 == 1),
        ({"languages": ("eng", "de")}, lambda n: n % 5 in (0, 1, 2)),
        ({"domains": ("site3.example",), "languages": ("en",)}, lambda n: n % 7 == 3 and n % 5 in (0, 2)),
        ({"domains": ("nowhere.example",)}, lambda n: False),
    ],
)
def test_just_the_chosen_pages(site, choice, wanted):
    numbers = [n for n in range(70) if wanted(n)]
    assert [row["id"] for row in read(site, **choice)] == expected(numbers, 0) + expected(numbers, 1)


def test_rows_are_those_of_whole_files(site):
    whole = commoncrawl.pages(CRAWL, base=site.url)
    rows = {row["id"]: row for name in whole.list for table in whole.read(name) for row in table.to_pylist()}
    chosen = read(site, domains=("site1.example",))
    assert chosen
    assert all(row == rows[row["id"]] for row in chosen)
    read_again = commoncrawl.pages(CRAWL, domains=("site1.example",), base=site.url).read.again
    row = chosen[-1]
    assert read_again(row["warc"], row["offset"], row["length"], row["id"]).to_pylist() == [row]


def test_no_more_is_fetched_than_is_needed(site):
    found = read(site, files=1, domains=("site3.example",))
    pages = [asked for asked in site.log if asked.path.endswith(".warc.gz")]
    assert len(pages) == len(found) > 0
    assert all(asked.range for asked in site.log if asked.path.endswith((".warc.gz", ".parquet")))
    assert site.sent < len(site.files[f"/{INDEX[0]}"])


def test_an_index_without_languages_is_told(site):
    for name in INDEX:
        table = pq.read_table(io.BytesIO(site.files[f"/{name}"])).drop_columns(["content_languages"])
        out = io.BytesIO()
        pq.write_table(table, out)
        site.files[f"/{name}"] = out.getvalue()
    with pytest.raises(BadInput, match="names no languages"):
        read(site, languages=("en",))
    assert read(site, domains=("site3.example",))


def test_pages_come_over_one_connection(site):
    read(site, domains=("site3.example",))
    assert site.connections < len(site.log) / 2


def test_through_storms(site):
    for name in (*INDEX, *WARCS):
        site.faults[f"/{name}"] = [status(503), cut(3), stall(1, 0.6), status(429, Retry_After="0"), status(403)]
    assert [row["id"] for row in read(site, domains=("site3.example",))] == [
        *expected(range(3, 70, 7), 0),
        *expected(range(3, 70, 7), 1),
    ]


def test_a_server_that_gives_no_parts_is_told(site):
    site.faults[f"/{INDEX[0]}"] = [lambda handler, body: handler.answer(200, body)]
    with pytest.raises(commoncrawl.download.Unreachable, match="gives no parts of files"):
        read(site, domains=("site3.example",))


@pytest.mark.parametrize(
    ("snapshot", "choice", "says"),
    [
        ("sample", {"domains": ("a.example",)}, "has no index"),
        (CRAWL, {"languages": ("not a language",)}, "give codes such as"),
        ("CC-MAIN-1999-01", {"languages": ("en",)}, "no snapshot"),
    ],
)
def test_what_cannot_be_chosen_is_told(site, snapshot, choice, says):
    with pytest.raises(UsageError, match=says):
        commoncrawl.pages(snapshot, base=site.url, **choice)
