"""What one snapshot costs: tasks, rows, bytes, memory and core-hours of each stage, from measured unit costs.

`python -m benchmarks.scale_units FOLDER` measures what each stage costs, and `python -m benchmarks.scale_first FOLDER`
the first one on pages like a crawl's. `python -m benchmarks.scale` computes the snapshot from both and writes
docs/scale.md.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import growth
from benchmarks.scale_first import FOUND, PAGE_BYTES
from benchmarks.scale_units import UNITS, Unit
from pipeline.parts import part_size

SIMULATED = Path(__file__).resolve().parent / "simulate.json"  # what benchmarks.simulate measured
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "scale.md"

FILES, PAGES = 90_000, 2.6e9  # a snapshot of 2024
KEPT = {"raw": 0.4751, "filtered": 0.2334, "fuzzy": 0.1450, "clean": 0.1167}  # Penedo et al. 2023, figure 2
FAMILIES = 0.5  # of the pages that fuzzy deduplication sees are in a family: it drops 38 %, and each has one that stays
COPIES = {  # rows a page of a family; star edges as simulated, of edges across there were none
    "near.pairs": 300,
    "near.contracted": 2.4,
    "near.stars": 1.05,
    "near.cross_edges.in": 0.05,
    "near.cross_edges": 0.05,
    "near.stars.by": 1,
    "near.families": 1,
    "near.members": 1,
}
BUCKETS = {"near.bands": 4_096, "near.pairs.by": 4_096, "near.cross_edges.in": 1, "repeats": 1_024}  # by first letters
PAIRS = ("near.bands", "near.pairs.by")  # rows of two numbers, in so many buckets that nothing is left to compress
PAGE_BUCKETS = 256  # of all others, a row a page: what minhash.near and urls.repeated take for so many inputs
ENOUGH = 500  # rows of the measured run that tell what a row costs; with fewer, a row costs what sorting it does
WORK = 4  # times its rows that a bucket takes while it is worked on


@dataclass(frozen=True)
class Cost:
    """What a stage does to a snapshot; `cascade` are the hours with `cascade=true`."""

    unit: Unit
    tasks: int
    rows_in: float
    rows_out: float
    bytes: float
    memory: float | None
    hours: float
    cascade: float


def unit_costs() -> dict[str, Any]:
    """What was measured of all stages, and of the first on pages like a crawl's."""
    return {**json.loads(UNITS.read_text()), "first": json.loads(FOUND.read_text())}


def costs(measured: dict[Any, Any]) -> list[Cost]:
    """Every stage at the size of a snapshot, in order."""
    done: dict[str, Cost] = {}
    for raw in measured["units"]:
        unit = Unit(**{**raw, "after": tuple(raw["after"])})
        done[unit.name] = cost(unit, done, measured)
    return list(done.values())


def bucket_reads(measured: dict[Any, Any]) -> int:
    """How often a Gather reads a bucket out of a file: its tasks times the files of its Scatters."""
    done = {c.unit.name: c for c in costs(measured)}
    gathers = [c for c in done.values() if c.unit.kind == "Gather"]
    scatters = [(c, done[name]) for c in gathers for name in c.unit.after if done[name].unit.kind == "Scatter"]
    return sum(gather.tasks * _files(scatter, done) for gather, scatter in scatters)


def cost(unit: Unit, done: dict[str, Cost], measured: dict[Any, Any]) -> Cost:
    """One stage, when those before it are done."""
    before = [done[name] for name in unit.after]
    sent = [c for c in before if c.unit.kind == "Scatter"] if unit.kind == "Gather" else before[:1]
    rows_in = sum(c.rows_out for c in sent) if sent else PAGES
    measured_in = sum(c.unit.rows_out for c in sent) if sent else unit.rows_in
    tasks = _tasks(unit, before)
    if unit.name in KEPT:
        rows_out = PAGES * KEPT[unit.name]
    elif unit.name in COPIES:
        rows_out = COPIES[unit.name] * FAMILIES * done["unique"].rows_out
    else:
        rows_out = rows_in * unit.rows_out / max(measured_in, 1)
    first = None if before else measured["first"]
    each = first["faithful"] if first else _seconds_a_row(unit, measured_in, measured)
    opened = sum(tasks * _files(c, done) * _open_seconds(c, done, measured["open_ms"]) for c in sent)
    opened = opened if unit.kind == "Gather" else 0
    enough = unit.rows_out > 100 * unit.tasks  # else its files are all footer
    size = rows_out * (unit.bytes / unit.rows_out if enough else unit.width if unit.bytes else 0)
    if unit.name in PAIRS:
        size = rows_out * measured["pair_bytes"]
    gathered = sum(c.rows_out * c.unit.width for c in sent)
    memory = {"Gather": gathered * WORK, "Scatter": rows_out * unit.width * 2}.get(unit.kind)
    hours = (rows_in * each + tasks * measured["task_s"] + opened) / 3600
    spared = rows_in * (first["faithful"] - first["cascade"]) / 3600 if first else 0
    return Cost(unit, tasks, rows_in, rows_out, size, memory and memory / tasks, hours, hours - spared)


