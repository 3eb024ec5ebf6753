"""What rows of files have in common: ids that no two share, the file's own ids, a text, and errors."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from readers.values import ARROW, Field, Unfit

ROWS, BYTES = 1_000, 8 << 20  # a table holds no more rows, and hardly more bytes of a file
SOURCE_ID = Field("source_id", "scalar", ("id",))
# What is wrong with a row: a code, a message, and the file and line where it lies.
ERRORS = ("error", "error_message", "error_place")
TEXT = Field("text", names=("text", "content"), required=True)


class Found(NamedTuple):
    """The names of the columns that a file has, and which of them each field is read from."""

    names: list[str]
    fields: dict[str, str]


def rows_schema(fields: Sequence[Field]) -> pa.Schema:
    """The columns of rows with these fields: `id`, then the fields."""
    return pa.schema([("id", pa.string()), *((field.name, ARROW[field.kind]) for field in fields)])


def finished(
    ids: pa.Array, columns: dict[str, pa.Array], wrong: Mapping[int, Unfit], place: Callable[[int], str]
) -> pa.Table:
    """The table of some rows, with a hash of the text where a row has no id of its own, and with `ERRORS`.

    `wrong` says what is wrong with which row; so is one without a text. `place` says where a row lies, by its number.
    """
    texts, known = columns[TEXT.name], columns[SOURCE_ID.name]
    if known.null_count:
        hashes = [None if text is None else xxhash.xxh3_128_hexdigest(text) for text in texts.to_pylist()]
        columns = columns | {SOURCE_ID.name: pc.coalesce(known, pa.array(hashes, pa.string()))}
    wrong = dict.fromkeys(pc.indices_nonzero(pc.is_null(texts)).to_pylist(), Unfit("no_text")) | dict(wrong)
    told: list[tuple[str | None, ...]] = [(None,) * len(ERRORS)] * len(ids)
    for row, unfit in wrong.items():
        told[row] = (f"row:{unfit.code}", unfit.message or None, place(row))
    errors = [pa.array([each[n] for each in told], pa.string()) for n in range(len(ERRORS))]
    return pa.table({"id": ids, **columns, **dict(zip(ERRORS, errors, strict=True))})
