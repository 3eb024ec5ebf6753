"""Short names of ASCII and their numbers, as a table for compiled loops."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.hashing import GOLDEN64
from pipeline.kernels import kernel

LONGEST = 16  # bytes of a name: it is held as two numbers of 64 bits


def lookup_table(names: Mapping[bytes, int]) -> tuple[np.ndarray, np.ndarray]:
    """Names and their numbers, none of them 0, each at its slot or one of the next; a power of two of slots."""
    size = 4 << len(names).bit_length()
    table, numbers = np.zeros((size, 2), np.uint64), np.zeros(size, np.int64)
    for name, number in names.items():
        low, high = (np.uint64(int.from_bytes(part, "little")) for part in (name[:8], name[8:LONGEST]))
        with np.errstate(over="ignore"):
            slot = int(slot_of(low, high, size))
        while numbers[slot]:
            slot = (slot + 1) % size
        table[slot], numbers[slot] = (low, high), number
    return table, numbers


def slot_of(low: Any, high: Any, size: int) -> Any:
    """Where a name is looked for first."""
    mixed = (low ^ (high * np.uint64(31))) * GOLDEN64
    return np.int64(mixed >> np.uint64(40)) & (size - 1)


first_slot = kernel(slot_of)  # for kernels: tables are made without Numba


@kernel
def number_of(text: np.ndarray, begin: int, end: int, table: np.ndarray, numbers: np.ndarray) -> int:
    """The number of a name without regard to case, 0 for one that is not in the table."""
    if end - begin > LONGEST:
        return 0
    low, high = np.uint64(0), np.uint64(0)
    for place in range(begin, end):
        byte = np.uint64(text[place])
        if 65 <= byte <= 90:
            byte |= np.uint64(0x20)
        if place - begin < 8:
            low |= byte << np.uint64(8 * (place - begin))
        else:
            high |= byte << np.uint64(8 * (place - begin - 8))
    slot = first_slot(low, high, len(numbers))
    while numbers[slot] and (table[slot, 0] != low or table[slot, 1] != high):
        slot = (slot + 1) & (len(numbers) - 1)
    return int(numbers[slot])
