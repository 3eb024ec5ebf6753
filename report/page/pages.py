"""The sampled pages of a report: their facts and values, and of some their texts with what a limit objected to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from pipeline.doc import Doc
from report.page.chain import DocumentChain, Gate
from report.page.facts import PageFacts, facts_of
from report.page.marks import merged, offending, url_marks
from report.page.measure import Row, Values, Walk, Walker, end_of
from report.page.sample import Reservoir, Stratum, quotas
from report.page.texts import alternating, masked
from report.record_place import record_place
from report.stored import Where, rows_of_ids
from report.visible import Originals, lines_in
from stages.download.origin import Origin
from text.tokens import count_pretokens

SHOWN = 20  # pages of each reason with their texts
VISIBLE, VISIBLE_CHARACTERS = 10, 2_500  # of these with what their HTML shows, and how much of it
FOLLOWED = 10_000  # pages that are measured, which is what takes time
BATCH = 256  # pages whose tokens are counted together, which is much faster


@dataclass
class SampledPage:
    """A sampled page. `stop` and `track` are as in `Walk`.

    Of a page that is not `followed` nothing is measured and no token counted. A `pinned` page should be, and cannot.
    """

    id: str
    url: str
    stratum: int
    facts: PageFacts
    size: int  # characters
    tokens: int
    text: str  # empty once its tokens are counted
    extract: str
    values: Values
    stop: int
    track: str
    followed: bool = True
    pinned: bool = False
    detail: dict[str, Any] | None = None


@dataclass
class Gathering:
    """Collects the sampled pages shard by shard; of a shard only the rows of sampled pages are in memory."""

    root: str
    chain: DocumentChain
    gates: Sequence[Gate]
    strata: Sequence[Stratum]
    found: Sequence[Reservoir]
    extract: int  # characters kept of every page
    details: int = SHOWN  # pages of each reason with their texts
    originals: Originals | None = None  # the HTML of some that are shown
    most: int = FOLLOWED  # pages that are measured, equally many of each reason, and those that are shown
    origins: Mapping[str, Origin] = field(default_factory=dict)  # of the WARC files of each stage's pages
    lines: dict[str, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.walker = Walker(self.chain, self.gates)
        self.lines = {
            stage: {n for n, line in enumerate(self.chain.lines) if line.stage in self.chain.way(stage)}
            for stage in self.chain.parents
        }
        self.shown = self._first([self.details] * len(self.found))
        self.followed = self.shown | self._first(quotas([len(each.ids) for each in self.found], self.most))
        self.visible = self._first([VISIBLE if self.originals else 0] * len(self.found))
        self._numbers = {(s.stage, s.fate, s.reason): number for number, s in enumerate(self.strata)}
        self.wanted = defaultdict[str, dict[int, set[str]]](dict)  # ids of each stratum, by shard
        for number, reservoir in enumerate(self.found):
            for shard, id in zip(reservoir.shards.tolist(), reservoir.ids.tolist(), strict=True):
                self.wanted[shard].setdefault(number, set()).add(id)

    def _first(self, sizes: Sequence[int]) -> set[tuple[int, str]]:
        """So many pages of each stratum, with its number: those with the smallest hashes."""
        return {(number, id) for number, size in enumerate(sizes) for id in self.found[number].ids[:size].tolist()}

    def pages(self, shards: Iterable[str]) -> Iterator[SampledPage]:
        """The sampled pages of some shards, shard by shard and stratum by stratum."""
        held: list[SampledPage] = []
        for shard in shards:
            held += self._of_shard(shard)
            if len(held) >= BATCH:
                yield from _counted(held)
                held = []
        yield from _counted(held)

    def _of_shard(self, shard: str) -> Iterator[SampledPage]:
        numbers = self.wanted.get(shard, {})
        stores, walked = defaultdict[tuple[str, Where], set[str]](set), defaultdict[str, set[str]](set)
        for number, ids in numbers.items():
            stratum = self.strata[number]
            stores[stratum.stage, stratum.fate] |= ids
            walked[stratum.stage] |= {id for id in ids if (number, id) in self.followed}
        inputs = self._inputs(shard, walked)
        found = [
            (number, row)
            for (stage, fate), ids in stores.items()
            for row in rows_of_ids(fate, self.root, stage, shard, ids)
            if row["id"] in numbers.get(number := self._number(stage, fate, row), ())
        ]
        for number, row in sorted(found, key=lambda each: (each[0], each[1]["id"])):
            yield self._page(number, row, {name: rows.get(row["id"], {}) for name, rows in inputs.items()})

    def _number(self, stage: str, fate: Where, row: Row) -> int:
        """The stratum of a stored row; -1 when a receipt knows none."""
        reason = "" if fate == "kept" else row.get("reason") or row.get("error") or ""
        return self._numbers.get((stage, fate, reason), -1)

    def _inputs(self, shard: str, walked: Mapping[str, set[str]]) -> dict[str, dict[str, Row]]:
        """What each stage with limits read of the followed pages that came so far (ids by stage), by stage and id."""
        inputs = dict[str, dict[str, Row]]()
        for stage in dict.fromkeys(gate.stage for gate in self.gates):
            parent = self.chain.parents[stage]
            later = {id for name, ids in walked.items() if stage in self.chain.way(name) for id in ids}
            if parent and later:
                inputs[stage] = {row["id"]: row for row in rows_of_ids("kept", self.root, parent, shard, later)}
        return inputs

    def _page(self, number: int, row: Row, inputs: Mapping[str, Row]) -> SampledPage:
        stratum, text = self.strata[number], row.get("text") or ""
        followed = (number, row["id"]) in self.followed
        walk, pinned = self._walk(stratum, row, inputs) if followed else (_unfollowed(stratum), False)
        page = SampledPage(row["id"], row.get("url") or "", number, facts_of(row), len(text), 0, text * followed,
                    " ".join(text[: 2 * self.extract].split())[: self.extract],
                    walk.values, walk.stop, walk.last, followed, pinned)  # fmt: skip
        if (number, row["id"]) in self.shown:
            page.detail = self._detail(stratum, row, walk.values)
        if (number, row["id"]) in self.visible and page.detail is not None:
            page.detail |= self._visible(stratum, row)
        return page

    def _walk(self, stratum: Stratum, row: Row, inputs: Mapping[str, Row]) -> tuple[Walk, bool]:
        """The way of a page, and whether it is pinned: its filters do not say again what they said in the run."""
        if stratum.fate == "quarantined":
            return _unfollowed(stratum), False
        try:
            walk = self.walker.walk(stratum.stage, row, inputs, stratum.line)
            same = end_of(self.gates, self.lines[walk.last], walk.values, walk.stop) == stratum.line
        except Exception:  # a function of the recipe raised on this page: what the run made of it stands
            walk, same = Walk(), False
        return (walk, False) if same else (_unfollowed(stratum), True)

    def _detail(self, stratum: Stratum, row: Row, values: Values) -> dict[str, Any]:
        """What is shown of a page: its place, its text with marks, and the values of the filter that decided."""
        text, url = row.get("text") or "", row.get("url") or ""
        gate = next((gate for gate in self.gates if gate.line == stratum.line), None)
        marks, broken = masked(text), ""
        if gate and stratum.line in values:
            measured = values[stratum.line]
            broken = next((limit.value for limit in gate.judge.limits if limit.breaks(measured)), "")
            marks = offending(gate.judge, broken, Doc(text, url, row["id"], row)) if text else []
        return {
            "record": record_place(row, self.origins.get(stratum.stage))._asdict(),
            "time": str(row.get("timestamp") or ""),
            "url": alternating(url, url_marks(url, stratum.reason)),
            "text": alternating(text, merged(marks)),
            "language": [row.get("language"), round(row.get("language_score") or 0, 3)],
            "value": broken,
            "measured": row.get("measured") if not gate else None,
            "error": row.get("error_message"),
            "copy": next((row[n] for n in row if n.endswith("_kept") and row[n] and row[n] != row["id"]), None),
        }

    def _visible(self, stratum: Stratum, row: Row) -> dict[str, Any]:
        """What the HTML of a page shows, in pieces that are not in its extracted text and that are; or why not."""
        found = self.originals.visible(stratum.stage, row) if self.originals else None
        if found is None or found.why:
            return {"visible": None, "unseen": found.why if found else ""}
        spans = lines_in(found.text, row.get("text") or "")
        return {"visible": alternating(found.text, spans, VISIBLE_CHARACTERS), "unseen": ""}


def _unfollowed(stratum: Stratum) -> Walk:
    """The way of a page that is taken as the run had it."""
    return Walk(stop=stratum.line, last=stratum.stage)


def _counted(pages: Sequence[SampledPage]) -> Sequence[SampledPage]:
    """The pages with their tokens, and without their texts."""
    texts = pa.chunked_array([[page.text for page in pages]], pa.string())
    for page, tokens in zip(pages, count_pretokens(texts).to_pylist(), strict=True):
        page.tokens, page.text = tokens, ""
    return pages
