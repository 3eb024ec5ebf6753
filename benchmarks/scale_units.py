"""What each stage of the RefinedWeb recipe costs a row, measured.

`python -m benchmarks.scale_units FOLDER` runs the recipe on the WARC files of a folder, stage by stage in this process,
and writes what each stage cost to benchmarks/scale.json. It has run on a few pages before, so that what a process loads
once is not of these costs.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.arguments import positional
from benchmarks.race import mixture
from benchmarks.race.measure import process_tree
from dedup import routing
from dedup.members import family_members, label_rows
from dedup.minhash import stars
from dedup.minhash.families import band_edges, families
from dedup.verdicts import Judge
from pipeline import buckets as bucketed
from pipeline.ledger import Ledger
from pipeline.run import plan, run
from pipeline.runner import Local
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, Stage
from pipeline.view import planned, view_of
from recipes.refinedweb import recipe

UNITS = Path(__file__).with_name("scale.json")
FEW = 100  # pages
BUCKETS = (256, 1_024, 4_096)  # of files that a bucket is read from


@dataclass(frozen=True)
class Unit:
    """What a stage did in the measured run. seconds are of CPU; bytes are on disk, width is of a row in memory."""

    name: str
    kind: str
    after: tuple[str, ...]
    rows_in: int
    rows_out: int
    bytes: int
    width: float
    tasks: int
    seconds: float
    home: bool  # a Scatter by shard, or a Gather for each shard


def measure(folder: str) -> None:
    """Run the recipe here and write the unit costs."""
    routing.FEW_BUCKETS = 0  # the steps that only many inputs need are measured too
    load(Path(folder))
    goals, began = recipe(folder), dict[str, float]()

    def watch(stage: Stage, *progress: object) -> None:
        began.setdefault(stage.name, cpu_seconds())

    with tempfile.TemporaryDirectory() as root:
        stats = run(*goals, root=root, runner=Local(), on_progress=watch)
        ended = [*list(began.values())[1:], cpu_seconds()]
        tasks = {name: len(planned(root, name)) for name in began}
        widths = {stage.name: width(root, stage) for stage in plan(*goals)}
    units = []
    for stage, end in zip(plan(*goals), ended, strict=True):
        name, done = stage.name, stats[stage.name]
        home = getattr(stage, "buckets", 0) is None or getattr(stage, "one_for", None) is not None
        after = tuple(before.name for before in stage.inputs())
        kind, spent = type(stage).__name__, end - began[name]
        units.append(
            Unit(name, kind, after, done.rows_in, done.rows_out, done.bytes, widths[name], tasks[name], spent, home)
        )
    made = [asdict(unit) for unit in units]
    open_ms, pair_bytes = opening()
    told = {"open_ms": open_ms, "pair_bytes": pair_bytes, "task_s": idle(made), "kernels": kernels(), "units": made}
    UNITS.write_text(json.dumps(told, indent=1) + "\n")


def load(folder: Path) -> None:
    """Run the recipe on a few pages of a folder: modules, models and kernels are loaded."""
    with tempfile.TemporaryDirectory() as place:
        few = mixture.write(mixture.members(mixture.archives(folder))[:FEW], Path(place, "few"), 1)
        run(*recipe(str(few)), root=f"{place}/run", runner=Local())


def cpu_seconds() -> float:
    """CPU time of this process and of all below it, living and gone."""
    return sum(each.seconds + each.of_children for each in process_tree(os.getpid()).values())


def width(root: str, stage: Stage) -> float:
    """Bytes in memory of a row that a stage made; of a stage that made none, eight a column."""
    for shard in planned(root, stage.name) if isinstance(stage, Map | Scatter | Gather) else ():
        if isinstance(stage, Scatter):
            tables = list(bucketed.read_all(root, f"{stage.name}/{shard}{bucketed.SUFFIX}"))
        else:
            tables = list(view_of(root, stage.name).read(root, shard))
        if rows := sum(table.num_rows for table in tables):
            return sum(table.nbytes for table in tables) / rows
    return 8 * len(stage.schema)


def idle(units: list[dict[Any, Any]]) -> float:
    """Seconds of CPU that a task with hardly a row takes."""
    return float(np.median([unit["seconds"] / unit["tasks"] for unit in units if unit["rows_in"] < 10 * unit["tasks"]]))


@dataclass(frozen=True)
class Noise:
    """Rows of a shard to scatter."""

    rows: int

    def __call__(self, item: str):
        draw = np.random.default_rng(1)
        band, doc = draw.integers(0, 2**64, (2, self.rows), np.uint64)
        yield pa.table({"band": band, "doc": doc})


def opening() -> tuple[dict[str, float], float]:
    """Milliseconds of CPU to read one bucket of a local file, by the buckets that the file holds; its bytes a row of
    two numbers, in the file of the most buckets.
    """
    found, size = {}, 0.0
    for buckets in BUCKETS:
        with tempfile.TemporaryDirectory() as root:
            item, _ = scattered(root, buckets, buckets * 700)
            started = time.process_time()
            for bucket in range(0, buckets, buckets // 32):
                bucketed.read_bucket(root, f"noise/{item}{bucketed.SUFFIX}", bucket)
            found[str(buckets)] = (time.process_time() - started) / 32 * 1000
            size = os.path.getsize(f"{root}/noise/{item}{bucketed.SUFFIX}") / (buckets * 700)
    return found, size


def scattered(root: str, buckets: int, rows: int) -> tuple[str, float]:
    """The shard of a Scatter of noise, and the seconds of CPU that it took."""
    schema = pa.schema([("band", pa.uint64()), ("doc", pa.uint64())])
    scatter = Scatter("noise", Source(("noise",), Noise(rows), schema), _same, "band", buckets)
    item = scatter.items(Ledger(root))[0]
    started = time.process_time()
    scatter.make(item, root, "")
    return item, time.process_time() - started


def kernels(rows: int = 2_000_000) -> dict[str, float]:
    """Seconds of CPU a row of what the measured run gives too few rows to tell."""
    draw = np.random.default_rng(2)
    bands, docs = (
        draw.integers(0, rows // 2, rows, np.uint64),
        draw.integers(0, 2**62, rows // 4, np.uint64) << np.uint64(1),
    )
    shared = pa.table({"band": bands, "doc": docs[draw.integers(0, len(docs), rows)]})
    joined, spent = timed(band_edges, shared)
    found = {"near.pairs": spent}
    contracted, found["near.contracted"] = timed(stars.contracted, joined)
    made, found["near.stars"] = timed(stars.stars, stars.with_roots(contracted, ""))
    _, found["near.families"] = timed(stars.labels_by_root, stars.star_edges(made, ""))
    labels, found["near.cross_edges"] = timed(families, joined)
    sent, found["near.labels"] = timed(lambda table: label_rows(table, ""), labels)
    ids = labels["doc"].cast(pa.string())
    pages = sent.set_column(5, "id", ids).set_column(6, "host", ids)
    _, found["near.members"] = timed(family_members, pa.concat_tables([sent, pages]))
    _, found["near.judged"] = timed(Judge("minhash"), pages.set_column(0, "family", labels["family"]))
    with tempfile.TemporaryDirectory() as root:
        found["scatter"] = scattered(root, 256, rows)[1] / rows
    return found


def timed(fn: Callable[[pa.Table], pa.Table], table: pa.Table) -> tuple[pa.Table, float]:
    """What a function makes of a table, and its seconds of CPU a row, once it is compiled."""
    fn(table.slice(0, 10))
    started = time.process_time()
    return fn(table), (time.process_time() - started) / table.num_rows


def _same(table: pa.Table, shard: str) -> pa.Table:
    return table


if __name__ == "__main__":
    measure(*positional(__doc__, "FOLDER"))
