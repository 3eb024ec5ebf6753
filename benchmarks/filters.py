"""What the filters cost beside datatrove's, on the same pages in the same process.

`python -m benchmarks.filters FOLDER [--limit N]` prints a Markdown table; the ratio is what carries over to another
machine. Each page is timed by its fastest of three rounds, after one round that fills the table of words (warm); the
first round is given as well (cold).
"""

import argparse
import time
from collections.abc import Callable

from benchmarks.pages import Page, pages
from filters import c4, fineweb, gopher, lines, url
from pipeline.doc import Doc

ROUNDS = 3


def fastest(ask: Callable[[Page], object], some: list[Page]) -> tuple[float, float]:
    """Milliseconds a page: in the first round, and the mean of each page's fastest of the rounds after it."""
    taken = [[_seconds(ask, page) for page in some] for _ in range(1 + ROUNDS)]
    warm = [min(rounds) for rounds in zip(*taken[1:], strict=True)]
    return sum(taken[0]) / len(some) * 1e3, sum(warm) / len(some) * 1e3


def _seconds(ask: Callable[[Page], object], page: Page) -> float:
    start = time.process_time()
    ask(page)
    return time.process_time() - start


def ours(*filters: Callable[[Doc], object]) -> Callable[[Page], None]:
    """All filters on one Doc: its words are split once, in the time of the first that asks."""

    def ask(page: Page) -> None:
        doc = Doc(page.text, page.url, page.id, {"language": page.language})
        for judge in filters:
            judge(doc)

    return ask


def theirs(*blocks) -> Callable[[Page], None]:
    """Datatrove's filters one after the other, its own cache of split texts emptied for each page."""
    from datatrove.data import Document
    from datatrove.utils.text import split_into_parts

    def ask(page: Page) -> None:
        split_into_parts.cache_clear()
        document = Document(text=page.text, id=page.id, metadata={"url": page.url})
        for block in blocks:
            block.filter(document)

    return ask


def table(folder: str, limit: int | None = 300) -> str:
    """The Markdown table: milliseconds a page, cold and warm, and how many times datatrove's Gopher pair each is."""
    from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter

    english = [page for page in pages(folder, limit) if page.language == "en"]
    everything = (url.blocked, url.curated_source, gopher.repetition, gopher.quality, lines.corrections)
    everything += (c4.without_end_marks, fineweb.quality)
    asked = {
        "datatrove: Gopher repetition and quality": theirs(GopherRepetitionFilter(), GopherQualityFilter()),
        "ours: Gopher repetition and quality": ours(gopher.repetition, gopher.quality),
        "ours: words only": ours(lambda doc: doc.word_ids),
        **{f"ours: {judge.name}": ours(judge) for judge in everything},
        "ours: all of them": ours(*everything),
    }
    url.blocked(Doc("", "http://example.com/"))  # the block list is built once a machine
    cost = {name: fastest(ask, english) for name, ask in asked.items()}
    base = cost["datatrove: Gopher repetition and quality"][1]
    size = sum(len(page.text) for page in english) / len(english)
    rows = [f"| {name} | {cold:.2f} | {warm:.2f} | {base / warm:.1f} |" for name, (cold, warm) in cost.items()]
    head = ["| filters | cold ms a page | warm ms a page | times as fast |", "|---|---:|---:|---:|"]
    return "\n".join([f"{len(english)} English pages, mean {size:.0f} characters.", "", *head, *rows]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="folder of *.warc.gz")
    parser.add_argument("--limit", type=int, default=300, help="pages, in the order of a hash of their ids")
    options = parser.parse_args()
    print(table(options.folder, options.limit), end="")


if __name__ == "__main__":
    main()
