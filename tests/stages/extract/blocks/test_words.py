"""The names of boxes, as a kernel reads them."""

from itertools import pairwise

import numpy as np
import pytest

from stages.extract.blocks import fields, names
from stages.extract.blocks.words import (
    CLASS,
    ID,
    NAMED,
    Telling,
    attribute_at,
    bits_of_words,
    blank_at,
    first_word,
    read_names,
    telling,
    telling_attributes,
)
from stages.extract.markup import KNOWN, TAG, Markup
from tests.helpers.page_blocks import markup

NAV, ASIDE, COMMENTS, POST, CONTENT = names.NAVIGATION, names.ASIDE, names.COMMENTS, names.POST, names.CONTENT


def raw(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)


def bits(value: str) -> int:
    return bits_of_words(raw(f"sidebar {value} nav"), 8, 8 + len(value.encode()), NAMED)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", 0), ("x", 0), ("sidebar", ASIDE), ("sidebar nav", ASIDE | NAV), ("x sidebar", ASIDE), ("SIDEBAR", ASIDE),
        ("Sidebar", ASIDE), ("navSidebar", NAV | ASIDE), ("NavSidebar", NAV | ASIDE), ("nav_sidebar", NAV | ASIDE),
        ("nav-sidebar2", NAV | ASIDE), ("2nav", NAV), ("navsidebar", 0), ("sidebars", 0), ("xnav", 0), ("NAVx", NAV),
        ("NAVArt", 0), ("xNav", NAV), ("XNav", 0), ("xNAV", NAV), ("nav&#10;x", NAV), ("x&#9;nav", NAV),
        ("a&amp;nav", NAV), ("quote-button", names.DETAILS), ("post-body", POST | CONTENT),
        ("postbody", POST), ("na", 0), ("é-nav", NAV),
        ("{nav}", NAV), ("nav@x", NAV), ("x[nav`", NAV), ("A", 0), ("zZ", 0), ("Ad", ASIDE), ("AD", ASIDE),
        ("adX", ASIDE),
    ],
)  # fmt: skip
def test_words_are_found_in_every_style_of_writing(value: str, said: int):
    assert bits(value) == said


def test_blanks_are_those_of_a_page_in_xml():
    text = raw("x &#10;&amp;&#9;")
    assert [blank_at(text, place, len(text)) for place in (0, 1, 2, 7, 12)] == [0, 1, 5, 0, 4]
    assert blank_at(text, 2, 5) == 4  # a value of which only the beginning is looked at


def test_the_first_word_of_a_class_tells_boxes_apart():
    def hashed(value: str, tag: int = 1) -> int:
        return int(first_word(raw(f'{value}"x'), 0, len(value.encode()), np.uint64(tag)))

    assert hashed("one two") == hashed("  one") == hashed("&#10;&#9;one&#10;two") == hashed("one")
    assert (
        len({hashed("one"), hashed("two"), hashed("on"), hashed("neo"), hashed("one", 2), hashed(""), hashed("x")}) == 7
    )
    assert hashed("  ") == hashed("") == 1


def test_attributes_are_known_by_their_whole_names():
    known = Telling(raw("classidaria-hidden"), np.array([0, 5, 7, 18]))
    text = raw("class id aria-hidden clasp ids i aria-hiddem xd title")
    places = [(0, 5), (6, 8), (9, 20), (21, 26), (27, 30), (31, 32), (33, 44), (45, 47), (48, 53), (0, 4)]
    assert [attribute_at(text, *place, known) for place in places] == [0, 1, 2, -1, -1, -1, -1, -1, -1, -1]


def test_telling_attributes_are_ours_first():
    assert telling_attributes()[:6] == ("class", "id", "role", "style", "hidden", "aria-hidden")
    text, starts = telling()
    assert [text[begin:end].tobytes().decode() for begin, end in pairwise(starts)] == list(telling_attributes())


def read(body: str) -> tuple[Markup, np.ndarray, np.ndarray, list[tuple[int, str, str]]]:
    """What is read of all elements as if each were a box: bits, hashes, and the values that tell something."""
    page = markup(body)
    boxes = np.zeros(len(page.tags), fields.BOX_ROW)
    boxes["element"], boxes["tag"] = np.arange(len(page.tags)), page.tags
    said, hashes = np.empty(len(boxes), np.int64), np.empty(len(boxes), np.uint64)
    values = np.empty(9 * len(boxes), fields.VALUE)
    count = read_names(page, boxes, NAMED, telling(), said, hashes, values)
    told = [
        (box, telling_attributes()[attribute], page.raw[begin:end].decode())
        for box, attribute, begin, end in values[:count].tolist()
    ]
    return page, said, hashes, told


def test_names_are_read_of_each_box():
    page, said, hashes, told = read(
        "<p title=nav class='nav x' id=sidebar>a</p><p CLASS=nav role=main>b</p>"
        "<div class=nav>c</div><p =c=d id=''>e</p>"
    )
    assert [KNOWN[tag - 1] for tag in page.tags] == ["html", "body", "p", "p", "div", "p"]
    assert said.tolist() == [0, 0, NAV | ASIDE, NAV, NAV, 0]
    assert hashes[2] == hashes[3] and len(set(hashes.tolist())) == 5
    assert told == [
        (2, "class", "nav x"), (2, "id", "sidebar"), (3, "class", "nav"), (3, "role", "main"), (4, "class", "nav"),
        (5, "id", ""),
    ]  # fmt: skip


def test_the_names_of_the_whole_page_say_nothing():
    page = markup("<p>x</p>")
    assert TAG["body"] in NAMED.bare and TAG["html"] in NAMED.bare and TAG["p"] not in NAMED.bare
    assert CLASS == 0 and ID == 1 and page.tags[1] == TAG["body"]


@pytest.mark.parametrize(("before", "said"), [(492, ASIDE), (493, 0)])
def test_only_the_beginning_of_a_long_value_is_looked_at(before: int, said: int):
    assert read(f"<p class='{'x' * before} sidebar'>a</p>")[1][2] == said
    assert read(f"<p title='{'x' * 600}' id='sidebar'>a</p>")[1][2] == ASIDE
