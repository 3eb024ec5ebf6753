"""What deduplication did: how large the families are, the largest of them with what differs, and who loses most."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.template_hosts import FLAGGED_HOSTS
from pipeline.hashing import hash64
from pipeline.stage import Map, Stage
from pipeline.view import planned
from report.page.facts import host_of_page
from report.page.texts import changes
from report.stored import Where, dropped_rows, kept_rows, rows_of_ids, stored_columns

KEPT, SIZE = "_kept", "_size"
FAMILIES, MEMBERS, HOSTS = 12, 4, 20  # shown
COMPARED = 300  # pairs of pages whose texts are compared
OF_A_HOST = 15  # more of each host that is shown
ALIKE = 0.8  # as a verification of near duplicates by text takes them (dedup.minhash)
CHARACTERS = 900
GRAM = 5  # words


class HostLoss(NamedTuple):
    """A host, its pages before a stage and those that it lost there; how many of these were compared with the page that
    was kept, and how many of them a verification by text would have refused.
    """

    host: str
    pages: int
    lost: int
    compared: int
    refused: int


@dataclass(frozen=True)
class DuplicateStage:
    """A stage that drops the pages that another stage found to be duplicates; `verdicts` are what that stage said.

    Rows of `verdicts`: id, reason, kept, size, shard.
    """

    root: str
    stage: Map
    shards: Sequence[str]
    verdicts: pa.Table

    def told(self) -> dict[str, Any]:
        """What the page shows of the stage."""
        kept = self.verdicts.filter(pc.is_null(self.verdicts["reason"]))
        sizes = Counter(kept["size"].to_pylist())
        return {
            "stage": self.stage.name,
            "families": sum(sizes.values()),
            "sizes": sorted(sizes.items()),
            "alike": self._alike(),
            "refusedBelow": ALIKE,
            "largest": [self._family(kept.slice(n, 1).to_pylist()[0]) for n in range(min(FAMILIES, kept.num_rows))],
            "hosts": self._hosts(),
        }

    def _family(self, first: dict[str, Any]) -> dict[str, Any]:
        """A family: the page that is kept, and what some of the others say in other words."""
        mine = pc.and_(pc.equal(self.verdicts["kept"], first["id"]), pc.is_valid(self.verdicts["reason"]))
        members = self.verdicts.filter(mine).slice(0, MEMBERS)
        texts = self._texts([first, *members.to_pylist()])
        url, text = texts.get(first["id"], ("", ""))
        others = [texts[id] for id in members["id"].to_pylist() if id in texts]
        return {
            "size": first["size"],
            "url": url,
            "text": text[:CHARACTERS],
            "others": [
                {"url": u, "alike": alike(text, t), "changes": changes(text[:CHARACTERS], t[:CHARACTERS])}
                for u, t in others
            ],
        }

    def _texts(self, rows: Sequence[dict[str, Any]]) -> dict[str, tuple[str, str]]:
        """URL and text of pages, by id."""
        found = dict[str, tuple[str, str]]()
        for shard in dict.fromkeys(row["shard"] for row in rows):
            ids: dict[Where, set[str]] = {"kept": set(), "dropped": set()}
            for row in rows:
                if row["shard"] == shard:
                    ids["kept" if row["reason"] is None else "dropped"].add(row["id"])
            for where, wanted in ids.items():
                columns = ["id", "url", "text"]
                for row in rows_of_ids(where, self.root, self.stage.name, shard, wanted, columns) if wanted else ():
                    found[row["id"]] = (row.get("url") or "", row.get("text") or "")
        return found

    def _alike(self) -> list[float]:
        """How much the texts of some dropped pages have in common with the page that was kept."""
        dropped = self.verdicts.filter(pc.is_valid(self.verdicts["reason"]))
        return list(self._likeness(dropped.take(np.argsort(hash64(dropped["id"]))[:COMPARED])).values())

    def _likeness(self, dropped: pa.Table) -> dict[str, float]:
        """The same of these dropped pages, by id; of those whose texts were stored."""
        kept = pa.array(dropped["kept"].unique().to_pylist(), pa.string())
        first = self.verdicts.filter(pc.is_in(self.verdicts["id"], kept))
        texts = self._texts([*dropped.to_pylist(), *first.to_pylist()])
        pairs = [(row["id"], row["kept"]) for row in dropped.to_pylist()]
        return {a: alike(texts[a][1], texts[b][1]) for a, b in pairs if a in texts and b in texts}

    def _hosts(self) -> list[HostLoss]:
        """The hosts that lose most, counted in the shards that are looked through."""
        lost, every, some = Counter[str](), Counter[str](), defaultdict[str, list[str]](list)
        for shard in self.shards:
            for table in dropped_rows(self.root, self.stage.name, shard, ["id", "url"]):
                for host, id in _hosts(table):
                    lost[host] += 1
                    some[host] += [id] if len(some[host]) < OF_A_HOST else []
        for shard in self.shards if lost else ():
            for table in kept_rows(self.root, self.stage.name, shard, ["id", "url"]):
                every.update(host for host, _ in _hosts(table) if host in lost)
        ordered = sorted(lost.items(), key=lambda item: (-item[1], item[0]))[:HOSTS]
        ids = pa.array([id for host, _ in ordered for id in some[host]], pa.string())
        likeness = self._likeness(self.verdicts.filter(pc.is_in(self.verdicts["id"], ids)))
        compared = {host: [likeness[id] for id in some[host] if id in likeness] for host, _ in ordered}
        return [
            HostLoss(host, number + every[host], number, len(said := compared[host]), sum(x < ALIKE for x in said))
            for host, number in ordered
        ]


def _hosts(table: pa.Table) -> Iterator[tuple[str, str]]:
    """Host and id of each page that has an address."""
    urls = table["url"].to_pylist() if "url" in table.column_names else ()
    yield from ((host_of_page(url), id) for url, id in zip(urls, table["id"].to_pylist(), strict=False) if url)


def alike(one: str, other: str) -> float:
    """The share of the runs of five words that two texts have in common (Jaccard)."""
    first, second = _grams(one), _grams(other)
    return round(len(first & second) / max(len(first | second), 1), 3)


def _grams(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[n : n + GRAM]) for n in range(max(len(words) - GRAM + 1, 1))}


def duplicate_stages(root: str, stages: Sequence[Stage], shards: Sequence[str]) -> Iterator[DuplicateStage]:
    """The stages of a run that drop duplicates, with verdicts on the pages of some shards, largest families first."""
    for stage in stages:
        if isinstance(stage, Map) and stage.verdicts is not None:
            names = [name for name in stored_columns(root, stage.verdicts.name) if name.endswith(KEPT)]
            tables = [_verdicts(root, stage.verdicts.name, shard, names[0]) for shard in shards if names]
            if tables := [table for table in tables if table is not None]:
                every = pa.concat_tables(tables)
                yield DuplicateStage(root, stage, shards, every.sort_by([("size", "descending"), ("id", "ascending")]))


def _verdicts(root: str, stage: str, shard: str, kept: str) -> pa.Table | None:
    columns = {"id": "id", "reason": "reason", "kept": kept, "size": kept.replace(KEPT, SIZE)}
    tables = list(kept_rows(root, stage, shard, list(columns.values())))
    if not tables:
        return None
    table = pa.concat_tables(tables)
    table = pa.table({name: table[column] for name, column in columns.items()})
    return table.append_column("shard", pa.array([shard] * table.num_rows, pa.string()))


def flagged(root: str, stages: Sequence[Stage]) -> list[dict[str, Any]]:
    """The hosts of which a stage says that one family took most of their pages."""
    names = [stage.name for stage in stages if stored_columns(root, stage.name) == FLAGGED_HOSTS.names]
    tables = [table for name in names for shard in planned(root, name) for table in kept_rows(root, name, shard)]
    return sorted((row for table in tables for row in table.to_pylist()), key=lambda row: -row["lost"])
