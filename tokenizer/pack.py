"""Pages into sequences of one length: each kept whole where it fits, or all laid end to end.

Best-fit packing in the manner of Ding et al. 2024 ("Fewer truncations improve language modeling", arXiv 2404.10830):
only a page longer than the sequence is cut. Their heuristic leaves 1 % of padding or more; trying sums leaves less.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import UsageError
from pipeline.hashing import hash64
from pipeline.ledger import Ledger
from pipeline.make import Make
from pipeline.receipts import read_receipt
from pipeline.shard import ShardFiles
from pipeline.stage import Stage
from pipeline.stats import Stats
from tokenizer.encode import Encoder

EXACT = 8_192  # the last so many tokens of a sequence are filled by trying all sums, what comes before by size alone
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

    Each begins with the longest piece left, and takes of the others those that fill it best (the minimum bin slack
    heuristic of Gupta and Ho 1999, as Fleszar and Hindi 2002 changed it); pieces of one length keep their order.
    """
    waiting: dict[int, list[int]] = {}  # length -> pieces, the first of them last
    for piece in np.argsort(-lengths, kind="stable")[::-1].tolist():
        waiting.setdefault(int(lengths[piece]), []).append(piece)
    sizes, sequences = sorted(waiting), []  # sizes that are left, ascending
    while sizes:
        sequence, free = [], room
        while sizes and sizes[0] <= free and (free > EXACT or not sequence):
            size = sizes[bisect_right(sizes, free) - 1]
            free -= size
            sequence.append(_take(waiting, sizes, size))
        copies = (size for size in reversed(sizes) for _ in range(min(len(waiting[size]), free // size)))
        sequence += [_take(waiting, sizes, size) for size in fullest(copies, free)]
        sequences.append(sequence)
    return sequences


def fullest(sizes: Iterable[int], room: int) -> list[int]:
    """Those of the sizes whose sum comes closest to `room` from below; the first that make it, if many do."""
    sums, tried, bits = [1], [], (1 << room + 1) - 1  # bit n of sums[i]: some of the first i sizes add up to n
    for size in sizes:
        if sums[-1] >> room:
            break
        sums.append((sums[-1] | sums[-1] << size) & bits)
        tried.append(size)
    left, chosen = sums[-1].bit_length() - 1, []
    for before, size in zip(reversed(sums[:-1]), reversed(tried), strict=True):
        if not before >> left & 1:
            chosen.append(size)
            left -= size
    return chosen


def _take(waiting: dict[int, list[int]], sizes: list[int], size: int) -> int:
    """The first piece of a size; a size that is used up is struck out."""
    piece = waiting[size].pop()
    if not waiting[size]:
        del sizes[bisect_left(sizes, size)]
    return piece


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
    """Pages of a mixture (`text`, `skip`, `tokens`, ordered by `position`) to `SEQUENCES`.

    Best-fit sequences are shuffled by a hash of seed and first page, so that short and long pages come mixed.
    Memory: the tokens of one shard, twice.
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


@dataclass(frozen=True)
class PackShards:
    """A Maker: the shards of a phase as sequences, each for itself. As many tokens go out as come in."""

    source: Stage
    pack: Pack

    @property
    def schema(self) -> pa.Schema:
        return SEQUENCES

    def inputs(self) -> tuple[Stage, ...]:
        return (self.source,)

    def documents(self) -> tuple[Stage, ...]:
        return self.inputs()

    def shards(self, ledger: Ledger) -> list[str]:
        return ledger.shards(self.source.name)

    def code(self) -> object:
        return PackShards, self.pack

    def input_digest(self, shard: str, ledger: Ledger) -> str:
        return ledger.digest(self.source.name, shard)

    def make(self, files: ShardFiles) -> Stats:
        view, receipt = self.source.view, read_receipt(files.root, self.source.name, files.shard)
        pages = pa.concat_tables([self.source.schema.empty_table(), *view.read(files.root, files.shard)])
        made = self.pack(pages)
        files.rows(SEQUENCES).write(made)
        tokens = (pc.sum(pages["tokens"]).as_py() or 0, pc.sum(pc.list_flatten(made["lengths"])).as_py() or 0)
        return Stats("make", pages.num_rows, made.num_rows, *tokens, rows_due=receipt.stats.rows_out if receipt else 0)


def packed(phase: Stage, encoder: Encoder, length: int, method: Method = "best_fit", seed: int = 0) -> Make:
    """The stage that packs a phase of a mixture."""
    if method not in ("best_fit", "concatenate") or length < 2:
        raise UsageError(f"packing {method!r} at length {length}: choose best_fit or concatenate, and a length over 1")
    return Make(f"{phase.name}.packed", PackShards(phase, Pack(encoder, length, method, seed)))
