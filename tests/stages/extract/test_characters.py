"""Characters as kernels read them."""

import numpy as np
import pytest

from stages.extract.characters import CAPITAL, DENSE, SPACE, UNPRINTABLE, code_at, traits, traits_of, width_of


@pytest.mark.parametrize(
    ("char", "bits"),
    [
        ("a", 0), ("A", CAPITAL), (" ", SPACE), ("\n", SPACE | UNPRINTABLE), ("\u00a0", SPACE | UNPRINTABLE),
        ("\u200b", UNPRINTABLE), ("\x07", UNPRINTABLE), ("Ж", CAPITAL), ("漢", DENSE), ("か", DENSE), ("한", DENSE),
        ("\u3040", UNPRINTABLE), ("\u3041", DENSE), ("\u3096", DENSE), ("\u9fff", DENSE), ("、", 0), ("ー", 0),
        ("\U0003fffe", UNPRINTABLE | DENSE), ("\U00040000", UNPRINTABLE), ("\U000e00ff", UNPRINTABLE),
        ("\U000e0100", 0), ("\U000e01ef", 0), ("\U000e01f0", UNPRINTABLE), ("\U0010ffff", UNPRINTABLE),
    ],
)  # fmt: skip
def test_what_is_known_of_a_character(char: str, bits: int):
    assert traits_of(traits(), ord(char)) == bits


@pytest.mark.parametrize(
    "char", ["\x00", "~", "\x7f", "\x80", "é", "\u07ff", "\u0800", "漢", "\uffff", "\U00010000", "😀", "\U0010ffff"]
)
def test_utf_8_is_read_as_it_is_written(char: str):
    text = np.frombuffer(f"x{char}y".encode(), np.uint8)
    width = width_of(int(text[1]))
    assert width == len(char.encode())
    assert code_at(text, 1, width) == ord(char)
