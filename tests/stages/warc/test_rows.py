"""Rows out of WARC files: what is a page, what it says of itself, and what leaves with an error."""

import gzip
import io
from datetime import datetime

import pyarrow as pa
import pytest

from pipeline.errors import BadInput
from stages import warc
from stages.warc.digest import sha1, sha1_matches
from stages.warc.records import records
from tests.helpers.warc_maker import crawl, html, ids, members, record, response


def packed(data: bytes, level: int = 9) -> bytes:
    """A gzip member without a date: tests have the same names in every process."""
    return gzip.compress(data, level, mtime=0)


NAME = "crawl-data/CC-MAIN-2013-20/segments/1368696381249/warc/CC-MAIN-20130516092621-00000-ip-10-60-113-184.warc.gz"


def rows(path, parts: list[bytes], name: str = NAME, **about: str) -> list[dict]:
    path.write_bytes(b"".join(parts))
    tables = list(warc.read_rows(path, warc.RowBuilder(name, **about)))
    assert all(table.schema == warc.READ for table in tables)
    return [row for table in tables for row in table.to_pylist()]


def outcome(row: dict) -> str | None:
    """Why a row leaves; None for a page."""
    return row["error"] or row["reason"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.warc.gz"


def page(
    payload: bytes = b"<html>x</html>", header: str = "Content-Type: text/html", number: int = 0, **fields
) -> bytes:
    return record(response(payload, header, fields.pop("status", "200 OK")), number=number, **fields)


def test_a_row_tells_where_a_page_comes_from(path):
    parts = members(crawl(3))
    found = rows(path, parts)
    assert [row["id"] for row in found] == ids(range(3))
    row = found[1]
    assert row | {"html": b"", "digest": ""} == {
        "id": "00000000-0000-0000-0000-000000000001",
        "url": "https://site1.example/page/1",
        "timestamp": datetime(2024, 3, 1, 12),
        "dump": "CC-MAIN-2013-20",
        "segment": "1368696381249",
        "warc": NAME,
        "offset": len(b"".join(parts[:5])),
        "length": len(parts[5]),
        "digest": "",
        "html": b"",
        "charset": "utf-8",
        "robots": None,
        "tdm_reservation": None,
        "tdm_policy": None,
        "license": None,
        "reason": None,
        "error": None,
    }
    assert row["html"] == html(1)
    assert row["digest"] == sha1(html(1))
    member = path.read_bytes()[row["offset"] :][: row["length"]]
    assert [r.block for r in records(io.BytesIO(member))] == [response(html(1))]


def test_batches_are_bounded_by_rows_and_bytes(path):
    path.write_bytes(b"".join(members([page(number=n) for n in range(1100)])))
    assert [table.num_rows for table in warc.read_pages(path, NAME)] == [512, 512, 76]
    big = b"<html>" + b"words " * (3 << 19)
    path.write_bytes(b"".join(members([page(big, number=n) for n in range(6)])))
    assert [table.num_rows for table in warc.read_pages(path, NAME)] == [4, 2]


PDF, PNG = b"%PDF-1.7 ...", b"\x89PNG\r\n\x1a\n"
HTML, XHTML, TEXT = "Content-Type: text/html", "Content-Type: application/xhtml+xml", "Content-Type: text/plain"
XML = b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml">'


def resource(payload: bytes, kind: str = "text/html") -> bytes:
    return record(payload, "resource", Content_Type=kind)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (page(), None),
        (page(header=XHTML), None),
        (page(header="Content-Type: TEXT/HTML;charset=x"), None),
        (page(b"no markup at all"), None),
        (page(b"", header=HTML), None),
        (page(header="Server: x"), None),
        (page(b"\n <!-- a --> <!DOCTYPE html><p>", header=TEXT), None),
        (page(XML, header="Content-Type: text/xml"), None),
        (page(b"<!doctype html><title>not found</title>", header="Content-Type: image/png"), None),
        (page(header="Content-Type: application/pdf", WARC_Identified_Payload_Type="text/html"), None),
        (record(b"<html>without a status line</html>"), None),
        (resource(b"<html>x"), None),
        (resource(b"words", "text/html; charset=utf-8"), None),
        (resource(b"<!DOCTYPE html><p>x", "application/octet-stream"), None),
        (resource(b"<html>x", ""), None),
        (resource(response(b"<html>x"), "application/http; msgtype=response"), None),
        (record(b"<html>x", "Resource", Content_Type="text/html"), None),
        (record(response(b"<html>x"), "unheard-of"), None),
        (page(b'<?xml version="1.0"?><rss/>', header="Content-Type: text/xml"), "warc:other_type"),
        (page(b"plain words", header=TEXT), "warc:other_type"),
        (page(b"plain words", header="Server: x"), "warc:other_type"),
        (page(PDF, header="Content-Type: application/pdf"), "warc:other_type"),
        (page(b"{}", WARC_Identified_Payload_Type="application/json"), "warc:other_type"),
        (page(bytes(17 << 20), header="Content-Type: video/mp4"), "warc:other_type"),
        (record(b"", "response"), "warc:other_type"),
        (resource(b"words", "text/plain"), "warc:other_type"),
        (resource(b"site.example. 60 IN A 192.0.2.1", "text/dns"), "warc:other_type"),
        (page(status="404 Not Found"), "warc:other_status"),
        (page(b"", status="301 Moved"), "warc:other_status"),
        (page(status="204 No Content"), "warc:other_status"),
        (record(b"GET / HTTP/1.1\r\n\r\n", "request"), "no row"),
        (record(b"", "revisit"), "no row"),
        (record(response(b"<html>"), "metadata"), "no row"),
        (page(PDF), "warc:not_html"),
        (resource(PNG), "warc:not_html"),
        (page(PNG, WARC_Identified_Payload_Type="text/html"), "warc:not_html"),
        (page(b"\xff\xfe\0\1\2" * 20, header=HTML + "\r\nContent-Encoding: gzip"), "warc:encoding"),
        (page(b"<html>" + bytes(17 << 20)), "warc:too_large"),
        (
            page(packed(b"<html>" + bytes(17 << 20)), header=HTML + "\r\nContent-Encoding: gzip"),
            "warc:too_large",
        ),
    ],
)
def test_every_response_and_resource_is_a_page_or_says_why_not(path, part, expected):
    found = rows(path, members([record(b"", "warcinfo", 9), part]))
    assert [outcome(row) for row in found] == ([] if expected == "no row" else [expected])
    assert not any(row["error"] and row["reason"] for row in found)
    assert all(len(row["html"]) <= 16 << 20 for row in found)


