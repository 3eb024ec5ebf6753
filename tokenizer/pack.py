"""Pages into sequences of one length: each kept whole where it fits, or all laid end to end.

Best-fit packing after Ding et al. 2024 ("Fewer truncations improve language modeling", arXiv 2404.10830): only a page
longer than the sequence is cut; the pieces go, longest first, into the fullest sequence that has room.
"""

from bisect import bisect_left, insort
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from pipeline.errors import UsageError
from pipeline.fingerprint import hash64
from pipeline.shuffle import Gather, Scatter
from tokenizer.encode import Encoder

Method = Literal["best_fit", "concatenate"]
SEQUENCES = pa.schema(
    [
        ("tokens", pa.list_(pa.int32())),  # as many as the sequence is long; the end token fills the rest
        ("lengths", pa.list_(pa.int32())),  # tokens of each page in it, in order; their sum leaves the padding
        ("ids", pa.list_(pa.string())),  # the page of each
    ]
)


def best_fit(lengths: np.ndarray, room: int) -> list[list[int]]:
    """Which pieces share a sequence: lists of positions in `lengths`, none of which is over `room`.

    Longest first, each into the open sequence that it fills best; pieces of one length keep their order.
    """
    sequences: list[list[int]] = []
    open_by_room: dict[int, list[int]] = {}  # free tokens -> sequences with just so many
    rooms: list[int] = []  # the keys in use, ascending
    for piece in np.argsort(-lengths, kind="stable").tolist():
        length = int(lengths[piece])
        at = bisect_left(rooms, length)
        if at < len(rooms):
            free = rooms[at]
            number = open_by_room[free].pop()
            if not open_by_room[free]:
                del open_by_room[free], rooms[at]
            sequences[number].append(piece)
        else:
            free, number = room, len(sequences)
            sequences.append([piece])
        if left := free - length:
            if left not in open_by_room:
                open_by_room[left] = []
                insort(rooms, left)
            open_by_room[left].append(number)
    return sequences


def cut(pages: list[np.ndarray], room: int) -> tuple[list[np.ndarray], list[int]]:
    """Pieces of at most `room` tokens, and the page of each; a page that fits is one piece."""
    pieces = [(page[start : start + room], n) for n, page in enumerate(pages) for start in range(0, len(page), room)]
    return [piece for piece, _ in pieces], [n for _, n in pieces]


def concatenate(pages: list[np.ndarray], room: int) -> tuple[list[np.ndarray], list[int], list[list[int]]]:
    """Pages end to end, cut where a sequence ends: the pieces, the page of each, and the pieces of each sequence."""
    pieces, owners, sequences, free = [], [], [], 0
    for n, page in enumerate(pages):
        start = 0
        while start < len(page):
            if not free:
                sequences.append([])
                free = room
            piece = page[start : start + free]
            sequences[-1].append(len(pieces))
            pieces.append(piece)
            owners.append(n)
            start, free = start + len(piece), free - len(piece)
    return pieces, owners, sequences


@dataclass(frozen=True)
class Pack:
    """A Gather's function: pages of a mixture (`text`, `skip`, `tokens`, ordered by `position`) to `SEQUENCES`.

    Best-fit sequences are shuffled by a hash of seed and first page, so that short and long pages come mixed.
    Memory: the tokens of one bucket, twice.
    """

    encoder: Encoder
    length: int
    method: Method = "best_fit"
    seed: int = 0

    def __call__(self, table: pa.Table) -> pa.Table:
        table = table.sort_by([(c, "ascending") for c in ("position", "source", "id", "copy", "epoch")])
        pages = self._pages(table)
        if self.method == "best_fit":
            pieces, owners = cut(pages, self.length)
            sequences = best_fit(np.array([len(p) for p in pieces], np.int64), self.length)
        else:
            pieces, owners, sequences = concatenate(pages, self.length)
        ids = [f"{i}" for i in table["id"].to_pylist()]
        rows = [([pieces[p] for p in s], [ids[owners[p]] for p in s]) for s in sequences]
        if self.method == "best_fit" and rows:
            keys = hash64([f"{self.seed}:{n}:{names[0]}" for n, (_, names) in enumerate(rows)])
            rows = [rows[i] for i in np.argsort(keys, kind="stable")]
        return self._table(rows)

    def _pages(self, table: pa.Table) -> list[np.ndarray]:
        texts = [t or "" for t in table["text"].to_pylist()]
        tokens = self.encoder(texts, table["infilled"].to_pylist())
        spans = zip(tokens, table["skip"].to_pylist(), table["tokens"].to_pylist(), strict=True)
        return [page[skip : skip + count] for page, skip, count in spans]

    def _table(self, rows: list[tuple[list[np.ndarray], list[str]]]) -> pa.Table:
        flat = np.full(len(rows) * self.length, self.encoder.end, np.int32)
        for n, (pieces, _) in enumerate(rows):
            joined = np.concatenate(pieces)
            flat[n * self.length : n * self.length + len(joined)] = joined
        offsets = np.arange(0, len(flat) + 1, self.length, dtype=np.int32)
        tokens = pa.ListArray.from_arrays(pa.array(offsets), pa.array(flat))
        lengths = pa.array([[len(p) for p in pieces] for pieces, _ in rows], SEQUENCES.field("lengths").type)
        names = pa.array([names for _, names in rows], SEQUENCES.field("ids").type)
        return pa.table([tokens, lengths, names], schema=SEQUENCES)


def packed(phase: Gather, encoder: Encoder, length: int, method: Method = "best_fit", seed: int = 0) -> Gather:
    """The stage that packs a phase of a mixture: the same drawn pages as the phase itself, as sequences."""
    if method not in ("best_fit", "concatenate") or length < 2:
        raise UsageError(f"packing {method!r} at length {length}: choose best_fit or concatenate, and a length over 1")
    drawn: Scatter | tuple[Scatter, ...] = phase.source
    return Gather(f"{phase.name}.packed", drawn, Pack(encoder, length, method, seed))
