"""What becomes of pages under RefinedWeb's rules, as two extractors read them."""

from typing import Any

import pyarrow as pa
import pytest

from benchmarks import funnel
from benchmarks.funnel import KEPT, Fate
from filters import url

SENTENCE = (
    "The keeper of the lighthouse has counted the ships that pass, and he writes down the names of them on day {}."
)
OTHERS = "Then he goes to the harbour with {} baskets, and that is where people have been talking about it since May."
STORY = [form.format(number) for number in range(9) for form in (SENTENCE, OTHERS)]


def row(body: str, url: str = "https://a.example/tale") -> dict[str, Any]:
    html = f"<html><head><title>A tale</title></head><body><article>{body}</article></body></html>"
    return {"id": url, "url": url, "html": html.encode(), "charset": "utf-8"}


@pytest.fixture(autouse=True)
def _few_addresses(monkeypatch):
    """The list of domains takes long to load."""
    monkeypatch.setattr(funnel, "ADDRESSES", (url.curated_source,))


def ends(*rows: dict[str, Any]) -> list[str | None]:
    return [fate and fate.end for fate in funnel.fates(pa.Table.from_pylist(list(rows)), "blocks")]


def test_each_page_ends_at_the_first_step_that_drops_it():
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in STORY)
    german = "".join(f"<p>Der Wärter des Leuchtturms zählt jeden Tag die Schiffe, Nummer {n}.</p>" for n in range(9))
    assert ends(
        row("<img src=a.png>"),
        row(german),
        row(f"<p>{STORY[0]}</p><p>{STORY[1]}</p>"),
        row(f"<p>{STORY[0]}</p>" * 30),
        row(paragraphs, "https://en.wikipedia.org/wiki/Tale"),
    ) == ["extract:empty", "language:other", "gopher.quality:short", "gopher.repetition:dup_lines", None]


def test_a_kept_page_has_a_text_behind_each_step():
    (found,) = funnel.fates(pa.Table.from_pylist([row("".join(f"<p>{sentence}</p>" for sentence in STORY))]), "blocks")
    assert found is not None and found.end in (KEPT, "gopher.repetition:top_4gram", "gopher.repetition:dup_5gram")


def test_tables_of_what_is_left_and_of_what_moved():
    kept, short = Fate(KEPT, ("a b c",) * 5), Fate("gopher.quality:short", ("a b",) * 3)
    found = {"trafilatura": [kept, short, kept, None], "blocks": [kept, kept, short, None]}
    assert funnel.left(found).split("\n")[2:7] == [
        "| extract | 3 | 3 | 8 | 8 |",
        "| language (English) | 3 | 3 | 8 | 8 |",
        "| gopher.repetition | 3 | 3 | 8 | 8 |",
        "| gopher.quality | 2 | 2 | 6 | 6 |",
        "| lines | 2 | 2 | 6 | 6 |",
    ]
    said = funnel.moved(found).split("\n")
    assert said[0] == "Both keep 1 pages; blocks alone 1, trafilatura alone 1."
    assert said[4] == "| gopher.quality:short | 1 | gopher.quality:short | 1 |"
