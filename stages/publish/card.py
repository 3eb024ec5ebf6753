"""What lies beside published shards: stats.json, the statistics of the stages behind them, and README.md, the card."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipeline.funnel import funnel, read_plan, stage_stats
from pipeline.hashing import digest
from pipeline.ledger import Ledger
from pipeline.run import documents, plan
from pipeline.shard import ShardFiles
from pipeline.stage import Stage
from pipeline.stats import Stats
from pipeline.summary import summary
from pipeline.view import View, planned
from stages.publish import readme
from stages.publish.picture import funnel_picture
from stages.publish.provenance import provenance_of
from stages.publish.readme import Facts
from stages.publish.shards import LANGUAGE, OPT_OUT


@dataclass(frozen=True)
class Card:
    """A Maker: statistics and card of `published` shards, in the folder above them, once what is `beside` is made.

    All that it tells is of the stages behind these shards, so that it is the same in a run that publishes several data
    sets. `title` is the name of the data set there. `lost` are columns that the recipe made and that are not
    published; a run names them.
    """

    published: Stage
    beside: tuple[Stage, ...] = ()
    title: str = ""
    lost: tuple[str, ...] = ()

    @property
    def schema(self) -> pa.Schema:
        """The columns of its rows."""
        return pa.schema([])

    def inputs(self) -> tuple[Stage, ...]:
        """The stages that it reads."""
        return (self.published, *self.beside)

    def documents(self) -> tuple[Stage, ...]:
        """The stages that the published documents come from: not those beside them."""
        return (self.published,)

    def shards(self, ledger: Ledger) -> list[str]:
        """Names of its shards, in order."""
        return ["card"]

    def code(self) -> object:
        """What changes its rows, apart from its inputs."""
        return Card, funnel_picture, self.title, readme.package_versions()

    def input_digest(self, shard: str, ledger: Ledger) -> str:
        """A digest of all that a shard is read from."""
        about = read_plan(ledger.root)
        told = json.dumps([about.get("recipe"), about.get("arguments")])
        return digest(told, *(ledger.whole(stage.name) for stage in plan(*self.inputs())))

    def make(self, files: ShardFiles) -> Stats:
        """Make one shard."""
        behind = {stage.name for stage in plan(*self.inputs())}
        said = {name: stats for name, stats in stage_stats(files.root).items() if name in behind}
        folder, rows = self.published.name, said[self.published.name].rows_out
        files.write(f"{folder}/stats.json", (json.dumps(summary(said), indent=1) + "\n").encode())
        facts = self._facts(files.root, said)
        files.write(f"{folder}/{readme.PICTURE}", funnel_picture(facts.lines).encode())
        files.write(f"{folder}/README.md", readme.dataset_card(facts).encode())
        return Stats("make", rows, rows)

    def _facts(self, root: str, said: Mapping[str, Stats]) -> Facts:
        about, passed, mine = read_plan(root), documents(self.published), said[self.published.name]
        replaced = Counter[str]()
        for name in passed - {self.published.name}:
            replaced.update(said[name].counts)
        return Facts(
            name=self.published.name,
            title=self.title,
            schema=self.published.schema,
            provenance=provenance_of(self.published),
            recipe=about.get("recipe", ""),
            arguments=about.get("arguments", ()),
            documents=mine.rows_out,
            tokens=sum(said[stage.name].tokens_out for stage in self.published.inputs()),
            bytes=mine.bytes,
            memory=mine.memory,
            languages=_beginning(LANGUAGE, mine.counts),
            opt_outs=_beginning(OPT_OUT, mine.counts),
            counts=dict(sorted(replaced.items())),
            lines=[line for line in funnel(root) if line.stage in passed],
            hosts=list(self._hosts(root)),
        )

    def _hosts(self, root: str) -> Iterator[dict[Any, Any]]:
        """Hosts that lost most of their pages to one family, when a stage beside the shards looked for them."""
        stages = [stage.name for stage in self.beside if "lost" in stage.schema.names]
        shards = [(stage, shard) for stage in stages for shard in planned(root, stage)]
        rows = [row for s, shard in shards for table in View(s).read(root, shard) for row in table.to_pylist()]
        yield from sorted(rows, key=lambda row: (-row["lost"], row["host"]))


def _beginning(prefix: str, counts: Mapping[str, int]) -> dict[str, int]:
    """The counts whose names begin so, by the rest of their names."""
    return {name.removeprefix(prefix): number for name, number in counts.items() if name.startswith(prefix)}
