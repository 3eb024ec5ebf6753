"""What the text of a block says."""

import numpy as np
import pytest

from stages.extract.blocks.wording import wording_of
from tests.helpers.page_blocks import page_blocks


def told(text: str, name: str, title: str = "", tag: str = "p") -> float:
    """What is counted of the second block of a page."""
    counts, _ = wording_of(page_blocks(f"<p>1998, $5 by A</p><{tag}>{text}</{tag}><p>2001. More € 5</p>"), title)
    assert np.isfinite(counts["capitals"]).all() and len(counts) == 3
    return float(counts[name][1])


def test_digits_and_capitals_are_shares_of_the_head():
    assert told("ab12", "digits") == 0.5 and told("abCD", "capitals") == 0.5
    assert told("Éa1漢", "capitals") == 0.25 and told("漢字12", "digits") == 0.5
    assert told("x" * 196 + "1234" + "5" * 99, "digits") == 4 / 200
    assert told("x" * 198 + "AB" + "C" * 99, "capitals") == 2 / 200
    assert told("é" * 199 + "1" + "2" * 99, "digits") == 1 / 200


def test_commas_newlines_and_ends_are_those_of_the_whole_block():
    assert told("a,b,c" + "x" * 300 + ",", "commas") == 3 and told("a;b.", "commas") == 0
    assert told("a<br>b<br>c", "newlines") == 2 and told("a b", "newlines") == 0
    for text, ended in (("Yes.", 1), ("Yes!", 1), ("Why?", 1), ("是。", 1), ("Yes", 0), ("Yes.)", told(")", "ended")),
                        ("a.b", 0), ("é", 0), ("x…", told("…", "ended"))):  # fmt: skip
        assert told(text, "ended") == ended


@pytest.mark.parametrize(
    ("text", "dated"),
    [
        ("in 1998", 1), ("in 2024.", 1), ("1900", 1), ("2099", 1), ("1899", 0), ("2100", 0), ("1200 and 2199", 0),
        ("19985", 0), ("x1998", 0), ("_1998", 0), ("1998x", 0), ("(1998)", 1), ("1998", 1), ("é1998", 1), ("199", 0),
        ("19:98", 1), ("at 7:30", 1), ("7:3", 0), ("7:3x", 0), ("7:x3", 0), ("7.30", 0), (":30 2", 0), ("12", 0),
        ("20x4", 0), ("202x", 0), ("19", 0), ("9:05", 1), ("x:05", 0), ("1 of 99", 0), ("20 199", 0), ("1 1998", 1),
        ("2:2003", 1), ("12:1998", 1), ("x" * 196 + "1998", 0), ("x" * 195 + " 1998", 1), ("x" * 194 + " 1998 x", 1),
        ("x" * 196 + " 1998", 0), ("x" * 196 + "7:30", 1), ("x" * 197 + "7:30", 0),
    ],
)  # fmt: skip
def test_years_and_times_of_day_are_dates(text: str, dated: int):
    assert told(text, "dated") == dated


@pytest.mark.parametrize(
    ("text", "said"),
    [("Read more", 1), ("Share | Tweet | Comments", 3), ("sharing moreover", 0), ("LOG IN", 1), ("x", 0), ("by by", 2)],
)
def test_words_of_menus_are_counted(text: str, said: int):
    assert told(text, "said") == said


def test_only_short_blocks_are_labels():
    for name, word, title in (("said", "by", ""), ("priced", "$5", ""), ("titled", "titled", "")):
        short, long = (f"{'x' * (size - len(word) - 1)} {word}" for size in (149, 150))
        assert told(short, name, f"a {short} b" if name == "titled" else title) == 1
        assert told(long, name, f"a {long} b" if name == "titled" else title) == 0
    assert told("漢" * 49 + " by", "said") == 0 and told("漢" * 48 + " by", "said") == 1  # a dense one counts thrice


@pytest.mark.parametrize(
    ("text", "owned"),
    [
        ("© 2024 x", 1), ("(C) x", 1), ("COPYRIGHT", 1), ("all right", 0), ("All Rights reserved", 1),
        ("terms of use", 1), ("terms", 0), ("x" * 389 + " copyright", 1), ("x" * 390 + " copyright", 0),
    ],
)  # fmt: skip
def test_notices_of_rights(text: str, owned: int):
    assert told(text, "owned") == owned


@pytest.mark.parametrize(
    ("text", "title", "titled"),
    [
        ("the mill", "the old mill", 0), ("old mill", "the old mill", 1), ("the old", "the old mill", 1),
        ("The Old Mill", "the old mill", 1), ("the old mill", "the old mil", 0), ("x mill", "", 0),
        ("d mill", "the old mill", 1), ("millx", "the mill", 0), ("mille", "a mille", 0), ("a mill", "a mill", 1),
        ("älter", "älter", 0), ("älteres", "das ältere", 0), ("ÄLTERE", "das ältere", 1), ("mimill", "the mimimill", 1),
    ],
)  # fmt: skip
def test_a_block_may_stand_in_the_title(text: str, title: str, titled: int):
    assert told(text, "titled", title) == titled


@pytest.mark.parametrize(
    ("text", "priced"),
    [
        ("$5", 1), ("$ 5", 1), ("$x5", 0), ("$", 0), ("5 €", 1), ("5€", 1), ("€ 5", 1), ("€5", 1),
        ("5 EUR", 1), ("EUR 5", 0), ("5 USD", 1), ("5 kr", 1), ("5 kr.", 1), ("5 kreuzer", 0), ("5kr2", 0), ("x €", 0),
        ("5 zł", 1), ("5 x €", 0), ("£9.99", 1), ("₹ 1", 1), ("5-€", 0), ("5 eur", 0), ("5", 0), ("12 €", 1),
        ("5<br>€", 1),
    ],
)  # fmt: skip
def test_prices(text: str, priced: int):
    assert told(text, "priced") == priced


def test_a_price_does_not_go_on_in_the_next_block():
    counts, _ = wording_of(page_blocks("<p>costs $</p><p>5</p><p>€ and</p><p>© x</p><p>(c</p><p>)</p>"), "")
    assert counts["priced"].tolist() == [0] * 6 and counts["owned"].tolist() == [0, 0, 0, 1, 0, 0]


def test_blocks_have_their_own_text_where_lower_case_is_longer():
    page = page_blocks("<p>İİİ share</p><p>tweet it</p><p>x</p>")
    assert wording_of(page, "tweet it")[0]["said"].tolist() == [1, 1, 0]
    assert wording_of(page, "tweet it")[0]["titled"].tolist() == [0, 1, 0]
