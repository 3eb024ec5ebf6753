"""What an address tells before the page is read: block lists, words in the URL, sources that are kept out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import datatrove

from filters.hashed_set import first_found, hashes
from filters.url_exceptions import EXCEPTIONS
from pipeline.doc import Doc
from pipeline.rules import Rules, most

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
class ListMatches:
    """Measures an address by lists: of domains and addresses (0 or 1 each), and of words (how many are met).

    A strict word may stand anywhere once separators are gone; a hard or soft word must be whole, with the case of the
    address folded by `lower`. When nothing is met outside of the `exceptions`, words or phrases like "great tit", no
    word counts. `None` takes the packaged lists (UT1 with 4.6 million domains; words of datatrove). `domains` is
    another list, a text file of domains and addresses; lists of words are files or tuples. A file counts by its
    content: a stage is made anew when it changes.
    """

    domains: Path | None = None
    strict: tuple[str, ...] | Path | None = None
    hard: tuple[str, ...] | Path | None = None
    soft: tuple[str, ...] | Path | None = None
    exceptions: tuple[str, ...] = EXCEPTIONS
    lower: bool = True

    def __call__(self, doc: Doc) -> dict[str, float]:
        """What was measured of a page, by name."""
        url = doc.url[:LONGEST_URL]
        parts = [part for part in SEPARATORS.split(url.lower() if self.lower else url) if part]
        counts = self._words("".join(parts).lower(), parts)
        if any(counts.values()) and self.exceptions:
            rest = without_phrases(parts, _phrases(self.exceptions))
            others = self._words("".join(rest).lower(), rest)
            counts = counts if any(others.values()) else others
        return {**self._listed(url), **counts}

    def _words(self, squeezed: str, parts: list[str]) -> dict[str, float]:
        strict, hard, soft = (
            listed_words(self.strict or STRICT),
            listed_words(self.hard or HARD),
            listed_words(self.soft or SOFT),
        )
        return {
            "hard_words": len(hard.intersection(parts)),
            "soft_words": len(soft.intersection(parts)),
            "strict_words": sum(word in squeezed for word in strict),
        }

    def _listed(self, url: str) -> dict[str, float]:
        host = host_of(url)
        registered = registered_domain(host)
        parents = [registered, *reversed(list(parents_of(host, registered)))] if registered else [host]
        domains = hashes(self.domains) if self.domains else hashes(UT1, "domains")
        place = first_found(domains, parents) if host else None
        urls = hashes(self.domains) if self.domains else hashes(UT1, "urls")
        return {
            "domain": float(place == 0),
            "subdomain": float(place is not None and place > 0),
            "url": float(first_found(urls, spellings(url)) is not None),
        }


# RefinedWeb, appendix G.1: whole soft words drop only together.
blocked = Rules(
    "url.blocked",
    ListMatches(),
    (
        most("domain", 0),
        most("subdomain", 0),
        most("url", 0),
        most("hard_words", 0, "hard_word"),
        most("soft_words", 1),
        most("strict_words", 0, "strict_word"),
    ),
)


def blocking(domains: str | Path | None = None, **fields) -> Rules:
    """`blocked` with other `fields` of `ListMatches`, and with a list of your own in place of UT1's.

    `domains` is a text file of domains and addresses, one a line. `exceptions=(*EXCEPTIONS, "your-phrase")` adds one.
    """
    return replace(blocked, measure=ListMatches(Path(domains) if domains else None, **fields))


@dataclass(frozen=True)
class CuratedSource:
    """Drops the sources that a mixture takes elsewhere, with all their subdomains; the reason is the source."""

    domains: tuple[str, ...] = CURATED

    name = "url.curated_source"

    def __call__(self, doc: Doc) -> str | None:
        """The reason to drop a page; None keeps it."""
        return next(
            (parent for parent in parents_of(host_of(doc.url[:LONGEST_URL]), "") if parent in self.domains), None
        )


curated_source = CuratedSource()


@cache
def listed_words(source: Path | tuple[str, ...]) -> frozenset[str]:
    """The words of a list, squeezed to lower-case letters and digits; lines that begin with # are left out."""
    lines = source.read_text().splitlines() if isinstance(source, Path) else source
    return frozenset(SEPARATORS.sub("", line).lower() for line in lines if line.strip() and not line.startswith("#"))


BARRIER = "\0"  # stands where an exception stood, so that its neighbours make no word together


def without_phrases(parts: list[str], phrases: dict[str, list[tuple[str, ...]]]) -> list[str]:
    """The words of an address without the phrases in it, which are given by their first words, longest first."""
    lower = [part.lower() for part in parts]
    rest, at = [], 0
    while at < len(parts):
        here = (phrase for phrase in phrases.get(lower[at], ()) if tuple(lower[at : at + len(phrase)]) == phrase)
        if phrase := next(here, None):
            rest.append(BARRIER)
            at += len(phrase)
        else:
            rest.append(parts[at])
            at += 1
    return rest


@cache
def _phrases(exceptions: Iterable[str]) -> dict[str, list[tuple[str, ...]]]:
    """The words of each exception by its first word, longest first."""
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted((tuple(filter(None, SEPARATORS.split(e.lower()))) for e in exceptions), key=len, reverse=True):
        by_first.setdefault(phrase[0], []).append(phrase)
    return by_first


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
