"""What must hold when a history of faults has ended: its bytes, its pages, its receipts, and nothing left behind."""

import io
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.chaos_cluster import MACHINES, Cluster, marked
from benchmarks.chaos_store import BUCKET
from pipeline.verify import faults

DATA = (".parquet", ".buckets")
PAGES = ("read", "read.rejects", "quarantine/read")  # where a page is that the first stage has read
LEFT = 60.0  # seconds in which the processes of a run end


def files(root: Path) -> dict[str, bytes]:
    """The data of a run on a disk."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.suffix in DATA}


def stored(client: Any, prefix: str) -> dict[str, bytes]:
    """The data of a run in a store, read around its faults."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
    return {
        key.removeprefix(prefix): client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        for key in keys
        if key.endswith(DATA)
    }


def pages_of(folder: Path) -> set[str]:
    """The ids of all pages of the toy corpus."""
    return {
        f"{path.name}:{line}" for path in folder.glob("*.txt") for line in range(len(path.read_text().splitlines()))
    }


def broken(
    cluster: Cluster,
    root: str,
    found: Mapping[str, bytes],
    calm: Mapping[str, bytes],
    pages: set[str],
    sign: tuple[str, str],
) -> list[str]:
    """The laws that the end of a history breaks, in words."""
    return [
        *_same_bytes(found, calm),
        *_every_page_once(found, pages),
        *(f"receipt: {fault}" for fault in list(faults(root))[:3]),
        *_nothing_left(cluster, root, sign),
    ]


def _same_bytes(found: Mapping[str, bytes], calm: Mapping[str, bytes]) -> Iterator[str]:
    """The bytes of an undisturbed run, and no other file."""
    other = sorted(name for name in {*found, *calm} if found.get(name) != calm.get(name))
    if other:
        yield f"other bytes: {', '.join(other[:5])}"


def _every_page_once(found: Mapping[str, bytes], pages: set[str]) -> Iterator[str]:
    """Each page is in the output, among the rejects, or in quarantine."""
    seen = Counter[str]()
    for name, content in found.items():
        if name.rpartition("/")[0] in PAGES:
            seen.update(pq.read_table(io.BytesIO(content), columns=["id"])["id"].to_pylist())
    wrong = [page for page in {*pages, *seen} if seen[page] != (page in pages)]
    if wrong:
        yield f"{len(wrong)} pages are not there once, as {sorted(wrong)[0]}"


def _nothing_left(cluster: Cluster, root: str, sign: tuple[str, str]) -> Iterator[str]:
    """No driver, no task, and no half-written file."""
    deadline = time.monotonic() + LEFT
    while True:
        left = [*marked(*sign), *(task for name in MACHINES for task in cluster.tasks(name))]
        if not left or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    if left:
        yield f"processes left: {left}"
    if root.startswith("/") and (parts := [path.name for path in Path(root).rglob(".*.part")]):
        yield f"half-written files: {parts}"
