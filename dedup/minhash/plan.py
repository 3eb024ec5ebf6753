"""The stages of near-duplicate removal, from pages to verdicts."""

from dataclasses import dataclass

from dedup import routing
from dedup.members import PageRecords, family_members, label_rows
from dedup.minhash import stars, verify
from dedup.minhash.banding import SKETCHES, Banding
from dedup.minhash.families import band_edges, families
from dedup.minhash.signatures import Bands, as_prior
from dedup.prior_runs import prior_shards
from dedup.ranks import check_keep
from dedup.routing import ScatterRows, buckets_for, page_buckets, route_to_shards, unchanged
from dedup.tokens import Tokenise, word_tokens
from dedup.verdicts import Judge, verdicts_by_shard
from pipeline.errors import UsageError
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, Stage

WHAT = "minhash"  # begins the reasons
VERIFY = ("none", "sketch", "text")


def near(
    name: str,
    source: Source | Stage,
    bands: int = 450,
    rows: int = 20,
    *,
    ngram: int = 5,
    tokenise: Tokenise = word_tokens,
    sketch: str = "fast",
    seed: int = 1,
    verify: str = "none",
    similarity: float = 0.8,
    keep: str = "first",
    best: str | None = None,
    prior_runs: tuple[str, ...] = (),
    parts: int = 1,
    buckets: int | None = None,
) -> Gather:
    """Verdicts on near duplicates: `id, reason, near_kept, near_size`, a row for every page of a family.

    Pages that share a band are candidates, and families of candidates are transitive, as in RefinedWeb. `verify` says
    whether they are compared before a page is dropped: "none" does not, "sketch" estimates and "text" computes the
    Jaccard similarity of n-grams to the page that is kept, which must be at least `similarity`. `keep` says which page
    that is: the "first" crawled, the "longest", the "newest", or the "best" by the greatest value in the column `best`.
    `prior_runs` are roots of earlier runs with a stage of this name: pages that they kept count as kept before. With
    `parts`, each of so many parts of the shards is deduplicated by itself. Ids must be unique in a shard.

    A bucket takes about pages x bands / buckets rows of 16 bytes, and four times that while it is worked on. Raises
    UsageError on wrong arguments, and when a prior run made its signatures in another way.
    """
    check_keep(keep, best)
    _check(name, {"verify": (verify, VERIFY), "sketch": (sketch, SKETCHES)}, bands=bands, rows=rows, parts=parts)
    if prior_runs and isinstance(source, Source):
        raise UsageError(f"{name}: prior_runs needs pages that are a stage, not a source: put a Map between")
    made = Bands(Banding(bands, rows, sketch, seed), ngram, tokenise, parts)
    plan = NearPlan(name, source, made, prior_runs, buckets or buckets_for(source))
    members = plan.members(plan.labels(), PageRecords(keep, best, verify != "none", tokenise))
    if verify == "none":
        decisions = Gather(f"{name}.judged", plan.all_rows(members, "family"), Judge(WHAT))
    else:
        decisions = plan.compared(members, verify, similarity)
    return verdicts_by_shard(name, source, decisions, "near")


def _check(name: str, choices: dict[str, tuple[str, tuple[str, ...]]], **numbers: int) -> None:
    for argument, (value, known) in choices.items():
        if value not in known:
            raise UsageError(f"{name}: {argument}={value} is unknown; it is one of {', '.join(known)}")
    if min(numbers.values()) < 1:
        given = ", ".join(f"{argument}={value}" for argument, value in numbers.items())
        raise UsageError(f"{name}: {given}; give at least 1 of each")


