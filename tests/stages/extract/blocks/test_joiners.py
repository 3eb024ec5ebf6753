"""Zero-width joiners in the text that is written, and not in that which is judged."""

import pytest

from stages.extract.blocks.joiners import has_joiners
from stages.extract.blocks.main import read_blocks
from stages.extract.blocks.walk import BlockWalk
from tests.helpers.page_blocks import page_blocks, seen

STORY = "<p>The miller looks up at the sky before he opens the door, and counts the clouds that come over the hill.</p>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("می\u200cخواهم", True), ("ക്\u200d", True), ("👨\u200d👩", True), ("a\u200cb", False), ("\u200da", False),
        ("a\u00a0\u200c\u200c", False), ("ab é", False), ("å\u200b", False),
    ],
)  # fmt: skip
def test_joiners_are_found_where_they_join_something(text: str, expected: bool):
    assert has_joiners(f"<p>{text}</p>".encode()) == expected


@pytest.mark.parametrize(
    ("inside", "written"),
    [
        ("می\u200cخواهم", "می\u200cخواهم"), ("ക്\u200d ക", "ക്\u200d ക"),
        ("é a\u200c\u200db \u200cé\u200d", "é ab é\u200d"),
        ("é<br>\u200cé\u200d\u200d", "é\né\u200d\u200d"),
    ],
)  # fmt: skip
def test_texts_are_written_with_joiners_and_judged_without(inside: str, written: str):
    body = f"<main>{STORY}<p>{inside}</p>{STORY}</main>"
    assert [block.text for block in BlockWalk(seen(body).tree).blocks][1] == written
    (judged,) = page_blocks(f"<p>{inside}</p>").blocks()
    assert judged.text == written.replace("\u200c", "").replace("\u200d", "")
    read = read_blocks(seen(f"<main>{STORY * 3}<p>{inside}{STORY[3:-4] * 2}</p></main>"), "https://a.example/")
    assert read is not None and written in read[0] and written in read[1]


def test_code_and_tables_are_written_with_joiners_and_judged_without():
    code, table = "<pre>x = 'é\u200cé'\u200c</pre>", "<table><tr><td>é\u200cé<td>b<tr><td>c<td>d</table>"
    blocks = page_blocks(code + table).blocks()
    assert [(block.text, block.tidied) for block in blocks] == [
        ("x = 'éé'", "x = 'é\u200cé'"),
        ("éé | b\nc | d", "é\u200cé | b\nc | d"),
    ]


def test_a_table_of_which_nothing_is_written_stays_so():
    cart = "<table><tr><th>item<th>quantity<tr><td>é\u200cé<td><input value=2></table>"
    read = read_blocks(seen(f"<main>{STORY * 3}{cart}{STORY * 3}</main>"), "https://a.example/")
    assert read is not None and "é" not in read[0]