def test_a_row_that_is_no_page_holds_no_payload(path):
    [row] = rows(path, members([page(PDF, header="Content-Type: application/pdf")]))
    assert (row["url"], row["html"], row["length"]) == ("https://site0.example/page/0", b"", path.stat().st_size)


def test_a_resource_is_its_own_payload(path):
    [row] = rows(
        path, members([resource("<html><p>žluťoučký kůň".encode("cp1250"), "text/html; charset=windows-1250")])
    )
    assert row["html"].decode(row["charset"]) == "<html><p>žluťoučký kůň"


def test_what_a_record_says_of_its_use_is_in_columns(path):
    head = "Content-Type: text/html\r\nX-Robots-Tag: noai\r\ntdm-reservation: 1"
    body = b"<html><head><meta name=robots content=noindex></head><a rel=license href=/by>x</a>"
    [row] = rows(path, members([page(body, header=head)]))
    told = {name: row[name] for name in ("robots", "tdm_reservation", "tdm_policy", "license")}
    assert told == {
        "robots": "noai,noindex",
        "tdm_reservation": 1,
        "tdm_policy": None,
        "license": "https://site0.example/by",
    }
    [wide] = rows(path, members([page(body.decode().encode("utf-16-le"))]))
    assert wide["robots"] == "noindex"


@pytest.mark.parametrize("number", [4, 5, 6])  # a request, a response, a metadata record
def test_damage_is_always_told_since_a_head_may_be_wrong(path, number):
    parts = members(crawl(3))
    broken = [*parts[:number], parts[number][:-20] + b"\0\0\0" + parts[number][-17:], *parts[number + 1 :]]
    [bad] = [row for row in rows(path, broken) if row["error"]]
    assert (bad["error"], bad["reason"]) == ("warc:damaged", None)
    assert (bad["offset"], bad["length"]) == (len(b"".join(parts[:number])), len(parts[number]))
    assert bad["url"] == "https://site1.example/page/1" or number != 5


