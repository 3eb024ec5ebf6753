"""Precision, recall and F1 of near-duplicate detection on labelled pages, for every preset and every verification.

`python -m benchmarks.dedup_quality FOLDER` prints the tables and writes docs/dedup.md. The folder holds JSONL, zstd:
webis_s3_pairs (pairs of web pages judged by people: Webis S3), pep_revision_pairs (revisions of Python proposals with
their similarity), license_text_clusters (licence texts and their variants).
"""

import io
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import zstandard

from benchmarks.arguments import positional
from dedup import minhash
from dedup.minhash.banding import BANDING_PRESETS, Banding
from dedup.minhash.similarity import jaccard, sketch_jaccard
from dedup.minhash.verify import shingle_bytes, sketch_bytes
from dedup.shingles import shingled
from pipeline import parquet, store
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map, Source

VERIFY = ("none", "sketch", "text")
SIMILARITY = 0.8
PAGES = pa.schema([("id", pa.string()), ("url", pa.string()), ("text", pa.string())])
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "dedup.md"

INTRODUCTION = f"""# Duplicates

`dedup/` answers three questions about a whole corpus: which pages have the same URL (`urls.repeated`), which are near
duplicates (`minhash.near`), and which passages occur more than once (`substring.repeated`, see substring.md). Each
answer is a stage of verdicts, which a Map joins to the pages that it is about:

```python
unique = Map("unique", filtered, verdicts=urls.repeated("urls", filtered))
fuzzy = Map("fuzzy", unique, verdicts=minhash.near("near", unique, bands=450, rows=20))
```

A verdict has the `id` of a page, the `reason` to drop it (null for the page that is kept), the id of the page that is
kept, and the number of pages in the family. `keep=` says which page of a family is kept: the `first` that was crawled,
the `newest`, the `longest`, or the `best` by a column. Equal ranks are decided by a hash of the id, so that the answer
does not depend on how pages are cut into shards.

**Ids.** Verdicts are joined by id within a shard, so ids must be unique in a shard; two shards may use the same ids.
A repeated id is refused by name.

**URLs.** Two addresses are one page when their canonical forms are equal: without scheme, `www.`, user, default port,
fragment, index page, last slash, and the parameters that carry sessions or tracking; with sorted parameters and no
needless escapes. courlan and w3lib normalise how one address is written, and keep the scheme, `www.` and index pages:
of our nine groups of addresses of one page, courlan makes one form of two. So the rules are written here.

**Near duplicates.** Texts become sets of 5-grams of normalised words, sets become sketches of `bands` x `rows` values,
and two pages with all rows of some band in common are candidates. Candidates are joined to families by union-find; from
2,048 inputs on, buckets join most of them first (Kiveris et al. 2014). `verify=` says whether candidates are compared
before a page is dropped: families are chains, and their ends need not be alike.

**Several runs.** `prior_runs=` takes the roots of earlier runs of the same recipe. Pages that they kept count as kept
before (`minhash:prior_run`, `url:prior_run`); signatures that were made in another way are refused.

**Templates.** `template_hosts.flagged_hosts` lists hosts that lose more than half of their pages, and at least 20, to
one family: there, a template may have been taken for the page.

# What is found

Precision, recall and F1 of the presets on labelled texts, with candidates taken as they are (`none`), or dropped only
when the Jaccard similarity of 5-grams to the page that is kept is at least {SIMILARITY}, by a sketch of 1,024 bytes
(`sketch`) or exactly (`text`). Made by `python -m benchmarks.dedup_quality FOLDER`.

RefinedWeb verifies nothing and prefers recall (Penedo et al. 2023, G.3.1); its recipe here does the same, and so does
FineWeb's. `recipes.refinedweb_europe` verifies by text, and so does any recipe with `verify=text`: a page is then
dropped only against the page that is kept.
"""


@dataclass(frozen=True)
class Score:
    """Pairs found, missed and found wrongly."""

    found: int
    right: int
    there: int

    def __str__(self) -> str:
        precision = self.right / self.found if self.found else 1.0
        recall = self.right / self.there
        f1 = 2 * self.right / (self.found + self.there)
        return f"{precision:.3f} | {recall:.3f} | {f1:.3f}"


def read(folder: Path, name: str) -> list[dict[Any, Any]]:
    with open(folder / f"{name}.jsonl.zst", "rb") as file:
        text = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8", newline="\n")
        return [json.loads(line) for line in text]


def found_pairs(rows: list[dict[Any, Any]], similarity: float = SIMILARITY) -> Iterator[tuple[str, str, np.ndarray]]:
    """For each preset and verification, which of the pairs it takes for duplicates."""
    texts = pa.array([text for row in rows for text in (row["a_text"], row["b_text"])])
    flat, starts = shingled(texts)
    sets = [flat[a:b] for a, b in pairwise(starts)]
    alike = {
        "none": np.ones(len(rows), bool),
        "sketch": _compared(sets, sketch_bytes, np.uint8, sketch_jaccard) >= similarity,
        "text": _compared(sets, shingle_bytes, np.uint32, jaccard) >= similarity,
    }
    for preset, verify in product(BANDING_PRESETS, VERIFY):
        bands = Banding(*BANDING_PRESETS[preset])(flat, starts)
        yield preset, verify, (bands[::2] == bands[1::2]).any(axis=1) & alike[verify]


