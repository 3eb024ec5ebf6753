"""Writing pages as a crawl: WARC files, one gzip member a record, as Common Crawl writes them."""

import hashlib
import random
import uuid
from base64 import b32encode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

import pyarrow as pa

from sample.pages import Page, payload
from sample.plants import SEED
from sample.texts import articles

DUMP = "CC-MAIN-2024-99"  # no crawl has a week 99
FILES = 4
START = datetime(2024, 12, 29, 21, 10, 55)  # of the crawl that never was
AGENT = "mews-sample/1.0"
REMARKS = 3  # at most so many readers' comments a page


@dataclass(frozen=True)
class Capture:
    """A page as it was caught: the records of one visit, the id of its response, and where that begins in the file."""

    page: Page
    id: str
    members: tuple[bytes, ...]
    payload: bytes
    offset: int = 0


def names() -> list[str]:
    """The WARC files of the sample in their order, as warc.paths lists them."""
    made = []
    for number in range(FILES):
        segment = f"173550665500{number // 2}.{10 + 17 * (number // 2)}"
        made.append(
            f"crawl-data/{DUMP}/segments/{segment}/warc/CC-MAIN-20241229211055-20241230001055-{number:05}.warc.gz"
        )
    return made


def share(pages: list[Page], number: int) -> list[Page]:
    """The pages of a file; the page that is cut off stands last in the last file."""
    mine = [page for page in pages[number::FILES] if page.kind != "truncated"]
    return mine + [page for page in pages if page.kind == "truncated" and number == FILES - 1]


def warc(name: str, pages: list[Page], everything: list[Page]) -> tuple[bytes, list[Capture]]:
    """The bytes of a WARC file with these pages, and what is in it; they link to pages of `everything`."""
    fields = {"isPartOf": DUMP, "publisher": "Mews", "description": "A crawl that never was", "software": AGENT}
    about = "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode()
    parts = [member("warcinfo", name, START, about, "application/warc-fields", **{"WARC-Filename": name})]
    caught, size, linked, said = [], len(parts[0]), titles(everything), comments()
    for at, page in enumerate(pages):
        capture = visit(page, START + timedelta(seconds=at * 5), linked[page.site.host], said)
        caught.append(replace(capture, offset=size + len(capture.members[0])))
        parts += capture.members
        size += sum(map(len, capture.members))
    return b"".join(parts), caught


def titles(pages: list[Page]) -> dict[str, list[str]]:
    """The headlines of every site, by its host."""
    found: dict[str, list[str]] = {}
    for page in pages:
        found.setdefault(page.site.host, []).append(page.title)
    return found


@cache
def comments() -> tuple[str, ...]:
    """What readers say: the shortest paragraphs that there are."""
    short = sorted({(len(b.text), b.text) for article in articles() for b in article.blocks if b.tag == "p"})
    return tuple(text for _, text in short[:120])


def visit(page: Page, when: datetime, linked: list[str], said: tuple[str, ...]) -> Capture:
    """The request, the response and the metadata of a page; damage is done here."""
    rng = random.Random(f"{SEED} {page.site.host} {page.title}")  # not the URL: a mirror is the same page
    others = tuple(dict.fromkeys(rng.choices(linked, k=7)))
    remarks = rng.sample(said, rng.randrange(REMARKS + 1)) if page.site.language == "en" else ()
    body = payload(page, others, tuple(remarks))
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
