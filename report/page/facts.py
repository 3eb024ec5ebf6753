"""What is told of each sampled page besides its fate: where it is from, in which language and script, how long."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from filters.url import host_of, registered_domain

BEGINNING = re.compile(r"[^/?#]*//[^/?#]*")
LETTERS = 400  # of a text that tell its script
NONE = "(none)"


class PageFacts(NamedTuple):
    """A page's domain, public suffix, language, script, and when it was fetched; "(none)" where that is not known."""

    domain: str
    suffix: str
    language: str
    script: str
    year: str
    month: str
    hour: str


def facts_of(row: Mapping[str, Any]) -> PageFacts:
    """The facts of a stored row."""
    host = host_of_page(row.get("url") or "")
    domain = _domain(host)
    when = row.get("timestamp")
    return PageFacts(
        domain or host or NONE,
        domain.partition(".")[2] or NONE,
        row.get("language") or NONE,
        script_of(row.get("text") or ""),
        f"{when:%Y}" if when else NONE,
        f"{when:%Y-%m}" if when else NONE,
        f"{when:%H}:00" if when else NONE,
    )


def host_of_page(url: str) -> str:
    """`filters.url.host_of`, which looks at the beginning of an address only; many pages share theirs."""
    start = BEGINNING.match(url)
    return _host(start[0] if start else url)


@lru_cache(100_000)
def _host(url: str) -> str:
    return host_of(url)


@lru_cache(100_000)
def _domain(host: str) -> str:
    return registered_domain(host)


def script_of(text: str) -> str:
    """The script of most of the first letters of a text, by the names that Unicode gives them: "Latin", "Cyrillic"."""
    start = text[: 4 * LETTERS]
    if start.isascii():
        return "Latin" if any(map(str.isalpha, start)) else NONE
    found = Counter[str]()
    for letter, times in Counter(islice(filter(str.isalpha, start), LETTERS)).items():
        found[_script(letter)] += times
    return max(sorted(found), key=lambda name: found[name]) if found else NONE


@lru_cache(20_000)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "unknown").split()[0].split("-")[0].capitalize().replace("Cjk", "Han")
