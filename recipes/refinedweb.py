"""RefinedWeb (Penedo et al. 2023): strict deduplication, neutral filters, no model but the one for language."""

from dedup import minhash, substring
from filters import gopher, lines, url
from filters.language import only
from pipeline.stage import Map, Stage
from pipeline.transform import edit, screen
from stages import commoncrawl, extract, language, pii, shards


def recipe(
    snapshot: str = "sample",
    files: int | None = None,
    extractor: str = "trafilatura",
    bands: int = 450,
    rows: int = 20,
    verify: str = "none",
    exact_mode: str = "cut",
    rejects: float = 1.0,
    megabytes: int = 256,
) -> Stage:
    """English RefinedWeb of a snapshot; the paper's own thresholds, and private data scrubbed, which it does not do."""
    pages = commoncrawl.pages(snapshot, files)
    english = screen(only("en", 0.65))
    steps = (screen(url.blocked, url.curated_source), extract.text(extractor), language.identify(), english)
    raw = Map("raw", pages, steps, rejects=rejects)
    rules = (screen(gopher.repetition, gopher.quality), edit(lines.corrections))
    filtered = Map("filtered", raw, rules, rejects=rejects)
    near = minhash.near("near", filtered, bands, rows, verify=verify)
    fuzzy = Map("fuzzy", filtered, verdicts=near, rejects=rejects)
    repeats = substring.repeated("repeats", fuzzy, tokens=50)
    exact = Map("exact", fuzzy, (substring.cut(exact_mode),), verdicts=repeats, rejects=rejects)
    clean = Map("clean", exact, (pii.scrub(),), rejects=rejects)
    return shards.publish("refinedweb", clean, megabytes=megabytes)
