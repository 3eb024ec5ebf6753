"""Rebuilds the tables of docs/fidelity.md: `python -m benchmarks.fidelity FOLDER` (realweb/, gold/ and lang/)."""

import sys
from pathlib import Path

from benchmarks import extraction, extraction_structure, language, parity
from stages.extract import page

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "fidelity.md"
MARK = "<!-- measured: what follows is written by this command -->\n"


def measured(folder: Path) -> str:
    """The tables, in Markdown."""
    page.warm()
    parts = (
        ("Rules: the same pages, the same decisions", parity.table(str(folder / "realweb"))),
        ("Extraction against gold text", extraction.table(folder)),
        ("Structure as Markdown", extraction_structure.table()),
        ("Language identification", language.table(folder)),
    )
    return "".join(f"\n## {title}\n\n{table.strip()}\n" for title, table in parts)


if __name__ == "__main__":
    written, mark, _ = DOCUMENT.read_text().partition(MARK)
    DOCUMENT.write_text(written + mark + measured(Path(sys.argv[1])))
    print(f"{DOCUMENT} is written")
