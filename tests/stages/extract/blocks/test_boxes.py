"""What is known of the boxes of a page."""

import numpy as np
import pytest

from stages.extract.blocks import boxes, fields, names
from stages.extract.blocks.boxes import FARTHEST, Values, inherit, number_at, number_keys
from stages.extract.markup import KNOWN
from tests.helpers.page_blocks import page_blocks


def said(body: str) -> dict[str, dict[str, int]]:
    """What is known of the boxes of a page, by their tags."""
    page = page_blocks(body)
    told = (dict(zip(page.said.dtype.names, row, strict=True)) for row in page.said.tolist())
    return {KNOWN[tag - 1]: row for tag, row in zip(page.boxes["tag"].tolist(), told, strict=True)}


def made(around: list[int], own: list[int], keys: list[int]) -> dict[str, list[int]]:
    """What boxes take over, from their own bits and the hashes of their names."""
    rows = np.zeros(len(around), fields.BOX_ROW)
    rows["around"] = around
    out = np.zeros(len(around), fields.BOX_SAID)
    inherit(rows, np.array(own, np.int32), np.array(keys, np.uint64), out)
    return {name: out[name].tolist() for name in out.dtype.names}


def test_boxes_take_over_what_is_said_of_those_around():
    out = made([-1, 0, 1, 2, 0], [0, names.NAVIGATION, 0, names.POST, names.CARD], [1, 2, 3, 4, 5])
    assert out["own"] == [0, names.NAVIGATION, 0, names.POST, names.CARD]
    assert out["flags"] == [0, names.NAVIGATION, names.NAVIGATION, names.NAVIGATION | names.POST, names.CARD]
    assert out["depth"] == [0, 1, 2, 3, 1]
    assert out["far_furniture"] == [12, 0, 1, 2, 12] and out["far_content"] == [12, 12, 12, 0, 12]


@pytest.mark.parametrize("bit", [names.CONTENT, names.POST, names.MAIN])
def test_content_is_near_where_a_box_is_said_to_be_content(bit: int):
    out = made([-1, 0, 1], [0, bit, 0], [1, 1, 1])
    assert out["far_content"] == [12, 0, 1] and out["far_furniture"] == [12, 12, 12]


def test_no_distance_is_above_the_farthest():
    out = made([-1, *range(14)], [0, names.ASIDE | names.MAIN, *[0] * 13], [1] * 15)
    assert out["far_furniture"] == out["far_content"] == [12, *range(12), 12, 12] and FARTHEST == 12


def test_boxes_are_alike_when_their_names_and_those_of_two_around_are():
    #          0 and in it  1 (A)  2 (A)  3 (B), and in them 4 5 6 7, and in these 8 9 10
    around = [-1, 0, 0, 0, 1, 2, 3, 1, 4, 5, 6]
    keys = [9, 1, 1, 2, 3, 3, 3, 4, 5, 5, 5]
    out = made(around, [0] * 11, keys)
    like, twins = out["like"], out["twins"]
    assert like == [0, 1, 1, 2, 3, 3, 4, 5, 6, 6, 7]
    assert twins == [0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_the_same_name_at_another_depth_is_another():
    assert made([-1, 0, 1], [0, 0, 0], [1, 1, 1])["like"] == [0, 1, 2]
    assert made([-1, 0, 1, 2], [0, 0, 0, 0], [1, 1, 1, 1])["like"] == [0, 1, 2, 2]


def test_keys_are_numbered_in_the_order_in_which_they_come():
    for count in (1, 2, 3, 4, 5, 64, 65):
        keys = np.array([(place * 7) % count for place in range(2 * count)], np.uint64) << np.uint64(40)
        numbers = np.full(len(keys), -1, np.int32)
        number_keys(keys, numbers)
        assert numbers.tolist() == [*range(count), *range(count)]


def test_keys_of_one_slot_are_told_apart_also_at_the_last_slot():
    every = np.arange(1, 3000, dtype=np.uint64)
    with np.errstate(over="ignore"):
        slots = ((every * boxes.GOLDEN64) >> np.uint64(32)) & np.uint64(7)
    same = every[slots == 7][:3]  # of the 8 slots of four keys
    numbers = np.zeros(4, np.int32)
    number_keys(np.array([same[0], same[1], same[2], same[1]], np.uint64), numbers)
    assert numbers.tolist() == [0, 1, 2, 1]


def test_numbers_are_above_none():
    numbers = np.array([4, 0], np.int32)
    assert [number_at(numbers, place) for place in (0, 1, -1)] == [5, 1, 0]


def test_tags_roles_and_styles_say_something():
    told = said("<nav>a</nav><main>b</main><form>c</form><div role=search>d</div><p style='Display : NONE'>e</p>"
                "<article>f</article><footer>g</footer><header>h</header><aside>i</aside><menu>j</menu>")  # fmt: skip
    assert told["body"]["own"] & names.FURNITURE == 0
    for tag, bit in (("nav", names.NAVIGATION), ("main", names.MAIN), ("form", names.FORM), ("div", names.PROMPT),
                     ("p", names.HIDDEN), ("article", names.CONTENT), ("footer", names.FOOTER),
                     ("header", names.HEADER), ("aside", names.ASIDE), ("menu", names.NAVIGATION)):  # fmt: skip
        assert told[tag]["own"] & bit, tag


def test_lists_of_trafilatura_say_something_too():
    page = page_blocks("<div class='entry-content'><p>x</p></div>")
    assert [bool(own & sum(names.FRAMES)) for own in page.said["own"].tolist()] == [False, False, False, True, False]


def test_what_is_around_the_page_says_nothing():
    page = page_blocks(b"<nav><p>x</p></nav>")
    assert [KNOWN[tag - 1] for tag in page.boxes["tag"]] == ["nav", "nav", "p"]
    assert page.said["own"].tolist() == [0, names.NAVIGATION, 0]


def test_verdicts_on_values_are_remembered_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(boxes, "MOST_REMEMBERED", 2)
    values = Values("role")
    assert values.marks is not None and values[b"main"] == (values.marks.judge("main"), names.MAIN)
    assert values[b"&#109;ain"][1] == names.MAIN and sorted(values) == [b"&#109;ain", b"main"]
    assert values[b"x" * 501][1] == 0 and not values  # at the bound what was known is forgotten, and long ones are
    assert values[b"x" * 500][1] == 0 and list(values) == [b"x" * 500]
    assert Values("class")[b"nav"][1] == 0  # whose words are read elsewhere
    assert Values("id")[b"nav"][1] == 0 and Values("hidden")[b""][1] == names.HIDDEN
    assert Values("style")[b"x" * 480 + b"display:none"][1] == names.HIDDEN
    assert Values("style")[b"x" * 489 + b"display:none"][1] == 0  # of 500 characters that are looked at
