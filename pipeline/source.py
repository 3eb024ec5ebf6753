"""What a stage reads: a source of documents, or another stage."""

import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol

import pyarrow as pa

from pipeline import reads
from pipeline.errors import UsageError
from pipeline.hashing import digest
from pipeline.ledger import Ledger
from pipeline.receipts import Receipt
from pipeline.standstill import excused
from pipeline.view import View


class Stage(Protocol):
    """What the engine runs: a name, the shards that it is to have, and how one of them is made.

    Stages are frozen dataclasses, and small: they are compared, sent to workers, and made anew by each run.
    """

    @property
    def name(self) -> str:
        """The name of its store, unique in a recipe: the folder below the root."""
        ...

    @property
    def kind(self) -> str:
        """What it is called in the plan: "map", "scatter", "gather", "make"."""
        ...

    @property
    def schema(self) -> pa.Schema:
        """The columns of its rows."""
        ...

    @property
    def view(self) -> View:
        """Where its rows lie: in files of its own, or in those of a stage that it reads."""
        ...

    def as_goal(self) -> "Stage":
        """The stage as it is made when it is what a run is for: with files of its own."""
        ...

    def inputs(self) -> "tuple[Stage, ...]":
        """The stages that it reads, which must be finished before."""
        ...

    def documents(self) -> "tuple[Stage, ...]":
        """Those of its inputs that its documents come from: not verdicts, nor what is made beside."""
        ...

    def items(self, ledger: Ledger) -> Sequence[str]:
        """Names of its shards, in order; `ledger` knows those of its inputs. They become names of files."""
        ...

    def code(self) -> object:
        """All that changes what it makes, apart from its inputs: values, functions, and objects that hold these.

        `fingerprint` digests it; a shard that was made by other code is made again.
        """
        ...

    def input_digest(self, item: str, ledger: Ledger) -> str:
        """A digest of all that one shard is read from."""
        ...

    def prefetch(self, item: str) -> None:
        """Begin to fetch what a shard is read from, without waiting: this process makes it after the present one."""
        ...

    def make(self, item: str, root: str, made_from: str) -> Receipt:
        """Make one shard, on a worker, and write its receipt, which says what it was `made_from`.

        An exception fails the shard, and the stage after its other shards have finished.
        """
        ...


class Reader(Protocol):
    """What reads an input of a `Source`: a function, or a frozen dataclass with `__call__`."""

    def __call__(self, name: str, /) -> Iterator[pa.Table]:
        """The rows of an input, in tables of the source's schema, in order.

        They may have the columns `reason` (why a row is dropped) and `error` (why it is put into quarantine). An
        exception fails the shard.
        """
        ...


class InputSize(NamedTuple):
    """What is known of a source's inputs before they are read: their compressed `bytes`, 0 when that is not known.

    `scratch` is the folder that remote ones are fetched to, which has to hold `fetched` bytes at the least.
    """

    bytes: int
    scratch: Path = Path()
    fetched: int = 0


@dataclass(frozen=True)
class Source:
    """Where documents come from: names of inputs, and what reads one of them as tables of `schema`.

    `version` tells whether a named input changed: by default its name alone, since a crawl's files never change.
    `prefetch`, where it is given, begins to fetch an input that will be read soon. `size` tells how large inputs are.

        Source(("a.txt", "b.txt"), read_lines, pa.schema([("id", pa.string()), ("text", pa.string())]))
    """

    list: tuple[str, ...]
    read: Reader
    schema: pa.Schema
    version: Callable[[str], str] = str
    prefetch: Callable[[str], None] | None = None
    size: Callable[[Sequence[str]], InputSize] | None = None

    def __getstate__(self) -> dict[str, object]:
        """What goes over the wire: the fields, and not what was made of them."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def __repr__(self) -> str:
        return f"Source({len(self.list)} inputs, read={self.read!r})"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of its shards, in order."""
        return tuple(self.shards())

    def shards(self) -> dict[str, str]:
        """Shard names and the inputs that they are read from, in the order of the list.

        Raises UsageError when two inputs would be one shard.
        """
        return self._shards

    @cached_property
    def _shards(self) -> dict[str, str]:
        shards = {shard_name(item): item for item in self.list}
        if len(shards) < len(set(self.list)):
            first = next(item for item in self.list if shards[shard_name(item)] != item)
            raise UsageError(f"{first} and {shards[shard_name(first)]} would be one shard; rename one of them")
        return shards

    def fetch_ahead(self, shard: str) -> None:
        """Begin to fetch the input of a shard, if that can be done."""
        if self.prefetch:
            self.prefetch(self.shards()[shard])


def shards_of(source: "Source | Stage", ledger: Ledger) -> Sequence[str]:
    """Names of the shards that a source or stage has, in order."""
    return source.names if isinstance(source, Source) else ledger.shards(source.name)


def tables_of(source: "Source | Stage", shard: str, root: str) -> Iterator[pa.Table]:
    """The rows of one shard of a source or stage, in batches; of a view joined, and without those it drops."""
    if isinstance(source, Source):
        return reads.unwatched(excused(source.read(source.shards()[shard])))
    return source.view.read(root, shard)


def source_digest(source: "Source | Stage", shard: str, ledger: Ledger) -> str:
    """A digest of one shard of a source or stage."""
    if isinstance(source, Source):
        path = source.shards()[shard]
        return digest(path, source.version(path))
    return ledger.digest(source.name, shard)


def stages_among(*sources: "Source | Stage | None") -> "tuple[Stage, ...]":
    """Those of the sources that are stages."""
    return tuple(source for source in sources if source is not None and not isinstance(source, Source))


def fetch_ahead(source: "Source | Stage", shard: str) -> None:
    """Begin to fetch a shard of a source; the shards of stages are read where they are."""
    if isinstance(source, Source):
        source.fetch_ahead(shard)


def reader_of(source: "Source | Stage") -> Reader | None:
    """The code that reads a source, which counts as that of the stage that reads it; None of a stage."""
    return source.read if isinstance(source, Source) else None


def shard_name(item: str) -> str:
    """A file name for an input: its last part, made harmless, and a digest of the whole name."""
    stem = re.sub(r"(\.(warc|wet|arc|gz|zst|parquet|jsonl?))+$", "", item.rstrip("/").rpartition("/")[2])
    safe = re.sub(r"[^A-Za-z0-9_-]+", "-", stem)[:80].strip("-")
    return f"{safe or 'shard'}-{digest(item)[:12]}"
