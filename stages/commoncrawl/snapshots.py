"""Ids of Common Crawl's snapshots, and the files that each of them consists of.

A crawl lists its files in `<kind>.paths.gz` in its folder: `crawl-data/<id>/` for a main crawl, a folder a month for
the news crawl, a folder of a project for a focus crawl. A focus crawl may have no such list; then its files are those
of the bucket, or those that its columnar index names.
"""

import re
from dataclasses import dataclass

from pipeline.errors import UsageError
from stages import download
from stages.commoncrawl.lists import bucket_files, indexed_files, path_list
from stages.download.origin import FetchConfig, Origin, public

MAIN = re.compile(r"CC-MAIN-(?:\d{4}-\d{2}|2008-2009|2009-2010|2012)")
NEWS = re.compile(r"CC-NEWS[-/](\d{4})[-/](\d{2})")
FOCUS = re.compile(r"CC-(?!MAIN|NEWS)[A-Z]+(?:-[A-Z]+)*-\d{4}-\d{2}")
PROJECT = re.compile(rf"projects/(?:[\w.-]+/)+{FOCUS.pattern}/?")
MAIN_CRAWLS = "https://index.commoncrawl.org/collinfo.json"
IDS = (
    "CC-MAIN-YYYY-WW (also CC-MAIN-2008-2009, CC-MAIN-2009-2010, CC-MAIN-2012), CC-NEWS-YYYY-MM, "
    "CC-SUPPLEMENTAL-YYYY-WW or projects/NAME/ID"
)


@dataclass(frozen=True)
class FocusCrawl:
    """A focus crawl that publishes no lists: its folder, and its columnar index as a pattern and a number of files."""

    folder: str
    index: str
    parts: int

    def index_files(self) -> list[str]:
        """The files of the index that are about pages."""
        return [f"{self.folder}/{self.index.format(part)}" for part in range(self.parts)]


FOCUS_CRAWLS = {
    "CC-SUPPLEMENTAL-2026-22": FocusCrawl(
        "projects/cc-open-athena-test/CC-SUPPLEMENTAL-2026-22",
        "index/table/cc-supplemental/warc/crawl=CC-SUPPLEMENTAL-2026-22/subset=warc/"
        "part-{:05d}-8637f21e-a055-46d1-8233-990f59974248.c000.gz.parquet",
        10,
    )
}


def crawl_folders(snapshot: str) -> list[str]:
    """The folders in which a crawl may lie, the likeliest first; none when this is no id of a crawl."""
    if MAIN.fullmatch(snapshot):
        return [f"crawl-data/{snapshot}"]
    if month := NEWS.fullmatch(snapshot):
        return [f"crawl-data/CC-NEWS/{month[1]}/{month[2]}"]
    if PROJECT.fullmatch(snapshot):
        return [snapshot.rstrip("/")]
    if FOCUS.fullmatch(snapshot):
        known = [FOCUS_CRAWLS[snapshot].folder] if snapshot in FOCUS_CRAWLS else []
        return [*known, f"crawl-data/{snapshot}", f"projects/{snapshot}"]
    return []


def crawl_files(snapshot: str, kind: str, base: str, config: FetchConfig) -> list[str]:
    """The names of a crawl's files of a kind (warc, wet, cc-index-table), in the order of the crawl's own list.

    `base` is the address of Common Crawl's data. Raises UsageError when there is no such crawl or it has no such files.
    """
    # The crawls up to 2012 were written as ARC files.
    kinds = ("warc", "arc") if kind == "warc" and MAIN.fullmatch(snapshot) else (kind,)
    for name in (f"{folder}/{listed}.paths.gz" for folder in crawl_folders(snapshot) for listed in kinds):
        try:
            return path_list(Origin(config.interactive, base), name)
        except download.NotFound:
            continue
    if names := _unlisted(snapshot, kind, base, config):
        return names
    raise UsageError(
        f"no snapshot {snapshot} with {kind} files at {public(base)}; ids are {IDS}; "
        f"{MAIN_CRAWLS} names all main crawls"
    )


def index_files(snapshot: str, base: str, config: FetchConfig) -> list[str]:
    """The files of a crawl's columnar index that are about pages. Raises UsageError when the snapshot is no crawl."""
    if not crawl_folders(snapshot):
        raise UsageError(
            f"snapshot {public(snapshot)} has no index to choose pages by; give a crawl such as CC-MAIN-2024-10"
        )
    return [name for name in crawl_files(snapshot, "cc-index-table", base, config) if "/subset=warc/" in name]


def _unlisted(snapshot: str, kind: str, base: str, config: FetchConfig) -> list[str]:
    """The files of a focus crawl without lists: those in the bucket, or those that its index names."""
    if not FOCUS.fullmatch(snapshot.rstrip("/").rpartition("/")[2]):
        return []
    if base.startswith("s3://"):
        below, mark = ("index/table/", "/subset=warc/") if kind == "cc-index-table" else ("segments/", f"/{kind}/")
        names = (
            f"{folder}/{below}{name}"
            for folder in crawl_folders(snapshot)
            for name in bucket_files(f"{base}{folder}/{below}", missing_ok=True)
        )
        return [name for name in names if mark in name]
    known = FOCUS_CRAWLS.get(snapshot.rstrip("/").rpartition("/")[2])
    parts = known.index_files() if known else []
    if kind == "cc-index-table":
        return parts
    names = sorted({name for part in parts for name in indexed_files(Origin(config.interactive, base), part)})
    return names if kind == "warc" else [_wet_name(name) for name in names]


def _wet_name(name: str) -> str:
    """The name of the WET file that was made of a WARC file."""
    return re.sub(r"/warc/([^/]*)\.warc\.gz$", r"/wet/\1.warc.wet.gz", name)
