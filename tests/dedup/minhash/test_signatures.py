"""What pages send to their bands, and whether two runs made it in the same way."""

import numpy as np
import pyarrow as pa
import pytest

from dedup.members import MEMBERS, PRIOR_RUN_RANK, page_numbers
from dedup.minhash.banding import Banding
from dedup.minhash.signatures import Bands, as_prior
from dedup.shingles import shingled
from dedup.tokens import Tokens, word_tokens
from pipeline.errors import UsageError
from pipeline.hashing import mix64, shard_key

TABLE = pa.table({"id": ["a", "b", "c"], "text": ["one two three", None, "four five"]})
BANDS = Bands(Banding(3, 2))


def test_a_row_for_every_band_of_every_page_with_tokens():
    found = BANDS(TABLE, "shard")
    assert found.schema.names == ["band", "doc"] and found.schema.types == [pa.uint64(), pa.uint64()]
    numbers = page_numbers(TABLE["id"], "shard").tolist()
    assert found["doc"].to_pylist() == [numbers[0]] * 3 + [numbers[2]] * 3
    expected = Banding(3, 2)(*shingled(TABLE["text"].combine_chunks(), 5))
    assert found["band"].to_pylist() == [*expected[0].tolist(), *expected[2].tolist()]


def test_bands_of_parts_never_meet():
    """The bands of a part are those without parts, combined with the mixed number of the part: 0 for part 0."""
    shards = {(shard_key(name) * 2 >> 64): name for name in map(str, range(20))}
    alone = [BANDS(TABLE, shards[part])["band"].to_numpy() for part in (0, 1)]
    parted = [Bands(Banding(3, 2), parts=2)(TABLE, shards[part])["band"].to_numpy() for part in (0, 1)]
    assert np.array_equal(alone[0], alone[1]) and np.array_equal(parted[0], alone[0])
    assert np.array_equal(parted[1] ^ parted[0], mix64(np.ones(6, np.uint64)))


def upper_tokens(texts: pa.Array) -> Tokens:
    tokens = word_tokens(texts)
    return tokens._replace(hashes=tokens.hashes + np.uint64(1))


@pytest.mark.parametrize("other", [
    Bands(Banding(4, 2)), Bands(Banding(3, 3)), Bands(Banding(3, 2, "minwise")), Bands(Banding(3, 2, seed=2)),
    Bands(Banding(3, 2), ngram=4), Bands(Banding(3, 2), parts=2), Bands(Banding(3, 2), tokenise=upper_tokens),
])  # fmt: skip
def test_bands_made_in_another_way_are_refused(other):
    schema = BANDS(TABLE, "shard").schema
    assert schema == BANDS(TABLE.slice(0, 0), "").schema
    BANDS.check_same(schema, "root/near.bands")
    with pytest.raises(UsageError) as error:
        other.check_same(schema, "root/near.bands")
    assert str(error.value) == (
        "the signatures in root/near.bands were made with other bands, rows, n-grams, tokens, seed or parts, or by"
        " another version, and would match nothing: take the same, or make the prior run again"
    )


def test_a_store_that_does_not_tell_is_refused():
    with pytest.raises(UsageError, match="made with other bands"):
        BANDS.check_same(BANDS(TABLE, "s").schema.remove_metadata(), "there")


def test_bands_of_prior_runs_are_marked():
    found = as_prior(pa.table({"band": np.array([6], np.uint64), "doc": np.array([4], np.uint64)}), "shard")
    assert found.to_pylist() == [{"band": 6, "doc": 5}]


def test_records_of_prior_runs_rank_first():
    row = {"family": 0, "rank": 9, "tie": 3, "doc": 4, "shard": 1, "id": "a", "host": "h", "content": 8}
    found = as_prior(pa.Table.from_pylist([row], MEMBERS), "shard")
    assert found.schema == MEMBERS
    assert found.to_pylist() == [row | {"doc": 5, "rank": PRIOR_RUN_RANK, "shard": shard_key("shard")}]
    assert PRIOR_RUN_RANK == -(2**63)
