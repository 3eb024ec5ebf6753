"""What the first stage costs a page of a snapshot, with and without the cascade: it is most of a run.

`python -m benchmarks.scale_first FOLDER` measures it on the WARC files of a folder and writes
benchmarks/scale_first.json. The pages of a folder are smaller than a crawl's and of other languages. So of the English
ones as many of the largest are taken as have a crawl's size on average, of the others likewise, and of these a crawl's
share of English ones.
"""

import json
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.arguments import positional
from benchmarks.race import mixture
from benchmarks.scale_units import cpu_seconds
from pipeline.run import plan, run
from pipeline.runner import Local
from recipes.refinedweb import recipe

FOUND = Path(__file__).with_name("scale_first.json")
PAGE_BYTES = 394 * 2**40 / 2.64e9  # CC-MAIN-2024-51, as Common Crawl announced it: uncompressed, with HTTP headers
ENGLISH = 0.45
MOST = 600  # pages
ROUNDS = 5


@dataclass(frozen=True)
class First:
    """The pages that were measured, their bytes on average, and seconds of CPU a page; start-up is left out."""

    pages: int
    bytes: float
    english: float
    faithful: float
    cascade: float


def largest(sizes: Sequence[int], mean: float) -> int:
    """How many of some pages, the largest first, have this size on average: all of them where they are smaller."""
    total, count = 0, 0
    for size in sorted(sizes, reverse=True):
        if count and total + size < mean * (count + 1):
            break
        total, count = total + size, count + 1
    return count


def chosen(pages: Sequence[mixture.Member], size: float = PAGE_BYTES) -> list[mixture.Member]:
    """The pages that stand for a crawl's."""
    kinds = ([page for page in pages if page.english], [page for page in pages if not page.english])
    large = [
        page
        for kind in kinds
        for page in sorted(kind, key=lambda page: -page.bytes)[: largest([page.bytes for page in kind], size)]
    ]
    return mixture.with_english([page for page in pages if page in set(large)], ENGLISH, MOST)


def seconds(folder: Path, cascade: bool) -> float:
    """CPU time of the first stage on the WARC files of a folder."""
    stage = next(stage for stage in plan(*recipe(str(folder), cascade=cascade)) if stage.name == "raw")
    with tempfile.TemporaryDirectory() as root:
        began = cpu_seconds()
        run(stage, root=root, runner=Local())
        return cpu_seconds() - began


def measure(data: Path) -> First:
    """The first stage on the chosen pages, less the same on one page: the least of the rounds.

    Other work on a machine only adds to the CPU time of what is measured, up to a half.
    """
    pages = mixture.members(mixture.archives(data))
    some = chosen(pages)
    with tempfile.TemporaryDirectory() as place:
        one, folder = mixture.write(some[:1], Path(place, "one"), 1), mixture.write(some, Path(place, "some"), 1)
        each = {}
        for cascade in (False, True):
            seconds(one, cascade)  # loads and compiles
            took = [seconds(folder, cascade) - seconds(one, cascade) for _ in range(ROUNDS)]
            each[cascade] = min(took) / (len(some) - 1)
    english = sum(page.english for page in some) / len(some)
    size = statistics.mean(page.bytes for page in some)
    return First(len(some), size, english, each[False], each[True])


if __name__ == "__main__":
    FOUND.write_text(json.dumps(asdict(measure(Path(*positional(__doc__, "FOLDER")))), indent=1) + "\n")
