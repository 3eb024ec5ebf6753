"""The rate limit that every request to a host obeys: so many at once in the whole cluster, and backoff when it asks.

A run on one machine uses that machine's semaphore. A run on a cluster has one server, whose address its tasks find in
MEWS_RATE_LIMIT_SERVER: they use the semaphore of the machine on which the run was started.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from stages.download import rate_limit_server
from stages.download.host_semaphore import HostSemaphore


@contextmanager
def acquire(url: str, slots: int) -> Iterator[float]:
    """Wait until a request to this host may go, and hold one of `slots` slots. Gives the time of its acquisition."""
    if address := _server():
        with rate_limit_server.call(address, do="acquire", host=_host(url), slots=slots) as acquired:
            yield acquired
    else:
        with HostSemaphore(_host(url)).acquire(slots) as acquired:
            yield acquired


def backoff(url: str, seconds: float) -> None:
    """Let nobody send a request to this host for so long."""
    _note("backoff", url, seconds=seconds)


def refused(url: str, acquired: float) -> int:
    """Note that a request of that time was refused, and return how many waves of refusals came in a row."""
    return int(_note("refused", url, acquired=acquired) or 0)


def served(url: str, acquired: float) -> None:
    """Note that a request of that time was answered: refusals before it count no more."""
    _note("served", url, acquired=acquired)


def _note(do: str, url: str, **what: float) -> float | None:
    if address := _server():
        return rate_limit_server.ask(address, do=do, host=_host(url), **what)
    return rate_limit_server.NOTES[do](HostSemaphore(_host(url)), **what)


def _server() -> str:
    return os.environ.get("MEWS_RATE_LIMIT_SERVER", "")


def _host(url: str) -> str:
    """The host and port of a URL (the bucket of s3://), without the user and password that may stand before it."""
    return urlsplit(url).netloc.rpartition("@")[2]
