"""Writing pages as a crawl: WARC files, one gzip member a record, as Common Crawl writes them."""

import hashlib
import random
import uuid
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa

from stages.sample.pages import Page, payload
from stages.sample.plants import SEED

DUMP = "MEWS-SAMPLE-2024-10"
FILES = 4
START = datetime(2024, 2, 20, 21, 10, 55)  # of the crawl that never was
AGENT = "mews-sample/1.0"
REMARKS = 3  # at most so many readers' comments a page


@dataclass(frozen=True)
class Capture:
    """A page as it was caught: the records of one visit, and the id of its response."""

    page: Page
    id: str
    members: tuple[bytes, ...]
    payload: bytes


def names() -> list[str]:
    """The WARC files of the sample in their order, as warc.paths lists them."""
    made = []
    for number in range(FILES):
        segment = f"17084734{10 + number // 2:02}000.{10 + 17 * (number // 2)}"
        stem = f"{DUMP}-20240220211055-20240221001055-{number:05}"
        made.append(f"crawl-data/{DUMP}/segments/{segment}/warc/{stem}.warc.gz")
    return made


def share(pages: list[Page], number: int) -> list[Page]:
    """The pages of a file; the page that is cut off stands last in the last file."""
    if number < FILES - 1:
        return [page for page in pages[number::FILES] if page.kind != "truncated"]
    mine = [page for page in pages[number::FILES] if page.kind != "truncated"]
    return mine + [page for page in pages if page.kind == "truncated"]


def warc(name: str, pages: list[Page], number: int, comments: tuple[str, ...]) -> tuple[bytes, list[Capture]]:
    """The bytes of a WARC file with these pages, and what is in it."""
    info = member("warcinfo", name, START, described(name), "application/warc-fields", **{"WARC-Filename": name})
    parts, caught = [info], []
    for at, page in enumerate(pages):
        when = START + timedelta(seconds=at * 5 + number)
        capture = visit(page, when, headlines(pages, at), remarks(page, comments))
        caught.append(capture)
        parts += capture.members
    return b"".join(parts), caught


def described(name: str) -> bytes:
    fields = {"isPartOf": DUMP, "publisher": "Mews", "description": "A made-up crawl", "software": AGENT}
    return "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode()


def headlines(pages: list[Page], at: int) -> tuple[str, ...]:
    """Headlines of the same site to link to: those that stand near it in the file."""
    near = pages[at + 1 : at + 120]
    return tuple(dict.fromkeys(other.title for other in near if other.site.host == pages[at].site.host))[:6]


def remarks(page: Page, comments: tuple[str, ...]) -> tuple[str, ...]:
    """What readers said below the page."""
    rng = random.Random(f"{SEED} {page.title} {page.site.host}")
    return tuple(rng.sample(comments, rng.randrange(REMARKS + 1))) if page.site.language == "en" else ()


def visit(page: Page, when: datetime, others: tuple[str, ...], said: tuple[str, ...]) -> Capture:
    """The request, the response and the metadata of a page; damage is done here."""
    body = payload(page, others, said)
    host, path = page.url.split("://", 1)[1].split("/", 1)
    asked = f"GET /{path} HTTP/1.1\r\nUser-Agent: {AGENT}\r\nAccept: text/html\r\nHost: {host}\r\n\r\n".encode()
    told = answer(page, body) + body
    seen = f"fetchTimeMs: {len(body) % 997}\r\ncharset-declared: {page.written.http}\r\n".encode()
    ours = {"WARC-Target-URI": page.url, "WARC-IP-Address": "192.0.2.17"}
    request, response = identify(page.url, "request"), identify(page.url, "response")
    facts = {"WARC-Concurrent-To": request, "WARC-Payload-Digest": digest(body), "WARC-Block-Digest": digest(told)}
    if page.content_type:
        facts["WARC-Identified-Payload-Type"] = page.content_type.lower()
    members = (
        member("request", page.url, when, asked, "application/http; msgtype=request", **ours),
        member("response", page.url, when, told, "application/http; msgtype=response", **ours, **facts),
        member("metadata", page.url, when, seen, "application/warc-fields", **ours, **{"WARC-Concurrent-To": response}),
    )
    return Capture(page, response[len("<urn:uuid:") : -1], spoil(page.kind, members), body)


def answer(page: Page, body: bytes) -> bytes:
    """The head of the HTTP response."""
    lines = [f"HTTP/1.1 {page.status}", "Server: nginx", f"Content-Length: {len(body)}"]
    if page.content_type:
        charset = f"; charset={page.written.http}" if page.written.http and page.body is None else ""
        lines.append(f"Content-Type: {page.content_type}{charset}")
    if page.status.startswith("3"):
        lines.append(f"Location: {page.url}/")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode()


def spoil(kind: str, members: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The members of a visit, damaged where the page says so: bytes lost in the middle, or the end of the file."""
    request, response, metadata = members
    middle = len(response) // 2
    if kind == "damaged":
        return request, response[:middle] + bytes(64) + response[middle + 64 :], metadata
    if kind == "truncated":
        return request, response[:middle]
    return members


def member(kind: str, url: str, when: datetime, block: bytes, content: str, **fields: str) -> bytes:
    """A WARC record as a gzip member of its own."""
    head = {
        "WARC-Type": kind,
        "WARC-Date": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "WARC-Record-ID": identify(url, kind),
        "Content-Length": str(len(block)),
        "Content-Type": content,
        **fields,
    }
    lines = "".join(f"{key}: {value}\r\n" for key, value in head.items())
    return zipped(b"WARC/1.0\r\n" + lines.encode() + b"\r\n" + block + b"\r\n\r\n")


def zipped(data: bytes) -> bytes:
    """One gzip member. Arrow brings its own zlib: Python's is the machine's, and those differ in their bytes."""
    return pa.Codec("gzip", compression_level=6).compress(data, asbytes=True)


def identify(url: str, kind: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{SEED} {kind} {url}')}>"


def digest(data: bytes) -> str:
    return "sha1:" + b32encode(hashlib.sha1(data).digest()).decode()


def listing(lines: list[str]) -> bytes:
    """The zipped list of paths that lies beside the segments."""
    return zipped("".join(f"{line}\n" for line in lines).encode())


def every(captures: list[list[Capture]]) -> Iterator[tuple[str, Capture]]:
    """All captures with the name of their file."""
    for name, caught in zip(names(), captures, strict=True):
        for capture in caught:
            yield name, capture
