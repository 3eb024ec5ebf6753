"""Whole pages to Markdown and plain text: every construct of `pages.txt`, and what plain text keeps of it."""

import pytest

from benchmarks import extraction_structure as structure
from stages.extract import page

SMALL = structure.small_pages()


def said(body: str, **asked) -> str:
    small = structure.SmallPage("", body, "")
    return structure.core(page.answer(small.html.encode(), "utf-8", "https://a.example/b/", "blocks", **asked)["text"])


@pytest.mark.parametrize("small", SMALL, ids=lambda small: small.name)
def test_markdown_of(small: structure.SmallPage):
    found = page.answer(small.html.encode(), "utf-8", "", "blocks", markdown=True)["text"]
    assert found == f"# The mill on the hill\n\n{structure.BEFORE}\n\n{small.markdown}\n\n{structure.AFTER}"


def test_floors_under_the_measures():
    assert len(SMALL) >= 60 and len({small.name for small in SMALL}) == len(SMALL)
    ours = structure.scores(structure.blocks)
    assert ours["code"] >= 0.9 and ours["tables"] >= 0.8 and ours["formulas"] >= 0.9
    theirs = structure.scores(structure.of_trafilatura)
    assert all(ours[name] > theirs[name] for name in structure.MEASURES)


def test_measures_know_right_from_wrong():
    table = [["Year", "Sacks"], ["1901", "137"]]
    assert structure.teds(table, table) == 1
    assert structure.teds([["Year", "Sacks"]], table) == pytest.approx(1 - 3 / 7)
    assert structure.teds([["Year", "Sacks"], ["1901", ""]], table) == pytest.approx(1 - 1 / 7)
    assert structure.teds([], table) == pytest.approx(1 / 7)
    assert structure.formulas_of("costs $5$ and $$a\nb$$ but \\$6") == "5\nab"
    assert structure.code_of("a\n```py\nx = 1\n```\nb") == "x = 1"
    assert structure.tables_of("| a \\| b | c |\n| --- | --- |\nno row") == [["a \\| b", "c"]]


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        ("<h2>The gears of the mill</h2><p>There are <b>two</b> of <code>oak</code>.</p>",
         "The gears of the mill\nThere are two of oak."),
        ("<ul><li>Tools for the stone<ul><li>a bill with a sharp edge</li></ul></li></ul>",
         "- Tools for the stone\n  - a bill with a sharp edge"),
        ("<ol><li>Turn the cap into the wind</li><li>Let the brake go slowly</li></ol>",
         "1. Turn the cap into the wind\n2. Let the brake go slowly"),
        ("<table><tr><th>Team</th><th>Home</th><th>Away</th></tr><tr><td>Reds</td><td></td><td>3</td></tr></table>",
         "Team | Home | Away\nReds |  | 3"),
        ("<pre>if wind:\n    turn()</pre>", "if wind:\n    turn()"),
        ("<pre>a b <a href=x>link</a>   c\n\td</pre>", "a b link   c\n\td"),
        ("<p>It is <math><mfrac><mn>1</mn><mi>n</mi></mfrac></math> of \t the    whole.</p>",
         r"It is \frac{1}{n} of the whole."),
        ("<blockquote><p>The wind pays the miller, and he pays nobody.</p></blockquote>",
         "The wind pays the miller, and he pays nobody."),
        ("<p>|p - q| is the distance between the two posts.</p>", "|p - q| is the distance between the two posts."),
    ],
)  # fmt: skip
def test_plain_text_has_the_same_structure_without_marks(body: str, plain: str):
    assert said(body) == plain


def test_addresses_are_written_when_they_are_asked_for():
    body = (
        '<p>Built by <a href="/people/anna berg">Anna Berg</a>, see <a href="#top">above</a> and '
        '<a href="javascript:x()">there</a> or <a href="http://[broken">here</a> or https://c.example/d.</p>'
    )
    assert said(body, markdown=True, links=True) == (
        "Built by [Anna Berg](https://a.example/people/anna%20berg), see [above](https://a.example/b/#top) and there "
        "or here or https://c.example/d."
    )
    assert said(body, markdown=True) == "Built by Anna Berg, see above and there or here or."
    assert said(body, links=True) == said(body) == "Built by Anna Berg, see above and there or here or."


def test_items_without_the_items_around_them_begin_at_the_margin():
    body = (
        "<div><ul><ul><ul><li>An item of a list that has no item around it<p>and a second paragraph in it</p></li></ul>"
        "</ul></ul></div>"
    )
    assert said(body, markdown=True) == (
        "- An item of a list that has no item around it\n\n  and a second paragraph in it"
    )
