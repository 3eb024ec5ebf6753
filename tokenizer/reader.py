"""Read packed sequences from an exact position on: from Parquet shards, a NumPy map or Megatron's files."""

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Protocol

import numpy as np

from pipeline.errors import BadInput, UsageError
from tokenizer.export import HEADER, TYPE_CODES, PackedStore, matrix, packed_store


class Sequences(Protocol):
    """Packed sequences by number."""

    def __len__(self) -> int: ...
    def __getitem__(self, number: int) -> np.ndarray: ...


@dataclass(frozen=True)
class Parquet:
    """The shards of a packed phase (ROOT/<phase>.packed), local or in an object store; holds one row group."""

    address: str

    @cached_property
    def store(self) -> PackedStore:
        """Its shards."""
        return packed_store(str(self.address))

    @cached_property
    def groups(self) -> list[tuple[str, int, int]]:
        """File, row group and number of rows of every group, in order."""
        groups = []
        for shard in self.store.shards:
            with self.store.open(shard) as file:
                groups += [(shard, g, file.metadata.row_group(g).num_rows) for g in range(file.num_row_groups)]
        return groups

    @cached_property
    def starts(self) -> list[int]:
        """The number of the first sequence of each group, and at last that of all sequences."""
        return [0, *accumulate(rows for _, _, rows in self.groups)]

    @cached_property
    def held(self) -> dict[int, np.ndarray]:
        """The group that was read last, by its place."""
        return {}

    def __len__(self) -> int:
        return self.starts[-1]

    def __getitem__(self, number: int) -> np.ndarray:
        if not 0 <= number < len(self):
            raise IndexError(f"sequence {number} of {len(self)}")
        group = bisect_right(self.starts, number) - 1
        if group not in self.held:
            shard, at, _ = self.groups[group]
            self.held.clear()
            with self.store.open(shard) as file:
                self.held[group] = matrix(file.read_row_group(at, columns=["tokens"])["tokens"].combine_chunks())
        return self.held[group][number - self.starts[group]]


def mapped(prefix: Path) -> np.ndarray:
    """The matrix of a NumPy export, mapped from disk."""
    return np.load(f"{prefix}.npy", mmap_mode="r")


@dataclass(frozen=True)
class Megatron:
    """Megatron's indexed data: any .bin/.idx pair whose tokens are uint16 or int32."""

    prefix: Path

    @cached_property
    def index(self) -> tuple[np.dtype, np.ndarray, np.ndarray]:
        """Type of the tokens, length of each sequence, its place in bytes."""
        data = Path(f"{self.prefix}.idx").read_bytes()
        if not data.startswith(HEADER):
            raise BadInput(f"{self.prefix}.idx is not a Megatron index: it begins with {data[:9]!r}")
        _, code, number, _ = struct.unpack_from("<QBQQ", data, len(HEADER))
        dtype = next((dtype for dtype, known in TYPE_CODES.items() if known == code), None)
        if dtype is None:
            raise BadInput(f"{self.prefix}.idx holds tokens of type code {code}; uint16 (8) and int32 (4) can be read")
        lengths = np.frombuffer(data, np.int32, number, len(HEADER) + 25)
        return dtype, lengths, np.frombuffer(data, np.int64, number, len(HEADER) + 25 + lengths.nbytes)

    @cached_property
    def tokens(self) -> np.ndarray:
        """The tokens of a sequence, with padding."""
        return np.memmap(f"{self.prefix}.bin", self.index[0], "r")

    def __len__(self) -> int:
        return len(self.index[1])

    def __getitem__(self, number: int) -> np.ndarray:
        dtype, lengths, places = self.index
        start = int(places[number]) // dtype.itemsize
        return self.tokens[start : start + int(lengths[number])]


@dataclass
class PackedReader:
    """Batches of sequences for one of `world` trainers; `position` is all there is to save.

    `position` counts sequences that all trainers together have been given, so a run may go on with another number of
    trainers. A last batch that is not full is not given.
    """

    sequences: Sequences
    batch: int
    rank: int = 0
    world: int = 1
    position: int = 0

    def __post_init__(self) -> None:
        if self.batch < 1 or not 0 <= self.rank < self.world or self.position < 0:
            asked = f"batch {self.batch}, rank {self.rank} of {self.world}, position {self.position}"
            raise UsageError(f"{asked}: a batch holds 1 or more, ranks begin at 0, and a position is what was saved")

    def __iter__(self) -> Iterator[np.ndarray]:
        """Matrices of `batch` sequences; together the trainers take `batch * world` consecutive ones a step."""
        while self.position + self.batch * self.world <= len(self.sequences):
            first = self.position + self.rank * self.batch
            self.position += self.batch * self.world
            yield np.stack([self.sequences[n] for n in range(first, first + self.batch)])
