"""Where files are fetched from and how: a local folder or a URL prefix, which may hold a secret and is never shown."""

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
class FetchConfig:
    """How files are requested. Times are in seconds.

    `cache` is a folder that keeps files; without it they are deleted when they have been read. `requests` is how many
    may be in flight to a host in the whole cluster (MEWS_REQUESTS). `contact` is told to the server (MEWS_CONTACT: an
    e-mail address or a web page). A retry waits `min_wait` to `max_wait`. A file is given up after `attempts` in a row
    that brought less than a megabyte (an eighth of them when the host gives no answer at all), after `refusals` in a
    row (403), or when Retry-After asks for more than `max_retry_after`. A connection is given up when nothing comes for
    `timeout`.
    """

    cache: str = ""
    requests: int = field(default_factory=lambda: _setting("MEWS_REQUESTS", 10))
    contact: str = field(default_factory=lambda: os.environ.get("MEWS_CONTACT", ""))
    min_wait: float = 1.0
    max_wait: float = 120.0
    attempts: int = 60
    refusals: int = 5
    timeout: float = 60.0
    max_retry_after: float = 3600.0

    @property
    def folder(self) -> Path:
        """Where files are fetched to: `cache`, MEWS_CACHE or ~/.cache/mews."""
        return Path(self.cache or os.environ.get("MEWS_CACHE") or Path.home() / ".cache" / "mews").expanduser()

    @property
    def interactive(self) -> "FetchConfig":
        """The same for small files that a person waits for: a host without an answer is given up in half a minute."""
        return replace(self, max_wait=min(4.0, self.max_wait), timeout=min(10.0, self.timeout))


class Origin:
    """Where named files lie: `prefix` before a name and `query` behind it; `overrides` gives the URLs of other names.

    `sizes` are the bytes of files, where a listing told them. With `sample`, the files are made on the spot when they
    are missing. Not a dataclass, so that neither repr nor log shows what a URL may hide.
    """

    __slots__ = ("_overrides", "_prefix", "_query", "config", "sample", "sizes")

    def __init__(
        self,
        config: FetchConfig,
        prefix: str,
        query: str = "",
        overrides: Mapping[str, str] | None = None,
        sample: bool = False,
        sizes: Mapping[str, int] | None = None,
    ):
        self.config, self.sample, self.sizes = config, sample, dict(sizes or {})
        self._prefix, self._query, self._overrides = prefix, query, dict(overrides or {})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Origin) and all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __hash__(self) -> int:
        return hash((self._prefix, self._query))

    def fingerprinted(self) -> object:
        """Nothing: the same files elsewhere are the same files."""
        return ()

    def __repr__(self) -> str:
        return f"Origin({public(self._prefix)})"

    def url(self, name: str) -> str:
        """The path or URL of a file, to open and not to show."""
        if name in self._overrides:
            return self._overrides[name]
        name = quote(name, safe="/=:,+@") if self._prefix.startswith("http") else name
        return f"{self._prefix}{name}{self._query}"

    def shown(self, name: str) -> str:
        """The path or URL of a file without what may be secret."""
        return public(self.url(name))

    def is_remote(self, name: str) -> bool:
        """Whether a file has to be fetched."""
        return self.url(name).startswith(REMOTE)


def split_url(url: str, config: FetchConfig) -> tuple[Origin, str]:
    """The origin of one file, and its name there."""
    path, question, query = url.partition("?")
    folder, slash, name = path.rpartition("/")
    return Origin(config, folder + slash, question + query), name


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
