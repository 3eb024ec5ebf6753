"""How well types of pages are told, on gold pages of which collections say the type.

`python -m benchmarks.page_types FOLDER` prints a Markdown table. Nothing is fitted: the rules are those of
`stages.labels.page_type`, with what the HTML says and by address and text alone.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from benchmarks import extraction
from stages import extract
from stages.labels import page_type

# The types of the collections: recipes and legal declarations are running text, shelves of shops are listings.
CALLED = {
    "article": "article",
    "recipe": "article",
    "declaration": "article",
    "forum": "forum",
    "listing": "listing",
    "collection": "listing",
    "product": "product",
    "documentation": "documentation",
    "service": "other",
}


def typed_pages(folder: str | Path) -> tuple[pa.Table, list[str]]:
    """The texts of the gold pages that have a type, as a run extracts them, and these types."""
    gold = {name: row for name, row in extraction.golden(folder).items() if row["page_type"] in CALLED}
    texts = extract.text(kinds=True)(extraction.sources(folder, gold))
    return texts, [CALLED[gold[name]["page_type"]] for name in texts["id"].to_pylist()]


def table_of(texts: pa.Table, wanted: Sequence[str]) -> str:
    """Recall and precision of each type, with the HTML and without."""
    with_html = page_type()(texts)["page_type"].to_pylist()
    without = page_type()(texts.drop_columns(["html_kind"]))["page_type"].to_pylist()
    lines = [
        "| type | pages | found | of those called so | found without HTML | of those called so |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for kind in ("article", "forum", "listing", "product", "documentation"):
        cells = [cell for said in (with_html, without) for cell in _scores(kind, said, wanted)]
        lines.append(f"| {kind} | {wanted.count(kind)} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _scores(kind: str, said: Sequence[str], wanted: Sequence[str]) -> tuple[str, str]:
    """Recall and precision in per cent."""
    right = sum(a == b == kind for a, b in zip(said, wanted, strict=True))
    return f"{100 * right / max(wanted.count(kind), 1):.0f} %", f"{100 * right / max(said.count(kind), 1):.0f} %"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="a folder with realweb/ and gold/")
    print(table_of(*typed_pages(parser.parse_args().folder)), end="")


if __name__ == "__main__":
    main()
