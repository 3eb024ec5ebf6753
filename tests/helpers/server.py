"""A real HTTP server on loopback that misbehaves by plan, with Range and If-Range as S3 has them."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Asked:
    """A request as the server saw it."""

    time: float
    path: str
    range: str
    agent: str


Fault = Callable[["Handler", bytes], None]


@dataclass
class Site:
    """Files and faults by path (one fault a request, in order), the log of requests, and what was served at once."""

    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    tags: dict[str, str] = field(default_factory=dict)
    log: list[Asked] = field(default_factory=list)
    sent: int = 0
    now: int = 0
    most: int = 0
    connections: int = 0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def setup(self) -> None:
        super().setup()
        self.site.connections += 1

    def do_GET(self) -> None:
        site, path = self.site, self.path.partition("?")[0]
        with site.lock:
            site.log.append(Asked(time.monotonic(), path, self.headers.get("Range", ""), self.headers["User-Agent"]))
            site.now += 1
            site.most = max(site.most, site.now)
            fault = site.faults[path].pop(0) if site.faults[path] else whole
        try:
            if path not in site.files:
                return self.answer(404, b"")
            fault(self, site.files[path])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            with site.lock:
                site.now -= 1

    def answer(self, status: int, body: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.send(body)

    def send(self, body: bytes) -> None:
        self.wfile.write(body)
        self.wfile.flush()
        self.site.sent += len(body)

    def part(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        """Status, bytes and headers of a sound answer to this request."""
        path = self.path.partition("?")[0]
        tag = self.site.tags.get(path, '"one"')
        headers = {"ETag": tag} if tag else {}
        asked = self.headers.get("Range", "")
        if not asked or (tag and self.headers.get("If-Range", tag) != tag):
            return 200, body, headers
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start, stop = int(first), int(last) + 1 if last else len(body)
        if start >= len(body):
            return 416, b"", headers
        place = f"bytes {start}-{min(stop, len(body)) - 1}/{len(body)}"
        return 206, body[start:stop], {**headers, "Content_Range": place}

    def log_message(self, *args) -> None:
        pass


def whole(handler: Handler, body: bytes) -> None:
    status, body, headers = handler.part(body)
    handler.answer(status, body, **headers)


def status(code: int, **headers: str) -> Fault:
    return lambda handler, body: handler.answer(code, b"no", **headers)


def cut(after: int) -> Fault:
    """Hang up after so many bytes."""

    def fault(handler: Handler, body: bytes) -> None:
        status, body, headers = handler.part(body)
        handler.answer(status, body[:after], length=len(body), **headers)
        handler.close_connection = True

    return fault


def stall(after: int, seconds: float) -> Fault:
    """Fall silent after so many bytes."""

    def fault(handler: Handler, body: bytes) -> None:
        cut(after)(handler, body)
        time.sleep(seconds)

    return fault


def trickle(handler: Handler, body: bytes) -> None:
    """A byte at a time, for ever."""
    status, body, headers = handler.part(body)
    handler.answer(status, b"", length=len(body), **headers)
    for byte in body:
        handler.send(bytes([byte]))
        time.sleep(0.02)


def ignore_range(handler: Handler, body: bytes) -> None:
    handler.answer(200, body, ETag='"one"')


def wrong_part(handler: Handler, body: bytes) -> None:
    handler.answer(206, body[7:], ETag='"one"', Content_Range=f"bytes 7-{len(body) - 1}/{len(body)}")


def resized(by: int) -> Fault:
    """An answer that seems whole and has other bytes than it should: fewer, or noise after them."""

    def fault(handler: Handler, body: bytes) -> None:
        status, body, headers = handler.part(body)
        handler.answer(status, body[:by] if by < 0 else body + b"x" * by, **headers)

    return fault


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Handler,), {"site": site}))
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
