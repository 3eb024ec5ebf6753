"""Where files lie and how they are had: a local folder, or a URL that may hold a secret and is never shown."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from pipeline.errors import UsageError

REMOTE = ("http://", "https://", "s3://")


def _setting(name: str, default: int) -> int:
    said = os.environ.get(name) or str(default)
    if not said.isdecimal():
        raise UsageError(f"{name}={said}: give a whole number")
    return int(said)


@dataclass(frozen=True)
class Manners:
    """How files are asked for. Seconds, unless said otherwise.

    `cache` keeps files; without it they are deleted when read. `requests` is how many may be in flight to a host in
    the whole cluster (MEWS_REQUESTS). A retry waits at least `least` and at most `most`; `tries` of them without a
    megabyte between them (an eighth of that without any answer), `refusals` in a row (403), or a Retry-After over
    `longest` are the end. A connection on which nothing comes for `silence` seconds is given up. `contact` is told to
    the server (MEWS_CONTACT: a mail address or a page).
    """

    cache: str = ""
    requests: int = field(default_factory=lambda: _setting("MEWS_REQUESTS", 10))
    contact: str = field(default_factory=lambda: os.environ.get("MEWS_CONTACT", ""))
    least: float = 1.0
    most: float = 120.0
    tries: int = 60
    refusals: int = 5
    silence: float = 60.0
    longest: float = 3600.0

    @property
    def folder(self) -> Path:
        """Where files are fetched to: `cache`, MEWS_CACHE or ~/.cache/mews."""
        return Path(self.cache or os.environ.get("MEWS_CACHE") or Path.home() / ".cache" / "mews").expanduser()

    @property
    def hurried(self) -> "Manners":
        """The same while a person waits for a list of files: a host that is not there is told in half a minute."""
        return replace(self, most=min(4.0, self.most), silence=min(10.0, self.silence))


class Place:
    """A prefix that names are put behind, with a URL's query behind them; `aside` has the URLs of names that differ.

    Not a dataclass and without a dictionary, so that neither repr, log nor fingerprint shows what a URL may hide. The
    same files elsewhere are the same files.
    """

    __slots__ = ("_aside", "_prefix", "_query", "manners", "sample")

    def __init__(
        self,
        manners: Manners,
        prefix: str,
        query: str = "",
        aside: Mapping[str, str] | None = None,
        sample: bool = False,
    ):
        self.manners, self.sample = manners, sample
        self._prefix, self._query, self._aside = prefix, query, dict(aside or {})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __hash__(self) -> int:
        return hash((self._prefix, self._query))

    def __repr__(self) -> str:
        return f"Place({public(self._prefix)})"

    def url(self, name: str) -> str:
        """The path or URL of a name: to open, not to show."""
        if name in self._aside:
            return self._aside[name]
        name = quote(name, safe="/=:,+@") if self._prefix.startswith("http") else name
        return f"{self._prefix}{name}{self._query}"

    def shown(self, name: str) -> str:
        """The same without what may be secret."""
        return public(self.url(name))

    def is_remote(self, name: str) -> bool:
        return self.url(name).startswith(REMOTE)


def split(url: str, manners: Manners) -> tuple[Place, str]:
    """The place of one file and its name in it."""
    path, question, query = url.partition("?")
    folder, slash, name = path.rpartition("/")
    return Place(manners, folder + slash, question + query), name


def public(url: str) -> str:
    """A URL without user, password, query and fragment; a path as it is."""
    scheme, sign, rest = url.partition("://")
    if not sign:
        return url
    rest = rest.partition("?")[0].partition("#")[0]
    if scheme == "s3" and ":" in rest.partition("/")[0]:
        rest = rest.rpartition("@")[2]  # a secret key may hold slashes, a bucket's name no colon
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
