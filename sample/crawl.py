"""Writing pages as a crawl: WARC files, one gzip member a record, as Common Crawl writes them."""

import hashlib
import random
import uuid
from base64 import b32encode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

import pyarrow as pa

from sample.cases import SEED
from sample.pages import SamplePage, page_bytes
from sample.texts import articles

SAMPLE_DUMP = "CC-MAIN-2024-99"  # no crawl has a week 99
FILES = 4
CRAWL_START = datetime(2024, 12, 29, 21, 10, 55)  # of the crawl that never was
AGENT = "mews-sample/1.0"
MAX_COMMENTS = 3  # at most so many readers' comments a page


@dataclass(frozen=True)
class Capture:
    """A page as it was crawled: the records of a visit, the id of the response, and where that begins in the file."""

    page: SamplePage
    id: str
    members: tuple[bytes, ...]
    payload: bytes
    offset: int = 0


def warc_names() -> list[str]:
    """The WARC files of the sample in their order, as warc.paths lists them."""
    made = []
    for number in range(FILES):
        segment = f"173550665500{number // 2}.{10 + 17 * (number // 2)}"
        made.append(
            f"crawl-data/{SAMPLE_DUMP}/segments/{segment}/warc/CC-MAIN-20241229211055-20241230001055-{number:05}.warc.gz"
        )
    return made


def pages_of_file(pages: list[SamplePage], number: int) -> list[SamplePage]:
    """The pages of a file; the page that is cut off stands last in the last file."""
    mine = [page for page in pages[number::FILES] if page.kind != "truncated"]
    return mine + [page for page in pages if page.kind == "truncated" and number == FILES - 1]


def warc_file(name: str, pages: list[SamplePage], everything: list[SamplePage]) -> tuple[bytes, list[Capture]]:
    """The bytes of a WARC file with these pages, and what is in it; they link to pages of `everything`."""
    fields = {"isPartOf": SAMPLE_DUMP, "publisher": "Mews", "description": "A crawl that never was", "software": AGENT}
    about = "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode()
    parts = [warc_member("warcinfo", name, CRAWL_START, about, "application/warc-fields", **{"WARC-Filename": name})]
    captures, size, linked, comments = [], len(parts[0]), headlines_by_host(everything), reader_comments()
    for at, page in enumerate(pages):
        capture = capture_page(page, CRAWL_START + timedelta(seconds=at * 5), linked[page.site.host], comments)
        captures.append(replace(capture, offset=size + len(capture.members[0])))
        parts += capture.members
        size += sum(map(len, capture.members))
    return b"".join(parts), captures


def headlines_by_host(pages: list[SamplePage]) -> dict[str, list[str]]:
    """The headlines of every site, by its host."""
    found: dict[str, list[str]] = {}
    for page in pages:
        found.setdefault(page.site.host, []).append(page.title)
    return found


@cache
def reader_comments() -> tuple[str, ...]:
    """Comments of readers: the shortest paragraphs that there are."""
    short = sorted({(len(b.text), b.text) for article in articles() for b in article.blocks if b.tag == "p"})
    return tuple(text for _, text in short[:120])


def capture_page(page: SamplePage, when: datetime, linked: list[str], comments: tuple[str, ...]) -> Capture:
    """The request, the response and the metadata record of a page; damage is done here.

    The page links to some headlines of `linked`, and shows some of the `comments`.
    """
    rng = random.Random(f"{SEED} {page.site.host} {page.title}")  # not the URL: a mirror is the same page
    others = tuple(dict.fromkeys(rng.choices(linked, k=7)))
    shown = rng.sample(comments, rng.randrange(MAX_COMMENTS + 1)) if page.site.language == "en" else ()
    body = page_bytes(page, others, tuple(shown))
    request, response = sample_record_id(page.url, "request"), sample_record_id(page.url, "response")
    members = (
        _record("request", page, when, request_head(page.url), "application/http; msgtype=request"),
        _response(page, when, body, request),
        _record("metadata", page, when, metadata(page, body), "application/warc-fields", response),
    )
    return Capture(page, response[len("<urn:uuid:") : -1], damaged_members(page.kind, members), body)