def test_a_member_whose_head_is_lost_is_told(path):
    parts = members(crawl(3))
    [bad] = [row for row in rows(path, [*parts[:5], b"xx" + parts[5][2:], *parts[6:]]) if row["error"]]
    assert (bad["offset"], bad["url"], bad["html"]) == (len(b"".join(parts[:5])), "", b"")  # nobody knows what it was


@pytest.mark.parametrize("status", ["404 Not Found", "200 OK"])
@pytest.mark.parametrize("kind", ["text/html", "image/png"])
def test_a_false_check_sum_is_damage_whatever_the_head_says(path, status, kind):
    [part] = members([page(header=f"Content-Type: {kind}", status=status)])
    wrong = part[:-8] + bytes(4) + part[-4:]
    assert [outcome(row) for row in rows(path, [wrong, *members([page(number=1)])])] == ["warc:damaged", None]


def test_a_cut_file_says_so(path):
    parts = members(crawl(2)[:-1])
    last = rows(path, [*parts[:-1], parts[-1][:-40]])[-1]
    assert last["error"] == "warc:truncated"
    assert html(1).startswith(last["html"])
    assert 0 < len(last["html"]) < len(html(1))


def test_ids_are_given_once(path):
    parts = members(
        [page(number=3), page(b"<html>2", number=3), page(b"<p>", WARC_Record_ID=""), page(b"<p>", WARC_Record_ID="")]
    )
    first, second = rows(path, parts), rows(path, parts)
    assert [row["id"] for row in first] == [row["id"] for row in second]
    assert len({row["id"] for row in first}) == 4
    assert [row["id"] for row in first][:2] == [*ids([3]), f"{ids([3])[0]}-2"]
    elsewhere = rows(path, parts, name="other.warc.gz")
    assert not {row["id"] for row in first[2:]} & {row["id"] for row in elsewhere}


@pytest.mark.parametrize(
    ("name", "info", "about", "dump", "segment"),
    [
        ("crawl-data/CC-NEWS/2024/03/CC-NEWS-20240301074837-00001.warc.gz", b"", {}, "CC-NEWS-2024-03", ""),
        ("CC-NEWS-20250131224228-00155.warc.gz", b"", {}, "CC-NEWS-2025-01", ""),
        ("projects/x/CC-SUPPLEMENTAL-2026-22/segments/2026/warc/a.warc.gz", b"", {}, "CC-SUPPLEMENTAL-2026-22", "2026"),
        ("crawl-data/CC-MAIN-2009-2010/segments/1/a.arc.gz", b"", {}, "CC-MAIN-2009-2010", "1"),
        ("CC-MAIN-20240220211055-20240221001055-00001.warc.gz", b"", {}, "", ""),
        ("CC-BY/a.warc.gz", b"", {}, "", ""),
        ("a.warc.gz", b"isPartOf: CC-MAIN-2024-10\r\n", {}, "CC-MAIN-2024-10", ""),
        ("a.warc.gz", b"ispartof: mine\n", {"dump": "CC-MAIN-2020-05", "segment": "7.0"}, "CC-MAIN-2020-05", "7.0"),
        ("segments/1.2/warc/a.warc.gz", b"", {"segment": "7.0"}, "", "1.2"),
        ("CC-MAIN-2012/segments/13/a.arc.gz", b"isPartOf: no", {}, "CC-MAIN-2012", "13"),
    ],
)
def test_dump_and_segment(path, name, info, about, dump, segment):
    [row] = rows(path, members([record(info, "warcinfo", 9), page()]), name=name, **about)
    assert (row["dump"], row["segment"]) == (dump, segment)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2024-03-01T12:00:00Z", datetime(2024, 3, 1, 12)),
        ("2024-03-01T12:00:00.987654321Z", datetime(2024, 3, 1, 12)),
        ("2024-03-01T12:00:00+02:00", datetime(2024, 3, 1, 10)),
        ("2024-03-01", datetime(2024, 3, 1)),
        ("20240301120000", datetime(2024, 3, 1, 12)),
        ("", None),
        ("yesterday", None),
        ("2024-13-45T99:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_timestamps(date, expected):
    assert warc.timestamp(date) == expected


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no WARC or ARC record"),
        (b"just some text\n" * 100, "no WARC or ARC record"),
        (packed(b"just some text\n" * 100), "no WARC or ARC record"),
        (bytes(5000), "no WARC or ARC record"),
        (b"PAR1" + bytes(range(256)) * 50, "no WARC or ARC record"),
        (record(b"", "warcinfo") + record(b"some text", "conversion"), "a WET file holds text"),
    ],
)
def test_a_file_that_is_no_archive_of_pages_is_refused_by_name(path, data, says):
    path.write_bytes(data)
    with pytest.raises(BadInput, match=f"{path.name}.*{says}"):
        list(warc.read_pages(path, path.name))


