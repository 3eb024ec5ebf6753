"""Cuts, flips and splices of WARC files: no crash, no hang, and never fewer records than members that are undamaged."""

import bisect
import gzip
import io
import itertools
import random
import struct
import sys
import zlib
from collections import Counter

import pytest
import zstandard

from stages.warc import RowBuilder
from stages.warc.records import Record, records, records_between
from tests.helpers.warc_maker import crawl, html, members, record, response

RECORDS = crawl(12)
PARTS = members(RECORDS)
SEEDS = range(120)


def read(data: bytes) -> list[Record]:
    return list(records(io.BytesIO(data)))


def cut(data: bytearray, dice: random.Random) -> None:
    del data[dice.randrange(len(data)) :]


def flip(data: bytearray, dice: random.Random) -> None:
    for _ in range(dice.randrange(1, 6)):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def lose(data: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(data))
    del data[start : start + dice.choice((1, 7, 100, 3000))]


def insert(data: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(data))
    data[start:start] = dice.choice(
        (dice.randbytes(dice.randrange(1, 400)), b"\0" * 50, b"\x1f\x8b\x08\x00", b"WARC/1.0\r\n")
    )


def move(data: bytearray, dice: random.Random) -> None:
    start, size, to = dice.randrange(len(data)), dice.randrange(1, 2000), dice.randrange(len(data))
    piece = data[start : start + size]
    data[to:to] = piece


