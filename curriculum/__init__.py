"""A curriculum as arithmetic: phases, what each takes of each source, and whether there is enough of it.

The pages of a source form a token stream: one after the other, in the order of a hash. The stream begins again when it
ends (an epoch). Each phase takes the next so many tokens of every source's stream. So a phase depends only on those
before it: it can be extended, and what comes later can change, while what was made stays as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import accumulate

from pipeline.errors import UsageError


@dataclass(frozen=True)
class Curve:
    """How often a page is in the stream, by the percentile of its value in a column among the tokens that are chosen.

    `steps` are pairs (percentile from, times), ascending: ((0.4, 1), (0.9, 3.5)) leaves out the lowest 40 % and takes
    the best tenth three and a half times, that is, half of its pages three times and half four.
    """

    column: str
    steps: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        starts, times = [at for at, _ in self.steps], [times for _, times in self.steps]
        if not self.steps or starts != sorted(set(starts)) or not 0 <= starts[0] <= starts[-1] < 1:
            raise UsageError(f"the steps of a curve begin at percentiles from 0 to below 1, ascending, not {starts}")
        if min(times) < 0 or not 0 < max(times) <= 1_000:
            raise UsageError(f"a curve takes pages 0 to 1,000 times, and some of them, not {times}")


@dataclass(frozen=True)
class Choice:
    """What a phase takes of a source: all of it in the order of a hash, if nothing is said.

    `where` is an expression over the source's columns ("edu >= 3 and language == 'en'", see `where.Where`). `order`
    names a column by whose value pages come, the least first, or with "-" in front the greatest first ("-tokens": the
    longest). `curve` repeats pages by quality. A page without a value in the column of an order or curve is left out.
    `neighbours` is "host", or a column with the family of a page: pages of one follow each other and share sequences.
    With `long`, (L, share), that share of the tokens comes from texts of more than L tokens.
    """

    where: str = ""
    order: str = ""
    curve: Curve | None = None
    neighbours: str = ""
    long: tuple[int, float] = (0, 0.0)

    def __post_init__(self) -> None:
        if self.long[0] < 0 or not 0 <= self.long[1] <= 1:
            raise UsageError(f"long={self.long}; give a number of tokens and a share, 0 to 1")
        if self.order and self.curve:
            raise UsageError("order= and a curve of one source exclude each other: copies of a page must lie apart")
        if self.order and self.neighbours:
            raise UsageError("order= and neighbours= of one source exclude each other: a page has one place")

    @property
    def ranked_by(self) -> str:
        """The column whose percentiles are needed; "" for none."""
        return self.curve.column if self.curve else self.order.removeprefix("-")


EVERYTHING = Choice()


@dataclass(frozen=True)
class Phase:
    """`tokens` in all, sequences of `length` tokens, and the weight of each source (shares of tokens; any sum).

    `choose` says which pages of a source it takes, and in which order; all, in the order of a hash, if it says nothing.

    By the end of the phase no source has been used more than `epochs` times, and in it no page comes again within
    `window` tokens of training.
    """

    name: str
    tokens: int
    length: int
    weights: Mapping[str, float]
    epochs: float = 4.0  # up to four, repeated data is worth almost as much as new (arXiv 2305.16264)
    window: int = 0
    choose: Mapping[str, Choice] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.tokens < 1 or self.length < 2 or not self.weights:
            raise UsageError(f"phase {self.name}: needs tokens, a length over 1 and weights")
        if min(self.weights.values()) < 0 or not sum(self.weights.values()) > 0:
            raise UsageError(f"phase {self.name}: weights must not be negative, nor all be zero")

    def shares(self, tokens: int | None = None) -> dict[str, int]:
        """Tokens of each source in the first `tokens` of the phase, or in all: whole numbers that add up.

        They are rounded by Webster's method, so that no source has fewer of them in more tokens.
        """
        tokens = self.tokens if tokens is None else tokens
        total = sum(Fraction(w) for w in self.weights.values())
        weights = {source: Fraction(w) / total for source, w in sorted(self.weights.items())}
        shares = {source: int(tokens * w + Fraction(1, 2)) for source, w in weights.items()}
        while (missing := tokens - sum(shares.values())) > 0:
            next_one = max(weights, key=lambda s: weights[s] / (2 * shares[s] + 1))
            shares[next_one] += 1
        for _ in range(-missing):
            last_one = min((s for s in reversed(weights) if shares[s]), key=lambda s: weights[s] / (2 * shares[s] - 1))
            shares[last_one] -= 1
        return shares


@dataclass(frozen=True)
class Interval:
    """What a phase takes of a source's stream: `length` tokens from `start`; `weight` is its share of the phase."""

    start: int
    length: int
    weight: float

    @property
    def end(self) -> int:
        """The token behind the last one."""
        return self.start + self.length


