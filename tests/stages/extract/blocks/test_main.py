"""The main text of a page."""

import pytest

from stages.extract.blocks.main import is_rule, read_blocks
from tests.helpers.page_blocks import page_blocks, seen

STORY = [
    "The miller looks up at the sky before he opens the door, and counts the clouds that come over the hill.",
    "When there are more than five of them he sets all four sails, and when there are less he goes back to bed.",
    "Nobody in the village has ever asked him for the number, which he writes on the wall behind the stairs.",
]


@pytest.mark.parametrize("mark", ["-", "* * *", "—————", "###", "…", "•", "~ ~"])
def test_lines_of_marks_between_paragraphs_are_left_out(mark: str):
    body = f"<article>{''.join(f'<p>{line}</p><p>{mark}</p>' for line in STORY)}</article>"
    for markdown in (False, True):
        found = read_blocks(seen(body), "", markdown)
        assert found is not None and [line for line in found[0].split("\n") if line] == STORY


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        ("<p>-</p>", True), ("<h2>* * *</h2>", True), ("<ul><li>–</ul>", True), ("<p>_<br>_</p>", True),
        ("<p>1</p>", False),
        ("<p>漢</p>", False), ("<p>- é -</p>", False), ("<p>{</p>", False), ("<p>[...]</p>", False),
        ("<p>?</p>", False),
        ("<p>😀</p>", False), ("<pre>---</pre>", False), ("<table><tr><td>-<td>=<tr><td>=<td>-</table>", False),
    ],
)  # fmt: skip
def test_only_marks_part_blocks(body: str, is_one: bool):
    assert [is_rule(block) for block in page_blocks(body).blocks()] == [is_one]


def test_a_page_of_marks_has_no_main_text():
    assert read_blocks(seen("<article><p>---</p></article>"), "") is None
