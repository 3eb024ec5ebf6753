"""Types of pages: by address first, then by shape."""

import pyarrow as pa
import pytest

from stages.labels.page_type import page_type

PROSE = "\n".join(
    ["This is a paragraph of an article that goes on for so long that it must be prose, as it seems."] * 4
)
TITLES = "Home\nNews\nSport\nWeather\nMore of the same\nContact"
ITEMS = "\n".join(f"- item number {n}" for n in range(9))
THREAD = "\n".join(f"user{n} wrote:\nI think so too.\nPosted on 3 May\nReplies: {n}" for n in range(4))
GOODS = "Red shoe\n$ 49.99\nAdd to cart\nBlue shoe\n$ 39.99\nIn stock"
MANUAL = "Call it so:\n>>> import os\n>>> os.getcwd()\n$ ls -l\nfor x in y:\nThat is all."


def type_of(text: str | None, url: str | None = "", html: str | None = None) -> str:
    columns = {"url": pa.array([url], pa.string()), "text": pa.array([text], pa.string())}
    columns |= {"html_kind": pa.array([html], pa.string())} if html else {}
    return page_type()(pa.table(columns))["page_type"][0].as_py()


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://x.example/forum/viewtopic.php?t=5", "forum"),
        ("https://community.x.example/t/title/12", "forum"),
        ("https://x.example/questions/44/how", "forum"),
        ("https://x.example/products/shoe", "product"),
        ("https://x.example/dp/B00", "product"),
        ("https://docs.x.example/en/latest/", "documentation"),
        ("https://x.example/manual/intro.html", "documentation"),
        ("https://x.example/tag/red/", "listing"),
        ("https://x.example/?page=3", "listing"),
        ("https://x.example/2019/05/title.html", "article"),
        ("https://x.example/blog/title", "article"),
        ("https://x.example/topics/red-7", "forum"),
        ("https://x.example/topics/red/history", "other"),
        ("https://www.x.example/ShowTopic-g2", "forum"),
        ("https://x.example/t/44", "forum"),
        ("https://me.substack.com/p/title-1", "article"),
        ("https://x.example/p/a-long-title", "article"),
        ("https://x.example/p/7730", "product"),
        ("https://x.example/index.php?id=3", "other"),
        ("https://x.example/archives/2012/05/title", "article"),
        ("https://x.example/about", "other"),
        ("https://x.example/stop/words", "other"),
        ("https://x.example/blog/", "listing"),
        ("https://x.example/de/news", "listing"),
        ("https://x.example/page/398/", "listing"),
        ("https://x.example/2014/03/", "listing"),
        ("https://x.example/2014/03/21", "article"),
        ("https://x.example/search?updated-max=2016-03-18", "listing"),
        ("https://x.example/about/news", "other"),
        (None, "other"),
    ],
)
def test_an_address_tells(url, wanted):
    assert type_of(TITLES, url) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [(PROSE, "article"), (ITEMS, "listing"), (THREAD, "forum"), (GOODS, "product"), (MANUAL, "documentation"),
     (TITLES, "other"), ("", "other"), (None, "other")],
)  # fmt: skip
def test_a_shape_tells_where_no_address_does(text, wanted):
    assert type_of(text, "https://x.example/") == wanted
    assert page_type()(pa.table({"text": pa.array([text], pa.string())}))["page_type"][0].as_py() == wanted


def test_an_address_counts_before_the_shape_but_an_article_in_an_archive_is_one():
    assert type_of(PROSE, "https://x.example/forum/5") == "forum"
    assert type_of(GOODS, "https://x.example/blog/shoes") == "article"
    assert type_of(PROSE, "https://x.example/archive/5") == "article"
    assert type_of(ITEMS, "https://x.example/archive/5") == "listing"
    assert type_of(f"{PROSE}\nIt costs $ 5\nor $ 6\n", "https://x.example/") == "article"


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("collections/shoes", "listing"), ("browse/shoes?page=2", "listing"), ("sub-categories/shoes/", "listing"),
     ("catalog", "listing"), ("collections/shoes/products/red", "product"), ("collector/shoes", "article"),
     ("tag/shoes/", "article"), ("directory/shoes", "article")],
)  # fmt: skip
def test_what_stands_on_shelves_is_a_listing_whatever_is_said_above_it(path, wanted):
    assert type_of(PROSE, f"https://x.example/{path}") == wanted


def test_a_table_without_rows_has_the_column():
    empty = pa.table({"text": pa.array([], pa.string())})
    assert page_type()(empty).schema.names == ["text", "page_type"] and page_type()(empty).num_rows == 0


PRICED = f"{PROSE}\nIt costs $ 5."


@pytest.mark.parametrize(
    ("html", "path", "text", "wanted"),
    [
        ("links", "about", PROSE, "listing"),
        ("links", "forum/", PROSE, "listing"),
        ("links", "forum/topic/5", PROSE, "forum"),
        ("links", "news/today", PROSE, "article"),
        ("article", "about", ITEMS, "article"),
        ("article", "products/shoe", TITLES, "article"),
        ("product", "shoe", PROSE, "product"),
        ("product", "products/shoe", PROSE, "product"),
        ("product", "collections/shoes", PROSE, "listing"),
        ("product", "", PROSE, "article"),
        ("product", "?srsltid=a", PROSE, "article"),
        ("prices", "shoes", TITLES, "listing"),
        ("prices", "shoes", PROSE, "article"),
        ("prices", "products/shoe", TITLES, "product"),
        ("page", "products/shoe", TITLES, "other"),
        ("page", "products/shoe", PRICED, "product"),
        ("page", "about", ITEMS, "other"),
        ("page", "about", GOODS, "other"),
        ("page", "about", THREAD, "forum"),
        ("page", "about", PROSE, "article"),
        (None, "products/shoe", PROSE, "product"),
    ],
)
def test_what_the_html_said_counts_after_the_surest_addresses(html, path, text, wanted):
    assert type_of(text, f"https://x.example/{path}", html) == wanted


def test_a_page_whose_html_was_not_seen_among_others_is_judged_by_its_text():
    table = pa.table({"text": [ITEMS, ITEMS], "html_kind": pa.array(["page", None], pa.string())})
    assert page_type()(table)["page_type"].to_pylist() == ["other", "listing"]
