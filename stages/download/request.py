"""One request for the rest of a file, over HTTP or S3."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from pipeline.store import open_root
from stages.download.origin import FetchConfig
from stages.download.partial import PartialFile

if TYPE_CHECKING:  # it takes a tenth of a second to import, and most runs read files of this machine
    import httpx

MIN_RATE = 1000  # bytes a second: a connection that gives fewer is given up
_READ_SIZE = 1 << 20


class TransientError(Exception):
    """A file did not come to its end, and another attempt may help. `after`: seconds that the server asks to wait."""

    def __init__(self, why: str, after: float = 0.0):
        super().__init__(why)
        self.after = after


class NoConnection(TransientError):
    """The host cannot be reached."""


class Forbidden(TransientError):
    """403: the server refuses our requests, for now."""


class PermanentError(Exception):
    """Another attempt would bring the same; the text says why."""


class Missing(PermanentError):
    """There is no such file."""


def fetch_missing(url: str, part: PartialFile, config: FetchConfig) -> None:
    """Append what is missing of a file; returns when it is whole. Raises TransientError or PermanentError."""
    if url.startswith("s3://"):
        _s3(url, part)
    else:
        _http(url, part, config)
    if part.total is not None and part.size != part.total:
        came, total = part.size, part.total
        if came > total:
            part.begin(None, "")
        raise TransientError(f"{came} bytes came of {total}")


def fetch_range(url: str, offset: int, length: int, config: FetchConfig) -> tuple[bytes, int]:
    """`length` bytes from `offset` on, fewer at the file's end, and the file's size. Raises as `fetch_missing` does."""
    if url.startswith("s3://"):
        with _object(url) as source:
            return source.read_at(min(length, max(0, source.size() - offset)), offset), source.size()
    with _answer(url, config, {"Range": f"bytes={offset}-{offset + length - 1}"}) as got:
        if got.status_code != 206:
            _raise_for(got)
            raise PermanentError("the server gives no parts of files")
        place, _, total = got.headers.get("content-range", "").removeprefix("bytes ").partition("/")
        data = b"".join(min_throughput(got.iter_raw(), config.timeout))
    if not total.isdigit() or place.partition("-")[0] != str(offset) or len(data) != min(length, int(total) - offset):
        raise TransientError("another part came than was asked for")
    return data, int(total)


def _http(url: str, part: PartialFile, config: FetchConfig) -> None:
    start = part.size if part.version else 0
    wanted = {"Range": f"bytes={start}-", "If-Range": part.version} if start else {}
    with _answer(url, config, wanted) as got:
        _accept(got, part, start)
        with part.append() as file:
            for piece in min_throughput(got.iter_raw(), config.timeout):
                file.write(piece)


@contextmanager
def _answer(url: str, config: FetchConfig, wanted: dict[str, str]) -> "Iterator[httpx.Response]":
    import httpx

    headers = {"User-Agent": agent(config.contact), "Accept-Encoding": "identity", **wanted}
    limits = httpx.Timeout(config.timeout, connect=min(30.0, config.timeout))
    try:
        with _client(os.getpid()).stream("GET", url, headers=headers, timeout=limits) as got:
            yield got
    except (httpx.ConnectError, httpx.ConnectTimeout):
        raise NoConnection("the host cannot be reached") from None
    except httpx.TransportError as error:
        raise TransientError(f"the connection broke ({type(error).__name__})") from None
    except (httpx.TooManyRedirects, httpx.InvalidURL) as error:
        raise PermanentError(f"the address leads nowhere ({type(error).__name__})") from None


def _accept(got: "httpx.Response", part: PartialFile, start: int) -> None:
    """Begin anew or go on, as the status and headers of the answer say; raise when they are no use."""
    length = got.headers.get("content-length", "")
    if got.status_code == 206 and start:
        place, _, total = got.headers.get("content-range", "").removeprefix("bytes ").partition("/")
        same = _version(got) in ("", part.version)  # not every server heeds If-Range
        if same and place.partition("-")[0] == str(start) and total == str(part.total):
            return
        part.begin(None, "")
        raise TransientError("another part came than was asked for")
    if got.status_code == 200:
        return part.begin(int(length) if length.isdigit() else None, _version(got))
    if got.status_code == 416:
        part.begin(None, "")
    _raise_for(got)


def _raise_for(got: "httpx.Response") -> None:
    """Raise what an answer other than 200 and 206 means."""
    after = retry_after(got.headers.get("retry-after", ""), got.headers.get("date", ""))
    status = got.status_code
    if status == 403:
        raise Forbidden("refused (403)", after)
    if status in (408, 416, 425, 429) or status >= 500:
        raise TransientError(f"the server answered {status}", after)
    if status != 200:
        raise (Missing if status in (404, 410) else PermanentError)(f"the server answered {status}")


def _version(got: "httpx.Response") -> str:
    """The validator for If-Range: a strong ETag, or else Last-Modified; empty when there is neither."""
    tag = got.headers.get("etag", "")
    return tag if tag.startswith('"') else got.headers.get("last-modified", "")


def min_throughput(pieces: Iterator[bytes], window: float) -> Iterator[bytes]:
    """The pieces, as long as MIN_RATE is kept over each `window` seconds: no slow connection holds a slot for ever."""
    since, count = time.monotonic(), 0
    for piece in pieces:
        yield piece
        count += len(piece)
        now = time.monotonic()
        if now - since >= window:
            if count < MIN_RATE * (now - since):
                raise TransientError("the server sends too slowly")
            since, count = now, 0


def _s3(url: str, part: PartialFile) -> None:
    with _object(url) as source:
        version = (source.metadata().get("ETag") or b"").decode()
        if version != part.version:
            part.begin(source.size(), version)
        source.seek(part.size)
        with part.append() as file:
            while piece := source.read(_READ_SIZE):
                file.write(piece)


@contextmanager
def _object(url: str) -> Iterator[Any]:
    """An S3 object as a file; errors of S3 become those of this module."""
    where, question, query = url.removeprefix("s3://").partition("?")
    bucket, _, key = where.partition("/")
    filesystem, root = open_root(f"s3://{bucket}{question}{query}")
    try:
        with filesystem.open_input_file(f"{root}/{key}") as source:
            yield source
    except FileNotFoundError:
        raise Missing("no such object") from None
    except OSError as error:
        if error.errno is not None:
            raise  # of the local disk
        if "ACCESS_DENIED" in str(error) or "INVALID_ACCESS_KEY" in str(error):
            raise PermanentError("S3 denies access; check the keys in the environment") from None
        raise TransientError("S3 broke off") from None


def retry_after(value: str, date: str = "") -> float:
    """Seconds that a Retry-After header asks for, as a number or as a date; 0 when it says nothing understandable.

    `date` is the server's Date header: the clock here may be another.
    """
    if value.strip().isdigit():
        return float(value)
    try:
        now = parsedate_to_datetime(date) if date else datetime.now(UTC)
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0


@cache
def _client(_process: int) -> "httpx.Client":
    """The HTTP client of this process, which keeps connections open between requests."""
    import httpx

    return httpx.Client(follow_redirects=True)


@cache
def agent(contact: str) -> str:
    """The User-Agent header: name, version and contact, in ASCII on one line."""
    contact = " ".join(contact.encode("ascii", "replace").decode().split())
    try:
        number = version("mews")
    except PackageNotFoundError:
        number = "0"
    return f"mews/{number} ({contact})" if contact else f"mews/{number}"
