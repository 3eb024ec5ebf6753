"""Rebuilds the tables of docs/fidelity.md: `python -m benchmarks.fidelity FOLDER [PART …]`.

FOLDER holds realweb/, gold/ and lang/. Parts are rules, extraction, folds, funnel, structure and language; without any,
all are made anew.
"""

import argparse
import re
from collections.abc import Callable
from pathlib import Path

from benchmarks import extraction, extraction_choice, extraction_structure, funnel, language, parity
from stages.extract import page

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "fidelity.md"
MARK = "<!-- measured: what follows is written by this command -->\n"
PARTS: dict[str, tuple[str, Callable[[Path], str]]] = {
    "rules": ("Rules: the same pages, the same decisions", lambda folder: parity.table(str(folder / "realweb"))),
    "extraction": ("Extraction against gold text", extraction.table),
    "folds": ("Extraction by trees that have not seen the page's host", extraction_choice.table_of_folds),
    "funnel": ("What the rules keep of each reading", funnel.table),
    "structure": ("Structure as Markdown", lambda _: extraction_structure.table()),
    "language": ("Language identification", language.table),
}


def measure(folder: Path, parts: list[str]) -> dict[str, str]:
    """The tables of some parts, by their titles."""
    page.warm()
    return {title: make(folder) for name, (title, make) in PARTS.items() if name in parts}


def measured(new: dict[str, str], before: str) -> str:
    """All parts in Markdown: the new ones, and the others as they were `before`."""
    said: dict[str, str] = dict(re.findall(r"^## (.*)\n\n((?:(?!## ).*\n)*)", before, re.MULTILINE)) | new
    return "".join(f"\n## {title}\n\n{said.get(title, '').strip()}\n" for title, _ in PARTS.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[*PARTS, []])
    given = parser.parse_args()
    new = measure(given.folder, given.parts or list(PARTS))
    written, mark, before = DOCUMENT.read_text().partition(MARK)
    DOCUMENT.write_text(written + mark + measured(new, before))
    print(f"{DOCUMENT} is written")


if __name__ == "__main__":
    main()
