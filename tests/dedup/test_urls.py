"""Canonical URLs, and pages under one URL within and across runs."""

import random

import pytest

from dedup import urls
from dedup.minhash import part_of
from dedup.urls import canonical
from pipeline.run import run
from pipeline.runner import Local

SAME = [
    (
        "http://example.com",
        "https://www.example.com/",
        "HTTP://EXAMPLE.com:80/index.html#top",
        "https://example.com.:443/?",
    ),
    ("http://e.org/a/b?x=1&y=2", "http://e.org/a//b/?y=2&x=1&x=1", "http://e.org/c/../a/./b?x=1;y=2&utm_source=mail"),
    ("http://e.org/%7euser/caf%C3%A9", "http://e.org/~user/café", "http://e.org/~user/caf%c3%a9/default.aspx"),
    (
        "http://e.org/p?id=3",
        "http://e.org/p;jsessionid=1A2B?id=3",
        "http://e.org/p?PHPSESSID=9&id=3&fbclid=z&replytocom=4",
    ),
    ("http://xn--mnchen-3ya.de/", "http://www.münchen.de/", "http://MÜNCHEN.de/", "http://mu\u0308nchen.de"),
    ("http://xn--fa-hia.de", "http://faß.de"),
    ("http://e.org/?a=1&b=2", "http://e.org/?b=2&amp;a=1"),
    ("http://e.org/?q=a+b", "http://e.org/?q=a%20b", "http://user:pw@e.org/?q=a%20b&ASPSESSIONIDQQ=1"),
    ("http://e.org/t", "http://e.org/t?s=0123456789abcdef0123456789abcdef", "http://e.org/t?showComment=12#c12"),
]
DIFFERENT = [
    "http://e.org/",
    "http://f.org/",
    "http://e.org:8080/",
    "http://e.org/a",
    "http://e.org/A",
    "http://e.org/a?id=1",
    "http://e.org/a?id=2",
    "http://e.org/a?id=12",
    "http://e.org/a?sid=12",
    "http://e.org/a?id=%26",
    "http://e.org/a%2Fb",
    "http://e.org/a/b",
    "http://e.org/#!a",
    "http://e.org/index.html/a",
    "http://sub.e.org/",
    "http://com/",
    "http://www.com/",
]


@pytest.mark.parametrize("same", SAME)
def test_one_form(same):
    assert len({canonical(url) for url in same}) == 1, [canonical(url) for url in same]


def test_other_pages_have_other_forms():
    assert len({canonical(url) for url in DIFFERENT}) == len(DIFFERENT)


@pytest.mark.parametrize(
    "url", ["", "no url", "mailto:a@b.example", "http://[bad/", "http://e.org:99999/", "http:///x"]
)
def test_no_form(url):
    assert canonical(url) == ""


def strange_urls(count: int) -> list[str]:
    draw = random.Random(11)
    alphabet = "ab/.?&=;#%2F+é:@!~ sid_utm"
    return ["http://e.org/" + "".join(draw.choices(alphabet, k=draw.randrange(30))) for _ in range(count)]


@pytest.mark.parametrize("url", strange_urls(200))
def test_a_canonical_url_is_its_own_form(url):
    form = canonical(url)
    assert canonical(f"http://{form}") == form


def page(id: str, url: str | None, **more) -> dict:
    return {"id": id, "url": url, "text": "t", **more}


def test_one_page_of_each_url_is_kept(corpus):
    source = corpus.source(
        [page("late", "http://e.org/?utm_id=1", timestamp=5), page("none", None), page("bad", "x")],
        [page("early", "https://www.e.org/", timestamp=2), page("other", "http://e.org/x"), page("empty", "")],
    )
    found = corpus.verdicts(urls.repeated("urls", source, buckets=3))
    assert {id: row["reason"] for id, row in found.items()} == {"early": None, "late": "url:duplicate"}
    assert all(row["url_kept"] == "early" and row["url_size"] == 2 for row in found.values())


def test_a_later_snapshot_drops_what_earlier_ones_kept(corpus, another):
    first, second = corpus, another("second")
    one = first.source([page("a", "http://e.org/a"), page("b", "http://e.org/b")])
    run(urls.kept("urls.kept", one), root=str(first.folder / "run"), runner=Local())
    shards = [
        [page("a2", "http://e.org/a", timestamp=-9)],
        [page("c", "http://e.org/c"), page("c2", "http://e.org/c#x")],
    ]
    goal = urls.repeated("urls", second.source(*shards), seen=(str(first.folder / "run"),), buckets=2)
    found = second.verdicts(goal)
    assert found["a2"]["reason"] == "url:seen" and found["a2"]["url_kept"] == "a"
    assert [found[id]["reason"] for id in ("c", "c2")].count(None) == 1
    assert set(found) == {"a2", "c", "c2"}


def test_with_parts_the_page_of_the_first_part_is_kept(corpus):

    source = corpus.source(*[[page(f"p{number}", "http://e.org/", timestamp=-number)] for number in range(8)])
    found = corpus.verdicts(urls.repeated("urls", source, parts=100))
    parts = {f"p{number}": part_of(shard, 100) for number, shard in enumerate(source.source.shards())}
    kept = {id for id, row in found.items() if row["reason"] is None}
    assert len(kept) == 1 and parts[kept.pop()] == min(parts.values())