@dataclass(frozen=True)
class NearPlan:
    """Makes the stages; their names begin with `name`. `buckets` are for rows of bands, fewer for rows of pages."""

    name: str
    source: Source | Stage
    bands: Bands
    prior_runs: tuple[str, ...]
    buckets: int

    def labels(self) -> Gather:
        """Pages with the family of candidates that they are in (schema `LABELS`)."""
        bands = f"{self.name}.bands"
        sent = [Scatter(bands, self.source, self.bands, "band", self.buckets, sends=self.bands.banding.bands)]
        if self.prior_runs:
            for root in self.prior_runs:
                self.bands.check_same(prior_shards((root,), bands).schema, f"{root}/{bands}")
            sent.append(self._prior(bands, "band", self.buckets))
        edges = Gather(f"{self.name}.pairs", tuple(sent), band_edges)
        if self.buckets <= routing.FEW_BUCKETS:  # then an edge is there few times at most, and one task takes them all
            return self._components("families", edges, unchanged)
        return self._labels_by_stars(edges)

    def _components(self, name: str, stage: Gather, rows: ScatterRows) -> Gather:
        """The connected components of edges, by one task."""
        return Gather(f"{self.name}.{name}", Scatter(f"{self.name}.{name}.in", stage, rows, "one", 1), families)

    def _labels_by_stars(self, edges: Gather) -> Gather:
        """The same families, where the one task sees only the edges between stars that buckets have made."""
        name, buckets = self.name, self.page_buckets
        sent = Scatter(f"{edges.name}.by", edges, stars.by_higher, "key", self.buckets)
        contracted = Gather(f"{name}.contracted", sent, stars.contracted)
        sent = Scatter(f"{contracted.name}.by", contracted, stars.with_roots, "key", buckets)
        made = Gather(f"{name}.stars", sent, stars.stars)
        pages = Scatter(f"{made.name}.by", made, stars.star_edges, "key", buckets)
        joined = self._components("cross_edges", made, stars.cross_edges)
        roots = Scatter(f"{joined.name}.by", joined, stars.rooted_families, "key", buckets)
        return Gather(f"{name}.families", (pages, roots), stars.labels_by_root)

    def members(self, labels: Gather, records: PageRecords) -> Gather:
        """The pages of the families (schema `MEMBERS`)."""
        pages = f"{self.name}.pages"
        sent = [
            Scatter(f"{self.name}.labels", labels, label_rows, "doc", self.page_buckets),
            Scatter(pages, self.source, records, "doc", self.page_buckets),
        ]
        if self.prior_runs:
            sent.append(self._prior(pages, "doc", self.page_buckets))
        return Gather(f"{self.name}.members", tuple(sent), family_members)

    def _prior(self, stage: str, key: str, buckets: int) -> Scatter:
        """The rows of a stage of the prior runs, without pages that were dropped there."""
        source = prior_shards(self.prior_runs, stage, verdicts=self.name)
        return Scatter(f"{stage}.prior", source, as_prior, key, buckets)

    def compared(self, members: Gather, how: str, similarity: float) -> Gather:
        """What is decided (schema `JUDGED`) once each candidate was compared with the page that is kept."""
        groups = Gather(f"{self.name}.groups", self.all_rows(members, "family"), verify.comparison_groups)
        requests = route_to_shards(f"{self.name}.requests", groups, verify.to_compare)
        rest = Scatter(f"{self.name}.rest", groups, verify.not_to_compare, "family", self.page_buckets)
        sources = {"": self.source}
        if self.prior_runs and not isinstance(self.source, Source):
            sources[".prior"] = prior_shards(self.prior_runs, self.source.name)
        answers = [self._answers(suffix, source, requests, how) for suffix, source in sources.items()]
        return Gather(f"{self.name}.judged", (rest, *answers), verify.Compare(WHAT, how, similarity))

    def _answers(self, suffix: str, source: Source | Stage, requests: Scatter, how: str) -> Scatter:
        """The requested pages of a source, with what they are compared by."""
        wanted = Gather(f"{self.name}.requested{suffix}", requests, verify.text_requests, one_for=source)
        payloads = verify.Payloads(how, self.bands.ngram, self.bands.tokenise)
        texts = Map(f"{self.name}.texts{suffix}", source, (payloads,), verdicts=wanted, tokens=False)
        return Scatter(f"{self.name}.answers{suffix}", texts, verify.answers, "family", self.page_buckets)

    def all_rows(self, stage: Gather, key: str) -> Scatter:
        """The rows of a stage, by a key, into as many buckets as pages have."""
        return Scatter(f"{stage.name}.by", stage, unchanged, key, self.page_buckets)

    @property
    def page_buckets(self) -> int:
        """Buckets for rows that are one a page."""
        return page_buckets(self.buckets)
