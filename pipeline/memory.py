"""How much memory a task needs, from the sizes in the receipts of what it reads."""

import pyarrow as pa
import pyarrow.types as pat

from pipeline.ledger import Ledger
from pipeline.shuffle import Gather
from pipeline.source import Stage

WORK = 4  # times its rows that a bucket takes while it is worked on
PACKED = 2  # times the bytes of a file that its rows are in memory, where they are texts
LEAST = 256 << 20  # bytes that every task may take without asking


def memory_of(stage: Stage, ledger: Ledger) -> int:
    """Bytes that a task of a stage asks for: those of a bucket of a Gather, when it is large; 0 of any other stage.

    Keys are spread evenly, so that buckets are equal. Maps and Scatters take a batch or some shards at a time.
    """
    if not isinstance(stage, Gather):
        return 0
    rows = width = packed = 0
    for scatter in stage.sources:
        sizes = ledger.sizes(scatter.name)
        rows, packed = rows + sum(size[1] for size in sizes), packed + sum(size[2] for size in sizes)
        width = max(width, row_width(scatter.schema))
    needed = WORK * max(rows * width, PACKED * packed) // max(1, len(stage.items(ledger)))
    return needed if needed > LEAST else 0


def row_width(schema: pa.Schema) -> int:
    """Bytes of a row of columns of fixed width; a text counts as the four bytes that tell its end."""
    return sum(kind.bit_width // 8 if pat.is_primitive(kind) else 4 for kind in schema.types)
