"""What lies beside published shards: stats.json, the statistics of the stages behind them, and README.md, the card."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa

from pipeline import parquet, store
from pipeline.fingerprint import digest, fingerprint
from pipeline.funnel import funnel, read_plan, stage_stats
from pipeline.ledger import Ledger, Receipt, planned, write_receipt
from pipeline.run import documents, plan
from pipeline.stage import Stage
from pipeline.stats import Stats
from pipeline.summary import summary
from stages.publish import readme
from stages.publish.provenance import provenance_of
from stages.publish.readme import Facts
from stages.publish.shards import LANGUAGE, OPT_OUT, Shards


@dataclass(frozen=True)
class Published:
    """The goal of a recipe that publishes: shards with statistics and a card, and what else is `beside` them.

    Everything in the card is of the stages behind these shards, so that it is the same in a run that publishes several.
    `lost` are columns that the recipe made and that are not published; a run names them.
    """

    name: str
    shards: Shards
    beside: tuple[Stage, ...] = ()
    title: str = ""
    lost: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """The folder of the data set below the root."""
        return self.shards.name

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([])

    def inputs(self) -> tuple[Stage, ...]:
        return (self.shards, *self.beside)

    def documents(self) -> tuple[Stage, ...]:
        """The stages that the published documents come from: not those beside them."""
        return (self.shards,)

    def items(self, ledger: Ledger) -> list[str]:
        return ["card"]

    def code_digest(self) -> str:
        return fingerprint(("card", Published, self.title, readme.package_versions()))

    def input_digest(self, item: str, ledger: Ledger) -> str:
        about = read_plan(ledger.root)
        told = json.dumps([about.get("recipe"), about.get("arguments")])
        return digest(told, *(ledger.whole(stage.name) for stage in self._behind()))

    def make(self, item: str, root: str, mark: str) -> Receipt:
        self.shards.sweep(root)
        said = {name: stats for name, stats in stage_stats(root).items() if name in {s.name for s in self._behind()}}
        texts = {
            "stats.json": json.dumps(summary(said), indent=1) + "\n",
            "README.md": readme.dataset_card(self._facts(root, said)),
        }
        files: dict[str, store.FileInfo] = {}
        for name, text in texts.items():
            with store.writing(root, f"{self.folder}/{name}") as sink:
                sink.write(text.encode())
            files[f"{self.folder}/{name}"] = store.FileInfo(sink.digest, 0, sink.size)
        rows = said[self.shards.name].rows_out
        both = digest(*(made.digest for made in files.values()))
        return write_receipt(root, Receipt(self.name, item, mark, both, Stats("card", rows, rows), files))

    def _behind(self) -> list[Stage]:
        """The stages that the card tells of: all that it reads, in order."""
        return [stage for stage in plan(self) if stage is not self]

    def _facts(self, root: str, said: Mapping[str, Stats]) -> Facts:
        about, passed, mine = read_plan(root), documents(self.shards), said[self.shards.name]
        replaced = Counter[str]()
        for name in passed - {self.shards.name}:
            replaced.update(said[name].counts)
        return Facts(
            name=self.folder,
            title=self.title,
            schema=self.shards.schema,
            provenance=provenance_of(self.shards),
            recipe=about.get("recipe", ""),
            arguments=about.get("arguments", ()),
            documents=mine.rows_out,
            tokens=said[self.shards.source.name].tokens_out,
            bytes=mine.bytes,
            memory=self._memory(root),
            languages=_beginning(LANGUAGE, mine.counts),
            opt_outs=_beginning(OPT_OUT, mine.counts),
            counts=dict(sorted(replaced.items())),
            lines=[line for line in funnel(root) if line.stage in passed],
            hosts=list(self._hosts(root)),
        )

    def _memory(self, root: str) -> int:
        """Bytes of the published columns before compression, from the footers of the files."""

        def size(shard: str) -> int:
            with parquet.open_file(root, f"{self.shards.folder}/{shard}.parquet") as file:
                groups = range(file.metadata.num_row_groups)
                return sum(file.metadata.row_group(group).total_byte_size for group in groups)

        with ThreadPoolExecutor(8) as pool:
            return sum(pool.map(size, planned(root, self.shards.name)))

    def _hosts(self, root: str) -> Iterator[dict]:
        """Hosts that lost most of their pages to one family, when a stage beside the shards looked for them."""
        stages = [stage.name for stage in self.beside if "lost" in stage.schema.names]
        names = [f"{stage}/{shard}.parquet" for stage in stages for shard in planned(root, stage)]
        rows = [row for name in names for row in parquet.read_table(root, name).to_pylist()]
        yield from sorted(rows, key=lambda row: (-row["lost"], row["host"]))


def _beginning(prefix: str, counts: Mapping[str, int]) -> dict[str, int]:
    """The counts whose names begin so, by the rest of their names."""
    return {name.removeprefix(prefix): number for name, number in counts.items() if name.startswith(prefix)}
