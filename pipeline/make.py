"""Stages that are neither Map nor Scatter nor Gather: shards with rows of their own, made one at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from pipeline.ledger import Ledger
from pipeline.receipts import Receipt
from pipeline.shard import ShardFiles, commit_receipt, shard_files
from pipeline.stage import Stage
from pipeline.stats import Stats
from pipeline.view import View


class Maker(Protocol):
    """What a `Make` makes: a frozen dataclass that says which shards there are, and makes one.

    Packed sequences, the phases of a curriculum and published files are made so.
    """

    @property
    def schema(self) -> pa.Schema:
        """The columns of the rows that it makes; none when it makes files of another kind."""
        ...

    def inputs(self) -> tuple[Stage, ...]:
        """The stages that it reads."""
        ...

    def documents(self) -> tuple[Stage, ...]:
        """Those of its inputs that its documents come from."""
        ...

    def shards(self, ledger: Ledger) -> Sequence[str]:
        """Names of its shards, in order, once its inputs are finished."""
        ...

    def code(self) -> object:
        """All that changes what it makes, apart from its inputs (see `Stage.code`): not the stages that it reads."""
        ...

    def input_digest(self, shard: str, ledger: Ledger) -> str:
        """A digest of all that one shard is read from."""
        ...

    def make(self, files: ShardFiles) -> Stats:
        """Make the shard `files.shard`: write its rows to `files.rows(schema)`, and return its counts.

        `Stats.conserved` is checked: with `rows_due` it is tokens that must not be lost, else rows. What comes in is
        to be counted by what the inputs say, not by what was written.
        """
        ...


@dataclass(frozen=True)
class Make:
    """A stage of what a `Maker` makes. `folder` is where its rows lie when that is not the folder of its name."""

    name: str
    maker: Maker
    folder: str = ""

    @property
    def kind(self) -> str:
        """What the plan calls it."""
        return "make"

    @property
    def schema(self) -> pa.Schema:
        """The columns of its rows."""
        return self.maker.schema

    @property
    def view(self) -> View:
        """Where its rows lie."""
        return View(self.folder or self.name)

    def as_goal(self) -> "Make":
        """The stage as it is made when a run is for it."""
        return self

    def inputs(self) -> tuple[Stage, ...]:
        """The stages that it reads."""
        return self.maker.inputs()

    def documents(self) -> tuple[Stage, ...]:
        """Those of its inputs that its documents come from."""
        return self.maker.documents()

    def items(self, ledger: Ledger) -> Sequence[str]:
        """Names of its shards, in order."""
        return self.maker.shards(ledger)

    def code(self) -> object:
        """What changes its rows, apart from its inputs."""
        return Make, self.maker.code()

    def input_digest(self, item: str, ledger: Ledger) -> str:
        """A digest of all that a shard is read from."""
        return self.maker.input_digest(item, ledger)

    def prefetch(self, item: str) -> None:
        """Nothing is fetched: what it reads are the shards of stages."""

    def make(self, item: str, root: str, made_from: str) -> Receipt:
        """Make one shard."""
        with shard_files(root, self.name, item, self.folder) as files:
            stats = self.maker.make(files)
        return commit_receipt(files, made_from, stats)
