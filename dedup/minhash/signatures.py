"""The rows that pages send to their bands, and whether two runs made them in the same way."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dedup.arrays import numpy_column
from dedup.members import PRIOR_RUN, PRIOR_RUN_RANK, page_numbers
from dedup.minhash.banding import Banding
from dedup.routing import part_of
from dedup.shingles import shingled
from dedup.tokens import Tokenise, word_tokens
from pipeline.cache_folder import remembered
from pipeline.errors import UsageError
from pipeline.fingerprint import fingerprint
from pipeline.hashing import digest, mix64, shard_key

MADE_BY = b"made by"  # the metadata of a file of bands that tells how they were made
PROBE = " ".join(map(str, range(100)))


@dataclass(frozen=True)
class Bands:
    """Rows for a Scatter: a row `band, doc` for every band of every page that has a token."""

    banding: Banding
    ngram: int = 5
    tokenise: Tokenise = word_tokens
    parts: int = 1

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        """The rows to send of a shard."""
        shingles, starts = shingled(table["text"].combine_chunks(), self.ngram, self.tokenise)
        has_tokens = np.diff(starts) > 0
        part = mix64(np.array([part_of(shard, self.parts)], np.uint64))  # part 0 gives 0
        bands = self.banding(shingles, starts)[has_tokens] ^ part
        doc = np.repeat(page_numbers(table["id"], shard)[has_tokens], self.banding.bands)
        return pa.table({"band": bands.ravel(), "doc": doc}, metadata={MADE_BY: self.made_by()})

    def made_by(self) -> str:
        """A digest of what these bands make of one fixed page.

        Bands that were made in another way match nothing, and no error would tell. Found out once for the same code:
        who only asks for the columns of a stage need not load Numba.
        """
        return remembered(f"bands/{fingerprint(self)}", self._probed)

    def _probed(self) -> str:
        bands = self.banding(*shingled(pa.array([PROBE]), self.ngram, self.tokenise))
        doc = page_numbers(pa.chunked_array([["page"]]), "shard")
        return digest(bands.tobytes().hex(), doc.tobytes().hex(), str(self.parts))

    def check_same(self, schema: pa.Schema, where: str) -> None:
        """Raise UsageError when the bands of a prior run, with this schema, were made in another way."""
        if (schema.metadata or {}).get(MADE_BY) != self.made_by().encode():
            raise UsageError(
                f"the signatures in {where} were made with other bands, rows, n-grams, tokens, seed or parts, or by"
                " another version, and would match nothing: take the same, or make the prior run again"
            )


def as_prior(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: bands or page records of a prior run, marked as such."""
    values = {"doc": pa.array(numpy_column(table, "doc") | PRIOR_RUN)}
    if "rank" in table.column_names:
        values["rank"] = pa.repeat(pa.scalar(PRIOR_RUN_RANK, pa.int64()), table.num_rows)
        values["shard"] = pa.repeat(pa.scalar(shard_key(shard), pa.uint64()), table.num_rows)
    for name, value in values.items():
        table = table.set_column(table.column_names.index(name), name, value)
    return table
