"""Language identification on labelled text: `python -m benchmarks.language FOLDER` prints a Markdown confusion table.

FOLDER holds `lang/*.jsonl.zst`, a line an item with `text` and `lang` (ISO 639-1, or 639-3 where there is none).
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from filters.language import only
from pipeline.doc import Doc
from pipeline.hashing import hash64
from stages.language import most_likely

FALCON_H1 = tuple("ar cs de en es fr hi it ja ko nl pl pt ro ru sv ur zh".split())
LEAST_CHARACTERS = 100  # pages are longer than sentences of five words
OTHER, UNSURE = "other", "unsure"


def table(folder: str | Path, items: int | None = None) -> str:
    """A Markdown table: true languages down, what is kept as what across, in percent; and precision below."""
    counts = confusion(folder, items)
    columns = (*FALCON_H1, OTHER, UNSURE)
    lines = [
        f"{counts.total()} texts of {LEAST_CHARACTERS} characters or more; {UNSURE}: the best score is below 0.65.",
        "",
        f"| in \\ as | {' | '.join(columns)} | texts |",
        f"|{'---|' * (len(columns) + 2)}",
    ]
    for true in (*FALCON_H1, OTHER):
        total = sum(counts[true, said] for said in columns)
        shares = " | ".join(percent(counts[true, said], total) for said in columns)
        lines.append(f"| **{true}** | {shares} | {total} |")
    right = (percent(precision(counts, said), 1) for said in FALCON_H1)
    return "\n".join([*lines, f"| *precision* | {' | '.join(right)} | | | |"]) + "\n"


def confusion(folder: str | Path, items: int | None = None) -> Counter[tuple[str, str]]:
    """How often a text of the first language is kept as the second one."""
    return Counter((true, judged(text)) for true, text in labelled(folder, items))


def judged(text: str) -> str:
    """The language that a text is kept as, "other" for one that nobody asked for, "unsure" for a low score."""
    language, score = most_likely(text)
    code = only(FALCON_H1)(Doc(text, fields={"language": language, "language_score": score}))
    return code or language


def labelled(folder: str | Path, items: int | None = None) -> Iterator[tuple[str, str]]:
    """(language, text) of the long enough items, all or the first by a hash of their id."""
    rows = [row for path in sorted((Path(folder) / "lang").glob("*.jsonl.zst")) for row in read(path)]
    usable = [row for row in rows if row["lang"] and len(row["text"]) >= LEAST_CHARACTERS]
    for place in hash64([row["id"] for row in usable]).argsort(kind="stable")[:items]:
        code = usable[place]["lang"].replace("_", "-").partition("-")[0]
        yield code if code in FALCON_H1 else OTHER, usable[place]["text"]


def read(path: Path) -> Iterator[dict[Any, Any]]:
    with open(path, "rb") as file:
        lines = zstandard.ZstdDecompressor().stream_reader(file).read().split(b"\n")
    return (json.loads(line) for line in lines if line)


def recall(counts: Counter[tuple[str, str]], language: str) -> float:
    """The share of a language's texts that are kept as it."""
    return counts[language, language] / max(sum(n for (true, _), n in counts.items() if true == language), 1)


def precision(counts: Counter[tuple[str, str]], language: str) -> float:
    """The share of a language's texts among those kept as it."""
    return counts[language, language] / max(sum(n for (_, said), n in counts.items() if said == language), 1)


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f}" if part else ""


if __name__ == "__main__":
    print(table(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None))