def _seconds_a_row(unit: Unit, rows: float, measured: dict[Any, Any]) -> float:
    """CPU time a row: of the kernel where that was measured by itself, else of the run."""
    kernels, ran = measured["kernels"], max(unit.seconds - unit.tasks * measured["task_s"], 0) / max(rows, 1)
    if unit.kind == "Scatter":
        return kernels["scatter"] + kernels.get(unit.name, ran if rows >= ENOUGH else 0)
    return kernels.get(unit.name, ran if rows >= ENOUGH else kernels["scatter"])


def _tasks(unit: Unit, before: list[Cost]) -> int:
    if unit.kind == "Scatter" and before and not (unit.home and before[0].unit.kind == "Map"):
        return math.ceil(before[0].tasks / part_size(before[0].tasks, home=unit.home))
    if unit.kind != "Gather":
        return before[0].tasks if before else FILES
    return FILES if unit.home else _buckets(before[0].unit.name)


def _buckets(name: str) -> int:
    return next((count for start, count in BUCKETS.items() if name.startswith(start)), PAGE_BUCKETS)


def _stays(scatter: Cost, done: dict[str, Cost]) -> bool:
    """Whether a Scatter's rows stay with their shard, so that its Gather reads one file a task."""
    return bool(scatter.unit.home and scatter.unit.after and done[scatter.unit.after[0]].unit.kind == "Map")


def _files(scatter: Cost, done: dict[str, Cost]) -> int:
    return 1 if _stays(scatter, done) else scatter.tasks


def _open_seconds(scatter: Cost, done: dict[str, Cost], open_ms: dict[str, float]) -> float:
    """Seconds to read one bucket of a file: more, the more buckets the file holds."""
    source = done[scatter.unit.after[0]] if scatter.unit.after else None
    held = _buckets(scatter.unit.name)
    if scatter.unit.home:
        if source is None or _stays(scatter, done):
            held = 1
        else:
            held = FILES // scatter.tasks if source.unit.name.endswith(".ranges") else FILES
    sizes = np.array([int(size) for size in open_ms])
    slope, fixed = np.polyfit(sizes, np.array(list(open_ms.values())), 1)
    return (fixed + slope * held) / 1000


def document(measured: dict[Any, Any]) -> str:
    """docs/scale.md."""
    every = costs(measured)
    lines = [
        f"| {c.unit.name} | {c.unit.kind.lower()} | {c.tasks:,} | {_short(c.rows_in)} | {_short(c.rows_out)} |"
        f" {_short(c.bytes)}B | {_short(c.memory) + 'B' if c.memory else 'a batch'} | {c.hours:,.0f} |"
        f" {c.cascade:,.0f} |"
        for c in every
    ]
    total, first = sum(c.hours for c in every), measured["first"]
    scattered = sum(c.bytes for c in every if c.unit.kind == "Scatter")
    files = sum(c.tasks for c in every)
    return (
        INTRODUCTION.format(
            files=f"{files:,}",
            hours=f"{total:,.0f}",
            days=f"{total / 1000 / 24:.1f}",
            scattered=_short(scattered),
            reads=_short(bucket_reads(measured)),
            stored=_short(sum(c.bytes for c in every)),
            small=f"{PAGES * _seconds_a_row(every[0].unit, every[0].unit.rows_in, measured) / 3600:,.0f}",
            cascade=f"{sum(c.cascade for c in every):,.0f}",
            pages=f"{first['pages']:,}",
            kilobytes=f"{first['bytes'] / 1000:.0f}",
            english=f"{100 * first['english']:.0f}",
        )
        + "\n".join(lines)
        + "\n"
        + (DRIVER.format(**_driver(json.loads(SIMULATED.read_text()))) if SIMULATED.exists() else "")
        + (growth.section(json.loads(growth.FOUND.read_text())) if growth.FOUND.exists() else "")
    )


