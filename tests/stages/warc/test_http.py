"""HTTP responses as crawlers store them, with headers that tell the truth or do not."""

import gzip
import io
import time
import zlib

import pytest
import zstandard
from fastwarc.stream_io import BrotliWriter

from stages.warc.html import PAGE, ROOT, is_binary
from stages.warc.http import parse_response


def packed(data: bytes, level: int = 9) -> bytes:
    """A gzip member without a date: tests have the same names in every process."""
    return gzip.compress(data, level, mtime=0)


BODY = b"<html><body>" + b"some words and more of them " * 40 + b"</body></html>"


def brotli(data: bytes) -> bytes:
    out = io.BytesIO()
    writer = BrotliWriter(out)
    writer.write(data)
    writer.close()
    return out.getvalue()


def deflate(data: bytes, bits: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, bits)
    return packer.compress(data) + packer.flush()


def chunked(data: bytes, size: int = 100, extra: bytes = b"") -> bytes:
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(part), extra, part) for part in parts) + b"0\r\nTrailer: x\r\n\r\n"


def got(payload: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", *headers, "", ""]
    return parse_response("\r\n".join(lines).encode() + payload).payload


GZIP, CHUNKED = "Content-Encoding: gzip", "Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    ("payload", "headers"),
    [
        (BODY, ()),
        (packed(BODY), (GZIP,)),
        (packed(BODY), ("Content-Encoding: x-gzip",)),
        (packed(BODY), ("content-encoding: GZIP",)),
        (deflate(BODY, 15), ("Content-Encoding: deflate",)),
        (deflate(BODY, -15), ("Content-Encoding: deflate",)),
        (deflate(BODY, 15), (GZIP,)),
        (brotli(BODY), ("Content-Encoding: br",)),
        (zstandard.compress(BODY), ("Content-Encoding: zstd",)),
        (packed(packed(BODY)), ("Content-Encoding: gzip, gzip",)),
        (chunked(BODY), (CHUNKED,)),
        (chunked(BODY, extra=b" ; name=value"), (CHUNKED,)),
        (chunked(BODY).replace(b"\r\n", b"\n"), (CHUNKED,)),
        (chunked(packed(BODY)), (CHUNKED, GZIP)),
        (chunked(brotli(BODY), 7), (CHUNKED, "Content-Encoding: br")),
        (packed(packed(BODY)), (GZIP,)),
        # what is named but not there is passed over
        (BODY, (GZIP,)),
        (BODY, ("Content-Encoding: deflate",)),
        (BODY, ("Content-Encoding: br",)),
        (BODY, ("Content-Encoding: zstd",)),
        (BODY, (CHUNKED,)),
        (BODY, (CHUNKED, GZIP)),
        (packed(BODY), (CHUNKED, GZIP)),
        (BODY, ("Content-Encoding: utf-8",)),
        (BODY, ("Content-Encoding: identity, none",)),
        (BODY, ("X-Crawler-Transfer-Encoding: chunked", "X-Crawler-Content-Encoding: br")),
        # what is there but not named, or named by another name, is taken off
        (packed(BODY), ()),
        (packed(b"\xef\xbb\xbf\r\n" + BODY), ("Content-Type: TEXT/HTML; charset=utf-8",)),
        (deflate(BODY, 15), ()),
        (brotli(BODY), ()),
        (zstandard.compress(BODY), ()),
        (packed(BODY), ("Content-Encoding: br",)),
        (packed(BODY), ("Content-Encoding: zstd",)),
        (packed(BODY), ("Content-Encoding: identity", GZIP)),
        (zstandard.compress(BODY), (GZIP,)),
        (chunked(packed(BODY)), (GZIP,)),
        (packed(BODY[:50]) + packed(BODY[50:70]) + packed(BODY[70:]), (GZIP,)),
        (packed(BODY[:50]) + packed(BODY[50:]) + b"\0\0", ()),
    ],
)
def test_payloads_are_unpacked(payload, headers):
    assert got(payload, *headers).removeprefix(b"\xef\xbb\xbf\r\n") == BODY


@pytest.mark.parametrize(
    ("payload", "headers"),
    [
        (packed(BODY), ("Content-Type: application/gzip",)),  # a download
        (zstandard.compress(BODY), ("Content-Type: application/octet-stream",)),
        (packed(b"no tag at all " * 9), ()),
        (packed(b"\x89PNG\r\n"), ("Content-Type: text/html",)),
        ("<p>wide</p>".encode("utf-16-le"), ()),
    ],
)
def test_what_is_no_page_when_it_is_unpacked_stays_packed(payload, headers):
    assert got(payload, *headers) == payload


def test_a_payload_of_countless_members_is_given_up():
    assert len(got(packed(b"<p>x") * 5_000, GZIP)) == 4_000


def bare(data: bytes, size: int = 100, form: str = "%x", line: bytes = b"\r\n", end: bytes = b"0\r\n\r\n") -> bytes:
    """Chunks as servers write them: the form of the size, the end of a line, and what stands last."""
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    return b"".join((form % len(part)).encode() + line + part + line for part in parts) + end


@pytest.mark.parametrize(
    "payload",
    [
        bare(BODY),
        bare(BODY, 7),
        bare(BODY, 10_000),
        bare(BODY, form="%X"),
        bare(BODY, form="%08x"),
        bare(BODY, form="%x  "),
        bare(BODY, form='%x;name="a value"'),
        bare(BODY, line=b"\n", end=b"0\n\n"),
        bare(BODY, end=b"0\r\nExpires: never\r\nX-Sum: 1\r\n\r\n"),
        bare(BODY, end=b"0\r\n"),
        chunked(BODY),
    ],
)
def test_chunks_that_no_header_tells_of_are_put_together(payload):
    assert got(payload) == BODY
    assert got(packed(BODY), GZIP) == got(bare(packed(BODY)), GZIP) == BODY
    assert parse_response(payload).payload == BODY  # without a head