def _compared(sets, pack, kind, compare) -> np.ndarray:
    made = [np.frombuffer(pack(values), kind) for values in sets]
    return np.array([compare(a, b) for a, b in zip(made[::2], made[1::2], strict=True)])


def pair_table(rows: list[dict[Any, Any]], truth: np.ndarray) -> str:
    scores = (
        (preset, verify, Score(int(found.sum()), int((found & truth).sum()), int(truth.sum())))
        for preset, verify, found in found_pairs(rows)
    )
    return _table(scores)


def cluster_table(rows: list[dict[Any, Any]]) -> str:
    """Whole runs: a dropped text is right when the one that is kept is of its cluster."""
    return _table((preset, verify, _run(rows, preset, verify)) for preset, verify in product(BANDING_PRESETS, VERIFY))


def similarity_table(webis: list[dict[Any, Any]], judged: np.ndarray, licences: list[dict[Any, Any]]) -> str:
    """The same pages and licences by the similarity that is asked for; FineWeb's bands, verified by text."""
    lines = ["| similarity | web pages: precision | recall | F1 | licences: precision | recall | F1 |"]
    lines.append("|--:|--:|--:|--:|--:|--:|--:|")
    for similarity in (0.6, 0.7, 0.75, 0.8, 0.85, 0.9):
        found = {(p, v): f for p, v, f in found_pairs(webis, similarity)}["fineweb", "text"]
        pages = Score(int(found.sum()), int((found & judged).sum()), int(judged.sum()))
        lines.append(f"| {similarity} | {pages} | {_run(licences, 'fineweb', 'text', similarity)} |")
    return "\n".join(lines)


@dataclass(frozen=True)
class Texts:
    """Pairs of texts with labels."""

    rows: tuple[tuple[str, str, str], ...]

    def __call__(self, name: str) -> Iterator[pa.Table]:
        yield pa.table([list(column) for column in zip(*self.rows, strict=True)], schema=PAGES)


def _run(rows: list[dict[Any, Any]], preset: str, verify: str, similarity: float = SIMILARITY) -> Score:
    cluster = {row["id"]: row["cluster"] for row in rows}
    texts = Texts(tuple((row["id"], "", row["text"]) for row in rows))
    source = Map("texts", Source(("all",), texts, PAGES))
    goal = minhash.near("near", source, *BANDING_PRESETS[preset], verify=verify, similarity=similarity, buckets=2)
    with tempfile.TemporaryDirectory() as root:
        run(goal, root=root, runner=Local())
        tables = [parquet.read_table(root, f"near/{shard}") for shard in store.listing(root, "near")]
    dropped = [row for row in pa.concat_tables(tables).to_pylist() if row["reason"]]
    right = sum(cluster[row["id"]] == cluster[row["near_kept"]] for row in dropped)
    return Score(len(dropped), right, len(cluster) - len(set(cluster.values())))


def _table(scores) -> str:
    lines = ["| preset | bands x rows | verify | precision | recall | F1 |", "|---|---|---|--:|--:|--:|"]
    for preset, verify, score in scores:
        bands, rows = BANDING_PRESETS[preset]
        lines.append(f"| {preset} | {bands} x {rows} | {verify} | {score} |")
    return "\n".join(lines)


def table(folder: str | Path) -> str:
    """All tables, in Markdown."""
    webis, peps = read(Path(folder), "webis_s3_pairs"), read(Path(folder), "pep_revision_pairs")
    licences = read(Path(folder), "license_text_clusters")
    judged = np.array([row["label"] >= 2 for row in webis])
    alike = np.array([row["jaccard5"] >= SIMILARITY for row in peps])
    parts = [
        f"## Web pages judged by people\n\nWebis S3: {len(webis)} pairs, all of them somewhat alike, rated 0 to 3 by"
        f" people. The {judged.sum()} pairs rated 2 or 3 count as duplicates.",
        pair_table(webis, judged),
        f"## Revisions\n\n{len(peps)} pairs of revisions of one document each. The {alike.sum()} pairs whose similarity"
        f" is at least {SIMILARITY}, as their collector counted it on words, count as duplicates.",
        pair_table(peps, alike),
        f"## Licences\n\n{len(licences)} texts in {len({row['cluster'] for row in licences})} clusters, as a corpus of"
        " their own: whole families, from pages to verdicts. A text is rightly dropped when the one that is kept is of"
        " its cluster; variants differ much, so no setting can find them all, and many licences quote one another.",
        cluster_table(licences),
        "## How alike\n\nThe similarity that verification asks for trades precision for recall.",
        similarity_table(webis, judged, licences),
    ]
    return "\n\n".join(parts)


if __name__ == "__main__":
    made = table(*positional(__doc__, "FOLDER"))
    DOCUMENT.write_text(f"{INTRODUCTION}\n{made}\n")
    print(made)
