"""Hashes: the published ones, equal on every machine."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numba import njit

from pipeline.hashing import GOLDEN64, digest, file_digest, hash64, mix64, shard_key

EMPTY = "cae66941d9efbd404e4d88758ea67670"  # BLAKE2b-128 of no bytes, from its reference implementation


def test_hashes_are_xxh3():
    assert hash64(["", "a"]).tolist() == [3244421341483603138, 16629034431890738719]
    assert hash64(pa.array([None, "a"])).tolist() == [3244421341483603138, 16629034431890738719]
    assert hash64([]).dtype == np.uint64
    assert shard_key("a") == 16629034431890738719


def test_mix64_is_the_finaliser_of_splitmix64():
    """The first outputs of the reference generator from seed 0, whose state grows by GOLDEN64."""
    states = np.arange(1, 4, dtype=np.uint64) * GOLDEN64
    expected = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert mix64(states).tolist() == expected


def test_mix64_serves_kernels():
    numbers = np.array([0, 1, 2**64 - 1], np.uint64)
    assert [njit(mix64)(number) for number in numbers] == mix64(numbers).tolist()


def test_digests_tell_where_strings_end():
    assert digest() == EMPTY
    assert len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("abc", "")}) == 4
    assert digest("é") == digest("é") != digest("e")


def test_the_digest_of_a_file_is_that_of_its_bytes(tmp_path: Path):
    (tmp_path / "empty").touch()
    (tmp_path / "a").write_bytes(b"a")
    assert file_digest(tmp_path / "empty") == EMPTY
    assert file_digest(str(tmp_path / "a")) == "27c35e6e9373877f29e562464e46497e"
    with pytest.raises(FileNotFoundError):
        file_digest(tmp_path / "nothing")
