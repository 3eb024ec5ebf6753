"""Makes the table of `stages/extract/blocks/trees.py` from gold pages: `python -m benchmarks.extraction_choice FOLDER`.

With `--folds` nothing is written, and the scores of five models are printed, each on the pages of hosts that it has
never seen. FOLDER holds gold/ and realweb/, as for `benchmarks.extraction`.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import xxhash

from benchmarks import boosting, extraction
from stages.extract import page as extracting
from stages.extract import parsing, readings
from stages.extract.blocks import choice, features, joiners, writing
from stages.extract.blocks.block import PageBlock
from stages.extract.blocks.clues import Clues, clues_of
from stages.extract.blocks.segments import blocks_of
from stages.extract.blocks.walk import BlockWalk
from stages.extract.source import source_of

GRAM = 4  # words in a row that are in the gold text are taken from it
FOLDS = 5
SETTINGS = boosting.Settings(trees=250, depth=4, rate=0.1, smoothing=8.0)
OTHER_THAN_ARTICLES = 3.0  # their weight: they are fewer, and harder
SEGMENT = 0.2  # the weight of a block with a part that must or must not be there
TEMPLATES = {"declaration": 1 / 255}  # pages of one template count as one
TREES = Path(__file__).resolve().parent.parent / "stages" / "extract" / "blocks" / "trees.py"
HEAD = '''"""The trees of `choice`, made by `python -m benchmarks.extraction_choice`: not to be edited by hand.

A tree ends in a semicolon: questions "column>limit", columns as in `features.NAMES`, the first with the highest weight,
and the value of each answer in hundredths of log-odds. The questions "no, no, no, no" lead to the first value.
"""

MADE_FOR = "{names}"  # a digest of `features.NAMES`
FIRST = {first}
TREES = """
{trees}
"""
'''


@dataclass
class Sample:
    """A gold page: its blocks' features, how much of each is in the gold text (NaN: not known), and weights."""

    gold: dict[str, Any]
    blocks: list[PageBlock]
    clues: Clues
    rows: np.ndarray
    wanted: np.ndarray
    weights: np.ndarray
    other: str | None  # what another reading says, on the page of a product

    @property
    def fold(self) -> int:
        host = urlsplit(self.gold["url"] or self.gold["warc_url"]).hostname or self.gold["id"]
        return xxhash.xxh3_64_intdigest(host) % FOLDS


def samples(folder: Path) -> Iterator[Sample]:
    """All gold pages that are whole or in segments."""
    gold = extraction.golden(folder)
    for row in extraction.sources(folder, gold).to_pylist():
        source = source_of(row["html"], row["charset"])
        seen, mine = parsing.look(source), gold[row["id"]]
        page = blocks_of(seen.markup, seen.element) if seen else None
        if seen and page and len(page.rows) and not mine["gold_kind"].startswith("partial"):
            clues = clues_of(seen.tree, source, row["url"])
            blocks, rows = page.blocks(), features.features(page, clues)
            if joiners.has_joiners(seen.markup.raw):
                joiners.restore_joiners(blocks, BlockWalk(seen.tree).blocks)
            texts = [block.text for block in blocks]
            wanted, weights = in_segments(texts, mine) if mine["gold_kind"] == "segments" else in_whole(texts, mine)
            other = readings.balanced(seen) if clues.is_product else None
            yield Sample(mine, blocks, clues, rows, wanted, weights, other)


def in_whole(texts: list[str], gold: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """The share of each block's words that stand in the gold text in the same order, and the blocks' weights."""
    whole = extraction.word_list(gold["gold_text"])
    lines = {tuple(extraction.word_list(line)) for line in gold["gold_text"].split("\n")}
    grams = set(zip(*(whole[start:] for start in range(GRAM)), strict=False))
    blocks = [extraction.word_list(text) for text in texts]
    flat = [word for block in blocks for word in block]
    held = np.zeros(len(flat) + 1)
    for start in range(len(flat) - GRAM + 1):
        if tuple(flat[start : start + GRAM]) in grams:
            held[start : start + GRAM] = 1
    ends = np.cumsum([len(block) for block in blocks])
    wanted = [
        1.0 if block and tuple(block) in lines else float(held[end - len(block) : end].mean()) if block else 0.0
        for block, end in zip(blocks, ends, strict=True)
    ]
    weight = TEMPLATES.get(gold["page_type"] or "", 1) * (1 if gold["page_type"] == "article" else OTHER_THAN_ARTICLES)
    return np.array(wanted), weight * np.array([len(block) for block in blocks]) / (len(whole) + 50)


def in_segments(texts: list[str], gold: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """1 for blocks with a part that must be there, 0 for one that must not, NaN for others."""
    kept, left_out = ([extraction.squeeze(part) for part in gold[name]] for name in ("gold_with", "gold_without"))

    def holds(text: str, parts: list[str]) -> bool:
        return any(part and (part in text or (len(text) > 15 and text in part)) for part in parts)

    flat = [extraction.squeeze(text) for text in texts]
    wanted = [1.0 if holds(text, kept) else 0.0 if holds(text, left_out) else np.nan for text in flat]
    return np.array(wanted), np.full(len(flat), SEGMENT)


def fit(chosen: list[Sample]) -> tuple[float, list[boosting.Tree]]:
    known = [~np.isnan(sample.wanted) for sample in chosen]
    rows, wanted, weights = (
        np.concatenate([getattr(sample, name)[mask] for sample, mask in zip(chosen, known, strict=True)])
        for name in ("rows", "wanted", "weights")
    )
    return boosting.fit(rows, wanted, weights, SETTINGS)


def written(first: float, trees: list[boosting.Tree]) -> str:
    """The module `trees`."""
    said = []
    for tree in trees:
        questions = " ".join(f"{column}>{limit:.3f}".rstrip("0").rstrip(".") for column, limit in tree.questions)
        said.append(f"{questions}: {' '.join(str(round(100 * value)) for value in tree.values)};")
    return HEAD.format(names=digest(), first=round(first, 3), trees=fill(" ".join(said), 120))


def digest() -> str:
    return xxhash.xxh3_64_hexdigest(" ".join(features.NAMES))


def folds(found: list[Sample]) -> dict[str, list[dict[str, float]]]:
    """What `extraction.judge` says of each page, by kinds, of models that know nothing of the page's host."""
    judged: dict[str, list[dict[str, float]]] = {}
    for fold in range(FOLDS):
        model = fit([sample for sample in found if sample.fold != fold])
        for sample in (sample for sample in found if sample.fold == fold):
            likely = 1 / (1 + np.exp(-boosting.predict(*model, sample.rows)))
            if sample.other is not None and choice.has_text(sample.blocks, likely):
                likely = choice.agreed(sample.blocks, likely, sample.other)
            kept = choice.keep(sample.blocks, sample.rows, likely, sample.clues.article)
            text = writing.plain(block for block, mine in zip(sample.blocks, kept, strict=True) if mine)
            judged.setdefault(sample.gold["page_type"] or "no kind", []).append(extraction.judge(text, sample.gold))
    return judged


def table_of_folds(folder: str | Path) -> str:
    """A Markdown table by kinds of pages, of five models."""
    return extraction.by_kind({"ours: blocks, five folds": folds(list(samples(Path(folder))))})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--folds", action="store_true")
    given = parser.parse_args()
    extracting.warm()
    if given.folds:
        print(table_of_folds(given.folder))
    else:
        TREES.write_text(written(*fit(list(samples(given.folder)))))
        print(f"{TREES} is written")


if __name__ == "__main__":
    main()
