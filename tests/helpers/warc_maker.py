"""WARC files for tests: pages of random words, a gzip member a record, as Common Crawl writes them."""

import base64
import gzip
import hashlib
import random
import uuid

WORDS = "harbour lantern meadow copper window winter garden letter orchard silver river candle mountain paper".split()


def html(seed: int, words: int = 120) -> bytes:
    dice = random.Random(seed)
    text = " ".join(dice.choices(WORDS, k=words))
    return f"<!DOCTYPE html><html><head><title>Page {seed}</title></head><body><p>{text}</p></body></html>".encode()


def response(payload: bytes, header: str = "Content-Type: text/html; charset=utf-8", status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\n{header}\r\n\r\n".encode() + payload


def record(block: bytes, kind: str = "response", number: int = 0, length: int | None = None, **fields: str) -> bytes:
    """A WARC record; `fields` replace or add header fields, an empty one takes a field away."""
    head = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{uuid.UUID(int=number)}>",
        "WARC-Date": "2024-03-01T12:00:00Z",
        "WARC-Target-URI": f"https://site{number % 7}.example/page/{number}",
        "Content-Type": "application/http; msgtype=response" if kind == "response" else "application/warc-fields",
        "WARC-Block-Digest": "sha1:" + base64.b32encode(hashlib.sha1(block).digest()).decode(),
        "Content-Length": str(len(block) if length is None else length),
    }
    head |= {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{name}: {value}" for name, value in head.items() if value]
    return "\r\n".join(["WARC/1.0", *lines, "", ""]).encode() + block + b"\r\n\r\n"


def crawl(pages: int, first: int = 0) -> list[bytes]:
    """The records of a small crawl: warcinfo, then request, response and metadata of each page."""
    records = [record(b"software: test\r\n", "warcinfo", 10**9 + first)]
    for number in range(first, first + pages):
        records.append(record(b"GET /page/%d HTTP/1.1\r\n\r\n" % number, "request", 10**6 + number))
        records.append(record(response(html(number)), number=number))
        records.append(record(b"fetchTimeMs: %d\r\n" % number, "metadata", 2 * 10**6 + number))
    return records


def members(records: list[bytes]) -> list[bytes]:
    return [gzip.compress(record, mtime=0) for record in records]


def ids(numbers) -> list[str]:
    return [str(uuid.UUID(int=number)) for number in numbers]
