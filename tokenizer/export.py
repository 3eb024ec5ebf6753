"""Packed sequences in the forms that training frameworks read: Megatron's .bin/.idx, and mapped NumPy arrays."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import parquet, store
from pipeline.errors import UsageError
from pipeline.root import redact
from pipeline.view import planned
from readers.listing import Folder, parent

HEADER = b"MMIDIDX\x00\x00"  # then version, type code, counts, lengths, byte offsets, document starts (megatron.core)
TYPE_CODES = {np.dtype(np.int32): 4, np.dtype(np.uint16): 8}
FORMATS = ("megatron", "numpy")


@dataclass(frozen=True)
class PackedStore:
    """The shards of a packed phase, in the order of its plan; on a disk or in an object store."""

    root: Folder
    name: str

    @cached_property
    def shards(self) -> list[str]:
        """Files of the store, below its root. Raises UsageError when there are none, or they hold no sequences."""
        root, shown = self.root.address, self.root.shown(self.name)
        names = [f"{shard}.parquet" for shard in planned(root, self.name)]
        files = names or [name for name in store.listing(root, self.name) if name.endswith(".parquet")]
        if not files:
            raise UsageError(f"no packed shard in {shown}: run a curriculum recipe first, and give its <phase>.packed")
        with self.open(f"{self.name}/{files[0]}") as file:
            columns = file.schema_arrow.names
        if not {"tokens", "lengths"} <= set(columns):
            raise UsageError(
                f"{shown} holds no packed sequences but {', '.join(columns)}: give a <phase>.packed folder"
            )
        return [f"{self.name}/{file}" for file in files]

    def open(self, shard: str) -> pq.ParquetFile:
        """A shard of the store. Raises UsageError when it is not made yet."""
        try:
            return parquet.open_file(self.root.address, shard)
        except FileNotFoundError:
            raise UsageError(f"{self.root.shown(shard)} is not made: run the recipe to its end first") from None

    def rows(self, shard: str, size: int = 1_000) -> Iterator[tuple[np.ndarray, list[np.ndarray]]]:
        """Batches of a shard: tokens (sequences x length, int32) and the page lengths of each sequence."""
        with self.open(shard) as file:
            for batch in file.iter_batches(batch_size=size, columns=["tokens", "lengths"]):
                lengths = batch.column("lengths").to_pylist()
                yield matrix(batch.column("tokens")), [np.array(n, np.int32) for n in lengths]

    def shape(self) -> tuple[int, int, np.dtype]:
        """Sequences, length, and the smallest type of number that holds the tokens, read from the shards' footers."""
        number, values, top = 0, 0, 0
        for shard in self.shards:
            with self.open(shard) as file:
                footer = file.metadata
            number += footer.num_rows
            for group in range(footer.num_row_groups):
                column = footer.row_group(group).column(0)
                values, top = values + column.num_values, max(top, column.statistics.max)
        return number, values // max(number, 1), np.dtype(np.uint16 if top < 1 << 16 else np.int32)


def packed_store(address: str) -> PackedStore:
    """The store at an address: ROOT/<phase>.packed, local or in an object store."""
    root, name = parent(address)
    return PackedStore(Folder(root), name)


def matrix(column: pa.ListArray) -> np.ndarray:
    """Lists of one length as a matrix."""
    return column.flatten().to_numpy().reshape(len(column), -1)


def export(address: str, out: str, format: str) -> str:
    """Write `out`.bin and .idx, or `out`.npy with .lengths.npy and .starts.npy; returns what was written, as a line.

    A file appears under its name when all of it is written. Raises UsageError when there is nothing to export.
    """
    if format not in FORMATS:
        raise UsageError(f"format {format!r}: choose megatron or numpy (the Parquet store can be read as it is)")
    packed = packed_store(address)
    number, length, dtype = packed.shape()
    folder, name = parent(out)
    (to_megatron if format == "megatron" else to_numpy)(packed, folder, name, number, length, dtype)
    return f"{redact(out)}: {number:,} sequences of {length:,} tokens as {dtype}"


def to_megatron(packed: PackedStore, folder: str, name: str, number: int, length: int, dtype: np.dtype) -> None:
    """One Megatron sequence and document for each packed sequence; its pages end with the end-of-text token."""
    with store.writing(folder, f"{name}.bin") as binary:
        for shard in packed.shards:
            for tokens, _ in packed.rows(shard):
                binary.write(tokens.astype(dtype).tobytes())
    with store.writing(folder, f"{name}.idx") as index:
        index.write(HEADER + struct.pack("<QBQQ", 1, TYPE_CODES[dtype], number, number + 1))
        index.write(np.full(number, length, np.int32).tobytes())
        index.write((np.arange(number, dtype=np.int64) * length * dtype.itemsize).tobytes())
        index.write(np.arange(number + 1, dtype=np.int64).tobytes())


def to_numpy(packed: PackedStore, folder: str, name: str, number: int, length: int, dtype: np.dtype) -> None:
    """A matrix of tokens; page lengths in one array, of which sequence i has those from starts[i] to starts[i + 1]."""
    lengths: list[np.ndarray] = []
    with store.writing(folder, f"{name}.npy") as target:
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (number, length)}
        np.lib.format.write_array_header_1_0(target, header)
        for shard in packed.shards:
            for tokens, pages in packed.rows(shard):
                target.write(tokens.astype(dtype).tobytes())
                lengths += pages
    starts = np.cumsum([0, *(len(n) for n in lengths)], dtype=np.int64)
    for part, array in (("lengths", np.concatenate([np.zeros(0, np.int32), *lengths])), ("starts", starts)):
        with store.writing(folder, f"{name}.{part}.npy") as target:
            np.lib.format.write_array(target, array)