def test_a_file_without_pages_is_no_error(path):
    assert rows(path, members([record(b"", "warcinfo")])) == []


def test_digests_in_both_spellings():
    assert sha1(b"") == "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"  # of Common Crawl's empty payloads
    for digest in ("sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", "SHA1:da39a3ee5e6b4b0d3255bfef95601890afd80709"):
        assert sha1_matches(digest, b"") is True
        assert sha1_matches(digest, b"x") is False
    assert sha1_matches("md5:abc", b"") is None
    assert sha1_matches("", b"") is None


def test_the_schema_is_what_stages_build_on():
    origin = "id url timestamp dump segment warc offset length digest".split()
    assert warc.PAGE.names == [*origin, "html", "charset", "robots", "tdm_reservation", "tdm_policy", "license"]
    assert warc.TEXT.names == [*origin, "text", "languages"]
    assert warc.PAGE.field("timestamp").type == pa.timestamp("s")


def test_a_file_that_was_compressed_once_more_is_read(path):
    """As a proxy does that packs what is packed; a page is found again by its offset in what is inside."""
    inside = b"".join(members(crawl(5)))
    whole = rows(path, [inside])
    assert rows(path, [packed(inside)]) == whole
    last = whole[-1]
    assert warc.row_at(path, warc.RowBuilder(NAME), last["offset"], last["id"]).to_pylist() == [last]
    cut = rows(path, [packed(inside, 0)[:-600]])
    assert cut[:-1] == whole[:-1]
    assert cut[-1]["error"] == "warc:truncated"


def test_a_bomb_of_two_layers_goes_off_in_neither(path):
    with pytest.raises(BadInput):
        rows(path, [packed(packed(bytes(1 << 24)) * 12)])


def text(words: str, number: int = 0, **fields: str) -> bytes:
    return record(words.encode(), "conversion", number, Content_Type="text/plain", **fields)


def test_texts_of_wet_files(path):
    info = record(b"isPartOf: CC-MAIN-2024-10\r\n", "warcinfo", 9)
    parts = [info, text("Ein Text.\n", 1, WARC_Identified_Content_Language="deu,eng"), text("Žádný", 2)]
    path.write_bytes(b"".join(members(parts)))
    [table] = warc.read_rows(path, warc.TextBuilder("segments/1/wet/x.warc.wet.gz"))
    assert table.schema == warc.READ_TEXT
    found = table.to_pylist()
    assert [row["text"] for row in found] == ["Ein Text.\n", "Žádný"]
    assert [row["languages"] for row in found] == ["deu,eng", ""]
    assert [row["id"] for row in found] == ids([1, 2])
    assert {(row["dump"], row["segment"]) for row in found} == {("CC-MAIN-2024-10", "1")}
    assert [row["url"] for row in found] == ["https://site1.example/page/1", "https://site2.example/page/2"]
    again = warc.row_at(path, warc.TextBuilder("x.wet"), found[1]["offset"], found[1]["id"])
    assert again["text"].to_pylist() == ["Žádný"]


def test_damage_in_wet_files_is_told(path):
    parts = members([text("one", 1), text("two", 2), text("three", 3)])
    path.write_bytes(parts[0] + parts[1][:-9] + b"\0" + parts[1][-8:] + parts[2])
    found = [row for table in warc.read_rows(path, warc.TextBuilder("x.wet.gz")) for row in table.to_pylist()]
    assert [row["error"] for row in found] == [None, "warc:damaged", None]
    path.write_bytes(b"".join(members([record(b"\xff\xfe bytes", "conversion")])))
    [table] = warc.read_rows(path, warc.TextBuilder("x.wet.gz"))
    assert table["text"].to_pylist() == ["\ufffd\ufffd bytes"]


def test_a_file_without_texts_is_refused_by_name(path):
    path.write_bytes(b"".join(members([page()])))
    with pytest.raises(BadInput, match=r"x\.warc\.gz: no conversion record in it"):
        list(warc.read_rows(path, warc.TextBuilder(path.name)))
