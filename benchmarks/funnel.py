"""What RefinedWeb's rules keep of real pages as two extractors read them: `python -m benchmarks.funnel FOLDER [PAGES]`.

FOLDER holds `realweb/*.warc.gz`. The rules are those of `recipes.refinedweb` for English, up to deduplication.
"""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.screen import realweb
from filters import lines, url
from filters.language import only
from filters.language_presets import rules_for
from pipeline.doc import Doc
from stages import extract, language
from text.tokens import count_pretokens

BEFORE, NOW = "trafilatura", "blocks"
KEPT = "kept"
ADDRESSES = (url.blocked, url.curated_source)
SHOWN = 8  # reasons in the second table


@dataclass(frozen=True)
class Fate:
    """What became of a page: the step that dropped it with its reason, or "kept"; and its text after each step."""

    end: str
    texts: tuple[str, ...]  # of the steps that it passed


def steps() -> dict[str, Callable[[Doc], tuple[str, str | None]]]:
    """Each step behind extraction by its name: a page to its text and the reason to drop it."""
    rules, wanted = rules_for("en"), only("en", 0.65)
    return {
        "language (English)": lambda doc: (doc.text, wanted(doc)),
        "gopher.repetition": lambda doc: (doc.text, rules.repetition(doc)),
        "gopher.quality": lambda doc: (doc.text, rules.quality(doc)),
        "lines": lines.corrections,
    }


def fates(pages: pa.Table, extractor: str) -> list[Fate | None]:
    """What becomes of each page; None where the rules on addresses drop it."""
    read = extract.text(extractor)
    return [fate(row, read) for row in pages.to_pylist()]


def fate(row: dict[str, Any], read: extract.Text) -> Fate | None:
    """What becomes of one page."""
    if any(rule(Doc("", row["url"])) for rule in ADDRESSES):
        return None
    answer = read.answer(row["html"], row["charset"], row["url"])
    if "text" not in answer:
        return Fate(f"extract:{answer['error']}", ())
    texts = [answer["text"]]
    code, score = language.most_likely(texts[0])
    fields = {"language": code, "language_score": score}
    for name, step in steps().items():
        text, reason = step(Doc(texts[-1], row["url"], row["id"], fields))
        if reason:
            return Fate(f"{name.partition(' ')[0]}:{reason}", tuple(texts))
        texts.append(text)
    return Fate(KEPT, tuple(texts))


def table(folder: str | Path, pages: int | None = None) -> str:
    """Two Markdown tables: what is left after each step, and what became of the pages that only one reading keeps."""
    rows = realweb(folder, pages)
    found = {extractor: fates(rows, extractor) for extractor in (BEFORE, NOW)}
    return f"{len(rows)} pages, those with an address that the rules drop left out.\n\n{left(found)}\n{moved(found)}"


def left(found: dict[str, list[Fate | None]]) -> str:
    """Pages and pretokens that are left after each step."""
    lines = [
        f"| after | pages, {BEFORE} | pages, {NOW} | pretokens, {BEFORE} | pretokens, {NOW} |",
        "|---|---:|---:|---:|---:|",
    ]
    for place, step in enumerate(("extract", *steps())):
        texts = [[each.texts[place] for each in found[name] if each and len(each.texts) > place] for name in found]
        pretokens = [sum(count_pretokens(pa.chunked_array([some], pa.string())).to_pylist()) for some in texts]
        cells = [*(f"{len(some):,}" for some in texts), *(f"{count:,}" for count in pretokens)]
        lines.append(f"| {step} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def moved(found: dict[str, list[Fate | None]]) -> str:
    """What dropped the pages that are kept by one reading only, most pages first."""
    pairs = [(was.end, now.end) for was, now in zip(found[BEFORE], found[NOW], strict=True) if was and now]
    both = sum(was == now == KEPT for was, now in pairs)
    gained = Counter(was for was, now in pairs if now == KEPT != was)
    lost = Counter(now for was, now in pairs if was == KEPT != now)
    lines = [
        f"Both keep {both:,} pages; {NOW} alone {gained.total():,}, {BEFORE} alone {lost.total():,}.",
        "",
        f"| {NOW} alone; the other goes by | pages | {BEFORE} alone; the other goes by | pages |",
        "|---|---:|---|---:|",
    ]
    sides = [[*((reason, f"{count:,}") for reason, count in side.most_common(SHOWN))] for side in (gained, lost)]
    for place in range(max(map(len, sides))):
        cells = [cell for side in sides for cell in (side[place] if place < len(side) else ("", ""))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None), end="")