@dataclass(frozen=True)
class Curriculum:
    """Phases in order. `seed` decides, with a page's id and text, where in its source's stream the page lies.

    `max_epochs` sets for a source fewer epochs than the phases allow (1 for what may be seen once only).
    """

    phases: tuple[Phase, ...]
    seed: int = 0
    max_epochs: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        names = [phase.name for phase in self.phases]
        if not names or len(set(names)) < len(names):
            raise UsageError(f"a curriculum needs phases with names of their own, not {names}")

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of all sources of all phases, sorted."""
        return tuple(sorted({source for phase in self.phases for source in phase.weights}))

    def intervals(self, source: str) -> list[Interval]:
        """What each phase takes of the source, in the order of the phases."""
        lengths = [phase.shares().get(source, 0) for phase in self.phases]
        weights = [phase.weights.get(source, 0) / sum(phase.weights.values()) for phase in self.phases]
        return [Interval(*i) for i in zip(accumulate([0, *lengths[:-1]]), lengths, weights, strict=True)]

    def scaled(self, scale: float) -> "Curriculum":
        """A small one of the same shape: budgets and windows times `scale`, lengths as they are."""
        if not 0 < scale < float("inf"):
            raise UsageError(f"scale={scale:g}: give a number above 0; 1e-6 makes a small curriculum of the same shape")
        phases = (
            replace(p, tokens=max(1, round(p.tokens * scale)), window=round(p.window * scale)) for p in self.phases
        )
        return replace(self, phases=tuple(phases))


def check(curriculum: Curriculum, totals: Mapping[str, int], spacing: Mapping[str, int] | None = None) -> None:
    """Raise UsageError when a source has too few tokens for what is asked of it; names every such source at once.

    `totals` are the tokens of the streams that are known; `spacing`, how far apart the copies of a page lie.
    """
    faults = []
    for source in curriculum.sources:
        if source not in totals:
            continue  # nothing is known of it yet
        epoch_length = totals[source]
        short = _shortage(curriculum, source, epoch_length)
        faults += short or _too_soon(curriculum, source, (spacing or {}).get(source, epoch_length))
    if faults:
        raise UsageError("; ".join(faults))


def _shortage(curriculum: Curriculum, source: str, epoch_length: int) -> list[str]:
    limit = (curriculum.max_epochs or {}).get(source, float("inf"))
    for phase, interval in zip(curriculum.phases, curriculum.intervals(source), strict=True):
        epochs, asked = min(phase.epochs, limit), interval.end
        allowed = int(epoch_length * epochs) if epoch_length else 0
        if interval.length and asked > allowed:
            said = f"phase {phase.name}: source {source} is short of {asked - allowed:,} tokens"
            return [f"{said}: {asked:,} are asked by then, {epochs:g} epochs of its {epoch_length:,} allow {allowed:,}"]
    return []


def _too_soon(curriculum: Curriculum, source: str, spacing: int) -> list[str]:
    return [
        f"phase {phase.name}: a page of source {source} comes again after {int(distance):,} tokens, the window is "
        f"{phase.window:,}: give it less weight or more pages"
        for phase, distance in zip(curriculum.phases, returns(curriculum, source, spacing), strict=True)
        if distance < phase.window
    ]


def returns(curriculum: Curriculum, source: str, spacing: int) -> list[float]:
    """For each phase, the fewest tokens of training between a page of the source and its use before; inf where none is.

    Position in training is a piecewise linear function of the offset in the stream, so the least lies at a bend.
    """
    pieces, begin = [], 0
    for phase, interval in zip(curriculum.phases, curriculum.intervals(source), strict=True):
        pieces.append((interval, begin))
        begin += phase.tokens
    least = [float("inf")] * len(pieces)
    for n, (later, later_begin) in enumerate(pieces):
        for earlier, earlier_begin in pieces[: n + 1]:
            low = max(later.start, earlier.start + spacing)
            high = min(later.end, earlier.end + spacing)
            for x in (low, high) if low < high else ():
                now = later_begin + (x - later.start) / later.weight
                then = earlier_begin + (x - spacing - earlier.start) / earlier.weight
                least[n] = min(least[n], now - then)
    return least
