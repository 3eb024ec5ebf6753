"""Whether the kernels are still as fast beside what they replaced, and each stage still decides as before.

`python -m benchmarks.quick` (`make bench-quick`) compares ratios with the floors in benchmarks/floors.json and the
counts of the RefinedWeb recipe on the sample with benchmarks/counts.json; `--write` writes the counts anew, for a
change that explains them. Both sides of a ratio take turns in this process and are measured in CPU time, the least of
some rounds, so that the machine does not count.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import filters, minhash
from benchmarks.pages import Page
from pipeline.doc import Doc
from pipeline.funnel import funnel
from pipeline.run import run
from pipeline.runner import Local

FLOORS, COUNTS = (Path(__file__).with_name(name) for name in ("floors.json", "counts.json"))
ROUNDS, TEXTS, PAGES = 5, 8, 60
Pair = tuple[Callable[[], object], Callable[[], object]]


def ratio(pair: Pair, rounds: int = ROUNDS) -> float:
    """How many times as long the second takes, after a round that warms both up."""
    least = [float("inf"), float("inf")]
    for number in range(1 + rounds):
        for place in (0, 1) if number % 2 else (1, 0):
            started = time.process_time()
            pair[place]()
            if number:
                least[place] = min(least[place], time.process_time() - started)
    return least[1] / least[0]


def kernels(folder: str) -> dict[str, Pair]:
    """Ours, and what it replaced, on some texts and on the pages of a folder of WARC files."""
    given = minhash.contest(None)
    few = minhash.Contest(given.texts[:TEXTS], given.table.slice(0, TEXTS), given.shingles, given.starts)
    return {
        **{f"filters.{name}": pair for name, pair in _filters(few.texts)},
        "dedup.minhash 450 x 20": _banding(few, 450, 20),
        "dedup.minhash 14 x 8": _banding(few, 14, 8),
        **dict(_pages(folder)),
    }


def _banding(given: minhash.Contest, bands: int, rows: int) -> Pair:
    contestants = minhash.whole(given, bands, rows)
    return contestants["here"], contestants["datatrove"]


def _filters(texts: list[str]) -> Iterator[tuple[str, Pair]]:
    from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
    from datatrove.utils.text import split_into_words

    from filters import fineweb, gopher

    pages = [Page(str(number), "http://a.example/", "en", text) for number, text in enumerate(texts)]

    def pair(ours: Callable[[Page], object], theirs: Callable[[Page], object]) -> Pair:
        return partial(_each, ours, pages), partial(_each, theirs, pages)

    yield "words", pair(lambda page: Doc(page.text).word_ids, lambda page: split_into_words(page.text, "en"))
    blocks = GopherRepetitionFilter(), GopherQualityFilter()
    yield "gopher", pair(filters.ours(gopher.repetition, gopher.quality), filters.theirs(*blocks))
    yield "fineweb", pair(filters.ours(fineweb.quality), filters.theirs(FineWebQualityFilter()))


def _each(ask: Callable[[Page], object], pages: list[Page]) -> None:
    for page in pages:
        ask(page)


def _pages(folder: str) -> Iterator[tuple[str, Pair]]:
    """Extraction beside trafilatura called plainly, and the cascade's looks beside the extraction that they spare."""
    from benchmarks import plain_extraction
    from benchmarks.extraction_speed import pages, reader
    from stages.extract import page as extraction
    from stages.extract.word_bound import EnoughWords
    from stages.language import preview_text

    extraction.warm()
    archives = {path.parent for path in Path(folder).rglob("*.warc.gz")}
    every = [row for place in sorted(archives) for row in pages(place)]
    some = [(html, charset, url) for _, html, charset, url in every[:: max(1, len(every) // PAGES)]][:PAGES]

    def over(ask: Callable[..., object]) -> Callable[[], object]:
        return lambda: [ask(*page) for page in some]

    yield "extract.reader", (over(reader), over(plain_extraction.answer))
    yield "language.preview_text", (over(lambda html, charset, _: preview_text(html, charset)), over(reader))
    bound = EnoughWords(50)
    yield (
        "extract.enough_words",
        (over(lambda html, charset, _: bound.may_pass(html, charset or "utf-8")), over(reader)),
    )


def broken(found: dict[str, float], floors: dict[str, float]) -> list[str]:
    """What is below its floor, was not measured, or has no floor: a line each."""
    low = [
        f"{name}: {found[name]:.2f} is below its floor of {floor}"
        for name, floor in floors.items()
        if name in found and found[name] < floor
    ]
    unsaid = [f"{name}: no floor in {FLOORS.name}" for name in found if name not in floors]
    return low + unsaid + [f"{name}: was not measured" for name in floors if name not in found]


def counts(root: str) -> dict[str, Any]:
    """Pages kept and dropped by every step of a run."""
    return {
        f"{number:02} {line.stage} {line.step}": {
            "kept": line.kept.rows,
            **{reason: size.rows for reason, size in sorted(line.dropped.items())},
            **dict(sorted(line.quarantined.items())),
        }
        for number, line in enumerate(funnel(root))
    }


def changed(found: dict[str, Any], stored: dict[str, Any]) -> list[str]:
    """The steps whose counts are others: a line each."""
    names = [*stored, *(name for name in found if name not in stored)]
    return [
        f"{name}: {json.dumps(found.get(name))} in place of {json.dumps(stored.get(name))}"
        for name in names
        if found.get(name) != stored.get(name)
    ]


def main() -> None:
    """Measure, count, and exit with 1 when a floor is broken or a count is another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the counts, and judge the floors only")
    given = parser.parse_args()
    import sample
    from recipes import refinedweb

    with tempfile.TemporaryDirectory() as folder:
        sample.make(f"{folder}/crawl")
        run(*refinedweb.recipe(f"{folder}/crawl"), root=f"{folder}/run", runner=Local())
        counted = counts(f"{folder}/run")
        found = {name: ratio(pair) for name, pair in kernels(f"{folder}/crawl").items()}
    for name, value in found.items():
        print(f"{name:24} {value:8.2f}")
    wrong = broken(found, json.loads(FLOORS.read_text()))
    if given.write:
        COUNTS.write_text(json.dumps(counted, indent=1) + "\n")
    else:
        wrong += changed(counted, json.loads(COUNTS.read_text()))
    sys.exit("\n".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
