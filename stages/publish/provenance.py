"""Where the texts of a data set come from, as its card may say it: no more than is known, and no path of a machine."""

import re
from dataclasses import dataclass

from pipeline.run import documents, plan
from pipeline.stage import Map, Source, Stage
from stages.commoncrawl import Chosen, WarcReader
from stages.commoncrawl.pieces import file_part

CRAWL = re.compile(r"(?:(?:^|/)(?:crawl-data|projects(?:/[\w.-]+)*)/|/crawl=)(CC-[A-Z]+(?:-[\w-]+|/\d{4}/\d{2}))/")
CRAWL_ID = re.compile(r"CC-[A-Z]+/\d{4}/\d{2}|projects/[\w.-]+/CC-[\w-]+")
TERMS = """license: other
license_name: common-crawl-terms-of-use
license_link: https://commoncrawl.org/terms-of-use
"""
HIDDEN = "<local>"


@dataclass(frozen=True)
class Provenance:
    """A paragraph on the source of the texts, and the lines on their licence in the head of a card (may be empty)."""

    text: str
    license: str = ""


SAMPLE = Provenance(
    "The pages are the sample that Mews makes of the documentation inside the installed Python packages, on hosts that"
    " do not exist. They show how the recipe works and serve no other purpose; their texts are under the licences of"
    " those packages."
)


def provenance_of(stage: Stage) -> Provenance:
    """What is known about the source of the documents of a stage."""
    passed = documents(stage)
    maps = [each for each in plan(stage) if isinstance(each, Map) and each.name in passed]
    files = [(m.source.read, name) for m in maps if isinstance(m.source, Source) for name in m.source.list]
    if files and all(isinstance(read, WarcReader | Chosen) and read.origin.sample for read, _ in files):
        return SAMPLE
    crawls = {_crawl(read, name) for read, name in files}
    if crawls and "" not in crawls:
        return Provenance(
            f"The texts are from Common Crawl ({', '.join(sorted(crawls))}) and remain their authors'; use of them is"
            " under Common Crawl's terms of use.",
            TERMS,
        )
    names = {file_part(name).name for _, name in files}
    return Provenance(
        f"The texts were read from {len(names):,} files that were given to the recipe. They remain their authors';"
        " nothing is known here of their licence."
    )


def _crawl(read: object, name: str) -> str:
    """The crawl that a file is of; "" when it was not fetched as one of Common Crawl's."""
    match = CRAWL.search(name) if isinstance(read, WarcReader | Chosen) and read.origin.is_remote(name) else None
    return match[1] if match else ""


def without_paths(argument: str) -> str:
    """An argument of a recipe (`name=value`, or several values with commas) with its local paths left out."""
    return re.sub(r"[^=,]+", lambda part: HIDDEN if _is_local(part[0]) else part[0], argument)


def _is_local(value: str) -> bool:
    url = "://" in value and not value.startswith("file://")
    return not url and not CRAWL_ID.fullmatch(value) and ("/" in value or value.startswith("~"))
