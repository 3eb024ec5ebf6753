"""Extraction against gold text, on words: `python -m benchmarks.extraction FOLDER` prints a Markdown table.

FOLDER holds `gold/gold.parquet` (gold text by WARC record) and `realweb/*.warc.gz` (the pages).
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any
from unicodedata import normalize

import pyarrow as pa
import pyarrow.parquet as pq
import re2
import trafilatura

from pipeline.hashing import hash64
from stages import extract, warc

WORD = re2.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]|[\p{L}\p{N}][\p{L}\p{N}\p{M}]*")
LEAST_IN_HTML = 0.9  # gold of which less stands in the page is gold of another version of the page
KINDS = "Mean word F1 by kinds of pages; the 255 pages of one template (declaration) count as one page of all."
HEAD = (
    "extractor",
    "precision",
    "recall",
    "F1",
    "parts found",
    "parts kept out",
    "pages without text",
    "CPU ms a page",
)


@dataclass(frozen=True)
class Scores:
    """Means over pages: of word precision, recall and F1, of wanted parts found and of unwanted parts kept out."""

    precision: float
    recall: float
    f1: float
    found: float
    kept_out: float
    empty: int
    milliseconds: float


def defaults(page: str, tree: Any) -> str | None:
    """Trafilatura as it comes."""
    return trafilatura.extract(page)


EXTRACTORS: dict[str, str | Callable[..., Any]] = {
    "ours: blocks": "blocks",
    "trafilatura, precision and a second look": "trafilatura",
    "trafilatura, precision (datatrove)": "precision",
    "trafilatura, balanced": "balanced",
    "trafilatura, recall": "recall",
    "trafilatura, its defaults": defaults,
    "resiliparse": "resiliparse",
    "raw text": "raw",
}


def table(folder: str | Path, pages: int | None = None) -> str:
    """A Markdown table of every extractor's scores, over all pages with gold or the first by a hash of their id."""
    gold = golden(folder, pages)
    found = sources(folder, gold)
    kinds = Counter(row["gold_kind"].partition("_")[0] for row in gold.values())
    lines = [
        f"{len(found)} pages: whole gold text for {kinds['full']}, parts of it for {len(found) - kinds['full']}.",
        "",
        f"| {' | '.join(HEAD)} |",
        f"|{'---|' * len(HEAD)}",
    ]
    kinds_by_name = {}
    for name, extractor in EXTRACTORS.items():
        rows = judgements(found, gold, extractor)
        s = summary(rows)
        shares = " | ".join(f"{value:.3f}" for value in (s.precision, s.recall, s.f1, s.found, s.kept_out))
        lines.append(f"| {name} | {shares} | {s.empty} | {s.milliseconds:.1f} |")
        kinds_by_name[name] = rows
    return "\n".join(lines) + f"\n\n{KINDS}\n\n{by_kind(kinds_by_name)}"


def golden(folder: str | Path, pages: int | None = None) -> dict[str, dict[str, Any]]:
    """Gold rows by WARC record id."""
    rows = pq.read_table(Path(folder) / "gold" / "gold.parquet").to_pylist()
    usable = [
        row for row in rows if row["gold_kind"] == "segments" or (row["gold_recall_in_html"] or 0) >= LEAST_IN_HTML
    ]
    keys = hash64([row["warc_record_id"] for row in usable])
    chosen = [usable[place] for place in keys.argsort(kind="stable")[:pages]]
    return {row["warc_record_id"].removeprefix("urn:uuid:"): row for row in chosen}


def sources(folder: str | Path, gold: dict[str, dict[str, Any]]) -> pa.Table:
    """The pages that the gold belongs to, as they lie in the WARC files."""
    kept = []
    for path in sorted((Path(folder) / "realweb").glob("*.warc.gz")):
        for rows in warc.read_pages(path, path.name):
            mine = [place for place, name in enumerate(rows["id"].to_pylist()) if name in gold]
            kept.append(rows.select(["id", "url", "html", "charset"]).take(pa.array(mine, pa.int64())))
    return pa.concat_tables(kept)


