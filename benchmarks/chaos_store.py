"""An S3 server on loopback behind a proxy that answers some requests wrongly, as stores do on bad days."""

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import boto3

from tests.helpers.s3 import s3_server

FAULTS = ("503", "500", "404", "slow", "half", "old", "killed")
SHARE = 0.3  # of the requests that are answered wrongly while a fault lasts
SLOW = 3.0  # seconds
BUCKET = "corpus"
OWN = ("content-length", "transfer-encoding", "connection")  # headers that the proxy sets itself


class Proxy(ThreadingHTTPServer):
    """Passes requests on to a server, and answers some wrongly.

    `arm` sets a fault that begins at a request, and not at a time: the first request from the `kth` on that it can
    strike is struck, and for some `seconds` from then on a share of those that follow. `struck` counts them.
    """

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, behind: tuple[str, int], host: str = "127.0.0.1"):
        self.behind, self.chance, self.told = behind, random.Random(0), Counter[str]()
        self._lock, self._before = threading.Lock(), dict[str, Answered]()
        self.arm("", 0, 0)
        super().__init__((host, 0), Handler)

    def arm(self, fault: str, kth: int, seconds: float) -> None:
        """Begin to count requests anew, and to wait for the first that is to be struck; "" strikes none."""
        with self._lock:
            self._fault, self._kth, self._seconds = fault, kth, seconds
            self.asked, self.struck, self._until, self.reached = 0, 0, 0.0, threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that are killed go away in the middle of a request."""

    def strikes(self, method: str, path: str) -> str:
        """The fault that this request gets, or none."""
        with self._lock:
            self.asked += ".lock" not in path  # a lease is renewed also where nothing goes on
            if self.asked >= self._kth:
                self.reached.set()
            if not self.reached.is_set() or not self._can_strike(method, path):
                return ""
            if not self.struck:
                self._until = time.monotonic() + self._seconds
            elif time.monotonic() > self._until or self.chance.random() >= SHARE:
                return ""
            self.struck += 1
            self.told[self._fault] += 1
            return self._fault

    def _can_strike(self, method: str, path: str) -> bool:
        listing = method == "GET" and "list-type=" in path
        reads = {"404": method in ("GET", "HEAD"), "half": method == "GET", "old": listing and path in self._before}
        return reads.get(self._fault, bool(self._fault))

    def note(self, path: str, answered: "Answered") -> None:
        """Remember a right answer to a listing: the old one, when it is asked for again."""
        if "list-type=" in path:
            self._before.setdefault(path, answered)

    def before(self, path: str) -> "Answered":
        """What was answered when a listing was first asked for."""
        return self._before[path]


class Answered(NamedTuple):
    """An answer of the server."""

    status: int
    headers: dict[str, str]
    content: bytes


class Handler(BaseHTTPRequestHandler):
    """One connection to the proxy."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are sent apart, and would wait for each other

    def pass_on(self) -> None:
        """Answer a request, rightly or as the fault says."""
        assert isinstance(self.server, Proxy)
        body = self.body()
        fault = self.server.strikes(self.command, self.path)
        if fault == "killed":
            self.close_connection = True
            return
        if fault in ("500", "503", "404"):
            self.answer(int(fault), {}, b"" if self.command == "HEAD" else b"<Error><Code>Fault</Code></Error>")
            return
        time.sleep(SLOW if fault == "slow" else 0)
        answered = self.server.before(self.path) if fault == "old" else self.asked(body)
        self.answer(*answered, half=fault == "half")

    def asked(self, body: bytes) -> Answered:
        """The right answer."""
        assert isinstance(self.server, Proxy)
        behind = http.client.HTTPConnection(*self.server.behind, timeout=60)
        sent = {name: value for name, value in self.headers.items() if name.lower() not in OWN}
        behind.request(self.command, self.path, body, sent)
        came = behind.getresponse()
        answered = Answered(came.status, dict(came.getheaders()), came.read())
        behind.close()
        self.server.note(self.path, answered)
        return answered

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = pass_on  # the names that http.server looks for

    def body(self) -> bytes:
        """The body of a request, which may come in pieces with a size before each."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(pieces)

    def answer(self, status: int, headers: dict[str, str], content: bytes, half: bool = False) -> None:
        """Send an answer; of one that is cut, half of the bytes that its header tells."""
        self.send_response_only(status)
        size = headers.get("Content-Length", str(len(content))) if self.command == "HEAD" else str(len(content))
        kept = {
            n: v for n, v in headers.items() if n.lower() not in ("content-length", "transfer-encoding", "connection")
        }
        for name, value in {**kept, "Content-Length": size}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if half else content)
        self.close_connection = half or self.close_connection

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nobody reads it."""


@contextmanager
def faulty_store(host: str = "127.0.0.1") -> Iterator[tuple[Proxy, Any, str]]:
    """The proxy, a client that goes around it, and a pattern of roots that lie behind it ("s3://...{}...")."""
    keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "us-east-1"}
    with s3_server() as behind:
        client = boto3.client("s3", endpoint_url="http://{}:{}".format(*behind), **keys)
        client.create_bucket(Bucket=BUCKET)
        proxy = Proxy(behind, host)
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        where = f"scheme=http&endpoint_override={host}:{proxy.server_address[1]}&region=us-east-1"
        try:
            yield proxy, client, f"s3://k:s@{BUCKET}/{{}}?{where}"
        finally:
            proxy.shutdown()
