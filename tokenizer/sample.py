"""Which texts a tokenizer is trained on: a share of each source and language, chosen by hash, within a size in bytes.

Two passes over the files. The first adds up bytes by stratum and hash; the second gives the texts whose hash lies
below their stratum's bound. So neither the order of the files nor how rows are spread over them changes the choice.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import readers
from pipeline.hashing import hash64
from pipeline.stage import Source
from readers import Fetch, Field
from readers.texts import Unread

BINS = 1 << 14  # hash ranges: a bound is found to within one of them
MAX_LANGUAGES = 1_000  # a column `language` with more values holds something else, and is ignored
FIELDS = (Field("language"), readers.TEXT)
Stratum = tuple[str, str]  # source, language


class Row(NamedTuple):
    """A text of the sample; `source` is the name that a person gave its source."""

    id: str
    source: str
    language: str
    text: str


def open_sources(addresses: Mapping[str, str], fetch: Fetch | None = None) -> dict[str, Source]:
    """The sources at some addresses (see `readers.source`), by name. Raises UsageError where nothing is."""
    return {name: readers.source(address, FIELDS, fetch=fetch) for name, address in addresses.items()}


def measure(sources: Mapping[str, Source], seed: int = 0, unread: Unread | None = None) -> dict[Stratum, np.ndarray]:
    """Bytes of text by stratum and hash range; `unread` counts rows that are left out. Memory: 128 kB a stratum."""
    unread = Unread() if unread is None else unread
    strata = ((name, _by_language(source, seed, unread)) for name, source in sources.items())
    return {(name, language): sizes for name, languages in strata for language, sizes in sorted(languages.items())}


def _by_language(source: Source, seed: int, unread: Unread) -> dict[str, np.ndarray]:
    sizes: dict[str, np.ndarray] = {}
    ignored = False
    for table in unread.good(source):
        lengths = pc.binary_length(table["text"]).to_pylist()
        for language, place, length in zip(languages(table), bins(table, seed), lengths, strict=True):
            sizes.setdefault("" if ignored else language, np.zeros(BINS, np.int64))[place] += length
        if len(sizes) > MAX_LANGUAGES:
            sizes, ignored = {"": np.sum([*sizes.values()], axis=0)}, True
    return sizes


def languages(table: pa.Table) -> list[str]:
    """The language of each row, "" where it has none."""
    return pc.fill_null(table["language"], "").to_pylist()


def bins(table: pa.Table, seed: int) -> np.ndarray:
    """The hash range of each row: of the seed and its own id, which is a hash of its text where it has none."""
    return (hash64([f"{seed}:{i}" for i in table["source_id"].to_pylist()]) >> np.uint64(64 - 14)).astype(np.int64)


def allot(totals: Mapping[Any, int], budget: int, alpha: float = 1.0) -> dict[Any, int]:
    """Bytes for each stratum, in proportion to its size to the power `alpha`; none gets more than it has.

    alpha 1 keeps the proportions, 0 gives all the same; what a small stratum cannot fill goes to the others.
    """
    left, given = dict(totals), {}
    while left:
        weight = sum(size**alpha for size in left.values() if size)
        short = {k: n for k, n in left.items() if not n or n <= budget * n**alpha / weight}
        if not short:
            return given | {k: int(budget * n**alpha / weight) for k, n in left.items()}
        given |= short
        budget -= sum(short.values())
        left = {k: n for k, n in left.items() if k not in short}
    return given


def bounds(sizes: Mapping[Stratum, np.ndarray], sample_bytes: int, alpha: float = 1.0) -> dict[Stratum, float]:
    """The hash range below which rows of a stratum are taken; its fraction is what is taken of each row within it.

    So a stratum of a few long books has its share, too.
    """
    shares = allot({k: int(size.sum()) for k, size in sizes.items()}, sample_bytes, alpha)
    return {k: _bound(size, shares[k]) for k, size in sizes.items()}


def _bound(size: np.ndarray, share: int) -> float:
    sums = np.cumsum(size)
    at = int(np.searchsorted(sums, share, side="right"))
    return float(at) if at == len(size) else at + (share - int(sums[at] - size[at])) / int(size[at])


def sample_rows(sources: Mapping[str, Source], below: Mapping[Stratum, float], seed: int = 0) -> Iterator[Row]:
    """The chosen rows, or their beginnings, in the order of the files. Memory: one batch."""
    for name, source in sources.items():
        for table in Unread().good(source):
            columns = (languages(table), bins(table, seed), table["source_id"].to_pylist(), table["text"].to_pylist())
            for language, place, own_id, text in zip(*columns, strict=True):
                stratum = (name, language if (name, language) in below else "")
                part = min(below[stratum] - place, 1)
                if part > 0 and (kept := text[: math.ceil(part * len(text))]):
                    yield Row(own_id, *stratum, kept)
