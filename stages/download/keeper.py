"""The keeper of a cluster's gate: the requests of all machines go through the turnstile of its own.

An open connection is a place in the gate, which is free again when its holder ends, in whatever way that happens.
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

from stages.download import turnstile

LONGEST = 4096  # bytes of a question
NOTES = {"rest": turnstile.rest, "refused": turnstile.refused, "served": turnstile.served}
ALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}  # a machine that vanished is noticed in a minute


class Keeper(socketserver.ThreadingTCPServer):
    """Answers on a free port of this machine's address `host`; its own `address` is what those who ask need."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, host: str):
        self.secret = secrets.token_hex(16)
        super().__init__((host, 0), Question)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no error; everything else is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    @property
    def address(self) -> str:
        """HOST:PORT/SECRET."""
        return f"{self.server_address[0]!s}:{self.server_address[1]}/{self.secret}"


class Question(socketserver.StreamRequestHandler):
    """One question: {"secret", "do", "host"} and what the function of the turnstile that `do` names asks besides."""

    def handle(self) -> None:
        _watch(self.connection)
        asked = self._read()
        do = asked.pop("do", None)
        if do == "pass":
            with turnstile.passing(**asked) as passed:
                self._say(passed)
                self.rfile.read(1)  # until the holder closes
        elif do:
            self._say(NOTES[do](**asked))

    def _read(self) -> dict[str, Any]:
        """The question; nothing of one that is none of ours, so that the connection is closed."""
        try:
            asked = json.loads(self.rfile.readline(LONGEST))
            ours = hmac.compare_digest(str(asked.pop("secret")), cast(Keeper, self.server).secret)
        except (ValueError, KeyError, TypeError, AttributeError):
            return {}
        return asked if ours else {}

    def _say(self, answer: float | None) -> None:
        self.wfile.write(f"{answer or 0!r}\n".encode())


def start(host: str) -> Keeper:
    """A keeper that answers until this process ends or it is shut down."""
    keeper = Keeper(host)
    threading.Thread(target=keeper.serve_forever, name="keeper of the gate", daemon=True).start()
    return keeper


@contextmanager
def asked(address: str, **question: Any) -> Iterator[float]:
    """The keeper's answer, on a connection that is open meanwhile. Raises ConnectionError when there is no keeper."""
    where, _, secret = address.partition("/")
    host, _, port = where.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=30) as line, line.makefile("rb") as answers:
        _watch(line)
        line.settimeout(None)  # a turn may be long in coming
        line.sendall(json.dumps({"secret": secret, **question}).encode() + b"\n")
        answer = answers.readline()
        if not answer:
            raise ConnectionError(f"the keeper of the gate at {where} is gone; run again")
        yield float(answer)


def ask(address: str, **question: Any) -> float:
    with asked(address, **question) as answer:
        return answer


def _watch(line: socket.socket) -> None:
    """Let the system notice when the other machine is gone."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in ALIVE.items():
        if hasattr(socket, name):
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
