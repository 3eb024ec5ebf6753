"""What labels cost, beside the filters of Gopher on the same pages in the same process.

`python -m benchmarks.labels ROOT/stage [--model FOLDER]` prints a Markdown table for the texts of a stage. The ratio is
what carries over to another machine.
"""

import argparse
import time
from collections.abc import Callable

import pyarrow as pa

from filters import gopher
from pipeline.transform import screen
from pipeline.view import planned, view_of
from readers.listing import parent
from stages.labels import measures, model_scores, page_type

ROUNDS = 3


def seconds(transform: Callable[[pa.Table], pa.Table], table: pa.Table) -> float:
    """CPU seconds of the fastest of some rounds, after one that warms up."""
    transform(table)
    return min(_once(transform, table) for _ in range(ROUNDS))


def _once(transform: Callable[[pa.Table], pa.Table], table: pa.Table) -> float:
    start = time.process_time()
    transform(table)
    return time.process_time() - start


def table_of(stage: str, model: str | None, limit: int) -> str:
    """The Markdown table."""
    root, name = parent(stage)
    view = view_of(root, name)
    read = (t for shard in planned(root, name) for t in view.read(root, shard, ["id", "url", "language", "text"]))
    table = pa.concat_tables(read).slice(0, limit)
    size = sum(len(text or "") for text in table["text"].to_pylist()) / max(len(table), 1)
    labels = {"measures": (measures(),), "page type": (page_type(),)}
    labels |= {"a fastText model": model_scores({"good": model})} if model else {}
    cost = {name: sum(seconds(each, table) for each in some) for name, some in labels.items()}
    cost["all labels"] = sum(cost.values())
    base = seconds(screen(gopher.repetition, gopher.quality), table)
    rows = [f"| {n} | {s / len(table) * 1e3:.3f} | {len(table) / s:,.0f} | {base / s:.1f} |" for n, s in cost.items()]
    head = ["| labels | ms a page | pages a second | times as fast as Gopher's filters |", "|---|---:|---:|---:|"]
    return "\n".join([f"{len(table)} pages of {size:,.0f} characters in the mean.", "", *head, *rows]) + "\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage")
    parser.add_argument("--model")
    parser.add_argument("--limit", type=int, default=2_000)
    given = parser.parse_args()
    print(table_of(given.stage, given.model, given.limit), end="")


if __name__ == "__main__":
    main()
