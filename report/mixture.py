"""Two mixtures side by side: what each phase was to take of each source and what it took, line by line."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pipeline import parquet, store
from pipeline.errors import UsageError
from pipeline.root import redact
from report.tables import aligned

TABLE = "shares/bucket-00000.parquet"
HEAD = ("phase", "source", "wanted 1", "wanted 2", "difference", "realised 1", "realised 2", "tokens 1", "tokens 2")


class Amount(NamedTuple):
    """Tokens that a phase takes of a source: wanted, and realised where it was run; and of the whole phase."""

    wanted: int
    realised: int | None
    phase_tokens: int

    @property
    def wanted_share(self) -> float:
        """The share of the phase that was wanted."""
        return self.wanted / max(self.phase_tokens, 1)

    @property
    def realised_share(self) -> float | None:
        """The share of the phase that it became; None where it was not run."""
        return None if self.realised is None else self.realised / max(self.phase_tokens, 1)

    def to_json(self) -> dict[str, Any]:
        """The same as JSON has it."""
        shares = {"wanted_share": self.wanted_share, "realised_share": self.realised_share}
        return {"wanted": self.wanted, "realised": self.realised, **shares}


Mixture = dict[tuple[str, str], Amount]  # by phase and source, in the order of the phases


class MixtureDiff(NamedTuple):
    """Two mixtures by name, and what each has at a phase and source; None where one has nothing there."""

    names: tuple[str, str]
    lines: list[tuple[tuple[str, str], Amount | None, Amount | None]]

    def to_json(self) -> dict[str, Any]:
        """The same as JSON has it."""
        lines = [
            {
                "phase": phase,
                "source": source,
                "first": first and first.to_json(),
                "second": second and second.to_json(),
            }
            for (phase, source), first, second in self.lines
        ]
        return {"mixtures": list(self.names), "lines": lines}


def mixture_of(root: str) -> Mixture:
    """The mixture of the run of a curriculum. Raises UsageError when there is none."""
    if not store.exists(root, TABLE):
        raise UsageError(f"{redact(root)} has no {TABLE}: give the --root of a curriculum that was run, or its recipe")
    rows = parquet.read_table(root, TABLE).to_pylist()
    sizes = {row["phase"]: row["wanted"] for row in rows if row["source"] is None}
    return {
        (row["phase"], row["source"]): Amount(row["wanted"], row["realised"], sizes[row["phase"]])
        for row in rows
        if row["source"] is not None
    }


def mixture_diff(names: tuple[str, str], first: Mixture, second: Mixture) -> MixtureDiff:
    """Both line by line: the first one's phases and sources in their order, each phase with what only the other has."""
    phases = dict.fromkeys(phase for mixture in (first, second) for phase, _ in mixture)
    keys = [key for p in phases for key in dict.fromkeys(k for m in (first, second) for k in m if k[0] == p)]
    return MixtureDiff(names, [(key, first.get(key), second.get(key)) for key in keys])


def mixture_lines(diff: MixtureDiff) -> Iterator[str]:
    """The lines of a terminal: shares of the phases in percent, their difference in points, and tokens."""
    yield f"1: {diff.names[0]}"
    yield f"2: {diff.names[1]}"
    yield ""
    yield from aligned([HEAD, *(_row(*line) for line in diff.lines)], [name in ("phase", "source") for name in HEAD])


def _row(key: tuple[str, str], first: Amount | None, second: Amount | None) -> tuple[str, ...]:
    wanted = [amount.wanted_share if amount else 0.0 for amount in (first, second)]
    realised = [amount.realised_share if amount else None for amount in (first, second)]
    tokens = [_tokens(amount) for amount in (first, second)]
    difference = f"{100 * (wanted[1] - wanted[0]):+.2f}"
    shown = [f"{100 * share:.2f}" if amount else "-" for share, amount in zip(wanted, (first, second), strict=True)]
    became = [f"{100 * share:.2f}" if share is not None else "-" for share in realised]
    return (*key, *shown, difference, *became, *tokens)


def _tokens(amount: Amount | None) -> str:
    if amount is None:
        return "-"
    return f"{amount.wanted if amount.realised is None else amount.realised:,}"
