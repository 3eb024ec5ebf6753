"""The cheap and certain first: pages that go anyway are dropped before they are extracted, which costs most of a run.

Not part of RefinedWeb. What each step saves and loses is in docs/performance.md.
"""

import dataclasses

from pipeline.protocols import Transform
from pipeline.stage import Source
from stages.commoncrawl import WarcReader
from stages.extract.word_bound import enough_words
from stages.language import screen_html
from stages.warc.payloads import PayloadsOnce


def cascade(
    pages: Source, first: Transform, languages: str | tuple[str, ...], words: int | None
) -> tuple[Source, tuple[Transform, ...]]:
    """The source and the transforms to put before extraction in place of `pages` and `first`, which judges URLs.

    After `first`: a page goes that repeats, byte for byte, one before it in its file; that looks like other languages;
    or that cannot have so many `words` (None: this is not asked). Pages that are chosen one by one by a crawl's index
    have no file of theirs, and are not compared.
    """
    if isinstance(pages.read, WarcReader):
        read = dataclasses.replace(pages.read, leaving=(first,))
        pages = dataclasses.replace(pages, read=read, schema=read.schema)
    bound = () if words is None else (enough_words(words),)
    return pages, (first, PayloadsOnce(), screen_html(languages), *bound)
