"""Addresses of images are those that `urljoin` gives."""

from urllib.parse import urljoin

import pytest

from stages.extract.images import address_of

BASES = ["", "https://x.y/a/b.html?c#d", "http://x.y", "http://[::1]/"]
SOURCES = [
    "https://x.y/p/i.jpg",
    "http://x.y/p/../i.jpg?v=1",
    "http://x.y/i.jpg?",
    "http://x.y/i.jpg#",
    "http://x.y/i.jpg;",
    "HTTPS://x.y/i.jpg",
    "https://x.y//i.png",
    "https://x.y/i.png?a=http://z.w/",
    "https://ü.y/i.png",
    "https://x.y/ü.png",
    "//x.y/i.gif",
    "/i.gif",
    "i.gif",
    "../i.gif",
    "http:///i.gif",
]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("source", SOURCES)
def test_addresses(source, base):
    joined = urljoin(base, source)
    assert address_of({"src": source}, base) == (joined if joined.lower().startswith("http") else None)
