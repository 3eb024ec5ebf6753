"""FineWeb's scrubbing is datatrove's to the letter."""

import random
from pathlib import Path

import pyarrow as pa
from datatrove.pipeline.formatters import PIIFormatter

from stages import pii
from tests.helpers.private import labelled_texts

HOSTILE = [
    "a@b.com@c.org and x@y..z.com, a..b@c.de, é.abc@x.com éa!b@x.com -@x.com",
    "123.45.67.89.10.11 093.184.216.34 1.2.3.45678 mail@[93.184.216.34] a@[1.2.3.x:]",
    "kijonan@gmail.comまで おkim@gmail.com |1.2.3.4@x.de|8.8.8.8",
]


def rewritten(scrub: pii.Scrub, texts: list[str]) -> list[str]:
    return scrub(pa.table({"text": texts}))["text"].to_pylist()


def random_texts() -> list[str]:
    chosen = random.Random(3)
    pieces = ["a", "@", "b.c", "8.8.8.8", "1.2.3.4", ".", "é", "!", "[", "]", " ", "com", "-", "電"]
    return ["".join(chosen.choices(pieces, k=chosen.randrange(2, 16))) for _ in range(5_000)]


def test_fineweb_is_datatrove_to_the_letter() -> None:
    texts = [*HOSTILE, *random_texts()]
    assert rewritten(pii.fineweb(), texts) == [PIIFormatter().format(text) for text in texts]


def test_fineweb_is_datatrove_to_the_letter_on_labelled_texts(shared: Path) -> None:
    texts = labelled_texts(shared)
    assert rewritten(pii.fineweb(), texts) == [PIIFormatter().format(text) for text in texts]
