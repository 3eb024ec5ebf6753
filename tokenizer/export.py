"""Packed sequences in the forms that training frameworks read: Megatron's .bin/.idx, and mapped NumPy arrays."""

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import UsageError
from pipeline.view import planned

HEADER = b"MMIDIDX\x00\x00"  # then version, type code, counts, lengths, byte offsets, document starts (megatron.core)
TYPE_CODES = {np.dtype(np.int32): 4, np.dtype(np.uint16): 8}


def shards(store: Path) -> list[Path]:
    """The Parquet shards of a store, in order: those of its last run. Raises UsageError when there are none."""
    names = planned(str(store.parent), store.name)
    files = [store / f"{name}.parquet" for name in names] or sorted(store.glob("*.parquet"))
    if not files:
        raise UsageError(
            f"no packed shard in {store}: run a curriculum recipe first, and give its <phase>.packed folder"
        )
    if not {"tokens", "lengths"} <= set(columns := pq.read_schema(files[0]).names):
        raise UsageError(f"{store} holds no packed sequences but {', '.join(columns)}: give a <phase>.packed folder")
    return files


def rows(file: Path, size: int = 1_000) -> Iterator[tuple[np.ndarray, list[np.ndarray]]]:
    """Batches of a shard: tokens (sequences x length, int32) and the page lengths of each sequence."""
    with pq.ParquetFile(file) as parquet:
        for batch in parquet.iter_batches(batch_size=size, columns=["tokens", "lengths"]):
            yield matrix(batch.column("tokens")), [np.array(n, np.int32) for n in batch.column("lengths").to_pylist()]


def matrix(column: pa.ListArray) -> np.ndarray:
    """Lists of one length as a matrix."""
    return column.flatten().to_numpy().reshape(len(column), -1)


def shape(files: list[Path]) -> tuple[int, int, np.dtype]:
    """Sequences, length, and the smallest type of number that holds the tokens, read from the shards' footers."""
    number, values, top = 0, 0, 0
    for file in files:
        footer = pq.read_metadata(file)
        number += footer.num_rows
        for group in range(footer.num_row_groups):
            column = footer.row_group(group).column(0)
            values, top = values + column.num_values, max(top, column.statistics.max)
    return number, values // max(number, 1), np.dtype(np.uint16 if top < 1 << 16 else np.int32)


def export(store: Path, out: Path, format: str) -> str:
    """Write `out`.bin and .idx, or `out`.npy with .lengths.npy and .starts.npy; returns what was written, as a line."""
    if format not in ("megatron", "numpy"):
        raise UsageError(f"format {format!r}: choose megatron or numpy (the Parquet store can be read as it is)")
    files = shards(store)
    number, length, dtype = shape(files)
    out.parent.mkdir(parents=True, exist_ok=True)
    (to_megatron if format == "megatron" else to_numpy)(files, out, number, length, dtype)
    return f"{out}: {number:,} sequences of {length:,} tokens as {dtype}"


@contextmanager
def whole(path: str) -> Iterator[str]:
    """A name to write to, which becomes `path` when all is written: a killed export leaves no half file under it."""
    yield f"{path}.part"
    os.replace(f"{path}.part", path)


def to_megatron(files: list[Path], out: Path, number: int, length: int, dtype: np.dtype) -> None:
    """One Megatron sequence and document for each packed sequence; its pages end with the end-of-text token."""
    with whole(f"{out}.bin") as part, open(part, "wb") as binary:
        for file in files:
            for tokens, _ in rows(file):
                binary.write(tokens.astype(dtype).tobytes())
    with whole(f"{out}.idx") as part, open(part, "wb") as index:
        index.write(HEADER + struct.pack("<QBQQ", 1, TYPE_CODES[dtype], number, number + 1))
        index.write(np.full(number, length, np.int32).tobytes())
        index.write((np.arange(number, dtype=np.int64) * length * dtype.itemsize).tobytes())
        index.write(np.arange(number + 1, dtype=np.int64).tobytes())


def to_numpy(files: list[Path], out: Path, number: int, length: int, dtype: np.dtype) -> None:
    """A matrix of tokens; page lengths in one array, of which sequence i has those from starts[i] to starts[i + 1]."""
    lengths: list[np.ndarray] = []
    with whole(f"{out}.npy") as part:
        tokens, at = np.lib.format.open_memmap(part, "w+", dtype, (number, length)), 0
        for file in files:
            for batch, pages in rows(file):
                tokens[at : at + len(batch)] = batch
                at += len(batch)
                lengths += pages
        tokens.flush()
    np.save(f"{out}.lengths.npy", np.concatenate([np.zeros(0, np.int32), *lengths]))
    np.save(f"{out}.starts.npy", np.cumsum([0, *(len(n) for n in lengths)], dtype=np.int64))
