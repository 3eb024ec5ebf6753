"""A run in the browser for tests: the application behind a real server on loopback, and requests as they are sent."""

import http.client
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlencode

import uvicorn

from pipeline.stage import Stage
from report.serve.app import serve_app

TOKEN = "the-token"


class Answered(NamedTuple):
    """What a server answered."""

    code: int
    headers: dict[str, str]
    text: str


class Served(NamedTuple):
    """A server that is up."""

    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/{TOKEN}/"

    def get(self, page: str = "", /, **values: object) -> Answered:
        """What a page says."""
        return self.ask(f"/{TOKEN}/{page}" + (f"?{urlencode(values)}" if values else ""))

    def ask(self, path: str, method: str = "GET", host: str | None = None) -> Answered:
        """Send a request line just as it is given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", f"127.0.0.1:{self.port}" if host is None else host)
        connection.endheaders()
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return Answered(answer.status, {k.lower(): v for k, v in answer.getheaders()}, text)


@contextmanager
def served(root: str, stages: Sequence[Stage] = ()) -> Iterator[Served]:
    """A server of a run while the block lasts."""
    server = uvicorn.Server(uvicorn.Config(serve_app(root, stages, TOKEN), port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive(), "the server has ended"
    try:
        yield Served(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
