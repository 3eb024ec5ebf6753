"""What pages say about their use."""

import time

import pytest

from stages.warc.rights import rights

URL = "https://site.example/a/page.html"


def said(page: str = "", *headers: str) -> dict:
    """What is said, without the columns that say nothing."""
    head = "\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""])
    return {name: value for name, value in rights(head.encode(), page.encode(), URL).items() if value is not None}


@pytest.mark.parametrize(
    ("page", "robots"),
    [
        ('<meta name="robots" content="noindex, nofollow">', "noindex"),
        ("<META NAME=ROBOTS CONTENT=NOINDEX>", "noindex"),
        ('<meta content="noai, noimageai" name="robots">', "noai,noimageai"),
        ('<meta name="robots" content="none">', "noindex"),
        ('<meta name="robots" content="noarchive,noai;noindex">', "noai,noindex"),
        ('<meta name="googlebot" content="noindex"><meta name="robots" content="all">', "googlebot:noindex"),
        ('<meta name="CCBot" content="none"><meta name="GPTBot" content="noai">', "ccbot:noindex,gptbot:noai"),
        ('<meta name="google-extended" content="noindex">', "google-extended:noindex"),
        ('<meta name="robots" content="index, follow">', None),
        ('<meta name="robots" content="max-snippet:-1, noodp">', None),
        ('<meta name="description" content="noindex and noai">', None),
        ('<!-- <meta name="robots" content="noindex"> -->', None),
        ('<script>"<meta name=robots content=noindex>"</script>', None),
        ('<body><meta name="robots" content="noindex">', None),
        ("<p>noindex</p>", None),
        ("", None),
    ],
)
def test_robots_tags(page, robots):
    assert said(page).get("robots") == robots


@pytest.mark.parametrize(
    ("headers", "robots"),
    [
        (["X-Robots-Tag: noindex"], "noindex"),
        (["x-robots-tag: NOAI, noimageai"], "noai,noimageai"),
        (["X-Robots-Tag: noai", "Server: x", "X-Robots-Tag: none"], "noai,noindex"),
        (["X-Robots-Tag: googlebot: nofollow, noindex"], "googlebot:noindex"),
        (["X-Robots-Tag: otherbot: noindex, nofollow", "X-Robots-Tag: *: noai"], "noai,otherbot:noindex"),
        (["X-Robots-Tag: max-snippet:20, noindex"], "noindex"),
        (["X-Robots-Tag: unavailable_after: 25 Jun 2030 15:00:00 PST"], None),
        (["X-Robots-Tag: index"], None),
        (["X-Other-Robots-Tag: noindex"], None),
    ],
)
def test_robots_headers(headers, robots):
    assert said("", *headers).get("robots") == robots


def test_headers_and_tags_add_up():
    assert said("<meta name=robots content=noindex>", "X-Robots-Tag: noai")["robots"] == "noai,noindex"


@pytest.mark.parametrize(
    ("page", "headers", "expected"),
    [
        ("", ["TDM-Reservation: 1"], {"tdm_reservation": 1}),
        ("", ["tdm-reservation: 0"], {"tdm_reservation": 0}),
        ("", ["tdm-reservation: yes"], {}),
        ('<meta name="tdm-reservation" content="1">', [], {"tdm_reservation": 1}),
        ('<meta name="tdm-reservation" content="0">', ["tdm-reservation: 1"], {"tdm_reservation": 1}),
        (
            '<meta name="tdm-reservation" content=" 1 "><meta name="tdm-policy" content="/policy.json">',
            [],
            {"tdm_reservation": 1, "tdm_policy": "https://site.example/policy.json"},
        ),
        ("", ["tdm-policy: https://x.example/p"], {"tdm_policy": "https://x.example/p"}),
        ("<p>tdm-reservation: 1</p>", [], {}),
    ],
)
def test_reservations(page, headers, expected):
    assert said(page, *headers) == expected


BY = "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("page", "headers", "found"),
    [
        (f'<a rel="license" href="{BY}">x</a>', [], BY),
        (f"<a href='{BY}' rel='nofollow license'>", [], BY),
        ('<link rel="license" href="../terms">', [], "https://site.example/terms"),
        (f'<link rel="license" href="/own"><a href="{BY}">', [], "https://site.example/own"),
        (f'<p>license</p><a href="/license">license</a><a rel=license href={BY}>', [], BY),
        (f'<a href="{BY}">CC BY</a>', [], BY),
        (
            '<img src="//creativecommons.org/licenses/by-sa/3.0/88x31.png">',
            [],
            "https://creativecommons.org/licenses/by-sa/3.0/",
        ),
        (
            '<a href="https://creativecommons.org/licenses/by/2.0/de/deed.de">',
            [],
            "https://creativecommons.org/licenses/by/2.0/de/",
        ),
        (
            "http://creativecommons.org/publicdomain/zero/1.0/ applies",
            [],
            "http://creativecommons.org/publicdomain/zero/1.0/",
        ),
        ("<a href=https://creativecommons.org/about>", [], None),
        ('<a rel="licenses" href="/x">', [], None),
        ('<a rel="license">', [], None),
        ('<div rel="license" href="/x">', [], None),
        ("", [f'Link: </style.css>; rel=preload, <{BY}>; rel="license"'], BY),
        ("", ["Link: </a>; rel=preload, </b>; rel=next"], None),
        ("", [f'Link: <{BY}>; rel=license; title="x"'], BY),
        ("", [], None),
    ],
)
def test_licences(page, headers, found):
    assert said(page, *headers).get("license") == found


def test_addresses_that_are_none_are_kept_as_they_stand():
    assert rights(b"", b'<link rel="license" href="http://[x">', URL)["license"] == "http://[x"


@pytest.mark.parametrize(
    "trap", [b"license<" * 100_000, b"<a rel=license " * 60_000, b"robots none " * 60_000, b"noindex<meta " * 60_000]
)
def test_hostile_pages_cost_no_time(trap):
    started = time.process_time()
    rights(b"HTTP/1.1 200 OK\r\nLink: " + b"<" * 5000 + b"\r\n\r\n", trap, URL)
    assert time.process_time() - started < 0.5
