"""Pages into sequences of one length: each kept whole where it fits, or all laid end to end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

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
from tokenizer.best_fit import best_fit
from tokenizer.encode import Encoder
from tokenizer.fim import FillInMiddle, FimPage
from tokenizer.neighbours import join_neighbours, neighbours_together

Method = Literal["best_fit", "concatenate"]
SEQUENCES = pa.schema(
    [
        ("tokens", pa.list_(pa.int32())),  # as many as the sequence is long; padding fills the rest
        ("lengths", pa.list_(pa.int32())),  # tokens of each page in it, in order; their sum leaves the padding
        ("ids", pa.list_(pa.string())),  # the page of each
    ]
)


class PackPage(Protocol):
    """Tokens of a page, of which pieces are taken one after the other."""

    def __len__(self) -> int:
        """Tokens that are to be taken."""
        ...

    def take(self, at: int, room: int) -> tuple[np.ndarray, int]:
        """The piece (int32, of at most `room` tokens) that begins at token `at`, and how many tokens of the page it is.

        Both are at least 1.
        """
        ...


@dataclass(frozen=True)
class PlainPage:
    """A page whose pieces are just its tokens."""

    tokens: np.ndarray

    def __len__(self) -> int:
        return len(self.tokens)

    def take(self, at: int, room: int) -> tuple[np.ndarray, int]:
        """See `PackPage`."""
        piece = self.tokens[at : at + room]
        return piece, len(piece)


def cut_pages(pages: Sequence[PackPage], room: int) -> tuple[list[np.ndarray], list[int]]:
    """Pieces of at most `room` tokens, and the page of each; a page that fits is one piece."""
    pieces, owners = [], []
    for n, page in enumerate(pages):
        at = 0
        while at < len(page):
            piece, used = page.take(at, room)
            pieces.append(piece)
            owners.append(n)
            at += used
    return pieces, owners


def concatenate(pages: Sequence[PackPage], room: int) -> tuple[list[np.ndarray], list[int], list[list[int]]]:
    """Pages end to end, cut where a sequence ends: the pieces, the page of each, and the pieces of each sequence."""
    pieces, owners, sequences, free = [], [], [], 0
    for n, page in enumerate(pages):
        at = 0
        while at < len(page):
            if not free:
                sequences.append([])
                free = room
            piece, used = page.take(at, free)
            sequences[-1].append(len(pieces))
            pieces.append(piece)
            owners.append(n)
            at, free = at + used, free - len(piece)
    return pieces, owners, sequences


@dataclass(frozen=True)
class Pack:
    """Pages of a mixture (`text`, `skip`, `tokens`, ordered by `position`) to `SEQUENCES`.

    Best-fit sequences are shuffled by a hash of seed and first page, so that short and long pages come mixed. The
    middle of some pieces is put last in the sources that `fim` names. Pages of one `group` share sequences. Memory: the
    tokens of one shard, twice.
    """

    encoder: Encoder
    length: int
    method: Method = "best_fit"
    seed: int = 0
    fim: Mapping[str, FillInMiddle] = field(default_factory=dict)

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows that are made of these."""
        table = table.sort_by([(c, "ascending") for c in ("position", "source", "id", "copy", "epoch")])
        groups, table = neighbours_together(table)
        pages = self._pages(table)
        if self.method == "best_fit":
            pieces, owners = cut_pages(pages, self.length)
            units = join_neighbours([len(p) for p in pieces], [groups[n] for n in owners], self.length)
            sizes = np.array([sum(len(pieces[p]) for p in unit) for unit in units], np.int64)
            sequences = [[p for u in s for p in units[u]] for s in best_fit(sizes, self.length)]
        else:
            pieces, owners, sequences = concatenate(pages, self.length)
        ids = [f"{i}" for i in table["id"].to_pylist()]
        rows = [([pieces[p] for p in s], [ids[owners[p]] for p in s]) for s in sequences]
        if self.method == "best_fit" and rows:
            keys = hash64([f"{self.seed}:{n}:{names[0]}" for n, (_, names) in enumerate(rows)])
            rows = [rows[i] for i in np.argsort(keys, kind="stable")]
        return self._table(rows)

    def _pages(self, table: pa.Table) -> list[PackPage]:
        rows = table.select(["source", "id", "copy", "epoch", "skip", "tokens", "text"]).to_pylist()
        texts = [row["text"] or "" for row in rows if row["source"] not in self.fim]
        plain = iter(self.encoder(texts))
        return [
            self._fim_page(row)
            if row["source"] in self.fim
            else PlainPage(next(plain)[row["skip"] : row["skip"] + row["tokens"]])
            for row in rows
        ]

    def _fim_page(self, row: dict[str, Any]) -> PackPage:
        name = f"{row['source']}:{row['id']}:{row['copy']}:{row['epoch']}"
        start, fim = row["skip"], self.fim[row["source"]]
        return FimPage(fim, name, row["text"] or "", start, start + row["tokens"])

    def _table(self, rows: list[tuple[list[np.ndarray], list[str]]]) -> pa.Table:
        flat = np.full(len(rows) * self.length, self.encoder.padding, np.int32)
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
        """The columns of its rows."""
        return SEQUENCES

    def inputs(self) -> tuple[Stage, ...]:
        """The stages that it reads."""
        return (self.source,)

    def documents(self) -> tuple[Stage, ...]:
        """Those of its inputs that its documents come from."""
        return self.inputs()

    def shards(self, ledger: Ledger) -> Sequence[str]:
        """Names of its shards, in order."""
        return ledger.shards(self.source.name)

    def code(self) -> object:
        """What changes its rows, apart from its inputs."""
        return PackShards, self.pack

    def input_digest(self, shard: str, ledger: Ledger) -> str:
        """A digest of all that a shard is read from."""
        return ledger.digest(self.source.name, shard)

    def make(self, files: ShardFiles) -> Stats:
        """Make one shard."""
        view, receipt = self.source.view, read_receipt(files.root, self.source.name, files.shard)
        pages = pa.concat_tables([self.source.schema.empty_table(), *view.read(files.root, files.shard)])
        made = self.pack(pages)
        files.rows(SEQUENCES).write(made)
        tokens = (pc.sum(pages["tokens"]).as_py() or 0, pc.sum(pc.list_flatten(made["lengths"])).as_py() or 0)
        if self.pack.fim:  # its markers are tokens of no page
            tokens = (0, 0)
        return Stats("make", pages.num_rows, made.num_rows, *tokens, rows_due=receipt.stats.rows_out if receipt else 0)


def packed(
    phase: Stage,
    encoder: Encoder,
    length: int,
    method: Method = "best_fit",
    seed: int = 0,
    fim: Mapping[str, FillInMiddle] | None = None,
) -> Make:
    """The stage `<phase>.packed`, which packs a phase of a mixture. Raises UsageError on a method that is none."""
    if method not in ("best_fit", "concatenate") or length < 2:
        raise UsageError(f"packing {method!r} at length {length}: choose best_fit or concatenate, and a length over 1")
    return Make(f"{phase.name}.packed", PackShards(phase, Pack(encoder, length, method, seed, fim or {})))
