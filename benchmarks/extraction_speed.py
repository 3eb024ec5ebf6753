"""The reader of `stages.extract` against trafilatura called plainly: CPU time, and whether the answers are equal.

`python -m benchmarks.extraction_speed FOLDER [--json FILE] [--limit N]`: FOLDER or its realweb/ holds WARC files.
Three processes, set up as the extraction process of a run, take every page in turn, one at a time, so that what else
the machine does falls on all: trafilatura, the reader that gives its text faster, and the default reader, blocks. Each
page's CPU time is counted; the factor is the ratio of the sums of the first two.
"""

import argparse
import gc
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import process_time
from typing import Any

import xxhash

from benchmarks import plain_extraction
from stages import warc
from stages.extract import page as extraction
from stages.extract.sandbox import MALLOC
from stages.extract.worker import COLLECT_PAGES, settle_memory

Answer = Callable[[bytes, str | None, str], dict[str, Any]]
COMPARED = ("text", "image_urls", "error")


@dataclass(frozen=True)
class Comparison:
    """How many times as fast the reader is, and on how many of the pages its answer is another."""

    factor: float
    differing: int
    pages: int
    milliseconds: tuple[float, float, float]  # a page: plain, reader, blocks


def reader(html: bytes, charset: str | None, url: str) -> dict[str, Any]:
    return extraction.answer(html, charset, url, "trafilatura")


def blocks(html: bytes, charset: str | None, url: str) -> dict[str, Any]:
    return extraction.answer(html, charset, url, "blocks")


ANSWERS: tuple[Answer, ...] = (plain_extraction.answer, reader, blocks)


def pages(folder: Path) -> Iterator[tuple[str, bytes, str | None, str]]:
    """Id, bytes, charset and URL of every page in a folder's WARC files."""
    for path in sorted(folder.glob("*.warc.gz")) or sorted((folder / "realweb").glob("*.warc.gz")):
        for rows in warc.read_pages(path, path.name):
            for row in rows.select(["id", "html", "charset", "url"]).to_pylist():
                yield row["id"], row["html"], row["charset"], row["url"]


def serve(pipe: Connection, answer: Answer, core: int | None) -> None:
    """Answer pages with the CPU seconds that each took and a digest of what was said, until None comes."""
    if core is not None:
        os.sched_setaffinity(0, {core})
    extraction.warm()
    settle_memory()
    for number in count(1):
        if (request := pipe.recv()) is None:
            return
        started = process_time()
        said = answer(*request)
        seconds = process_time() - started
        whole = json.dumps([said.get(key) for key in COMPARED])
        pipe.send((seconds, hashlib.sha256(whole.encode()).digest()))
        if number % COLLECT_PAGES == 0:
            gc.collect(0)


def compare(folder: Path, limit: int | None = None) -> Comparison:
    """Read the pages of a folder in each way; with `limit`, the first by a hash of their ids."""
    chosen = sorted(pages(folder), key=lambda row: xxhash.xxh3_64_intdigest(row[0]))[:limit]
    servers = [_start(answer, place) for place, answer in enumerate(ANSWERS)]
    seconds, differing = [0.0] * len(ANSWERS), 0
    for number, (_, *request) in enumerate(chosen):
        said: dict[int, bytes] = {}
        for place in range(len(ANSWERS)) if number % 2 else reversed(range(len(ANSWERS))):
            servers[place].send(request)
            taken, said[place] = servers[place].recv()
            seconds[place] += taken
        differing += said[0] != said[1]
    for server in servers:
        server.send(None)
    plain, ours, of_blocks = (1000 * total / max(len(chosen), 1) for total in seconds)
    return Comparison(round(plain / ours, 3) if ours else 0.0, differing, len(chosen), (plain, ours, of_blocks))


def _start(answer: Answer, place: int) -> Connection:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    core = cores[place % len(cores)] if cores else None
    os.environ.update(MALLOC)
    context.Process(target=serve, args=(theirs, answer, core), daemon=True).start()
    return ours


def table(found: Comparison) -> str:
    plain, ours, of_blocks = found.milliseconds
    return (
        f"| {found.pages} pages | CPU ms a page | factor | differing |\n|---|---|---|---|\n"
        f"| trafilatura, called plainly | {plain:.1f} | 1 | |\n"
        f"| the reader of stages/extract | {ours:.1f} | {found.factor:.2f} | {found.differing} |\n"
        f"| blocks, the default | {of_blocks:.1f} | {plain / of_blocks if of_blocks else 0:.2f} | |\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--limit", type=int)
    given = parser.parse_args()
    found = compare(given.folder, given.limit)
    print(table(found), end="")
    if given.json:
        kept = {key: value for key, value in asdict(found).items() if key != "milliseconds"}
        given.json.write_text(json.dumps(kept) + "\n")


if __name__ == "__main__":
    main()
