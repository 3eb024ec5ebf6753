"""Markdown of small pages, ours beside others: `python -m benchmarks.extraction_structure` prints a table.

The pages and the Markdown that is right are in `tests/stages/extract/blocks/pages.txt`. Code and formulas are compared
by edit similarity, tables by the similarity of their trees (TEDS, Zhong et al. 2020: rows and cells are inserted or
deleted at a cost of one node each, and cells replaced at the share of their text that differs).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from statistics import fmean
from typing import Any

import trafilatura
from resiliparse.extract.html2text import extract_plain_text

from stages.extract import page

PAGES = Path(__file__).resolve().parent.parent / "tests" / "stages" / "extract" / "blocks" / "pages.txt"
BEFORE = (
    "The mill on the hill was built in the year of the great flood, when nobody in the valley had any bread. Anna Berg "
    "and her three sons carried the stones up by hand, and in the second summer the sails turned for the first time."
)
AFTER = (
    "Today the mill belongs to the village, and whoever wants to see it asks for the key at the bakery. The stair is "
    "steep, the wind is strong, and from the gallery one can see the canal, the harbour and the whole of the marsh."
)
FENCED = re.compile(r"^ *(`{3,})[^\n`]*\n(.*?)\n *\1 *$", re.DOTALL | re.MULTILINE)
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$([^$\n]+)\$", re.DOTALL)
RULE = re.compile(r"\|?[ :|-]*-[ :|-]*\|?")
MEASURES = ("code", "tables", "formulas", "all of it")


@dataclass(frozen=True)
class SmallPage:
    """A page and the Markdown that is right."""

    name: str
    body: str
    markdown: str

    @property
    def html(self) -> str:
        head = "<!DOCTYPE html><html><head><meta charset='utf-8'><title>The mill on the hill</title></head>"
        inside = f"<h1>The mill on the hill</h1><p>{BEFORE}</p>{self.body}<p>{AFTER}</p>"
        return f"{head}<body><article>{inside}</article></body></html>"


def small_pages() -> list[SmallPage]:
    """All pages of the file."""
    found = []
    for part in PAGES.read_text().split("=== ")[1:]:
        name, _, rest = part.partition("\n")
        body, _, markdown = rest.partition("\n---\n")
        found.append(SmallPage(name, body, markdown.rstrip("\n")))
    return found


def blocks(html: str) -> str:
    return page.answer(html.encode(), "utf-8", "", "blocks", markdown=True).get("text", "")


def of_trafilatura(html: str) -> str:
    return trafilatura.extract(html, output_format="markdown", include_comments=False) or ""


def of_resiliparse(html: str) -> str:
    return extract_plain_text(html, main_content=True, alt_texts=True, links=False, list_bullets=True)


READERS: dict[str, Callable[[str], str]] = {
    "ours: blocks": blocks,
    "trafilatura, markdown": of_trafilatura,
    "resiliparse": of_resiliparse,
}


def core(text: str) -> str:
    """What stands between the two paragraphs that surround every page's own part."""
    start, end = text.find(BEFORE[-40:]), text.find(AFTER[:40])
    return text[start + 40 if start >= 0 else 0 : end if end >= 0 else len(text)].strip("\n")


def scores(read: Callable[[str], str]) -> dict[str, float]:
    """The means of all measures over the pages that have such a part."""
    found: dict[str, list[float]] = {name: [] for name in MEASURES}
    for small in small_pages():
        said = core(read(small.html))
        parts = {"code": code_of, "formulas": formulas_of}
        for name, part in parts.items():
            if part(small.markdown):
                found[name].append(similarity(part(said), part(small.markdown)))
        if tables_of(small.markdown) and not code_of(small.markdown):
            found["tables"].append(teds(tables_of(said), tables_of(small.markdown)))
        found["all of it"].append(similarity(said, small.markdown))
    return {name: fmean(values) for name, values in found.items()}


def similarity(said: str, right: str) -> float:
    """1 for equal texts, 0 where nothing is alike."""
    return SequenceMatcher(None, said, right, autojunk=False).ratio()


def code_of(markdown: str) -> str:
    return "\n".join(found[2] for found in FENCED.finditer(markdown))


def formulas_of(markdown: str) -> str:
    outside = FENCED.sub("", markdown)
    return "\n".join("".join((a or b).split()) for a, b in FORMULA.findall(outside))


def tables_of(markdown: str) -> list[list[str]]:
    """The rows of all tables, each a list of cells, without the rule below the header."""
    rows = [line.strip() for line in FENCED.sub("", markdown).split("\n") if line.strip().startswith("|")]
    cells = [re.split(r"(?<!\\)\|", row.strip("|")) for row in rows if not RULE.fullmatch(row)]
    return [[cell.strip() for cell in row] for row in cells]


def teds(said: list[list[str]], right: list[list[str]]) -> float:
    """One less the edit distance of two tables as trees, over the nodes of the larger one."""
    size = max(1 + sum(1 + len(row) for row in table) for table in (said, right))
    cost = distance(said, right, lambda row: 1 + len(row), row_distance)
    return 1 - cost / size


def row_distance(said: Sequence[str], right: Sequence[str]) -> float:
    return distance(said, right, lambda cell: 1, lambda one, other: 1 - similarity(one, other))


def distance(
    said: Sequence[Any], right: Sequence[Any], weight: Callable[[Any], float], change: Callable[[Any, Any], float]
) -> float:
    """The edit distance of two sequences (Levenshtein)."""
    above = [0.0]
    for item in right:
        above.append(above[-1] + weight(item))
    for item in said:
        line = [above[0] + weight(item)]
        for place, other in enumerate(right):
            line.append(
                min(above[place + 1] + weight(item), line[place] + weight(other), above[place] + change(item, other))
            )
        above = line
    return above[-1]


def table() -> str:
    """A Markdown table of all readers."""
    lines = [f"| reader | {' | '.join(MEASURES)} |", f"|---|{'---|' * len(MEASURES)}"]
    for name, read in READERS.items():
        found = scores(read)
        lines.append(f"| {name} | {' | '.join(f'{found[measure]:.3f}' for measure in MEASURES)} |")
    return f"{len(small_pages())} small pages.\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    page.warm()
    print(table(), end="")