def _driver(found: dict[str, Any]) -> dict[str, str]:
    """What the simulation measured, as it stands in the text."""
    plain = {name: f"{value:,}" for name, value in found.items() if isinstance(value, int | float)}
    requests = {f"{name}_{kind}": f"{found[name].get(kind, 0):,}" for name in ASKED for kind in ("LIST", "GET", "PUT")}
    ours = f"{1000 * found['cpu_s'] / found['shards']:.2f}"
    return {**plain, **requests, "shard_ms": ours, "share": f"{100 * found['cpu_share']:.0f}"}


def _short(number: float) -> str:
    """Three digits and a unit."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g} {letter}"
    return f"{number:.3g} "


INTRODUCTION = f"""# Scale: one snapshot

The RefinedWeb recipe on one snapshot of Common Crawl: {FILES:,} WARC files, {PAGES / 1e9} billion pages. Computed by
`python -m benchmarks.scale` from unit costs in `benchmarks/scale.json`, which `python -m benchmarks.scale_units FOLDER`
writes: CPU time of every stage of the recipe on a folder of WARC files of real pages, a row, on one core. What a
process loads once (modules, models, kernels) is left out: it works for hours.

How it is computed
- The first stage is most of it, and costs by the size of a page and the share of English ones. A page of
  CC-MAIN-2024-51 has {PAGE_BYTES / 1000:.0f} kB (394 TiB of 2.64 billion pages), and 45 % of a crawl is English.
  It is measured on {{pages}} pages that have {{kilobytes}} kB on average, {{english}} % of them English: the largest
  ones of the folder (`python -m benchmarks.scale_first FOLDER`). All pages of the folder, which are smaller, would
  come to {{small}} core-hours in this stage.
- What a stage keeps is RefinedWeb's (Penedo et al. 2023, figure 2), documents and tokens mixed as there; where the
  paper says nothing it is the measured run's. Half of the pages that fuzzy deduplication sees are taken to be in a
  family, and two pages of a family to share 300 of the 450 bands.
- Buckets: 4,096 for bands, 1,024 for repeats, 256 for a row a page. A Gather reads its bucket out of every file of its
  Scatters, or one file where rows stay with their shard: the CPU time of these reads is measured on local files. An
  object store adds the latency of a request to each, which eight threads a task share. A Scatter of many shards puts
  several of them into a file ({part_size(FILES, home=False)} of {FILES:,}).
- Memory is the bound of a task: a bucket's rows times {WORK} for a Gather, a file's rows twice for a Scatter, a batch
  of pages for a Map. `near.cross_edges` is one task on one machine: it sees only edges between the stars of
  families that are chains. Families whose pages share bands as assumed above have none; one for 20 pages is taken.
- Bytes are what stays on disk: none of a stage that only drops pages, which is a view of the stage before. Rejected
  pages are not counted. The measured pages repeat little of one another, so that the stages of `repeats` send and cut
  more on a snapshot than is shown.

Together {{files}} shards, {{scattered}}B shuffled, {{hours}} core-hours: {{days}} days on 1,000 cores.
With `cascade=true` ([docs/performance.md](performance.md)) it is {{cascade}} core-hours.
On disk {{stored}}B stay. Gathers read a bucket out of a file {{reads}} times.

| stage | kind | tasks | rows in | rows out | bytes | memory of a task | core-hours | with the cascade |
|---|---|--:|--:|--:|--:|--:|--:|--:|
"""

ASKED = ("requests", "resume_requests")
DRIVER = """
## The driver

`make simulate` runs the real plan, ledger and receipts of {files} files with tasks that are done at once. Its driver
made {shards} shards of {stages} stages with {memory_mb} MB of memory at most. A shard takes it {shard_ms} ms of CPU
time, and Ray {ray_shard_ms} ms. Shards that are made in less than a minute share tasks: these are {tasks}, and each
takes Ray {ray_task_ms} ms. Together this is {share} % of a core on {nodes} machines of 32 cores, which take {wall_h}
hours. It asked the store for {requests_LIST} pages of listings, {requests_GET} reads and {requests_PUT} writes; tasks
ask for more.

When the run was ended in the middle of a stage, the next one sent its first task after {resume_s} seconds of CPU time,
with {resume_requests_LIST} pages of listings and {resume_requests_GET} reads, most of them receipts of
that stage. To these seconds an object store adds its answers: some 20 ms a read, 32 at a time.
"""


if __name__ == "__main__":
    DOCUMENT.write_text(document(unit_costs()))
