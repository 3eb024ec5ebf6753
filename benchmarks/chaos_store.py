"""An S3 server on loopback behind a proxy that answers some requests wrongly, as stores do on bad days."""

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3

from tests.helpers.s3 import s3_server

FAULTS = ("503", "500", "404", "slow", "half")
SHARE = 0.3  # of the requests that are answered wrongly while a fault lasts
SLOW = 3.0  # seconds
BUCKET = "corpus"
OWN = ("content-length", "transfer-encoding", "connection")  # headers that the proxy sets itself


class Proxy(ThreadingHTTPServer):
    """Passes requests on to a server; while `fault` is set, some are answered as it says, which `told` counts."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, host: str, port: int):
        self.behind, self.fault, self.chance, self.told = (host, port), "", random.Random(0), Counter[str]()
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that are killed go away in the middle of a request."""

    def strikes(self) -> str:
        """The fault that this request gets, or none."""
        fault = self.fault if self.chance.random() < SHARE else ""
        self.told[fault] += bool(fault)
        return fault


class Handler(BaseHTTPRequestHandler):
    """One connection to the proxy."""

    protocol_version = "HTTP/1.1"

    def pass_on(self) -> None:
        """Answer a request, rightly or as the fault says."""
        assert isinstance(self.server, Proxy)
        body = self.body()
        fault = self.server.strikes()
        if fault in ("500", "503") or (fault == "404" and self.command in ("GET", "HEAD")):
            self.answer(int(fault), {}, b"" if self.command == "HEAD" else b"<Error><Code>Fault</Code></Error>")
            return
        time.sleep(SLOW if fault == "slow" else 0)
        behind = http.client.HTTPConnection(*self.server.behind, timeout=60)
        sent = {name: value for name, value in self.headers.items() if name.lower() not in OWN}
        behind.request(self.command, self.path, body, sent)
        came = behind.getresponse()
        content = came.read()
        self.answer(came.status, dict(came.getheaders()), content, half=fault == "half" and self.command == "GET")
        behind.close()

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
def faulty_store() -> Iterator[tuple[Proxy, Any, str]]:
    """The proxy, a client that goes around it, and a pattern of roots that lie behind it ("s3://...{}...")."""
    keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "us-east-1"}
    with s3_server() as (host, port):
        client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", **keys)
        client.create_bucket(Bucket=BUCKET)
        proxy = Proxy(host, port)
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        where = f"scheme=http&endpoint_override=127.0.0.1:{proxy.server_address[1]}&region=us-east-1"
        try:
            yield proxy, client, f"s3://k:s@{BUCKET}/{{}}?{where}"
        finally:
            proxy.shutdown()
