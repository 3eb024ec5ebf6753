"""Near duplicates: pages that share a band become candidates, candidates families, and families verdicts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dedup import merge, verdicts
from dedup import verify as compare
from dedup.families import SEEN, column, families, pairs
from dedup.members import EARLIER, POLICIES, Nodes, label_rows, members, numbers
from dedup.prior_runs import earlier
from dedup.shingles import Tokenise, mix, shingled
from dedup.sketch import Banding
from dedup.tokens import words
from dedup.verdicts import Judge, Rows, home, homing, same
from pipeline.errors import UsageError
from pipeline.fingerprint import digest, shard_key
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, Stage

WHAT = "minhash"
MADE_BY = "bands of a probe"  # in the metadata of the files of bands
PROBE = " ".join(map(str, range(100)))


def near(
    name: str,
    source: Source | Stage,
    bands: int = 450,
    rows: int = 20,
    *,
    ngram: int = 5,
    tokenise: Tokenise = words,
    sketch: str = "fast",
    seed: int = 1,
    verify: str = "none",
    similarity: float = 0.8,
    keep: str = "first",
    best: str | None = None,
    seen: tuple[str, ...] = (),
    parts: int = 1,
    buckets: int | None = None,
) -> Gather:
    """Verdicts on near duplicates: `id, reason, near_kept, near_size`, a row for every page of a family.

    Pages that share a band are candidates, and families of these transitive (RefinedWeb). `verify` compares them
    before anyone is removed: "none" does not, "sketch" estimates and "text" computes the Jaccard similarity of n-grams
    to the page that is kept. `keep` says who that is: "first" crawled, "longest", "newest", "best" by the column of
    that name. `seen` are roots of earlier runs with a stage of this name: their pages count as kept before. With
    `parts`, only pages of one part, 1/parts of the shards, are compared. A bucket takes about pages x bands / buckets
    rows of 16 bytes, four times that while it is worked on.
    """
    check(verify, keep, best, sketch)
    if min(bands, rows, parts) < 1:
        raise UsageError(f"{name}: bands={bands}, rows={rows}, parts={parts}; give at least 1 of each")
    buckets = buckets or buckets_for(source)
    flow = Flow(name, source, Banding(bands, rows, sketch, seed), ngram, tokenise, parts, buckets)
    nodes = Nodes(keep, best, verify != "none", tokenise)
    found = flow.members(flow.candidates(seen), nodes, seen)
    if verify == "none":
        decided = Gather(f"{name}.judged", flow.by(found, "family"), Judge(WHAT))
    else:
        decided = flow.compared(found, verify, similarity, seen)
    return home(name, source, decided, "near")


@dataclass(frozen=True)
class Flow:
    """The stages between the pages and what is decided about them."""

    name: str
    source: Source | Stage
    banding: Banding
    ngram: int
    tokenise: Tokenise
    parts: int
    buckets: int

    def candidates(self, seen: tuple[str, ...]) -> Gather:
        """Pages with the family that they are candidates of (schema `LABELS`)."""
        bands = f"{self.name}.bands"
        made = Bands(self.banding, self.ngram, self.tokenise, self.parts)
        sent = [Scatter(bands, self.source, made, "band", self.buckets)]
        if seen:
            source = earlier(seen, bands, verdicts=self.name)
            for root in seen:
                made.agrees(earlier((root,), bands).schema, f"{root}/{bands}")
            sent.append(Scatter(f"{bands}.seen", source, as_seen, "band", self.buckets))
        joined = Gather(f"{self.name}.pairs", tuple(sent), pairs)
        if self.buckets > verdicts.FEW:  # else a pair is there at most so often, and one task takes them all
            return self._merged(joined)
        return self._joined("families", joined, same)

    def _joined(self, name: str, stage: Gather, rows: Rows) -> Gather:
        """The components of all pairs, by one task."""
        return Gather(f"{self.name}.{name}", Scatter(f"{self.name}.{name}.in", stage, rows, "one", 1), families)

    def _merged(self, joined: Gather) -> Gather:
        """The same, of which one task sees only what ties families that buckets have found."""
        buckets = self.page_buckets
        hooked = Gather(
            f"{self.name}.hooked",
            Scatter(f"{joined.name}.by", joined, merge.by_other, "key", self.buckets),
            merge.hooked,
        )
        sent = Scatter(f"{hooked.name}.by", hooked, merge.with_heads, "key", buckets)
        settled = Gather(f"{self.name}.settled", sent, merge.settled)
        pages = Scatter(f"{settled.name}.by", settled, merge.hooks, "key", buckets)
        tied = self._joined("ties", settled, merge.ties)
        named = Scatter(f"{tied.name}.by", tied, merge.heads, "key", buckets)
        return Gather(f"{self.name}.families", (pages, named), merge.labelled)

    def members(self, labels: Gather, nodes: Nodes, seen: tuple[str, ...]) -> Gather:
        """The pages of the families (schema `MEMBERS`)."""
        name = f"{self.name}.nodes"
        sent = [
            Scatter(f"{self.name}.labels", labels, label_rows, "doc", self.page_buckets),
            Scatter(name, self.source, nodes, "doc", self.page_buckets),
        ]
        if seen:
            source = earlier(seen, name, verdicts=self.name)
            sent.append(Scatter(f"{name}.seen", source, as_seen, "doc", self.page_buckets))
        return Gather(f"{self.name}.members", tuple(sent), members)

    def compared(self, found: Gather, verify: str, similarity: float, seen: tuple[str, ...]) -> Gather:
        """What is decided (schema `JUDGED`) after each candidate was compared with the page that is kept."""
        groups = Gather(f"{self.name}.groups", self.by(found, "family"), compare.grouped)
        asking = homing(f"{self.name}.asking", groups, compare.asking)
        rest = Scatter(f"{self.name}.rest", groups, compare.following, "family", self.page_buckets)
        sources = {"": self.source}
        if seen:
            sources[".seen"] = earlier(seen, getattr(self.source, "name", ""))
        answers = [self._answers(suffix, source, asking, verify) for suffix, source in sources.items()]
        return Gather(f"{self.name}.judged", (rest, *answers), compare.Compare(WHAT, verify, similarity))

    def _answers(self, suffix: str, source: Source | Stage, asking: Scatter, verify: str) -> Scatter:
        """The pages of a source that were asked for, with what they are compared by."""
        asked = Gather(f"{self.name}.asked{suffix}", asking, compare.asked, one_for=source)
        payloads = compare.Payloads(verify, self.ngram, self.tokenise)
        texts = Map(f"{self.name}.texts{suffix}", source, (payloads,), verdicts=asked, tokens=False)
        return Scatter(f"{self.name}.answers{suffix}", texts, compare.answering, "family", self.page_buckets)

    def by(self, stage: Gather, key: str) -> Scatter:
        """The rows of a stage, by a key."""
        return Scatter(f"{stage.name}.by", stage, same, key, self.page_buckets)

    @property
    def page_buckets(self) -> int:
        """Buckets for a row a page, where `buckets` is for a row a band."""
        return fewer(self.buckets)


@dataclass(frozen=True)
class Bands:
    """Rows for a Scatter: a row `band, doc` for every band of every page that has a token."""

    banding: Banding
    ngram: int = 5
    tokenise: Tokenise = words
    parts: int = 1

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        flat, starts = shingled(table["text"].combine_chunks(), self.ngram, self.tokenise)
        there = np.diff(starts) > 0
        part = mix(np.uint64(part_of(shard, self.parts)))  # 0 of part 0
        bands = self.banding(flat, starts)[there] ^ part
        doc = np.repeat(numbers(table["id"])[there], self.banding.bands)
        return pa.table({"band": bands.ravel(), "doc": doc}, metadata={MADE_BY: self.probe()})

    def probe(self) -> str:
        """What these bands make of one fixed text: bands made otherwise never meet these, and nobody would notice."""
        bands = self.banding(*shingled(pa.array([PROBE]), self.ngram, self.tokenise))
        return digest(bands.tobytes().hex(), str(self.parts))

    def agrees(self, schema: pa.Schema, where: str) -> None:
        """Raises UsageError when the bands of an earlier run, with this schema, were made otherwise."""
        if (schema.metadata or {}).get(MADE_BY.encode()) != self.probe().encode():
            raise UsageError(
                f"the signatures in {where} were made with other bands, rows, n-grams, tokens, seed or parts, or by"
                " another version, and would match nothing: take the same, or make the earlier run again"
            )


def part_of(shard: str, parts: int) -> int:
    """The part of a shard: RefinedWeb splits every crawl in 100 by its files and deduplicates each part by itself."""
    return shard_key(shard) * parts >> 64


def as_seen(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: an earlier run's bands or nodes, marked as such."""
    place = table.column_names.index("doc")
    table = table.set_column(place, "doc", pa.array(column(table, "doc") | SEEN))
    for name, value in (("rank", pa.scalar(EARLIER, pa.int64())), ("shard", pa.scalar(shard_key(shard), pa.uint64()))):
        if name in table.column_names:
            filled = pa.repeat(value, table.num_rows)
            table = table.set_column(table.column_names.index(name), name, filled)
    return table


def buckets_for(source: Source | Stage) -> int:
    """A power of two, at least 8: about a bucket for every 32 inputs, so that it seldom changes as inputs are added."""
    return max(8, 1 << (_inputs(source) // 32).bit_length())


def fewer(buckets: int) -> int:
    """Buckets for a row a page: a sixteenth, once there are many."""
    return buckets if buckets <= verdicts.FEW else max(1, buckets // 16)


def _inputs(source: Any) -> int:
    """How many inputs a stage goes back to; 0 when it does not say."""
    if isinstance(source, Source):
        return len(source.list)
    before = getattr(source, "source", None)
    return _inputs(before[0] if isinstance(before, tuple) else before) if before else 0


def check(verify: str, keep: str, best: str | None, sketch: str) -> None:
    for what, value, known in (
        ("verify", verify, ("none", "sketch", "text")),
        ("keep", keep, POLICIES),
        ("sketch", sketch, ("fast", "minwise")),
    ):
        if value not in known:
            raise UsageError(f"{what}={value} is unknown; it is one of {', '.join(known)}")
    if (keep == "best") != (best is not None):
        raise UsageError("keep=best needs best=COLUMN, and nothing else does")
