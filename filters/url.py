"""What an address tells before the page is read: block lists, words in the URL, sources that are kept out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import datatrove

from filters.hashed_set import digest, found, hashes
from pipeline.doc import Doc

ASSETS = Path(datatrove.__file__).parent / "assets"  # the lists that RefinedWeb's first author publishes
UT1 = ASSETS / "url_filterblacklistsv0_3_0.tar.gz"
STRICT, HARD, SOFT = (ASSETS / f"{name}.txt" for name in ("banned_subwords", "banned_words", "soft_banned_words"))
SEPARATORS = re.compile("[^a-zA-Z0-9]+")
SCHEME = re.compile("[a-zA-Z][a-zA-Z0-9+.-]*://")
LONGEST_URL = 20_000  # characters that are looked at
LONGEST_HOST = 253  # RFC 1035

# Sources that other corpora already hold: RefinedWeb, table 14.
SOURCES = """
arxiv.org askubuntu.com stackoverflow.com stackapps.com stackexchange.com mathoverflow.net exporter.nih.gov
ncbi.nlm.nih.gov github.com irclogs.ubuntu.com news.ycombinator.com courtlistener.com reddit.com statmt.org uspto.gov
wikipedia.org"""
CURATED = tuple(SOURCES.split())


@dataclass(frozen=True)
class Blocked:
    """Drops an address by its domain, by the address itself, or by its words (RefinedWeb, appendix G.1).

    A strict word may stand anywhere once separators are gone, a hard word must be whole, and whole soft words drop
    only together: `soft_matches` of them. `None` takes the packaged lists (UT1 with 4.6 million domains; words of
    datatrove), and `domains` another list, as `from_list` makes it. `lower` folds the case of the URL for whole words.
    """

    domains: Path | None = None
    list_digest: str = ""
    strict: tuple[str, ...] | None = None
    hard: tuple[str, ...] | None = None
    soft: tuple[str, ...] | None = None
    soft_matches: int = 2
    lower: bool = True

    name = "url.blocked"

    def measure(self, doc: Doc) -> dict[str, float]:
        url = doc.url[:LONGEST_URL]
        strict, hard, soft = words(self.strict or STRICT), words(self.hard or HARD), words(self.soft or SOFT)
        squeezed, whole = SEPARATORS.sub("", url).lower(), set(SEPARATORS.split(url.lower() if self.lower else url))
        return {
            **self._listed(url),
            "hard_words": len(hard & whole),
            "soft_words": len(soft & whole),
            "strict_words": sum(word in squeezed for word in strict),
        }

    def _listed(self, url: str) -> dict[str, float]:
        host = host_of(url)
        registered = registered_domain(host)
        parents = [registered, *reversed(list(parents_of(host, registered)))] if registered else [host]
        domains = hashes(self.domains) if self.domains else hashes(UT1, "domains")
        place = found(domains, parents) if host else None
        urls = hashes(self.domains) if self.domains else hashes(UT1, "urls")
        return {
            "domain": float(place == 0),
            "subdomain": float(place is not None and place > 0),
            "url": float(found(urls, spellings(url)) is not None),
        }

    def judge(self, measured: Mapping[str, float]) -> str | None:
        listed = next((kind for kind in ("domain", "subdomain", "url") if measured[kind]), None)
        hard = "hard_word" if measured["hard_words"] else None
        soft = "soft_words" if measured["soft_words"] >= self.soft_matches else None
        return listed or hard or soft or ("strict_word" if measured["strict_words"] else None)

    def __call__(self, doc: Doc) -> str | None:
        return self.judge(self.measure(doc))


def from_list(path: str | Path, **fields) -> Blocked:
    """A filter with a list of your own: a text file of domains and addresses, one a line."""
    return Blocked(domains=Path(path), list_digest=digest(Path(path)), **fields)


@dataclass(frozen=True)
class CuratedSource:
    """Drops the sources that a mixture takes elsewhere, with all their subdomains; the reason is the source."""

    domains: tuple[str, ...] = CURATED

    name = "url.curated_source"

    def __call__(self, doc: Doc) -> str | None:
        return next(
            (parent for parent in parents_of(host_of(doc.url[:LONGEST_URL]), "") if parent in self.domains), None
        )


@cache
def words(source: Path | tuple[str, ...]) -> frozenset[str]:
    """The words of a list, squeezed to lower-case letters and digits; lines that begin with # are left out."""
    lines = source.read_text().splitlines() if isinstance(source, Path) else source
    return frozenset(SEPARATORS.sub("", line).lower() for line in lines if line.strip() and not line.startswith("#"))


def host_of(url: str) -> str:
    """The host in lower case without a last dot, "" where there is none or it is longer than a host can be."""
    try:
        host = (urlsplit(url if SCHEME.match(url) else f"//{url}").hostname or "").rstrip(".")
    except ValueError:  # brackets that hold no address
        return ""
    return host if len(host) <= LONGEST_HOST else ""


def parents_of(host: str, registered: str) -> list[str]:
    """The host and its parent domains down to the one below the registered domain (all of them when that is "")."""
    labels = host.split(".")
    parents = [".".join(labels[k:]) for k in range(len(labels))]
    return parents[: parents.index(registered)] if registered in parents else parents


def registered_domain(host: str) -> str:
    """The domain that somebody registered, by the suffix list inside the installed package, never the network."""
    return _extract()(host).top_domain_under_public_suffix


@cache
def _extract():
    from tldextract import TLDExtract

    return TLDExtract(cache_dir=None, suffix_list_urls=())


def spellings(url: str) -> list[str]:
    """An address as lists write it: with and without scheme, `www.`, fragment and last slash."""
    bare = SCHEME.sub("", url.partition("#")[0], count=1)
    forms = (url, bare, bare.removeprefix("www."))
    return list(dict.fromkeys([*forms, *(form.rstrip("/") for form in forms)]))


blocked = Blocked()
curated_source = CuratedSource()
