"""A small run with all that a person may ask about: limits, an edit, repeated URLs and near duplicates."""

from dataclasses import replace

import pyarrow as pa

from dedup import minhash, urls
from pipeline.doc import Doc
from pipeline.rules import EditRules, Rules, least, most
from pipeline.run import plan, run
from pipeline.runner import Local
from pipeline.stage import Map, Stage
from pipeline.transform import edit, put, screen
from tests.helpers.corpus import Corpus

LONG = "a page that says one thing about number {0} and the same thing again for {0} in {0} other words at length"


def words(doc: Doc) -> dict[str, float]:
    """Words of a text, and the share of its characters that are "#"."""
    return {"words": len(doc.text.split()), "hashes": doc.text.count("#") / max(len(doc.text), 1)}


def without_notes(doc: Doc) -> tuple[str, dict[str, float]]:
    """The text without its lines that begin with "note:", and how many these are."""
    lines = doc.text.split("\n")
    kept = [line for line in lines if not line.startswith("note:")]
    return "\n".join(kept), {"notes": len(lines) - len(kept)}


length = Rules("length", words, (least("words", 4, "short"), most("words", 100, "long"), most("hashes", 0.1)))
notes = EditRules("notes", without_notes, (most("notes", 1),))
quiet = Rules("quiet", words, (most("words", 40, "loud"),))


def scored(table: pa.Table) -> pa.Table:
    """A transform: the column `score`, which is the number in the id."""
    return put(table, "score", pa.array([float(id[1:]) for id in table["id"].to_pylist()], pa.float64()))


def score(doc: Doc) -> dict[str, float]:
    return {"score": doc.fields["score"]}


certain = Rules("certain", score, (least("score", 10, "unsure"),))


def stages(corpus: Corpus, *, signals: bool = False, rejects: float = 1.0) -> list[Stage]:
    """Pages of two shards: id, words, and what becomes of them is told by the names of the ids.

    p10 and p11 stay; r20 is repeated by r21 under another spelling of the URL; d30 and d31 are near duplicates; s40 is
    short; h50 has too many "#", and too many words; n60 has two notes, n61 one; l70 has 50 words; u5 is unsure.
    """
    page = LONG.format
    first = [
        {"id": "p10", "text": page(10)},
        {"id": "r20", "text": page(20), "url": "http://host.example/r20/"},
        {"id": "d30", "text": page(30) + " first", "timestamp": 1},
        {"id": "s40", "text": "too short"},
        {"id": "n60", "text": f"{page(60)}\nnote: one\nnote: two"},
        {"id": "u5", "text": page(5)},
    ]
    second = [
        {"id": "p11", "text": page(11)},
        {"id": "r21", "text": page(21), "url": "https://www.host.example/r20?utm_source=x", "timestamp": 3},
        {"id": "d31", "text": page(30) + " second", "timestamp": 2},
        {"id": "h50", "text": "# " * 30 + page(50)},
        {"id": "n61", "text": f"{page(61)}\nnote: one"},
        {"id": "l70", "text": " ".join(f"word{n}" for n in range(50))},
    ]
    pages = corpus.source(first, second)
    raw = replace(pages, name="raw", transforms=(scored, screen(certain)), rejects=rejects)
    judged = (screen(length, signals=signals), edit(notes, signals), screen(quiet, signals=signals))
    filtered = Map("filtered", raw, judged, rejects=rejects)
    unique = Map("unique", filtered, verdicts=urls.repeated("urls", filtered, buckets=2))
    near = minhash.near("near", unique, bands=20, rows=4, buckets=2)
    return plan(Map("fuzzy", unique, verdicts=near))


def made(corpus: Corpus, **options) -> tuple[str, list[Stage]]:
    """The root of a run of these stages, and the stages."""
    root, planned = str(corpus.folder / "run"), stages(corpus, **options)
    run(planned[-1], root=root, runner=Local(), about={"recipe": "own", "arguments": []})
    return root, planned
