"""MinHash signatures beside the peers', on the same pages, with the same numbers of hashes, on one core.

`python -m benchmarks.minhash [FOLDER OF WARC FILES]` prints the table; without a folder the pages are made of the
documentation of installed packages. Times are of CPU, the least of some rounds in which the contestants take turns.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from benchmarks.pages import pages
from dedup.minhash.banding import Banding
from dedup.minhash.signatures import Bands
from dedup.shingles import shingled
from sample.texts import articles

PAGES = 40
ROUNDS = 3
BANDINGS = ((450, 20), (14, 8))
SIZES = (10, 20, 50, 100, 200, 500, 2_000, 20_000)  # shingles of a page
FLOORS = {(450, 20): 100, (14, 8): 30}  # times the pages a second of datatrove


@dataclass(frozen=True)
class Contest:
    """Pages as each contestant wants them."""

    texts: list[str]
    table: pa.Table
    shingles: np.ndarray
    starts: np.ndarray


def contest(folder: str | None) -> Contest:
    """English pages of 400 to 4,000 words, or pieces of documentation as long."""
    if folder:
        found = [page.text for page in pages(folder, 400) if page.language == "en"]
        texts = [text for text in found if 400 <= text.count(" ") <= 4_000][:PAGES]
    else:
        words = " ".join(" ".join(block.text for block in article.blocks) for article in articles()).split()
        texts = [" ".join(words[start : start + 1_000]) for start in range(0, 1_000 * PAGES, 1_000)]
    table = pa.table({"id": [str(number) for number in range(len(texts))], "text": texts})
    flat, starts = shingled(table["text"].combine_chunks())
    return Contest(texts, table, flat, starts)


def whole(given: Contest, bands: int, rows: int) -> dict[str, Callable[[], object]]:
    """From the text of pages to their bands."""
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature

    ours = Bands(Banding(bands, rows))
    theirs = MinhashDedupSignature("/tmp", MinhashConfig(num_buckets=bands, hashes_per_bucket=rows))
    return {
        "here": lambda: ours(given.table, "shard"),
        "datatrove": lambda: [theirs.get_signature(theirs.get_shingles(text)) for text in given.texts],
    }


def signatures(given: Contest, bands: int, rows: int) -> dict[str, Callable[[], object]]:
    """From shingles to signatures (here: to bands)."""
    import datasketch

    hashes, low = bands * rows, given.shingles & np.uint64(0xFFFFFFFF)
    sets = [low[a:b].tolist() for a, b in pairwise(given.starts)]

    def theirs() -> None:
        for values in sets:
            datasketch.MinHash(hashes, hashfunc=int, permutations=shared, scheme="affine32").update_batch(values)

    shared = datasketch.MinHash(hashes, hashfunc=int).permutations
    return {
        "here": lambda: Banding(bands, rows)(given.shingles, given.starts),
        "here, minwise": lambda: Banding(bands, rows, "minwise")(given.shingles, given.starts),
        "rensa": lambda: by_rensa(given, hashes),
        "datasketch": theirs,
    }


def by_rensa(given: Contest, hashes: int) -> object:
    """The fastest peer with the right curve; its `rho` kin is faster and collides always."""
    import rensa

    flat = vars(rensa)["RMinHash"].digest_matrix_from_flat_token_hashes
    return flat(given.shingles, given.starts.astype(np.uint64), hashes, 1)


def sizes(bands: int, rows: int) -> str:
    """Milliseconds a page of each number of shingles, beside the fastest peer; here with bands, there without."""
    lines = [f"\n| shingles a page, {bands} x {rows} | here | rensa | here is faster |", "|--:|--:|--:|--:|"]
    for size in SIZES:
        count = max(20, 40_000 // size)
        flat = np.random.default_rng(size).integers(0, 2**64, size * count, np.uint64)
        given = Contest([], pa.table({}), flat, np.arange(0, size * count + 1, size))
        contestants = {
            "here": lambda given=given: Banding(bands, rows)(given.shingles, given.starts),
            "rensa": lambda given=given: by_rensa(given, bands * rows),
        }
        spent = least(contestants, count)
        times = spent["rensa"] / spent["here"]
        lines.append(f"| {size:,} | {spent['here']:.4f} | {spent['rensa']:.4f} | {times:.1f} x |")
    return "\n".join(lines)


def least(contestants: dict[str, Callable[[], object]], pages: int) -> dict[str, float]:
    """Milliseconds of CPU a page."""
    best = dict.fromkeys(contestants, float("inf"))
    for turn in range(ROUNDS + 1):  # the first compiles and fills caches
        for name, run in contestants.items():
            started = time.process_time()
            run()
            spent = (time.process_time() - started) / pages * 1000
            best[name] = min(best[name], spent) if turn else best[name]
    return best


def table(folder: str | None = None) -> str:
    """Milliseconds a page and pages a second, and how many times as many pages a second here."""
    given = contest(folder)
    mean = len(given.shingles) / len(given.texts)
    lines = [
        f"{len(given.texts)} pages of {mean:.0f} shingles on average, one core.\n",
        "| bands x rows | work | by | ms a page | pages a second | here is faster |",
        "|---|---|---|--:|--:|--:|",
    ]
    for bands, rows in BANDINGS:
        for work, make in (("text to bands", whole), ("shingles to signature", signatures)):
            spent = least(make(given, bands, rows), len(given.texts))
            for name, ms in spent.items():
                times = f"{ms / spent['here']:.1f} x" if name != "here" else ""
                lines.append(f"| {bands} x {rows} | {work} | {name} | {ms:.4f} | {1000 / ms:,.0f} | {times} |")
    return "\n".join([*lines, *(sizes(*banding) for banding in BANDINGS)])


if __name__ == "__main__":
    print(table(*sys.argv[1:2]))
