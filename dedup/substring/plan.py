"""The stages that find repeated substrings, without a suffix array.

The answer is a suffix array's (Lee et al. 2022; RefinedWeb, Penedo et al. 2023, G.3.2), but no machine holds more than
a bucket, the minimizers of a shard, or a batch. Minimizers are sent first, which one token in fifteen is; then only
windows whose minimizer occurs twice.
"""

from dedup.routing import buckets_for, route_to_shards, unchanged
from dedup.substring import minimizers, spans
from dedup.tokens import Tokenise, word_tokens
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, Stage


def repeated(
    name: str, source: Source | Stage, tokens: int = 50, *, tokenise: Tokenise = word_tokens, buckets: int | None = None
) -> Gather:
    """Verdicts `id, spans, later_occurrences` on the texts that share a run of `tokens` tokens with any text.

    Both are list<struct<start, end>> of code points of the text as it is: `spans` is all that repeats, and
    `later_occurrences` what of it occurred before, in the order of shards, rows and places. Tokens are words, or what
    `subwords.by_file(path)` makes. Ids must be unique in a shard. A bucket takes about 1/buckets of the corpus's
    minimizers (25 bytes each, one token in fifteen), and then of its repeated windows (about 40 bytes each).
    """
    buckets = buckets or buckets_for(source)
    first, second = f"{name}.minimizers", f"{name}.windows"
    of_texts = Map(first, source, (minimizers.Minimizers(tokens, tokenise),), tokens=False)
    by_value = Scatter(f"{first}.sent", of_texts, minimizers.distinct_minimizers, "minimizer", buckets)
    non_unique = Gather(f"{first}.non_unique", by_value, minimizers.non_unique)
    routed = route_to_shards(f"{first}.routed", non_unique, unchanged)
    local = Scatter(f"{first}.local", of_texts, minimizers.local_minimizers, "shard", None, stay=True)
    candidates = Gather(f"{first}.candidates", (routed, local), minimizers.candidates, one_for=source)

    windows = Map(second, source, (spans.Windows(tokens, tokenise),), verdicts=candidates, tokens=False)
    by_minimizer = Scatter(f"{second}.sent", windows, spans.window_runs, "minimizer", buckets)
    pieces = Gather(f"{second}.repeated", by_minimizer, spans.repeated_pieces)
    routed = route_to_shards(f"{second}.routed", pieces, unchanged)
    local = Scatter(f"{second}.local", windows, spans.local_pieces, "shard", None, stay=True)
    return Gather(name, (routed, local), spans.span_verdicts, one_for=source)
