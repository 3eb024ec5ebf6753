"""No page takes more than its length: twice the page, about twice the time, for the worst that we can think of."""

import random
import time
from collections.abc import Callable

import pytest

from stages import pii
from stages.pii import as_fineweb


def table(size: int) -> str:
    """Numbers of one to eight digits between spaces, tabs and line ends."""
    chosen = random.Random(0)
    return "".join(
        f"{chosen.randrange(10 ** chosen.randrange(1, 9))}{chosen.choice(' 	  ')}" for _ in range(size // 5)
    )


WORST: dict[str, Callable[[int], str]] = {
    "at signs": lambda n: "@" * n,
    "dots": lambda n: "." * n,
    "number table": table,
    "one long number": lambda n: "7" * n,
    "colons": lambda n: ":" * n,
    "digits and dots": lambda n: "1." * (n // 2),
    "half IBANs": lambda n: "DE12 ABCD " * (n // 10),
    "half addresses": lambda n: "a@b." * (n // 4),
    "a long mailbox": lambda n: "a" * n + "@example.com",
    "a long host": lambda n: "a@" + "b." * (n // 2),
    "hexadecimals": lambda n: "ab:" * (n // 3),
    "brackets": lambda n: "(" * n,
    "wallets": lambda n: "1" + "A" * n,
    "extensions": lambda n: "x1" * (n // 2),
    "moments": lambda n: "2012-01-02 08:00\n" * (n // 17),
    "labels": lambda n: "tel fax " * (n // 8),
    "cards": lambda n: "4111 1111 1111 1111 " * (n // 20),
    "spelt addresses": lambda n: "a at b dot " * (n // 11),
    "labels without end": lambda n: "a@b" + ".cd" * (n // 3),
    "words stuck to hosts": lambda n: "a@b.comX.comX.comX.comX.comX " * (n // 29),
    "wallets of base 58": lambda n: "z" * 33 + " " + "LQTpS3VaYTjCr4s9Y1t5zbeY26zevf7Fb4 " * (n // 35),
    "names with hyphens": lambda n: "a-" * (n // 2) + "a..b@c.de",
    "phones": lambda n: "(212) 555-0187, " * (n // 16),
}


@pytest.mark.parametrize("name", WORST)
def test_time_grows_with_the_length_only(name: str) -> None:
    pii.find("a@example.com (212) 555-0187")  # loads what is loaded once
    small, large = (min(_seconds(WORST[name](size)) for _ in range(2)) for size in (8_000, 32_000))
    assert large < 8 * small + 0.05


@pytest.mark.parametrize("name", WORST)
def test_fineweb_takes_no_more_than_the_length_either(name: str) -> None:
    small, large = (
        min(_seconds(WORST[name](size), as_fineweb.fineweb_spans) for _ in range(2)) for size in (8_000, 32_000)
    )
    assert large < 8 * small + 0.05


@pytest.mark.parametrize("text", ["@" * 1_000_000, "." * 100_000, "0001 " * 200_000, "a@" * 500_000])
def test_a_megabyte_of_nothing_takes_no_time(text: str) -> None:
    assert pii.find(text) == []
    assert _seconds(text) < 3


def _seconds(text: str, find: Callable[[str], object] = pii.find) -> float:
    began = time.process_time()
    find(text)
    return time.process_time() - began
