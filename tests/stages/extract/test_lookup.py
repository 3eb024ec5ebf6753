"""Tables of names for kernels."""

from itertools import product
from string import ascii_lowercase

import numpy as np
import pytest

from stages.extract.lookup import lookup_table, number_of, slot_of

NAMES = {b"p": 1, b"`x": 2, b"exactly8": 3, b"exactly8a": 4, b"of-sixteen-bytes": 5, b"of-sixteen-bytez": 6, b"h1": 7}
TABLE = lookup_table(NAMES)


def number(name: bytes, table: tuple[np.ndarray, np.ndarray] = TABLE) -> int:
    return number_of(np.frombuffer(b"<<" + name + b">>", np.uint8), 2, 2 + len(name), *table)


@pytest.mark.parametrize("name", NAMES)
def test_names_have_their_numbers_whatever_their_case(name: bytes):
    assert number(name) == number(name.upper()) == NAMES[name]


@pytest.mark.parametrize(
    "name",
    [b"q", b"pp", b"@x", b"[x", b"exactly", b"exactly8b", b"of-sixteen-byte", b"of-sixteen-bytes!", b"h2", b"H\xb1"],
)
def test_other_names_have_none(name: bytes):
    assert number(name) == 0


def test_capitals_are_those_of_ascii():
    table = lookup_table({b"a": 1, b"z": 2, b"@": 3, b"[": 4, b"{": 5, b"`": 6})
    assert [number(name, table) for name in (b"A", b"Z", b"@", b"[", b"{", b"`")] == [1, 2, 3, 4, 5, 6]


def slot(name: bytes, size: int) -> int:
    with np.errstate(over="ignore"):
        return int(slot_of(np.uint64(int.from_bytes(name, "little")), np.uint64(0), size))


def test_names_of_one_slot_are_all_found_also_those_of_the_last():
    pairs = [first.encode() + second.encode() for first, second in product(ascii_lowercase, repeat=2)]
    for wanted in (3, 15):  # of sixteen slots
        some = [name for name in pairs if slot(name, 16) == wanted][:4]
        table = lookup_table({name: place for place, name in enumerate(some[:3], 1)})
        assert len(table[1]) == 16
        assert [number(name, table) for name in some] == [1, 2, 3, 0]


def test_a_table_has_room():
    for names in (1, 2, 3, 4, 7, 8, 100):
        slots = len(lookup_table({f"n{place}".encode(): place + 1 for place in range(names)})[1])
        assert slots >= 4 * names and slots & (slots - 1) == 0


def test_the_second_half_of_a_name_counts_for_its_slot():
    with np.errstate(over="ignore"):
        slots = {int(slot_of(np.uint64(7), np.uint64(high), 1 << 20)) for high in range(50)}
    assert len(slots) > 40 and all(0 <= found < 1 << 20 for found in slots)
