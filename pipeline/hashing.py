"""Hashes and digests, one of each kind: xxh3-64 for keys, SplitMix64 to mix numbers, BLAKE2b-128 for contents."""

import hashlib
import os
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

if TYPE_CHECKING:
    import pyarrow as pa  # which the process that reads pages does without

GOLDEN64 = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio, odd: a step that visits evenly


def hash64(strings: "pa.Array | pa.ChunkedArray | list[str]") -> np.ndarray:
    """xxh3-64 of each string: uint64, one a row. A null counts as the empty string."""
    values = strings if isinstance(strings, list) else strings.to_pylist()
    return np.fromiter((xxhash.xxh3_64_intdigest(v or "") for v in values), np.uint64, len(values))


def mix64(value: Any) -> Any:
    """SplitMix64's finaliser (Steele, Lea and Flood 2014): a bijection that spreads every bit of a uint64 over all.

    Takes a uint64 array, or a `np.uint64`, and returns the same; `numba.njit(mix64)` serves kernels.
    """
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def shard_key(shard: str) -> int:
    """The key that routes rows to the one bucket of a shard: xxh3-64 of its name."""
    return xxhash.xxh3_64_intdigest(shard)


def new_digest() -> hashlib.blake2b:
    """A hash object of the one kind of digest that is used here: BLAKE2b, 128 bits."""
    return hashlib.blake2b(digest_size=16)


def digest(*parts: str) -> str:
    """BLAKE2b-128 of some strings, hexadecimal; their bounds count."""
    hashed = new_digest()
    for part in parts:
        data = part.encode()
        hashed.update(len(data).to_bytes(8, "little") + data)
    return hashed.hexdigest()


def file_digest(path: str | os.PathLike[str]) -> str:
    """BLAKE2b-128 of a local file's bytes, hexadecimal. Raises OSError when it cannot be read."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, new_digest).hexdigest()
