"""The first look changes nothing: what passes it, and what is judged of that, is what presidio alone would give."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from fastwarc import ArchiveIterator
from fastwarc.warc import WarcRecordType
from resiliparse.extract.html2text import extract_plain_text

from stages import pii
from stages.pii import phone as pii_phone
from stages.pii import presidio as pii_presidio
from stages.pii.characters import normalise_chars
from stages.pii.finder import entities_for
from stages.pii.phone import digit_chains
from stages.pii.recognizers import own_results
from stages.pii.resolve import resolve_results

STOCK = ("US", "GB", "DE", "FR", "IL", "IN", "CA", "BR")  # the regions of presidio
ENTITIES = entities_for(tuple(pii.PII_TYPES))
TRAPS = [
    "555-1234 ext. 123456 then 212-555-0187x12, +1 (212) 555 0187;ext=9",
    "12345678901234567890123456789 and ٠٣٠ ١٢٣٤٥٦٧ and ０３０－１２３４５６",
    "tel: (030) 123-4567 / 7654321, 2012-01-02 08:00:01, VLDB J. 12(3): 211-227 (2003)",
    "650-253-0000€ a650-253-0000 650-253-0000b (((650) 253-0000",
    "IBAN DE22 1005 0000 0190 0947 29 – Herzlich; de89370400440532013000, GB33BUKB20201555555555X",
    "pay DE22 1005 0000 0190 0947 29 – Herzlich",
    "from (+44) 20 7946 0018 or ( + 49) 30 901820",
    "a::b 1::2:3 ::ffff:93.184.216.34 1:2:3:4:5:6:7:8 1.2.3.4.5 300.1.1.1 ::/0",
    "x@y.zz é@例え.jp <a.b@c.d.com>, =?utf-8?q?a@b.com xx@xn--80ak6aa92e.com //m.social/@u.name",
    "3782 822463 10005, 4111-1111-1111-1111 4222222222222 1000000000000",
]


def first_look(text: str, regions: tuple[str, ...], entities: tuple[str, ...] = pii_presidio.ENTITIES) -> list:
    """What presidio finds behind the first look, in all chains of two digits and more."""
    return pii_presidio.presidio_results(text, entities, regions, digit_chains(text, 2))


def rows(shared: Path, name: str) -> Iterator[dict]:
    data = zstandard.ZstdDecompressor().decompress((shared / "data" / "pii" / name).read_bytes(), 1 << 30)
    return (json.loads(line) for line in data.split(b"\n") if line)


def texts(shared: Path, name: str) -> list[str]:
    if name == "pages":
        return [text for text in real_pages(shared) if text]
    if name.startswith("libphonenumber"):
        return [
            "\n".join(f"{r['national']} or {r['e164']}" for r in list(rows(shared, name))[n::40]) for n in range(40)
        ]
    return [row["text"] for row in rows(shared, name)]


def real_pages(shared: Path) -> Iterator[str]:
    """Plain texts of pages chosen with a fixed seed."""
    chosen = random.Random(1)
    for file in sorted((shared / "data" / "realweb").glob("*.warc.gz"))[:1]:
        for record in ArchiveIterator(str(file), record_types=WarcRecordType.response):
            html = record.reader.read()
            if chosen.random() < 0.06 and len(html) < 200_000:
                yield extract_plain_text(html.decode("utf-8", "replace"), main_content=True)


@pytest.mark.parametrize(
    "name",
    [
        "presidio_research.jsonl.zst",
        "webstruct_contact_entities.jsonl.zst",
        "libphonenumber_examples.jsonl.zst",
        "pages",
    ],
)
def test_equal_to_presidio_alone_on_every_item(shared: Path, name: str) -> None:
    items = texts(shared, name)
    assert len(items) > 30
    found = 0
    for text in items:
        alone = pii_presidio.presidio_alone(text, ENTITIES, pii.REGIONS)
        assert first_look(text, pii.REGIONS, ENTITIES) == alone, text
        ascii = normalise_chars(text)
        alone = alone if ascii == text else pii_presidio.presidio_alone(ascii, ENTITIES, pii.REGIONS)
        ours = own_results(ascii, ENTITIES, digit_chains(ascii, 1))
        assert pii.find(text) == resolve_results(ascii, [*alone, *ours]), text
        found += len(alone)
    assert found > len(items) / 20


@pytest.mark.parametrize("text", [*TRAPS, "\n".join(TRAPS), " ".join(reversed(TRAPS))])
@pytest.mark.parametrize("regions", [STOCK, pii.REGIONS, ("AR", "MX", "JP", "GG")])
def test_equal_to_presidio_alone_on_traps(text: str, regions: tuple[str, ...]) -> None:
    assert first_look(text, regions) == pii_presidio.presidio_alone(text, pii_presidio.ENTITIES, regions)


def test_equal_to_presidio_alone_on_random_marks_and_digits() -> None:
    chosen = random.Random(0)
    for _ in range(300):
        text = "".join(chosen.choices("0123456789", k=8) + chosen.choices("0123456789 -.()+/x:@aB\n~ é例", k=60))
        text = "".join(chosen.sample(text, len(text)))
        assert first_look(text, STOCK) == pii_presidio.presidio_alone(text, pii_presidio.ENTITIES, STOCK), text


def test_pages_without_a_candidate_never_reach_presidio(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("presidio was asked")

    monkeypatch.setattr(pii_presidio, "_analyze", refuse)
    monkeypatch.setattr(pii_phone, "_in_chain", refuse)
    text = "In 2009, 12 % of 4,000 people paid 3.50 for 2 apples on 2010-01-02 at 08:30. " * 50
    assert not pii.has_candidate(text) and pii.find(text) == []
