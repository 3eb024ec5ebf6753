"""The longest series of a page, and what its address says."""

import numpy as np
import pytest

from stages.extract import parsing
from stages.extract.blocks import features, series
from stages.extract.blocks.clues import Clues, clues_of, place_in_address
from stages.extract.markup import KNOWN
from tests.helpers.page_blocks import page_blocks

CARD = "<div class=tile><h3>Lamp number {0}</h3><p>It shines {0} hours a night.</p></div>"
STORY = "<p>The keeper of the lighthouse counts the ships that pass before noon, and writes down their names.</p>"
CHAT = "<p>守灯塔的人每天中午以前数一数经过的船。</p>"


def cards(count: int, start: int = 0) -> str:
    return "".join(CARD.format(number) for number in range(start, start + count))


def found(body: str) -> list[str]:
    page = page_blocks(body)
    size = np.concatenate([[0.0], np.cumsum(page.rows["size"])])
    return [KNOWN[tag - 1] for tag in page.boxes["tag"][series.longest_series(page, size)]]


def rows(body: str, clues: Clues | None = None) -> dict[str, list[float]]:
    made = features.features(page_blocks(body), clues or Clues("", False, False, False))
    assert np.isfinite(made).all()
    return dict(zip(features.NAMES, made.T.tolist(), strict=True))


def test_four_boxes_of_the_same_names_are_a_series():
    assert found(f"<div class=shop>{cards(3)}</div>") == []
    assert found(f"<div class=shop>{cards(4)}</div>") == ["div"] * 4


def test_a_series_goes_on_in_the_next_row():
    body = "".join(f"<div class=row>{cards(2, start)}</div>" for start in (0, 2, 4))
    assert found(f"<section>{body}</section>") == ["div"] * 6


def test_menus_paragraphs_and_short_labels_are_no_series():
    assert found(f"<nav>{cards(6)}</nav>") == []
    assert found(f"<div>{STORY * 6}</div>") == []
    assert found(f"<ul>{'<li>Home</li>' * 9}</ul>") == []
    assert found("<ul>" + "<li>The nine lamps of the old harbour</li>" * 4 + "</ul>") == ["li"] * 4


def test_the_features_tell_a_series_from_the_story_around_it():
    made = rows(f"<div class=text>{STORY}</div><div class=shop>{cards(4)}</div><div class=text>{STORY}</div>")
    assert made["series_place"] == [0, *[1] * 8, 2]
    assert made["series_boxes"] == [2] * 10
    assert made["series_blocks"] == [2] * 10
    story = 2 * (len(STORY) - len("<p></p>"))
    shown = sum(len(f"Lamp number {n}It shines {n} hours a night.") for n in range(4))
    assert made["series_share"] == pytest.approx([shown / (shown + story)] * 10)
    assert made["story_share"] == pytest.approx([story / (shown + story)] * 10)
    assert made["story_size"] == pytest.approx([np.log2(1 + story)] * 10)
    assert rows(STORY)["series_boxes"] == [0]


def test_prices_and_repeated_labels_are_counted():
    made = rows("<p>$12</p><p>12 €</p><p>In stock</p><p>In stock</p><p>In the year 12</p>")
    assert made["price"] == [1, 1, 0, 0, 0]
    assert made["prices"] == pytest.approx([np.log2(3)] * 5)
    assert made["repeats"] == [0, 0, 1, 1, 0]


def test_words_of_menus_dates_and_prices_are_whole_ones():
    said = "<p>Read more</p><p>membership agora</p><p>log in or sign up, members</p><p>emails</p>"
    assert rows(said)["boilerplate"] == [1, 0, 3, 0]
    assert rows("<p>2/27/24</p><p>12:30</p><p>in 1999</p><p>19995</p><p>2150</p>")["date"] == [0, 1, 1, 0, 0]
    assert rows("<p>5 kr</p><p>5 krypton</p><p>USD 5</p><p>5 USD</p>")["price"] == [1, 0, 0, 1]


def test_a_chinese_character_says_as_much_as_three_letters():
    assert [block.size for block in page_blocks(STORY + CHAT).blocks()] == [len(STORY) - 7, 3 * 18 + 1]
    assert [block.size for block in page_blocks("<p>塔</p><p>é</p><pre>塔\n</pre>").blocks()] == [3, 1, 3]


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://a.example/forum/lamps/12", "thread"),
        ("https://forums.a.example/lamps", "thread"),
        ("https://a.example/viewtopic.php?t=1", "thread"),
        ("https://a.example/collections/lamps", "listing"),
        ("https://a.example/forum/tag/lamps", "listing"),
        ("https://a.example/", "home"),
        ("https://a.example/?page=2", ""),
        ("https://a.example/lamps/oil", ""),
        ("", ""),
    ],
)
def test_an_address_tells_of_the_page(url, place):
    assert place_in_address(url) == place


def test_a_page_may_call_itself_a_listing():
    html = b'<script type="application/ld+json">{"@type": "CollectionPage"}</script><p>x'
    tree = parsing.parse(html)
    assert tree is not None
    assert clues_of(tree, html).listing
    assert not clues_of(tree, html.replace(b"Collection", b"Web")).listing
    made = rows(STORY, clues_of(tree, html, "https://a.example/forum/"))
    assert (made["listing"], made["in_thread"], made["in_listing"], made["in_home"]) == ([1], [1], [0], [0])
