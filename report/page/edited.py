"""What the stages of a run did to the texts that they kept: pages before and after, as far as both are stored."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.stage import Map, Source
from pipeline.transform import Annotate, Screen
from report.page.chain import DocumentChain
from report.page.sample import Reservoir, Stratum
from report.page.texts import alternating, changes, masked
from report.stored import rows_of_ids
from stages.pii.scrubbing import Scrub

SHOWN = 20  # pages of each stage
LOOKED_AT = 400  # kept pages that are looked through for edits


@dataclass
class Edits:
    """Collects, shard by shard, kept pages whose text a stage changed.

    Of a stage that takes private data out, only the text afterwards is shown, with the marks that it left.
    """

    root: str
    chain: DocumentChain
    found: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def look(self, shard: str, strata: list[Stratum], sampled: list[Reservoir]) -> None:
        """Look through the kept pages of one shard, those with the smallest hashes."""
        for stratum, reservoir in zip(strata, sampled, strict=True):
            if stratum.fate == "kept":
                mine = reservoir.shards[:LOOKED_AT] == shard
                self._look(shard, stratum.stage, set(reservoir.ids[:LOOKED_AT][mine].tolist()))

    def _look(self, shard: str, end: str, ids: set[str]) -> None:
        for stage in self._editing(end):
            pages = self.found.setdefault(stage.name, [])
            if ids and len(pages) < SHOWN:
                pages += list(self._edits(shard, stage, ids))[: SHOWN - len(pages)]

    def _editing(self, end: str) -> Iterator[Map]:
        """The stages on the way to an end that may edit texts, and whose input is stored."""
        for name in self.chain.way(end):
            stage = self.chain.maps.get(name)
            edits = stage and not all(isinstance(transform, Screen | Annotate) for transform in stage.transforms)
            if stage and edits and not isinstance(stage.source, Source):
                yield stage

    def _edits(self, shard: str, stage: Map, ids: set[str]) -> Iterator[dict[str, Any]]:
        columns = ["id", "url", "text"]
        before = rows_of_ids("kept", self.root, self.chain.parents[stage.name], shard, ids, columns)
        after = rows_of_ids("kept", self.root, stage.name, shard, ids, columns)
        old = {row["id"]: row["text"] or "" for row in before}
        private = any(isinstance(transform, Scrub) for transform in stage.transforms)
        for row in sorted(after, key=lambda row: row["id"]):
            text = row["text"] or ""
            if text != old.get(row["id"], text):
                shown = (
                    {"text": alternating(text, masked(text))} if private else {"changes": changes(old[row["id"]], text)}
                )
                yield {"id": row["id"], "url": row.get("url") or "", **shown}
