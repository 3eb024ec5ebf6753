"""The sampled pages of a report: their facts and values, and of some their texts with what a limit objected to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.doc import Doc
from report.page.chain import DocumentChain, Gate
from report.page.facts import PageFacts, facts_of
from report.page.marks import merged, offending, url_marks
from report.page.measure import Row, Values, Walk, Walker, end_of
from report.page.sample import Reservoir, Stratum, rows_of_ids
from report.page.texts import alternating, masked
from report.stored import STORED_ROWS, Where, kept_rows
from text.tokens import count_pretokens

SHOWN = 20  # pages of each reason with their texts
BATCH = 256  # pages whose tokens are counted together, which is much faster


@dataclass
class SampledPage:
    """A sampled page. `stop` and `track` are as in `Walk`; `pinned` pages could not be followed under other limits."""

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
    lines: dict[str, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.walker = Walker(self.chain, self.gates)
        self.lines = {
            stage: {n for n, line in enumerate(self.chain.lines) if line.stage in self.chain.way(stage)}
            for stage in self.chain.parents
        }
        self.shown = {
            (number, id) for number, reservoir in enumerate(self.found) for id in reservoir.ids[: self.details].tolist()
        }

        self.wanted = defaultdict[str, dict[int, set[str]]](dict)  # ids of each stratum, by shard
        for number, reservoir in enumerate(self.found):
            for shard, id in zip(reservoir.shards.tolist(), reservoir.ids.tolist(), strict=True):
                self.wanted[shard].setdefault(number, set()).add(id)

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
        wanted = self.wanted.get(shard, {})
        stores = defaultdict[tuple[str, Where], set[str]](set)
        for number, ids in wanted.items():
            stores[self.strata[number].stage, self.strata[number].fate] |= ids
        tables = {
            key: rows_of_ids(STORED_ROWS[key[1]](self.root, key[0], shard), ids) for key, ids in stores.items() if ids
        }
        inputs = self._inputs(shard, stores)
        for number, stratum in enumerate(self.strata):
            table = tables.get((stratum.stage, stratum.fate))
            if table is None or number not in wanted:
                continue
            table = table.filter(pc.is_in(table["id"], pa.array(sorted(wanted[number]), pa.string())))
            for row in table.sort_by("id").to_pylist():
                if not (stratum.reason and (row.get("reason") or row.get("error")) != stratum.reason):
                    yield self._page(number, row, {name: rows.get(row["id"], {}) for name, rows in inputs.items()})

    def _inputs(self, shard: str, stores: Mapping[tuple[str, Where], set[str]]) -> dict[str, dict[str, Row]]:
        """What each stage with limits read of the sampled pages that came so far, by stage and id."""
        inputs = dict[str, dict[str, Row]]()
        for stage in dict.fromkeys(gate.stage for gate in self.gates):
            parent = self.chain.parents[stage]
            later = {id for (name, _), ids in stores.items() if stage in self.chain.way(name) for id in ids}
            if parent and later:
                table = rows_of_ids(kept_rows(self.root, parent, shard), later)
                inputs[stage] = {row["id"]: row for row in table.to_pylist()} if table is not None else {}
        return inputs

    def _page(self, number: int, row: Row, inputs: Mapping[str, Row]) -> SampledPage:
        stratum, text = self.strata[number], row.get("text") or ""
        walk, pinned = self._walk(stratum, row, inputs)
        page = SampledPage(row["id"], row.get("url") or "", number, facts_of(row), len(text), 0, text,
                    " ".join(text[: 2 * self.extract].split())[: self.extract],
                    walk.values, walk.stop, walk.last, pinned)  # fmt: skip
        if (number, row["id"]) in self.shown:
            page.detail = self._detail(stratum, row, walk.values)
        return page

    def _walk(self, stratum: Stratum, row: Row, inputs: Mapping[str, Row]) -> tuple[Walk, bool]:
        """The way of a page, and whether it is pinned: its filters do not say again what they said in the run."""
        if stratum.fate == "quarantined":
            return Walk(stop=stratum.line, last=stratum.stage), False
        try:
            walk = self.walker.walk(stratum.stage, row, inputs, stratum.line)
            same = end_of(self.gates, self.lines[walk.last], walk.values, walk.stop) == stratum.line
        except Exception:  # a function of the recipe raised on this page: what the run made of it stands
            walk, same = Walk(), False
        return (walk, False) if same else (Walk(stop=stratum.line, last=stratum.stage), True)

    def _detail(self, stratum: Stratum, row: Row, values: Values) -> dict[str, Any]:
        """What is shown of a page: its place, its text with marks, and the values of the filter that decided."""
        text, url = row.get("text") or "", row.get("url") or ""
        gate = next((gate for gate in self.gates if gate.line == stratum.line), None)
        marks, broken = masked(text), ""
        if gate and stratum.line in values:
            measured = values[stratum.line]
            broken = next((limit.value for limit in gate.judge.limits if limit.breaks(measured)), "")
            marks = offending(gate.judge, broken, Doc(text, url, row["id"], row)) if text else []
        place = [row.get(name) for name in ("warc", "offset", "length")]
        return {
            "place": place,
            "time": str(row.get("timestamp") or ""),
            "url": alternating(url, url_marks(url, stratum.reason)),
            "text": alternating(text, merged(marks)),
            "language": [row.get("language"), round(row.get("language_score") or 0, 3)],
            "value": broken,
            "measured": row.get("measured") if not gate else None,
            "error": row.get("error_message"),
            "copy": next((row[n] for n in row if n.endswith("_kept") and row[n] and row[n] != row["id"]), None),
        }


def _counted(pages: Sequence[SampledPage]) -> Sequence[SampledPage]:
    """The pages with their tokens, and without their texts."""
    texts = pa.chunked_array([[page.text for page in pages]], pa.string())
    for page, tokens in zip(pages, count_pretokens(texts).to_pylist(), strict=True):
        page.tokens, page.text = tokens, ""
    return pages
