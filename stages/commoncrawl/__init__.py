"""A snapshot as a source of pages or of extracted texts: the sample, a crawl of Common Crawl, or files anywhere."""

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import pyarrow as pa

from pipeline.errors import UsageError
from pipeline.hashing import digest
from pipeline.protocols import Transform
from pipeline.stage import Source
from stages import download, warc
from stages.commoncrawl import pieces
from stages.commoncrawl.find import Kind, find_files
from stages.commoncrawl.index import LARGEST_RECORD, Chosen, language_codes
from stages.commoncrawl.sizes import input_size
from stages.commoncrawl.snapshots import index_files
from stages.download.origin import FetchConfig, Origin, public
from stages.warc.layers import unwrapped
from stages.warc.payloads import MARK, mark_repeats

MORE = 1 << 20  # bytes that are fetched behind a record, of which a longer part may be left than was read before
COMMON_CRAWL = "https://data.commoncrawl.org/"


def pages(
    snapshot: str,
    files: int | None = None,
    domains: tuple[str, ...] = (),
    languages: tuple[str, ...] = (),
    base: str = "",
    cache: str = "",
    split: int = 0,
) -> Source:
    """The pages of a snapshot, with the columns of `warc.PAGE`.

    `snapshot` is "sample"; the id of a crawl (CC-MAIN-2024-10, CC-NEWS-2025-01, CC-SUPPLEMENTAL-2026-22, or
    projects/NAME/ID); or a folder, glob, WARC or ARC file, list of WARC paths or file of a columnar index, which are
    local, s3:// or https://. `files` takes only the first so many. Remote files are fetched one at a time to a local
    disk and deleted when read, or kept in the folder `cache`. `base` is another address of Common Crawl's data (also
    MEWS_COMMONCRAWL), such as s3://commoncrawl/.

    With `split`, files that are much larger than so many MB are read in pieces of this size, each by a task of its own:
    the same pages in the same order (`warc.rows_between`). A remote file is then fetched a piece at a time.

    `domains` (registered domains or hosts) and `languages` (a page's first, as codes) choose pages by the index of a
    crawl; `files` then counts files of the index, and every page is a request of its own: for some thousands of pages.
    """
    base, config = _checked(files, base, cache, split)
    if not domains and not languages:
        return _source(snapshot, files, base, config, "warc", split)
    chosen = Chosen(tuple(map(str.lower, domains)), language_codes(languages), origin := Origin(config, base))
    names = index_files(snapshot, base, config)
    return Source(tuple(names[:files]), chosen, warc.PAGE, partial(file_version, origin))


def texts(snapshot: str, files: int | None = None, base: str = "", cache: str = "", split: int = 0) -> Source:
    """The texts that Common Crawl extracted itself (WET files), with the columns of `warc.TEXT`.

    Arguments are those of `pages`; files are those named .wet or .wet.gz, and the list of a crawl is wet.paths.gz. The
    texts hold menus and footers too: for pages that are extracted here, read `pages`.
    """
    base, config = _checked(files, base, cache, split)
    return _source(snapshot, files, base, config, "wet", split)


def _checked(files: int | None, base: str, cache: str, split: int) -> tuple[str, FetchConfig]:
    if split < 0:
        raise UsageError(f"split={split}: give the MB of a piece of a large file, or leave it out to read whole files")
    if files is not None and files < 1:
        raise UsageError(f"files={files}: give the number of files to read, at least 1, or leave it out for all")
    base = base or os.environ.get("MEWS_COMMONCRAWL", COMMON_CRAWL)
    return f"{base.rstrip('/')}/", FetchConfig(cache)


def _source(snapshot: str, files: int | None, base: str, config: FetchConfig, kind: Kind, split: int) -> Source:
    names, origin = find_files(snapshot, base, config, kind)
    if not names:
        raise UsageError(f"snapshot {public(snapshot)} has no files; choose another")
    read = WarcReader(*warc.dump_and_segment(origin.shown("")), origin, kind)
    items = pieces.in_pieces(names[:files], origin, split << 20) if split else names[:files]
    prefetch = None if split else partial(download.prefetch, origin)
    return Source(tuple(items), read, read.schema, partial(file_version, origin), prefetch, partial(input_size, origin))


@dataclass(frozen=True)
class WarcReader:
    """Reads a WARC, ARC or WET file by its name, from wherever it lies.

    `dump` and `segment` are what the origin itself tells, for files whose names do not. With `leaving`, transforms
    that the rows go through next, pages are marked that repeat one before them in the file (`warc.payloads`).
    """

    dump: str
    segment: str
    origin: Origin = field(repr=False)
    kind: Kind = "warc"
    leaving: tuple[Transform, ...] | None = None

    @property
    def schema(self) -> pa.Schema:
        """The columns of the rows that stay."""
        schema = warc.PAGE if self.kind == "warc" else warc.TEXT
        return schema if self.leaving is None else schema.append(MARK)

    def __call__(self, name: str) -> Iterator[pa.Table]:
        """Tables of `schema` with `reason` and `error`. Raises BadInput when the file holds no pages or texts, and
        another MewsError when it cannot be had.
        """
        rows = self._rows(pieces.file_part(name))
        yield from rows if self.leaving is None else mark_repeats(rows, self.leaving)

    def _rows(self, piece: pieces.FilePart) -> Iterator[pa.Table]:
        builder = self._builder(piece.name)
        if piece == pieces.FilePart(piece.name):
            with download.local(self.origin, piece.name) as path:
                yield from warc.read_rows(path, builder)
        else:
            with pieces.opened(self.origin, piece.name) as outer, unwrapped(outer) as file:
                yield from warc.rows_between(file, builder, piece.start, piece.end)

    def again(self, name: str, offset: int, length: int, id: str) -> pa.Table:
        """One row again, by its place in a file and its id; no row when there is none.

        Of a remote file just these bytes are fetched, and some more for a page that was cut before; but not when they
        are many, or tell nothing without the file's beginning.
        """
        if self.origin.is_remote(name) and length <= LARGEST_RECORD and not name.endswith(".zst"):
            part, _ = download.read_range(self.origin, name, offset, length + MORE)
            return warc.row_in(io.BytesIO(part), 0, self._builder(name), offset, id)
        with download.local(self.origin, name) as path:
            return warc.row_at(path, self._builder(name), offset, id)

    def _builder(self, name: str) -> warc.RowBuilder:
        builder = warc.RowBuilder if self.kind == "warc" else warc.TextBuilder
        return builder(name, self.dump, self.segment)


def file_version(origin: Origin, name: str) -> str:
    """What tells whether a file changed: size, beginning and end of a local one; a crawl's files never change."""
    name = pieces.file_part(name).name
    if origin.is_remote(name):
        return name
    if not os.path.isfile(origin.url(name)):
        return "absent"  # the reader says so
    with open(origin.url(name), "rb") as file:
        head, size = file.read(1 << 16), file.seek(0, os.SEEK_END)
        file.seek(max(0, size - (1 << 16)))
        return digest(str(size), head.hex(), file.read().hex())
