"""Repeated substrings beside a suffix array on the same tokens; what is sent, with minimizers and without; peak memory.

`python -m benchmarks.substring` prints the table, `python -m benchmarks.substring 10 100 1000` peak memory at so many
megabytes of text.
"""

import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.pages import pages
from dedup import substring
from dedup.routing import unchanged
from dedup.substring.minimizers import Minimizers
from dedup.substring.occurrences import occurrences
from dedup.substring.spans import Windows, local_pieces, repeated_pieces, span_verdicts, window_runs
from dedup.tokens import word_tokens
from dedup.windows import window_hashes
from pipeline.run import run
from pipeline.runner import Local
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, Stage
from pipeline.transform import put

SCHEMA = pa.schema([("id", pa.string()), ("text", pa.string())])
WINDOW = 50
SHARD = 4 << 20  # bytes of text in a synthetic shard
SENT = (".sent", ".routed", ".local")


@dataclass(frozen=True)
class Cost:
    """CPU seconds and peak memory of a run."""

    answer: int
    seconds: float  # of CPU
    memory: float  # bytes of peak memory above what stood there before


def alone(fn: Callable[[str], int], warm: str, real: str) -> Cost:
    """The cost of fn(real) in a process of its own, after fn(warm)."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_cost, fn, warm, real).result()


def _cost(fn: Callable[[str], int], warm: str, real: str) -> Cost:
    fn(warm)
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    memory, started = _memory("VmRSS"), time.process_time()
    answer = fn(real)
    return Cost(answer, time.process_time() - started, _memory("VmHWM") - memory)


def _memory(what: str) -> int:
    """Bytes that this process holds (VmRSS), or held at most (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) * 1024


def tokenise(folder: str) -> int:
    column = pq.read_table(f"{folder}/0.parquet", columns=["text"])["text"]
    tokens = word_tokens(column.cast(pa.large_string()).combine_chunks())
    np.save(f"{folder}/hashes.npy", tokens.hashes)
    np.save(f"{folder}/bounds.npy", tokens.bounds)
    np.save(f"{folder}/ids.npy", np.unique(tokens.hashes, return_inverse=True)[1].astype(np.uint32))
    return len(tokens.hashes)


def in_one_table(folder: str) -> int:
    """Windows that occur again, by their hashes, all at once."""
    grams = window_hashes(np.load(f"{folder}/hashes.npy"), np.load(f"{folder}/bounds.npy"), WINDOW)
    grams = grams[grams != 0]
    return int(np.count_nonzero(occurrences(grams, grams)))


def by_suffix_array(folder: str) -> int:
    """Windows that occur again, by divsufsort and Kasai's longest common prefixes; a text ends in its own token."""
    from pydivsufsort import divsufsort, kasai

    ids, bounds = np.load(f"{folder}/ids.npy"), np.load(f"{folder}/bounds.npy")
    ends = ids.max() + 1 + np.arange(len(bounds) - 1, dtype=np.uint32)
    ids = np.insert(ids, bounds[1:], ends)
    shared = kasai(ids, divsufsort(ids))
    return int(np.count_nonzero(np.maximum(shared, np.r_[0, shared[:-1]]) >= WINDOW))


def read_shard(path: str) -> Iterator[pa.Table]:
    for batch in pq.ParquetFile(path).iter_batches(batch_size=1000):
        yield pa.Table.from_batches([batch])


def source(folder: str) -> Source:
    paths = sorted(Path(folder).glob("*.parquet"), key=lambda path: int(path.stem))
    return Source(tuple(map(str, paths)), read_shard, SCHEMA)


def minimizers_first(folder: str) -> int:
    return _run(substring.repeated("minimizers-first", source(folder), WINDOW, buckets=_buckets(folder)))


def all_at_once(folder: str) -> int:
    """The same answer in one round: every window is sent."""
    windows = Map("at-once.windows", source(folder), (every_minimizer, Windows(WINDOW)))
    sent = Scatter("at-once.sent", windows, window_runs, "minimizer", _buckets(folder))
    pieces = Gather("at-once.repeated", sent, repeated_pieces)
    routed = Scatter("at-once.routed", pieces, unchanged, "shard", None)
    local = Scatter("at-once.local", windows, local_pieces, "shard", None)
    return _run(Gather("at-once", (routed, local), span_verdicts, one_for=source(folder)))


def every_minimizer(table: pa.Table) -> pa.Table:
    """The texts with all their minimizers, as if none were unique."""
    return put(table, "minimizers", Minimizers(WINDOW)(table)["minimizers"])