def _response(page: SamplePage, when: datetime, body: bytes, request: str) -> bytes:
    block = http_head(page, body) + body
    fields = {"WARC-Payload-Digest": sha1_digest(body), "WARC-Block-Digest": sha1_digest(block)}
    if page.content_type:
        fields["WARC-Identified-Payload-Type"] = page.content_type.lower()
    return _record("response", page, when, block, "application/http; msgtype=response", request, **fields)


def _record(
    kind: str, page: SamplePage, when: datetime, block: bytes, content: str, concurrent: str = "", **fields: str
) -> bytes:
    """A record of the visit to a page, concurrent to another one of that visit."""
    about = {"WARC-Target-URI": page.url, "WARC-IP-Address": "192.0.2.17"}
    if concurrent:
        about["WARC-Concurrent-To"] = concurrent
    return warc_member(kind, page.url, when, block, content, **about, **fields)


def request_head(url: str) -> bytes:
    """The HTTP request for a page."""
    host, path = url.split("://", 1)[1].split("/", 1)
    return f"GET /{path} HTTP/1.1\r\nUser-Agent: {AGENT}\r\nAccept: text/html\r\nHost: {host}\r\n\r\n".encode()


def metadata(page: SamplePage, body: bytes) -> bytes:
    """What the crawler notes about a page."""
    return f"fetchTimeMs: {len(body) % 997}\r\ncharset-declared: {page.written.http}\r\n".encode()


def http_head(page: SamplePage, body: bytes) -> bytes:
    """The head of the HTTP response."""
    lines = [f"HTTP/1.1 {page.status}", "Server: nginx", f"Content-Length: {len(body)}"]
    if page.content_type:
        charset = f"; charset={page.written.http}" if page.written.http and page.body is None else ""
        lines.append(f"Content-Type: {page.content_type}{charset}")
    if page.status.startswith("3"):
        lines.append(f"Location: {page.url}/")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode()


def damaged_members(kind: str, members: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The members of a visit, damaged where the page says so: bytes lost in the middle, or the end of the file."""
    request, response, metadata = members
    middle = len(response) // 2
    if kind == "damaged":
        return request, response[:middle] + bytes(64) + response[middle + 64 :], metadata
    if kind == "truncated":
        return request, response[:middle]
    return members


def warc_member(kind: str, url: str, when: datetime, block: bytes, content: str, **fields: str) -> bytes:
    """A WARC record as a gzip member of its own."""
    head = {
        "WARC-Type": kind,
        "WARC-Date": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "WARC-Record-ID": sample_record_id(url, kind),
        "Content-Length": str(len(block)),
        "Content-Type": content,
        **fields,
    }
    lines = "".join(f"{key}: {value}\r\n" for key, value in head.items())
    return gzip_member(b"WARC/1.0\r\n" + lines.encode() + b"\r\n" + block + b"\r\n\r\n")


def gzip_member(data: bytes) -> bytes:
    """One gzip member. Arrow brings its own zlib: Python's is the machine's, and those differ in their bytes."""
    return pa.Codec("gzip", compression_level=6).compress(data, asbytes=True)


def sample_record_id(url: str, kind: str) -> str:
    """The id of a record: a UUID that its URL and kind give."""
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{SEED} {kind} {url}')}>"


def sha1_digest(data: bytes) -> str:
    """A WARC digest: base32 of SHA-1."""
    return "sha1:" + b32encode(hashlib.sha1(data).digest()).decode()


def path_listing(lines: list[str]) -> bytes:
    """The zipped list of paths that lies beside the segments."""
    return gzip_member("".join(f"{line}\n" for line in lines).encode())
