"""Two runs on the same snapshot, side by side: their funnels, and how the pages that they kept overlap."""

import numpy as np
from rich.console import Console

from pipeline import parquet, store
from pipeline.fingerprint import hash64
from pipeline.funnel import funnel, read_plan
from pipeline.view import planned
from report.progress import print_funnel


def compare(first: str, second: str) -> str:
    """Both funnels and the overlap of the kept pages, by their ids."""
    console = Console(width=120)
    with console.capture() as captured:
        for root in (first, second):
            console.print(f"[bold]{store.redact(root)}[/bold]: {read_plan(root).get('recipe', '')}")
            print_funnel(funnel(root), console)
    kept = [_kept(root) for root in (first, second)]
    both = len(np.intersect1d(*kept, assume_unique=True))
    union = len(kept[0]) + len(kept[1]) - both
    alone = ", ".join(
        f"by the {which} alone {len(k) - both:,}" for which, k in zip(("first", "second"), kept, strict=True)
    )
    return f"{captured.get()}kept by both {both:,}, {alone} (Jaccard {both / max(union, 1):.3f})"


def _kept(root: str) -> np.ndarray:
    """Hashes of the ids of the last stage that has ids: the pages that a run kept."""
    stages = [s["name"] for s in read_plan(root)["stages"] if s["kind"] == "map" and s["documents"]]
    shards = [f"{stages[-1]}/{shard}.parquet" for shard in planned(root, stages[-1])]
    hashes = [hash64(parquet.open_file(root, name).read(columns=["id"])["id"]) for name in shards]
    return np.unique(np.concatenate(hashes)) if hashes else np.empty(0, np.uint64)
