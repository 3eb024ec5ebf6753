"""One request for the rest of a file, over HTTP or S3."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import httpx

from pipeline.store import open_root
from stages.download.part import Part
from stages.download.place import Manners

SLOWEST = 1000  # bytes a second: a server that gives fewer is taken for a broken one
PIECE = 1 << 20


class Broken(Exception):
    """The file did not come to its end; another try may help. `after`: seconds of rest that the server asks for."""

    def __init__(self, why: str, after: float = 0.0):
        super().__init__(why)
        self.after = after


class Unconnected(Broken):
    """There was no answer at all."""


class Refusal(Broken):
    """403: the server has enough of us."""


class Hopeless(Exception):
    """Another try would bring the same; the text says why."""


class Missing(Hopeless):
    """There is no such file."""


def request(url: str, part: Part, manners: Manners) -> None:
    """Append what is missing of the file; returns when it is whole. Raises Broken, Refusal, Missing or Hopeless."""
    if url.startswith("s3://"):
        _s3(url, part)
    else:
        _http(url, part, manners)
    if part.total is not None and part.size != part.total:
        came, total = part.size, part.total
        if came > total:
            part.begin(None, "")
        raise Broken(f"{came} bytes came of {total}")


def request_range(url: str, offset: int, length: int, manners: Manners) -> tuple[bytes, int]:
    """So many bytes from there on, fewer at the file's end, and the file's size. Raises as `request` does."""
    if url.startswith("s3://"):
        with _object(url) as source:
            return source.read_at(min(length, max(0, source.size() - offset)), offset), source.size()
    with _answer(url, manners, {"Range": f"bytes={offset}-{offset + length - 1}"}) as got:
        if got.status_code != 206:
            _raise_for(got)
            raise Hopeless("the server gives no parts of files")
        place, _, total = got.headers.get("content-range", "").removeprefix("bytes ").partition("/")
        data = b"".join(_brisk(got.iter_raw(), manners.silence))
    if not total.isdigit() or place.partition("-")[0] != str(offset) or len(data) != min(length, int(total) - offset):
        raise Broken("another part came than was asked for")
    return data, int(total)


def _http(url: str, part: Part, manners: Manners) -> None:
    start = part.size if part.version else 0
    wanted = {"Range": f"bytes={start}-", "If-Range": part.version} if start else {}
    with _answer(url, manners, wanted) as got:
        _admit(got, part, start)
        with part.append() as file:
            for piece in _brisk(got.iter_raw(), manners.silence):
                file.write(piece)


@contextmanager
def _answer(url: str, manners: Manners, wanted: dict[str, str]) -> Iterator[httpx.Response]:
    headers = {"User-Agent": agent(manners.contact), "Accept-Encoding": "identity", **wanted}
    limits = httpx.Timeout(manners.silence, connect=min(30.0, manners.silence))
    try:
        with _client(os.getpid()).stream("GET", url, headers=headers, timeout=limits) as got:
            yield got
    except (httpx.ConnectError, httpx.ConnectTimeout):
        raise Unconnected("the host cannot be reached") from None
    except httpx.TransportError as error:
        raise Broken(f"the connection broke ({type(error).__name__})") from None
    except (httpx.TooManyRedirects, httpx.InvalidURL) as error:
        raise Hopeless(f"the address leads nowhere ({type(error).__name__})") from None


def _admit(got: httpx.Response, part: Part, start: int) -> None:
    """Look at the answer's head: begin anew, go on, or raise."""
    length = got.headers.get("content-length", "")
    if got.status_code == 206 and start:
        place, _, total = got.headers.get("content-range", "").removeprefix("bytes ").partition("/")
        same = _version(got) in ("", part.version)  # not every server heeds If-Range
        if same and place.partition("-")[0] == str(start) and total == str(part.total):
            return
        part.begin(None, "")
        raise Broken("another part came than was asked for")
    if got.status_code == 200:
        return part.begin(int(length) if length.isdigit() else None, _version(got))
    if got.status_code == 416:
        part.begin(None, "")
    _raise_for(got)


def _raise_for(got: httpx.Response) -> None:
    """Raise what an answer other than 200 and 206 means."""
    status, after = got.status_code, retry_after(got.headers.get("retry-after", ""))
    if status == 403:
        raise Refusal("refused (403)", after)
    if status in (408, 416, 425, 429) or status >= 500:
        raise Broken(f"the server answered {status}", after)
    if status != 200:
        raise (Missing if status in (404, 410) else Hopeless)(f"the server answered {status}")


def _version(got: httpx.Response) -> str:
    """What names a version for If-Range: a strong ETag, or else the date; empty when there is neither."""
    tag = got.headers.get("etag", "")
    return tag if tag.startswith('"') else got.headers.get("last-modified", "")


def _brisk(pieces: Iterator[bytes], window: float) -> Iterator[bytes]:
    """The pieces, as long as they come fast enough: no trickle holds a slot for ever."""
    since, count = time.monotonic(), 0
    for piece in pieces:
        yield piece
        count += len(piece)
        now = time.monotonic()
        if now - since >= window:
            if count < SLOWEST * (now - since):
                raise Broken("the server trickles")
            since, count = now, 0


def _s3(url: str, part: Part) -> None:
    with _object(url) as source:
        version = (source.metadata().get("ETag") or b"").decode()
        if version != part.version:
            part.begin(source.size(), version)
        source.seek(part.size)
        with part.append() as file:
            while piece := source.read(PIECE):
                file.write(piece)


@contextmanager
def _object(url: str) -> Iterator[Any]:
    """An S3 object as a file; its errors as ours."""
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
            raise Hopeless("S3 denies access; check the keys in the environment") from None
        raise Broken("S3 broke off") from None


def retry_after(value: str) -> float:
    """Seconds that a Retry-After header asks for, as a number or as a date; 0 when it says nothing understandable."""
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


@cache
def _client(process: int) -> httpx.Client:
    """The connections of this process, kept open from one page to the next, and the certificates that it trusts."""
    return httpx.Client(follow_redirects=True)


@cache
def agent(contact: str) -> str:
    """Who we are, and whom to tell when we are a burden; a header holds ASCII on one line."""
    contact = " ".join(contact.encode("ascii", "replace").decode().split())
    try:
        number = version("mews")
    except PackageNotFoundError:
        number = "0"
    return f"mews/{number} ({contact})" if contact else f"mews/{number}"
