"""How much memory a task needs, from the sizes in the receipts of what it reads."""

import pyarrow as pa
import pyarrow.types as pat

from pipeline.ledger import Ledger
from pipeline.shuffle import Gather, Scatter
from pipeline.source import Source, Stage

WORK = 4  # times its rows that a bucket takes while it is worked on
PACKED = 2  # times the bytes of a file that its rows are in memory, where they are texts
SORTED = 2  # times its rows that a file takes while they are put in order
LEAST = 256 << 20  # bytes that every task may take without asking


def memory_of(stage: Stage, ledger: Ledger) -> int:
    """Bytes that a task of a stage asks for: those of a bucket of a Gather or a file of a Scatter, when it is large.

    0 of any other stage: a Map takes a batch at a time.
    """
    if isinstance(stage, Gather):
        return worth_asking(_bucket(stage, ledger))
    each = memory_of_row(stage)
    if not each or not isinstance(stage, Scatter) or isinstance(stage.source, Source):
        return 0
    rows = [size[1] for size in ledger.sizes(stage.source.name)]
    together = stage.merged(len(rows))
    most = max((sum(rows[start : start + together]) for start in range(0, len(rows), together)), default=0)
    return worth_asking(each * most)


def memory_of_row(stage: Stage) -> int:
    """Bytes that a file of a Scatter takes in memory for each row of the stage that it reads; 0 of any other stage."""
    if not isinstance(stage, Scatter) or isinstance(stage.source, Source):
        return 0
    return SORTED * stage.sends * row_width(stage.schema)


def worth_asking(needed: int) -> int:
    """What a task that needs so many bytes asks for: nothing when these are few."""
    return needed if needed > LEAST else 0


def _bucket(stage: Gather, ledger: Ledger) -> int:
    """Keys are spread evenly, so that buckets are equal."""
    rows = width = packed = 0
    for scatter in stage.sources:
        sizes = ledger.sizes(scatter.name)
        rows, packed = rows + sum(size[1] for size in sizes), packed + sum(size[2] for size in sizes)
        width = max(width, row_width(scatter.schema))
    return WORK * max(rows * width, PACKED * packed) // max(1, len(stage.items(ledger)))


def row_width(schema: pa.Schema) -> int:
    """Bytes of a row of columns of fixed width; a text counts as the four bytes that tell its end."""
    return sum(kind.bit_width // 8 if pat.is_primitive(kind) else 4 for kind in schema.types)
