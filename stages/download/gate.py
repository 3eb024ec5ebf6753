"""The gate that every request to a host passes: so many at once in the whole cluster, and rest when the host asks it.

A run on one machine has that machine's turnstile. A run on a cluster has one keeper, whose address its tasks find in
MEWS_KEEPER: they go through the turnstile of the machine on which the run was started.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from stages.download import keeper, turnstile


@contextmanager
def passing(url: str, slots: int) -> Iterator[float]:
    """Wait until a request to this host may go; hold one of `slots` places meanwhile. Gives the time of passing."""
    if address := _keeper():
        with keeper.asked(address, do="pass", host=_host(url), slots=slots) as passed:
            yield passed
    else:
        with turnstile.passing(_host(url), slots) as passed:
            yield passed


def rest(url: str, seconds: float) -> None:
    """No request to this host for so long, by anybody."""
    _note("rest", url, seconds=seconds)


def refused(url: str, passed: float) -> int:
    """Note the refusal of a request that passed then; how many waves of them came in a row."""
    return int(_note("refused", url, passed=passed) or 0)


def served(url: str, passed: float) -> None:
    """Note an answer: refusals before its request count no more."""
    _note("served", url, passed=passed)


def _note(do: str, url: str, **what: float) -> float | None:
    if address := _keeper():
        return keeper.ask(address, do=do, host=_host(url), **what)
    return keeper.NOTES[do](_host(url), **what)


def _keeper() -> str:
    return os.environ.get("MEWS_KEEPER", "")


def _host(url: str) -> str:
    """The host and port of a URL (the bucket of s3://), without the user and password that may stand before it."""
    return urlsplit(url).netloc.rpartition("@")[2]