def test_undeclared_chunks_that_are_cut_give_what_there_is():
    for cut in (1, 40, 150, 600):
        found = got(bare(BODY, end=b"")[:-cut])
        assert BODY.startswith(found)
        assert len(BODY) - len(found) <= cut
    once = bare(BODY, 600, end=b"")[:-3]  # one whole chunk and a cut one may be something else
    assert got(once) == once


@pytest.mark.parametrize(
    "payload",
    [
        b"1902\r\n" + BODY,
        b"64\r\n" + BODY,
        b"0\r\n" + BODY,
        b"0\r\n\r\n",
        b"5\r\nhello world\r\n0\r\n\r\n",
        b"a\r\n" + BODY[:10] + b"no line end" + b"0\r\n\r\n",
        bare(BODY) + b"<p>and more",
        bare(BODY, end=b"0\r\n<p>and more"),
        b"5 words\r\nhello\r\n0\r\n\r\n",
    ],
)
def test_a_page_that_begins_with_a_number_is_not_taken_for_chunks(payload):
    assert got(payload) == payload


def test_the_head_is_kept_as_it_stands():
    head = b"HTTP/1.1 200 OK\r\nX-Robots-Tag: noai\r\nX-Robots-Tag: noindex\r\n\r\n"
    assert parse_response(head + BODY).head == head
    assert parse_response(BODY).head == b""


@pytest.mark.parametrize(
    ("payload", "headers"),
    [
        (packed(BODY, 0)[:-200], (GZIP,)),
        (packed(BODY)[:-4], (GZIP,)),
        (packed(BODY)[:-8] + bytes(8), (GZIP,)),
        (deflate(BODY, 15)[:-4], ("Content-Encoding: deflate",)),
        (chunked(BODY)[:-300], (CHUNKED,)),
        (chunked(packed(BODY, 0))[:-300], (CHUNKED, GZIP)),
        (zstandard.compress(BODY * 400)[:-5], ("Content-Encoding: zstd",)),
    ],
)
def test_a_payload_that_breaks_off_gives_what_there_is(payload, headers):
    found = got(payload, *headers)
    assert len(found) > 500
    assert (BODY * 400).startswith(found)


def test_what_cannot_be_unpacked_is_an_error():
    noise = bytes([250, 1, 2, 3, 255]) * 60
    for name in ("gzip", "br", "zstd", "deflate"):
        found = parse_response(f"HTTP/1.1 200 OK\r\nContent-Encoding: {name}\r\n\r\n".encode() + noise)
        assert (found.payload, found.error) == (b"", "warc:encoding")


@pytest.mark.parametrize("pack", [gzip.compress, brotli, zstandard.compress])
def test_bombs_are_defused(pack):
    name = {gzip.compress: "gzip", brotli: "br", zstandard.compress: "zstd"}[pack]
    bomb = pack(bytes(200 << 20))
    found = parse_response(f"HTTP/1.1 200 OK\r\nContent-Encoding: {name}\r\n\r\n".encode() + bomb)
    assert (found.payload, found.error) == (b"", "warc:too_large")


@pytest.mark.parametrize(
    ("head", "status", "kind"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", 200, "text/html"),
        (b"HTTP/1.0 404\r\nContent-Type: text/html\r\n\r\n", 404, "text/html"),
        (b"HTTP/2 200\r\ncontent-type: text/html\r\n\r\n", 200, "text/html"),
        (b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n", 200, "text/html"),
        (b"HTTP/1.1 200 OK\r\r\nContent-Type: text/html\r\r\n\r\r\n", 200, "text/html"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\n\r\n", 200, "text/html"),
        (b"http/1.1 200 ok\r\nX: a\r\n b\r\nContent-Type: text/html\r\n\r\n", 200, "text/html"),
        (b"ICY 200 OK\r\nContent-Type: text/html\r\n\r\n", 200, "text/html"),
        (b"HTTPX/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", 200, "text/html"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", 200, "text/html"),  # no blank line before the page
        (b"HTTP/1.1 OK\r\n\r\n", 0, None),
        (b"HTTP/1.1 200 OK\r\nbroken line\r\n\r\n", 200, None),
    ],
)
def test_heads(head, status, kind):
    found = parse_response(head + BODY)
    assert found.status == status
    assert found.fields.get("content-type") == kind
    assert found.payload.endswith(BODY)
    assert len(found.payload) - len(BODY) < 20


def test_blocks_without_a_head_are_all_payload():
    for block in (b"", BODY, b"\r\n\r\n" + BODY, b"HTTP"):
        assert parse_response(block).payload == block
    assert parse_response(b"HTTP/1.1 200 OK").payload == b""
    assert parse_response(b"HTTP/1.1 200 OK\r\nA: b").payload == b""


@pytest.mark.parametrize(
    "trap",
    [
        b" " * 10**6,
        b"<!--" * 10**5,
        b"<!-- -->" * 10**5,
        b"<?xml " * 10**5,
        b"\n<!-- x -->\t" * 10**5,
        b"<" * 10**6,
        b"<!doctype " + b" " * 10**6,
    ],
)
def test_looking_at_a_payload_is_quick_whatever_it_is(trap):
    started = time.process_time()
    for pattern in (PAGE, ROOT):
        assert not pattern.match(trap)
    is_binary(trap)
    parse_response(b"HTTP/1.1 200 OK\r\n" + trap)
    parse_response(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + trap)
    assert time.process_time() - started < 0.5
