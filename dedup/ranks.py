"""Which page of a family is kept: a rank for each page, by a policy."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import UsageError

KEEP = ("first", "longest", "newest", "best")
LAST_RANK = np.iinfo(np.int64).max  # of a page that lacks the value by which pages are ranked


def check_keep(keep: str, best: str | None) -> None:
    """Raise UsageError unless `keep` is a policy and `best` names a column for "best", and for no other."""
    if keep not in KEEP:
        raise UsageError(f"keep={keep} is unknown; it is one of {', '.join(KEEP)}")
    if (keep == "best") != (best is not None):
        raise UsageError("keep=best needs best=COLUMN, and nothing else does")


def page_ranks(table: pa.Table, keep: str, best: str | None = None) -> np.ndarray:
    """The rank of each page (int64); of a family the page of the lowest rank is kept.

    "first" and "newest" go by `timestamp`, when the page was crawled; "longest" by characters of `text`; "best" by the
    greatest value in the column `best`. A page without the value comes last. Without timestamps all ranks are equal.
    """
    if keep == "longest":
        return -pc.fill_null(pc.utf8_length(table["text"]), 0).to_numpy().astype(np.int64)
    if keep == "best" and best:
        return _descending(pc.fill_null(table[best].cast(pa.float64()), np.nan).to_numpy())
    if "timestamp" not in table.column_names:
        return np.zeros(table.num_rows, np.int64)
    seconds = table["timestamp"].cast(pa.timestamp("s")).cast(pa.int64())
    signed = seconds if keep == "first" else pc.negate(seconds)
    return pc.fill_null(signed, LAST_RANK).to_numpy().astype(np.int64)


def _descending(values: np.ndarray) -> np.ndarray:
    """Integers that sort in the opposite order of floats: the bits of a float, after its sign, sort as its value."""
    bits = (values + 0.0).view(np.int64)  # -0.0 + 0.0 is 0.0
    ascending = np.where(bits < 0, bits ^ LAST_RANK, bits)
    return np.where(np.isnan(values), LAST_RANK, ~ascending)
