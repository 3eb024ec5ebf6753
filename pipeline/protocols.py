"""What the engine expects of filters and transforms."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import pyarrow as pa

from pipeline.columns import put
from pipeline.doc import Doc
from pipeline.guard import Caller, Failure, Unguarded


class Transform(Protocol):
    """A function of a table; `pipeline.transform` says how it drops a row."""

    def __call__(self, table: pa.Table, /) -> pa.Table:
        """A table of the same rows in the same order, with any columns."""
        ...


class Filter(Protocol):
    """Judges a Doc. The plainest filter is a function; one with thresholds is `pipeline.rules.Rules`.

    def long_enough(doc: Doc) -> str | None:
        return "short" if len(doc.text) < 100 else None
    """

    def __call__(self, doc: Doc, /) -> str | None:
        """None to keep the Doc, or a short text that says why it is dropped. A pure function."""
        ...


class Editor(Protocol):
    """Edits the text of a Doc; one with thresholds is `pipeline.rules.EditRules`."""

    def __call__(self, doc: Doc, /) -> tuple[str, str | None]:
        """The new text, and None or the reason to drop the Doc. A pure function."""
        ...


class Judgement(NamedTuple):
    """Why a row leaves: the number of the step that decided, and the values of the engine's columns.

    `reason` is "<step>:<code>" for a row that is dropped, `error` "<step>:<exception>" for one that is quarantined.
    """

    step: int
    reason: str | None = None
    measured: str | None = None
    error: str | None = None
    error_message: str | None = None
    error_place: str | None = None

    @classmethod
    def failed(cls, step: int, caller: Caller, failure: Failure) -> "Judgement":
        """The judgement on a row on which the function of a step failed."""
        return cls(step, None, None, *failure.columns(caller.name))


@runtime_checkable
class RowTransform(Protocol):
    """A transform whose functions are called a row at a time, so that an error belongs to one step and one row."""

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of its steps in order: a line of the funnel each."""
        ...

    def apply(self, table: pa.Table, callers: Sequence[Caller]) -> tuple[pa.Table, list[Judgement | None]]:
        """The rows, and for each its Judgement or None when it stays; `callers` call the functions of the steps.

        The columns that are made for a row are those it had, or null, where its function failed.
        """
        ...

    def __call__(self, table: pa.Table, /) -> pa.Table:
        """The rows with `reason` and `measured`; whatever a function raises goes on."""
        table, judgements = self.apply(table, [Unguarded(name) for name in self.steps])
        table = put(table, "reason", pa.array([j.reason if j else None for j in judgements], pa.string()))
        return put(table, "measured", pa.array([j.measured if j else None for j in judgements], pa.string()))
