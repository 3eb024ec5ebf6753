"""Where the texts of a data set come from, as its card may say it: no more than is known, and no path of a machine."""

import re
from dataclasses import dataclass

from pipeline.run import documents, plan
from pipeline.stage import Map, Source, Stage
from stages.commoncrawl import Chosen, Reader

CRAWL = re.compile(r"(?:(?:^|/)crawl-data/|/crawl=)(CC-[A-Z]+(?:-[\w-]+|/\d{4}/\d{2}))/")
CRAWL_ID = re.compile(r"CC-[A-Z]+/\d{4}/\d{2}")
TERMS = """license: other
license_name: common-crawl-terms-of-use
license_link: https://commoncrawl.org/terms-of-use
"""
HIDDEN = "<local>"


@dataclass(frozen=True)
class Origin:
    """A paragraph on the source of the texts, and the lines on their licence in the head of a card (may be empty)."""

    text: str
    license: str = ""


SAMPLE = Origin(
    "The pages are the sample that Mews makes of the documentation inside the installed Python packages, on hosts that"
    " do not exist. They show how the recipe works and serve no other purpose; their texts are under the licences of"
    " those packages."
)


def origin_of(stage: Stage) -> Origin:
    """What is known about the source of the documents of a stage."""
    passed = documents(stage)
    sources = [
        s.source for s in plan(stage) if s.name in passed and isinstance(s, Map) and isinstance(s.source, Source)
    ]
    if sources and all(isinstance(source.read, Reader | Chosen) for source in sources):
        if all(source.read.place.sample for source in sources):
            return SAMPLE
        if crawls := _crawls(sources):
            return Origin(
                f"The texts are from Common Crawl ({', '.join(crawls)}) and remain their authors'; use of them is under"
                " Common Crawl's terms of use.",
                TERMS,
            )
    return Origin(
        f"The texts were read from {sum(len(source.list) for source in sources):,} files that were given to the recipe."
        " They remain their authors'; nothing is known here of their licence."
    )


def _crawls(sources: list[Source]) -> list[str]:
    """The crawls that the files are of; nothing unless all of them were fetched as Common Crawl's."""
    found = [
        CRAWL.search(name) if source.read.place.is_remote(name) else None for source in sources for name in source.list
    ]
    return sorted({match[1] for match in found if match}) if all(found) else []


def without_paths(argument: str) -> str:
    """An argument of a recipe (`name=value`, or several values with commas) with its local paths left out."""
    return re.sub(r"[^=,]+", lambda part: HIDDEN if _is_local(part[0]) else part[0], argument)


def _is_local(value: str) -> bool:
    url = "://" in value and not value.startswith("file://")
    return not url and not CRAWL_ID.fullmatch(value) and ("/" in value or value.startswith("~"))
