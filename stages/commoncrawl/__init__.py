"""A snapshot as a source of pages: the sample, a crawl of Common Crawl, or WARC files anywhere."""

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import pyarrow as pa

from pipeline.errors import UsageError
from pipeline.fingerprint import digest
from pipeline.stage import Source
from stages import download, warc
from stages.commoncrawl.index import LARGEST_RECORD, Chosen, language_codes
from stages.commoncrawl.names import find, indexed
from stages.download.place import Manners, Place, public

MORE = 1 << 20
COMMON_CRAWL = "https://data.commoncrawl.org/"


def pages(
    snapshot: str,
    files: int | None = None,
    domains: tuple[str, ...] = (),
    languages: tuple[str, ...] = (),
    base: str = "",
    cache: str = "",
) -> Source:
    """The pages of a snapshot, with the columns of `warc.PAGE`.

    `snapshot` is "sample", a crawl (CC-MAIN-2024-10), or a folder, glob, WARC file or list of WARC paths, which are
    local, s3:// or https://. `files` takes only the first so many. Remote files are fetched one at a time to a local
    disk and deleted when read, or kept in the folder `cache`. `base` is another address of Common Crawl's data (also
    MEWS_COMMONCRAWL), such as s3://commoncrawl/.

    `domains` (registered domains or hosts) and `languages` (a page's first, as codes) choose pages by the index of a
    crawl; `files` then counts files of the index, and every page is a request of its own: for some thousands of pages.
    """
    if files is not None and files < 1:
        raise UsageError(f"files={files}: give the number of WARC files to read, at least 1, or leave it out for all")
    base = base or os.environ.get("MEWS_COMMONCRAWL", COMMON_CRAWL)
    base, manners = f"{base.rstrip('/')}/", Manners(cache)
    if domains or languages:
        names, place = indexed(snapshot, base, manners), Place(manners, base)
        chosen = Chosen(tuple(domain.lower() for domain in domains), language_codes(languages), place)
        return Source(tuple(names[:files]), chosen, warc.PAGE, partial(version, place))
    names, place = find(snapshot, base, manners)
    if not names:
        raise UsageError(f"snapshot {public(snapshot)} has no files; choose another")
    read = Reader(*warc.described(place.shown("")), place)
    return Source(tuple(names[:files]), read, warc.PAGE, partial(version, place))


@dataclass(frozen=True)
class Reader:
    """Reads a WARC file by its name, from wherever it lies.

    `dump` and `segment` are what the place itself tells, for files whose names do not.
    """

    dump: str
    segment: str
    place: Place = field(repr=False)

    def __call__(self, name: str) -> Iterator[pa.Table]:
        """Tables of `warc.READ`. Raises BadInput when the file is no WARC, and a MewsError when it cannot be had."""
        with download.local(self.place, name) as path:
            yield from warc.pages(path, name, self.dump, self.segment)

    def again(self, name: str, offset: int, length: int, id: str) -> pa.Table:
        """One page again, by its place in a file and its id: one row of `warc.READ`, or none.

        Of a remote file just these bytes are fetched, and some more for a page that was cut before; but not when they
        are many, or tell nothing without the file's beginning.
        """
        if self.place.is_remote(name) and length <= LARGEST_RECORD and not name.endswith(".zst"):
            part, _ = download.read_range(self.place, name, offset, length + MORE)
            return warc.page_in(io.BytesIO(part), 0, warc.Maker(name, self.dump, self.segment), offset, id)
        with download.local(self.place, name) as path:
            return warc.page_at(path, name, offset, id, self.dump, self.segment)

    def prefetch(self, name: str) -> None:
        """Fetch a file that will be read soon on this machine; does nothing for a local one."""
        download.prefetch(self.place, name)


def version(place: Place, name: str) -> str:
    """What tells whether a file changed: its size, beginning and end when it is local; a crawl's files never change."""
    if place.is_remote(name):
        return name
    if not os.path.isfile(place.url(name)):
        return "absent"  # the reader says so
    with open(place.url(name), "rb") as file:
        head, size = file.read(1 << 16), file.seek(0, os.SEEK_END)
        file.seek(max(0, size - (1 << 16)))
        return digest(str(size), head.hex(), file.read().hex())
