"""Exact repeated substrings: every run of n tokens that occurs again anywhere in the corpus, without a suffix array.

The answer is the suffix array's (Lee et al. 2022; RefinedWeb, Penedo et al. 2023, G.3.2); no machine holds more than
a bucket or a batch. Anchors go first, one place in fifteen; then only windows whose anchor was seen twice.
"""

from dedup.anchors import Anchors, common, distinct, matched, owned, returned
from dedup.minhash import buckets_for
from dedup.shingles import Tokenise
from dedup.substring_cut import Cut, cut
from dedup.substring_spans import Windows, found, merged, runs, settled
from dedup.tokens import words
from dedup.verdicts import homing
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, Stage

__all__ = ["Cut", "cut", "repeated"]


def repeated(
    name: str, source: Source | Stage, tokens: int = 50, *, tokenise: Tokenise = words, buckets: int | None = None
) -> Gather:
    """Verdicts `id, spans, copies` on the texts of `source` that share a run of `tokens` tokens with any text.

    spans and copies are list<struct<start, end>> of code points of the untouched text: all that repeats, and what of
    it occurred before (in the order of shards, rows and places). Tokens are words, or `tokens.by_file(path)`'s.
    A bucket takes about 1/buckets of the corpus's anchors (25 bytes each, one token in fifteen), and then of its
    repeated windows (about 40 bytes each).
    """
    buckets = buckets or buckets_for(source)
    anchors = Map(f"{name}.anchors", source, (Anchors(tokens, tokenise),), tokens=False)
    by_value = Scatter(f"{name}.anchors.sent", anchors, distinct, "anchor", buckets)
    twice = Gather(f"{name}.anchors.common", by_value, common)
    homeward = homing(f"{name}.anchors.returned", twice, returned, "home")
    at_home = Scatter(f"{name}.anchors.owned", anchors, owned, "home", None, stay=True)
    candidates = Gather(f"{name}.anchors.matched", (homeward, at_home), matched, one_for=source)

    windows = Map(f"{name}.windows", source, (Windows(tokens, tokenise),), verdicts=candidates, tokens=False)
    by_anchor = Scatter(f"{name}.windows.sent", windows, runs, "anchor", buckets)
    pieces = Gather(f"{name}.windows.found", by_anchor, found)
    homeward = homing(f"{name}.windows.returned", pieces, returned, "home")
    at_home = Scatter(f"{name}.windows.settled", windows, settled, "home", None, stay=True)
    return Gather(name, (homeward, at_home), merged, one_for=source)
