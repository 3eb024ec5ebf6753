"""What the HTML of a page says of its type."""

import pytest

from stages.extract.blocks import main
from stages.extract.parsing import look

PROSE = "<p>The mill on the hill has ground the grain of three villages since the year of the flood.</p>"
ARTICLE = "<meta property='og:type' content='article'>"
PRODUCT = """<script type="application/ld+json">{"@type": "Product"}</script>"""


def items(count: int, linked: str, plain: str = "") -> str:
    rows = "".join(f"<li><a href='/{n}'>{linked} {n}</a>{plain}</li>" for n in range(count))
    return f"<main><h1>All that there is</h1><ul>{rows}</ul></main>"


def kind(body: str, head: str = "") -> str | None:
    seen = look(f"<html><head>{head}</head><body>{body}</body></html>".encode())
    found = main.read_blocks(seen, "", with_kind=True) if seen else None
    return found[2] if found else None


CARDS = "".join(f"<div class=card><h3>Shoe {n}</h3><span>$ {n}9.00</span></div>" for n in range(10))


@pytest.mark.parametrize(
    ("body", "head", "wanted"),
    [
        (PROSE * 3, "", "page"),
        (PROSE * 3, ARTICLE, "article"),
        (PROSE * 3, PRODUCT, "product"),
        (PROSE * 3, ARTICLE + PRODUCT, "article"),
        (items(12, "A page about the thing"), "", "links"),
        (items(12, "A page about the thing"), PRODUCT, "links"),
        (items(12, "A page about the thing"), ARTICLE, "article"),
        (items(4, "A page about the thing"), "", "page"),
        (items(12, "Thing", ", of which there is a lot to be said in this place, and more in others."), "", "page"),
        (PROSE + CARDS, "", "prices"),
        (PROSE + CARDS, ARTICLE, "article"),
        (PROSE + CARDS, PRODUCT, "product"),
        (PROSE * 20 + CARDS, "", "page"),
        (PROSE + CARDS.replace("$", ""), "", "page"),
    ],
)
def test_what_the_html_says(body, head, wanted):
    assert kind(body, head) == wanted