def overwrite(data: bytearray, dice: random.Random) -> None:
    start, size = dice.randrange(len(data)), dice.choice((1, 20, 600))
    data[start : start + size] = dice.choice((b"\0" * size, dice.randbytes(size), b"\r\n" * (size // 2)))


def hole(data: bytearray, dice: random.Random) -> None:
    """Zeros where a sector or page of the disk could not be read."""
    size = dice.choice((512, 4096, 16384))
    start = dice.randrange(len(data)) // size * size
    data[start : start + size] = bytes(len(data[start : start + size]))


def behead(data: bytearray, dice: random.Random) -> None:
    del data[: dice.randrange(1, 400)]


def double(data: bytearray, dice: random.Random) -> None:
    """A file behind itself, the first of the two cut or not."""
    whole = bytes(data)
    cut(data, dice) if dice.random() < 0.5 else data.extend(dice.randbytes(dice.choice((1, 300))))
    data.extend(whole)


def spoil(data: bytes, seed: int) -> bytes:
    dice, spoiled = random.Random(seed), bytearray(data)
    for _ in range(dice.randrange(1, 4)):
        if spoiled:
            dice.choice((cut, flip, lose, insert, move, overwrite))(spoiled, dice)
    return bytes(spoiled)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_undamaged_member_is_recovered(seed):
    data = spoil(b"".join(PARTS), seed)
    found = [record.block for record in read(data) if not record.error]
    expected = [block_of(record) for record, part in zip(RECORDS, PARTS, strict=True) if part in data]
    assert [block for block in expected if block not in found] == []
    assert set(found) <= set(map(block_of, RECORDS))  # and nothing is made up


@pytest.mark.parametrize("seed", SEEDS)
def test_every_undamaged_record_of_a_plain_file_is_recovered(seed):
    data = spoil(b"".join(RECORDS), seed)
    found = {record.block for record in read(data) if not record.error}
    whole = [record for record in RECORDS if b"\r\n\r\n" + record in data or data.startswith(record)]
    assert [record for record in whole if block_of(record) not in found] == []


LONG = record(response(html(900, 60_000)), number=900)
TRAINED = zstandard.train_dictionary(4096, RECORDS * 30)  # type: ignore[arg-type]
DICTIONARY = struct.pack("<II", 0x184D2A5D, len(TRAINED.as_bytes())) + TRAINED.as_bytes()


def frames(records: list[bytes], dictionary: zstandard.ZstdCompressionDict | None = None) -> list[bytes]:
    made = zstandard.ZstdCompressor(dict_data=dictionary, write_checksum=True)
    return [made.compress(record) for record in records]


# Duplicates, another order, and a record whose compressed bytes are more than one read gives.
SHUFFLED = [*RECORDS[::-1], LONG, *RECORDS[:9], LONG, *RECORDS]
FORMS = {
    "gzip": (b"", members(SHUFFLED)),
    "plain": (b"", SHUFFLED),
    "zstd": (b"", frames(SHUFFLED)),
    "zstd with dictionary": (DICTIONARY, frames(SHUFFLED, TRAINED)),
}


@pytest.mark.parametrize("seed", SEEDS[::2])
@pytest.mark.parametrize("form", FORMS)
def test_holes_lost_heads_and_files_behind_files(form, seed):
    head, parts = FORMS[form]
    dice, data = random.Random(f"{form} {seed}"), bytearray(b"".join(parts))
    dice.choice((hole, behead, double, flip))(data, dice)
    expected = Counter[bytes]()
    for part, one in set(zip(parts, SHUFFLED, strict=True)):
        expected[block_of(one)] += data.count(part)
    found = Counter(one.block for one in read(head + bytes(data)) if not one.error)
    assert expected - found == Counter()


def test_files_with_dictionaries_behind_one_another():
    other = zstandard.train_dictionary(2048, SHUFFLED * 20)  # type: ignore[arg-type]
    second = zstandard.compress(other.as_bytes())  # as the convention allows
    data = b"".join([DICTIONARY, *frames(RECORDS, TRAINED), struct.pack("<II", 0x184D2A5D, len(second)), second])
    found = read(data + b"".join(frames(RECORDS, other)))
    assert [one.block for one in found] == [block_of(one) for one in RECORDS * 2]


def test_a_hole_in_a_page_of_a_plain_file_is_seen():
    page = record(response(html(1, 2_000)), number=1)
    data = RECORDS[0] + page[:5_000] + bytes(512) + page[5_512:] + RECORDS[2]
    assert [one.error for one in read(data)] == [None, "warc:damaged", None]


@pytest.mark.parametrize("seed", SEEDS[::3])
def test_a_file_of_one_member_gives_all_before_the_damage(seed):
    packed = gzip.compress(b"".join(RECORDS), 1, mtime=0)
    at = 40 + random.Random(seed).randrange(len(packed) - 60)
    spoiled = packed[:at] + bytes([packed[at] ^ 0x55]) + packed[at + 1 :]
    good = len(zlib.decompressobj(31).decompress(packed[: at - 1]))
    ends = itertools.accumulate(map(len, RECORDS))
    found = read(spoiled)
    sound = [record.block for record in found if not record.error]
    before = [block_of(record) for record, end in zip(RECORDS, ends, strict=True) if end <= good]
    assert sound[: len(before)] == before
    assert set(sound) <= set(map(block_of, RECORDS))
    assert any(record.error for record in found)


@pytest.mark.parametrize("seed", SEEDS[::4])
def test_noise_is_read_without_a_crash(seed):
    dice = random.Random(seed)
    pieces = [
        b"WARC/1.0\r\n",
        b"\x1f\x8b\x08",
        b"Content-Length: 99999\r\n",
        b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n",
        PARTS[2],
    ]
    pieces += [
        b"\x28\xb5\x2f\xfd",
        b"\x5d\x2a\x4d\x18",
        b"BZh9",
        b"\x04\x22\x4d\x18",
        b"http://a b 20200101000000 x 5\n",
    ]
    data = b"".join(dice.choice((*pieces, dice.randbytes(dice.randrange(60)))) for _ in range(60))
    builder = RowBuilder("noise")
    rows = [row for record in read(data) if (row := builder.row(record))]
    assert all(row["offset"] >= 0 and 0 < row["length"] <= len(data) for row in rows)


@pytest.mark.parametrize("seed", range(6))
def test_real_pages(shared, seed):
    whole = (shared / "data" / "realweb" / "realweb-dev-00000.warc.gz").read_bytes()[: 3 << 20]
    spans = [(one.offset, one.offset + one.length) for one in read(whole)][:-1]
    assert len(spans) > 300
    data = spoil(whole, seed)
    expected = [block_of(gzip.decompress(whole[a:b])) for a, b in spans if whole[a:b] in data]
    found = {record.block for record in read(data) if not record.error}
    assert [block for block in expected if block not in found] == []


def bit(member: bytearray, low: int, high: int, dice: random.Random) -> None:
    member[dice.randrange(low, high)] ^= 1 << dice.randrange(8)


def sparse_bits(member: bytearray, low: int, high: int, dice: random.Random) -> None:
    for _ in range(dice.randrange(2, 6)):
        bit(member, low, high, dice)


def zeros(member: bytearray, low: int, high: int, dice: random.Random) -> None:
    at = dice.randrange(low, high)
    member[at : min(at + 16, high)] = bytes(min(at + 16, high) - at)


def noise(member: bytearray, low: int, high: int, dice: random.Random) -> None:
    at = dice.randrange(low, high)
    member[at : min(at + 40, high)] = dice.randbytes(min(at + 40, high) - at)


def gap(member: bytearray, low: int, high: int, dice: random.Random) -> None:
    at = dice.randrange(low, high)
    del member[at : min(at + 16, high)]


def stuffing(member: bytearray, low: int, high: int, dice: random.Random) -> None:
    at = dice.randrange(low, high)
    member[at:at] = dice.randbytes(16)


def lost_end(member: bytearray, low: int, high: int, dice: random.Random) -> None:
    del member[dice.randrange(low, high) :]


def false_sum(member: bytearray, low: int, high: int, dice: random.Random) -> None:
    bit(member, len(member) - 8, len(member) - 4, dice)


def false_size(member: bytearray, low: int, high: int, dice: random.Random) -> None:
    bit(member, len(member) - 4, len(member), dice)


DAMAGE = (bit, sparse_bits, zeros, noise, gap, stuffing, lost_end, false_sum, false_size)
PLACES = {"anywhere": (10, None), "head": (10, 60), "end": (-68, None)}  # of the bytes between header and trailer


def damage(member: bytes, how, place: str, dice: random.Random) -> bytes:
    """The member with a defect behind its ten bytes of gzip header, so that it is found and does not open."""
    low, high = PLACES[place]
    low, high = max(10, low % len(member)), min(high or len(member), len(member) - 8)
    data = bytearray(member)
    while bytes(data) == member or opens(bytes(data)):
        how(data, low, min(high, len(data)), dice)
    return bytes(data)


def opens(member: bytes) -> bool:
    try:
        return bool(gzip.decompress(member))
    except (OSError, EOFError, zlib.error):
        return False


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("how", DAMAGE, ids=lambda how: how.__name__)
def test_a_damaged_member_is_one_row_and_its_neighbours_are_pages(how, place):
    dice, parts, bad = random.Random(f"{how.__name__} {place}"), [], set()
    for number in range(120):
        # The block has no digest, so that nothing but the check sum of the member tells that it is damaged.
        one = record(response(html(dice.randrange(99), dice.randrange(2, 900))), number=number, WARC_Block_Digest="")
        [member] = members([one])
        if number % 2:
            bad.add(number)
            member = damage(member, how, place, dice)
        parts.append(member)
    ends = list(itertools.accumulate(map(len, parts)))
    builder = RowBuilder("x.warc.gz")
    rows = [row for record in read(b"".join(parts)) if (row := builder.row(record))]
    found = [(bisect.bisect_right(ends, row["offset"]), row["error"], row["reason"]) for row in rows]
    error = "warc:damaged"
    cut = "warc:truncated"  # what a damaged last member may be taken for
    expected = [(number, error if number in bad else None, None) for number in range(120)]
    assert [(n, error if e == cut and n == 119 else e, r) for n, e, r in found] == expected
    pages = [row["html"] for row in rows if not row["error"]]
    assert pages == [block_of(gzip.decompress(parts[n])).partition(b"\r\n\r\n")[2] for n in range(0, 120, 2)]


def block_of(record: bytes) -> bytes:
    return record.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n\r\n")


@pytest.mark.parametrize("seed", SEEDS[::4])
@pytest.mark.parametrize("form", FORMS)
def test_parts_have_the_records_of_the_file_in_its_order(form, seed, monkeypatch):
    """However a file is damaged and cut into parts. The first seed damages nothing."""
    head, parts = FORMS[form]
    data = b"".join(parts) if seed == 0 else spoil(b"".join(parts), seed)
    monkeypatch.setattr(sys.modules[records.__module__], "LOOKBACK", 2 * max(map(len, parts)))
    dice, file = random.Random(f"{form} {seed}"), io.BytesIO(head + data)
    bounds = [0, *sorted(dice.randrange(len(head + data) + 1) for _ in range(dice.choice((1, 3, 9)))), None]
    found = [list(records_between(file, start or 0, end)) for start, end in itertools.pairwise(bounds)]
    assert list(itertools.chain(*found)) == read(head + data)
    assert seed or sum(map(bool, found)) > 1
