"""The rate limit of a cluster: one machine answers for all, out of its own semaphores.

An open connection is a slot, which is free again when its holder ends, in whatever way.
"""

import hmac
import json
import secrets
import socket
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from stages.download.host_semaphore import HostSemaphore

LARGEST_REQUEST = 4096  # bytes
NOTES = {"backoff": HostSemaphore.backoff, "refused": HostSemaphore.refused, "served": HostSemaphore.served}
# A machine that vanished is noticed within a minute.
KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}


class RateLimitServer(socketserver.ThreadingTCPServer):
    """Answers on a free port of this machine's address `host`; callers need its `address`."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, host: str):
        self.secret = secrets.token_hex(16)
        super().__init__((host, 0), Request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Show an error, unless it is only that the caller went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    @property
    def address(self) -> str:
        """HOST:PORT/SECRET."""
        return f"{self.server_address[0]!s}:{self.server_address[1]}/{self.secret}"


class Request(socketserver.StreamRequestHandler):
    """One request, a line of JSON: {"secret", "do", "host"} and the arguments of the semaphore's method `do`."""

    def handle(self) -> None:
        """Answer one connection."""
        _detect_loss(self.connection)
        asked = self._read()
        do = asked.pop("do", None)
        if do == "acquire":
            with HostSemaphore(asked.pop("host")).acquire(**asked) as acquired:
                self._answer(acquired)
                self.rfile.read(1)  # until the holder closes
        elif do:
            self._answer(NOTES[do](HostSemaphore(asked.pop("host")), **asked))

    def _read(self) -> dict[str, Any]:
        """The request; empty for one without the secret, whose connection is then closed."""
        try:
            asked = json.loads(self.rfile.readline(LARGEST_REQUEST))
            ours = hmac.compare_digest(str(asked.pop("secret")), cast(RateLimitServer, self.server).secret)
        except (ValueError, KeyError, TypeError, AttributeError):
            return {}
        return asked if ours else {}

    def _answer(self, answer: float | None) -> None:
        self.wfile.write(f"{answer or 0!r}\n".encode())


def start(host: str) -> RateLimitServer:
    """A server that answers until this process ends or it is shut down."""
    server = RateLimitServer(host)
    threading.Thread(target=server.serve_forever, name="rate limit server", daemon=True).start()
    return server


@contextmanager
def call(address: str, **request: Any) -> Iterator[float]:
    """The server's answer, on a connection that is open meanwhile. Raises ConnectionError when there is no server."""
    where, _, secret = address.partition("/")
    host, _, port = where.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection, connection.makefile("rb") as answers:
        _detect_loss(connection)
        connection.settimeout(None)  # a slot may be long in coming
        connection.sendall(json.dumps({"secret": secret, **request}).encode() + b"\n")
        answer = answers.readline()
        if not answer:
            raise ConnectionError(f"the rate limit server at {where} is gone; run again")
        yield float(answer)


def ask(address: str, **request: Any) -> float:
    """The server's answer to a request that holds nothing."""
    with call(address, **request) as answer:
        return answer


def _detect_loss(connection: socket.socket) -> None:
    """Let the system notice when the other machine is gone."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
