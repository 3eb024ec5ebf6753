"""Which texts a tokenizer is trained on: a share of each source and language, chosen by hash, within a size in bytes.

Two passes over the shards. The first adds up bytes by stratum and hash; the second gives the texts whose hash lies
below their stratum's bound. So neither the order of the shards nor how rows are spread over them changes the choice.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import BadInput, UsageError
from pipeline.fingerprint import hash64

BINS = 1 << 14  # hash ranges: a bound is found to within one of them
Stratum = tuple[str, str]  # source, language


class Row(NamedTuple):
    id: str
    source: str
    language: str
    text: str


def shards(folders: Mapping[str, str]) -> list[tuple[str, Path]]:
    """(source, Parquet file) of every file below each folder; a file stands for itself. Raises UsageError on none."""
    found = []
    for source, folder in folders.items():
        path = Path(folder)
        files = [path] if path.is_file() else sorted(path.rglob("*.parquet"))
        if not files:
            raise UsageError(f"source {source}: no Parquet file in {folder}; give a folder of shards")
        found += [(source, file) for file in files]
    return found


def opened(file: Path) -> pq.ParquetFile:
    """A Parquet file. Raises BadInput when it is none."""
    try:
        return pq.ParquetFile(file)
    except pa.ArrowInvalid as error:
        raise BadInput(f"{file} is no Parquet file: {' '.join(str(error).split())[:200]}") from None


def tables(file: Path, columns: list[str]) -> Iterator[pa.Table]:
    """Batches of a file with those of the columns that it has; `content` is read as `text`."""
    with opened(file) as parquet:
        names = parquet.schema_arrow.names
        rename = {"content": "text"} if "text" not in names else {}
        wanted = [n for n in names if rename.get(n, n) in columns]
        if "text" in columns and not {"text", "content"} & set(names):
            raise UsageError(f"{file} has no column text or content, only {', '.join(names)}")
        for batch in parquet.iter_batches(batch_size=2_000, columns=wanted):
            table = pa.Table.from_batches([batch])
            yield table.rename_columns([rename.get(n, n) for n in table.column_names])


def strata(table: pa.Table, source: str) -> list[Stratum]:
    """Source and language of each row; a mixture's rows name their own source."""
    none = pa.nulls(table.num_rows, pa.string())
    sources = pc.fill_null(table["source"] if "source" in table.column_names else none, source).to_pylist()
    languages = pc.fill_null(table["language"] if "language" in table.column_names else none, "").to_pylist()
    return list(zip(sources, languages, strict=True))


def bins(table: pa.Table, seed: int) -> np.ndarray:
    """The hash range of each row: of its id and the seed, or of its text where there is no id."""
    ids = table["id" if "id" in table.column_names else "text"].to_pylist()
    return (hash64([f"{seed}:{i}" for i in ids]) >> np.uint64(64 - 14)).astype(np.int64)


def measure(folders: Mapping[str, str], seed: int = 0) -> dict[Stratum, np.ndarray]:
    """Bytes of text by stratum and hash range. Memory: 128 kB a stratum."""
    sizes: dict[Stratum, np.ndarray] = {}
    for source, file in shards(folders):
        for table in tables(file, ["id", "source", "language", "text"]):
            lengths = pc.fill_null(pc.binary_length(table["text"]), 0).to_pylist()
            for stratum, place, length in zip(strata(table, source), bins(table, seed), lengths, strict=True):
                sizes.setdefault(stratum, np.zeros(BINS, np.int64))[place] += length
    return dict(sorted(sizes.items()))


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


def rows(folders: Mapping[str, str], below: Mapping[Stratum, float], seed: int = 0) -> Iterator[Row]:
    """The chosen rows, or their beginnings, in the order of the shards. Memory: one batch."""
    for source, file in shards(folders):
        for number, table in enumerate(tables(file, ["id", "source", "language", "text"])):
            ids = table["id"].to_pylist() if "id" in table.column_names else [f"{file}:{number}"] * table.num_rows
            columns = (strata(table, source), bins(table, seed), ids, table["text"].to_pylist())
            for stratum, place, name, text in zip(*columns, strict=True):
                part = min(below[stratum] - place, 1)
                if part > 0 and (kept := (text or "")[: math.ceil(part * len(text or ""))]):
                    yield Row(name, *stratum, kept)