def scores(pages: pa.Table, gold: dict[str, dict[str, Any]], extractor: str | Callable[..., Any]) -> Scores:
    """Extract all pages and compare each with its gold."""
    return summary(judgements(pages, gold, extractor))


def judgements(
    pages: pa.Table, gold: dict[str, dict[str, Any]], extractor: str | Callable[..., Any]
) -> dict[str, list[dict[str, float]]]:
    """What `judge` says of each page, with its CPU seconds and whether it is empty, by kinds of pages."""
    transform = extract.text(extractor)
    found: dict[str, list[dict[str, float]]] = {}
    for row in pages.to_pylist():
        answer, mine = transform.answer(row["html"], row["charset"], row["url"]), gold[row["id"]]
        said = judge(answer.get("text") or "", mine) | {"cpu": answer.get("cpu", 0.0), "empty": "text" not in answer}
        found.setdefault(mine["page_type"] or "no kind", []).append(said)
    return found


def summary(judged: dict[str, list[dict[str, float]]]) -> Scores:
    rows = [row for rows in judged.values() for row in rows]

    def mean(key: str) -> float:
        return fmean([row[key] for row in rows if key in row] or [0.0])

    empty = sum(int(row["empty"]) for row in rows)
    return Scores(
        mean("precision"), mean("recall"), mean("f1"), mean("found"), mean("kept_out"), empty, 1000 * mean("cpu")
    )


def judge(text: str, gold: dict[str, Any]) -> dict[str, float]:
    """What can be said of one text: all of it for whole gold text, how much is found for parts."""
    if gold["gold_kind"] == "segments":
        flat = squeeze(text)
        return {
            "found": share(squeeze(part) in flat for part in gold["gold_with"]),
            "kept_out": share(squeeze(part) not in flat for part in gold["gold_without"]),
        }
    if gold["gold_kind"] in ("full", "full_markdown"):
        precision, recall, f1 = agreement(words(text), words(gold["gold_text"]))
        return {"precision": precision, "recall": recall, "f1": f1}
    return {"found": agreement(words(text), words(gold["gold_text"]))[1]}


def agreement(ours: Counter[str], gold: Counter[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 of two bags of words."""
    both = (ours & gold).total()
    precision, recall = both / max(ours.total(), 1), both / max(gold.total(), 1)
    return precision, recall, 2 * precision * recall / (precision + recall) if both else 0.0


def words(text: str) -> Counter[str]:
    return Counter(word_list(text))


def word_list(text: str) -> list[str]:
    """Words in lower case with their marks, NFC; a character is a word where words are not parted by blanks."""
    return WORD.findall(normalize("NFC", text).lower())


def by_kind(judged: dict[str, dict[str, list[dict[str, float]]]]) -> str:
    """A Markdown table of the mean word F1 by kinds of pages, a row for each extractor."""
    kinds = sorted({kind for rows in judged.values() for kind in rows})
    head = ["extractor", "all", "other than articles", "article precision", "kept out", *kinds]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for name, rows in judged.items():
        scores = {kind: [row["f1"] for row in rows.get(kind, []) if "f1" in row] for kind in kinds}
        every = {
            kind: [fmean(values)] if kind == "declaration" and values else values for kind, values in scores.items()
        }
        cells = [
            mean_of(value for values in every.values() for value in values),
            mean_of(value for kind, values in every.items() if kind != "article" for value in values),
            mean_of(row["precision"] for row in rows.get("article", []) if "precision" in row),
            mean_of(row["kept_out"] for values in rows.values() for row in values if "kept_out" in row),
            *(mean_of(scores[kind]) for kind in kinds),
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def mean_of(values: Iterable[float]) -> str:
    found = list(values)
    return f"{fmean(found):.3f}" if found else ""


def squeeze(text: str) -> str:
    return "".join(normalize("NFC", text).split())


def share(said: Iterable[bool]) -> float:
    return fmean([float(value) for value in said] or [1.0])


if __name__ == "__main__":
    from benchmarks import extraction  # under its own name, by which the extraction process finds the functions above

    print(extraction.table(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None))