def _run(goal: Stage) -> int:
    """Bytes that leave workers: the files of the Scatters."""
    with tempfile.TemporaryDirectory() as root:
        stats = run(goal, root=root, runner=Local())
    return sum(of.bytes or 0 for stage, of in stats.items() if stage.endswith(SENT))


def _buckets(folder: str) -> int:
    """A bucket for each 8 MB of text."""
    size = sum(
        pq.ParquetFile(path).metadata.row_group(0).column(1).total_uncompressed_size
        for path in Path(folder).glob("*.parquet")
    )
    return 1 + size // (8 << 20)


def synthetic(folder: str, megabytes: float, seed: int = 0) -> None:
    """Shards of Zipf's words; a fifth of all texts end in one of 1,000 footers of 30 to 90 words."""
    rng = np.random.default_rng(seed)
    vocabulary = np.array(
        ["".join(rng.choice(list("abcdefghijklmnop"), 1 + i % 11)) + str(i % 97) for i in range(100_000)]
    )
    footers = [" ".join(vocabulary[_zipf(rng, size)]) for size in rng.integers(30, 90, 1000)]
    for shard in range(max(1, int(megabytes * 1e6 / SHARD))):
        texts, size = [], 0
        while size < SHARD and size < megabytes * 1e6:
            footer = "\n" + footers[rng.integers(1000)] if rng.random() < 0.2 else ""
            texts.append(" ".join(vocabulary[_zipf(rng, int(rng.integers(5, 1500)))]) + footer)
            size += len(texts[-1])
        ids = [f"{shard:06d}-{i:06d}" for i in range(len(texts))]
        pq.write_table(pa.table({"id": ids, "text": texts}, SCHEMA), f"{folder}/{shard}.parquet", compression="zstd")


def _zipf(rng: np.random.Generator, size: int) -> np.ndarray:
    return (100_000 ** rng.random(size)).astype(np.int64) - 1


def real(folder: str) -> None:
    """The main texts of the real pages at hand; without them, synthetic ones."""
    shared = Path(os.environ.get("MEWS_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data/realweb"
    if not shared.is_dir():
        return synthetic(folder, 16)
    found = pages(shared)
    table = pa.table({"id": [page.id for page in found], "text": [page.text for page in found]}, SCHEMA)
    pq.write_table(table, f"{folder}/0.parquet", compression="zstd")


def table() -> str:
    """Both comparisons as Markdown: side by side, each method in a process of its own."""
    with tempfile.TemporaryDirectory() as warm, tempfile.TemporaryDirectory() as folder:
        synthetic(warm, 0.1)
        real(folder)
        tokenise(warm)
        size = sum(len(text.as_py().encode()) for text in pq.read_table(f"{folder}/0.parquet")["text"])
        tokens = tokenise(folder)
        rows = [f"{size / 1e6:.1f} MB of text, {tokens:,} words, windows of {WINDOW}\n",
                "| method | repeated windows | MB of text a CPU second | bytes of memory a token |",
                "|---|---|---|---|"]  # fmt: skip
        for name, fn in (
            ("suffix array and LCP (pydivsufsort)", by_suffix_array),
            ("window hashes, one table", in_one_table),
        ):
            cost = alone(fn, warm, folder)
            rows.append(f"| {name} | {cost.answer:,} | {size / 1e6 / cost.seconds:.1f} | {cost.memory / tokens:.0f} |")
        rows += [
            "",
            "| whole search, stages and files | bytes sent a MB of text | MB of text a CPU second |",
            "|---|---|---|",
        ]
        for name, fn in (("all windows at once", all_at_once), ("minimizers first", minimizers_first)):
            cost = alone(fn, warm, folder)
            rows.append(f"| {name} | {cost.answer / size * 1e6:,.0f} | {size / 1e6 / cost.seconds:.1f} |")
    return "\n".join(rows)


def memory(megabytes: list[float]) -> Iterator[str]:
    """Peak memory of the whole search over synthetic text, with a bucket for each 8 MB of it, a line a size."""
    yield "| MB of text | peak MB above start | MB of text a CPU second | bytes sent a MB |\n|---|---|---|---|"
    for size in megabytes:
        with tempfile.TemporaryDirectory() as warm, tempfile.TemporaryDirectory() as folder:
            synthetic(warm, 0.1)
            synthetic(folder, size)
            cost = alone(minimizers_first, warm, folder)
        yield f"| {size:g} | {cost.memory / 1e6:.0f} | {size / cost.seconds:.1f} | {cost.answer / size:,.0f} |"


if __name__ == "__main__":
    for line in memory([float(size) for size in sys.argv[1:]]) if sys.argv[1:] else [table()]:
        print(line, flush=True)
