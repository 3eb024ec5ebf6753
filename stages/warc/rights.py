"""What a page says about its use: robots directives, reservations of text and data mining, and its licence.

All of it stands in the record that was crawled, and is found by a search for bytes, not by a parse. Sources: Google's
robots meta tag and X-Robots-Tag (noindex, none), DeviantArt's noai and noimageai, the TDM Reservation Protocol (W3C
community group report, 2022; its headers and meta tags), rel=license (HTML, section 4.6.7.10).
"""

import re
from collections.abc import Iterator
from typing import TypedDict
from urllib.parse import urljoin

from stages.warc.meta import META_SPAN, attributes, meta_tags

DIRECTIVES = {"noai": "noai", "noimageai": "noimageai", "noindex": "noindex", "none": "noindex"}
VALUED = ("max-snippet", "max-image-preview", "max-video-preview", "unavailable_after")  # directives that have a colon
# Names of meta tags for crawlers, beside those that end in "bot".
AGENTS = frozenset(
    "robots slurp yandex bytespider googlebot-news google-extended applebot-extended anthropic-ai cohere-ai".split()
)
HEADER = re.compile(rb"^(x-robots-tag|tdm-reservation|tdm-policy|link)[ \t]*:[ \t]*([^\r\n]{1,2000})", re.I | re.M)
LINK = re.compile(rb"<([^<>]{1,1000})>[^,<]{0,200}?\brel\s?=\s?[\"']?[\w -]{0,50}\blicense\b", re.I)
FORBIDDING = (b"noindex", b"noai", b"noimageai", b"tdm-")  # without one of these, or none for robots, no tag forbids
TAG_START = re.compile(rb"<(?:a|link)\s", re.I)
CREATIVE_COMMONS = re.compile(
    rb"(?:https?:)?//(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/[\w+-]{2,40}/(?:\d\.\d/?(?:[a-z]{2}/)?)?",
    re.I,
)
LOOKS = 100  # places of the word in a page that are looked at


class Rights(TypedDict):
    """The columns of a page: `robots` directives as "agent:directive" or "directive", joined by commas, in order of the
    alphabet; `tdm_reservation` 1 or 0; `tdm_policy` and `license` addresses. None where the page says nothing.
    """

    robots: str | None
    tdm_reservation: int | None
    tdm_policy: str | None
    license: str | None


def rights(head: bytes, page: bytes, url: str) -> Rights:
    """What the head of an HTTP response and a page in it say; relative addresses are resolved against `url`."""
    said = [(name.lower(), value) for name, value in HEADER.findall(head)]
    top = _before_body(page)
    tags = meta_tags(top) if _may_forbid(top.lower()) else ()
    named = [(tag.get(b"name", b"").strip().lower(), tag.get(b"content", b"")) for tag in tags]
    directives = {found for name, value in said if name == b"x-robots-tag" for found in _of_header(value)}
    directives |= {found for name, value in named if _is_agent(name) for found in _of_meta(name, value)}
    reservations = [value.strip() for name, value in (*said, *named) if name == b"tdm-reservation"]
    policies = (value for name, value in (*said, *named) if name == b"tdm-policy")
    links = (found[1] for name, value in said if name == b"link" and (found := LINK.search(value)))
    return {
        "robots": ",".join(sorted(directives)) or None,
        "tdm_reservation": next((int(value) for value in reservations if value in (b"0", b"1")), None),
        "tdm_policy": _address(next(policies, None), url),
        "license": _address(next(links, None) or _license(page), url),
    }


def _before_body(page: bytes) -> bytes:
    """The part of a page in which meta tags are looked for."""
    ends = (page.find(tag, 0, META_SPAN) for tag in (b"<body", b"<BODY"))
    return page[: next((end for end in ends if end >= 0), META_SPAN)]


def _may_forbid(top: bytes) -> bool:
    """Whether the meta tags are worth a look; those of most pages are not."""
    near = top.find(b"robots")
    return any(word in top for word in FORBIDDING) or (near >= 0 and b"none" in top[max(0, near - 200) : near + 200])


def _is_agent(name: bytes) -> bool:
    return name.endswith(b"bot") or name.decode("latin-1") in AGENTS


def _of_meta(name: bytes, content: bytes) -> Iterator[str]:
    agent = "" if name == b"robots" else f"{name.decode('latin-1')}:"
    for word in re.split(r"[,;\s]+", content.decode("latin-1").lower()):
        if word in DIRECTIVES:
            yield agent + DIRECTIVES[word]


def _of_header(value: bytes) -> Iterator[str]:
    """Directives of an X-Robots-Tag; a user agent before a colon holds for those behind it."""
    agent = ""
    for part in value.decode("latin-1").lower().split(","):
        before, colon, behind = part.partition(":")
        if colon and before.strip() not in VALUED:
            agent, part = f"{before.strip()}:", behind
        if part.strip() in DIRECTIVES:
            yield ("" if agent == "*:" else agent) + DIRECTIVES[part.strip()]


def _license(page: bytes) -> bytes | None:
    """The address in the first link with rel=license, or else the first Creative Commons licence that is named."""
    at = -1
    for _ in range(LOOKS):
        at = page.find(b"license", at + 1)
        if at < 0:
            break
        start, end = page.rfind(b"<", max(0, at - 1000), at), page.find(b">", at, at + 1000)
        if start >= 0 and end >= 0 and TAG_START.match(page, start):
            link = attributes(page[start:end])
            if b"license" in link.get(b"rel", b"").lower().split() and link.get(b"href"):
                return link[b"href"]
    named = CREATIVE_COMMONS.search(page) if b"creativecommons.org/" in page else None
    return named[0] if named else None


def _address(value: bytes | None, url: str) -> str | None:
    said = value.decode("utf-8", "replace").strip() if value else ""
    try:
        return urljoin(url, said) if said else None
    except ValueError:
        return said
