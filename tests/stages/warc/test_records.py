"""Records out of damaged files: one defect costs one record, and no length is believed that is not true."""

import bz2
import gzip
import io
import struct
import tracemalloc
import zlib

import pytest
import zstandard
from fastwarc.stream_io import Lz4Writer

from stages.warc.records import Record, records
from tests.helpers.warc_maker import crawl, html, members, record, response

RECORDS = crawl(8)
PARTS = members(RECORDS)
BLOCKS = [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n\r\n") for part in RECORDS]


def read(data: bytes) -> list[Record]:
    return list(records(io.BytesIO(data)))


def sound(data: bytes) -> list[bytes]:
    return [found.block for found in read(data) if not found.error]


def errors(data: bytes) -> list[str]:
    return [found.error for found in read(data) if found.error]


def lz4(data: bytes) -> bytes:
    out = io.BytesIO()
    writer = Lz4Writer(out)
    writer.write(data)
    writer.close()
    return out.getvalue()


def frames(parts: list[bytes], dictionary: bool = False) -> bytes:
    """Zstd frames; with a dictionary in a skippable frame before them, as the IIPC's convention has it."""
    if not dictionary:
        return b"".join(zstandard.compress(part) for part in parts)
    trained = zstandard.train_dictionary(4096, parts * 30)
    raw = trained.as_bytes()
    made = zstandard.ZstdCompressor(dict_data=trained)
    return struct.pack("<II", 0x184D2A5D, len(raw)) + raw + b"".join(made.compress(part) for part in parts)


WAYS = {
    "a member a record": b"".join(PARTS),
    "one member": gzip.compress(b"".join(RECORDS)),
    "plain": b"".join(RECORDS),
    "zstd frames": frames(RECORDS),
    "zstd with dictionary": frames(RECORDS, dictionary=True),
    "one zstd frame": zstandard.compress(b"".join(RECORDS)),
    "lz4": lz4(b"".join(RECORDS)),
    "bzip2": bz2.compress(b"".join(RECORDS)),
    "members of two records": b"".join(members([a + b for a, b in zip(RECORDS[::2], RECORDS[1::2], strict=False)]))
    + PARTS[-1],
    "a record in two members": b"".join(gzip.compress(half) for part in RECORDS for half in (part[:300], part[300:])),
    "padding between members": b"\0\0".join(PARTS) + b"\0" * 512,
    "empty members": gzip.compress(b"").join(PARTS),
    "lines end in LF": b"".join(
        part.replace(b"\r\n", b"\n", part.partition(b"\r\n\r\n")[0].count(b"\r\n") + 2) for part in RECORDS
    ),
    "no blank lines between": b"".join(part.removesuffix(b"\r\n\r\n") for part in RECORDS),
    "blank lines first": b"\r\n\r\n" + b"\r\n\r\n".join(RECORDS),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_write_a_file_gives_the_same_records(way):
    assert sound(WAYS[way]) == BLOCKS
    assert errors(WAYS[way]) == []


@pytest.mark.parametrize("way", ["a member a record", "plain"])
def test_offset_and_length_suffice_to_read_a_record_again(way):
    data = WAYS[way]
    for found in read(data):
        assert [again.block for again in read(data[found.offset : found.offset + found.length])] == [found.block]


@pytest.mark.parametrize("place", [4, 12, 40, 150, -5, -2])
@pytest.mark.parametrize("number", [0, 2, len(PARTS) - 1])
def test_a_damaged_member_costs_one_record(place, number):
    damaged = bytearray(PARTS[number])
    damaged[place] ^= 0xFF
    data = b"".join([*PARTS[:number], bytes(damaged), *PARTS[number + 1 :]])
    lost = [] if sound(data) == BLOCKS else [BLOCKS[number]]  # bytes 4 to 7 are a date, of no weight
    assert sound(data) == [block for block in BLOCKS if block not in lost]
    assert errors(data) in (["warc:damaged"] * len(lost), ["warc:truncated"] * len(lost))
    assert not lost or place != 4


def with_false_sum(data: bytes) -> bytes:
    """A gzip member whose check sum is wrong."""
    member = gzip.compress(data)
    return member[:-8] + bytes([member[-8] ^ 1]) + member[-7:]


@pytest.mark.parametrize(
    "rest",
    [
        b"",
        b"\r\n\r\n",
        b"noise of a defect",
        b"noise\n" + RECORDS[2][:200],  # decompression copies what came before
        b"noise\n" + RECORDS[2][:500] + b"\nnoise\n" + RECORDS[2][:550],
    ],
)
def test_what_a_defect_leaves_behind_a_record_is_no_record_of_its_own(rest):
    found = read(PARTS[1] + with_false_sum(record(BLOCKS[2], number=0, WARC_Block_Digest="") + rest) + PARTS[3])
    assert [one.error for one in found] == [None, "warc:damaged", None]
    assert [found[0].block, found[2].block] == [BLOCKS[1], BLOCKS[3]]


def test_a_digest_does_not_prove_the_only_record_of_a_damaged_member():
    """Its header may be wrong, which the digest does not cover."""
    found = read(with_false_sum(RECORDS[2] + b"noise of a defect") + PARTS[3])
    assert [(one.block, one.error) for one in found] == [(BLOCKS[2], "warc:damaged"), (BLOCKS[3], None)]


def test_of_several_records_in_a_damaged_member_each_is_told():
    other = record(b"other", number=5, WARC_Block_Digest="")
    found = read(with_false_sum(RECORDS[2] + other) + PARTS[3])
    assert (
        [(one.block[:5], one.error) for one in found]
        == [
            (BLOCKS[2][:5], None),  # its digest proves it
            (b"other", "warc:damaged"),
            (BLOCKS[3][:5], None),
        ]
    )


def test_a_damaged_member_takes_nothing_from_the_record_before_it():
    """The member before is complete, or says that it is longer than it is."""
    headless = with_false_sum(b"no head " * 20)
    for length in (None, len(BLOCKS[2]) - 5):
        before = members([record(BLOCKS[2], number=0, length=length)])
        found = read(b"".join([*before, headless, PARTS[3]]))
        assert [(one.block, one.error) for one in found if not one.error] == [(BLOCKS[2], None), (BLOCKS[3], None)]
        assert [one.offset for one in found if one.error] == [len(before[0])]


def test_a_lost_head_of_a_member_costs_one_record():
    for number in (0, 3):
        data = b"".join([*PARTS[:number], b"xx" + PARTS[number][2:], *PARTS[number + 1 :]])
        assert sound(data) == BLOCKS[:number] + BLOCKS[number + 1 :]
        [bad] = [found for found in read(data) if found.error]
        assert (bad.offset, bad.length) == (len(b"".join(PARTS[:number])), len(PARTS[number]))


@pytest.mark.parametrize("way", ["a member a record", "one member", "plain", "zstd frames", "lz4", "bzip2"])
def test_a_cut_file_does_not_pass_as_whole(way):
    data = WAYS[way]
    last = len(BLOCKS[-1])
    for cut in (1, 5, 9, len(data) // 3):
        if (way == "plain" and cut < 5) or (way == "lz4" and cut < 10):
            continue  # only what follows the last byte of the last record is gone
        found = read(data[:-cut])
        assert found[-1].error in ("warc:truncated", "warc:damaged")
        assert [one.block for one in found if not one.error] == BLOCKS[: len(found) - 1]
        assert len(found[-1].block) <= max(last, max(map(len, BLOCKS)))


@pytest.mark.parametrize("wrong", [-50, -1, 1, 50, 5000, 10 * 2**30])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_wrong_length_costs_nothing(wrong, zipped):
    block = response(html(2))
    lies = [*RECORDS]
    lies[5] = record(block, number=1, length=len(block) + wrong)
    assert b"sha1:" in lies[5]
    data = b"".join(members(lies) if zipped else lies)
    assert [found.rstrip() for found in sound(data)] == [known.rstrip() for known in [*BLOCKS[:5], block, *BLOCKS[6:]]]
    assert errors(data) == []


def test_bytes_lost_in_the_middle_of_a_plain_file_are_seen():
    data = b"".join(RECORDS)
    start = data.index(BLOCKS[5]) + 200
    assert sound(data[:start] + data[start + 90 :]) == BLOCKS[:5] + BLOCKS[6:]
    assert errors(data[:start] + data[start + 90 :]) == ["warc:damaged"]


@pytest.mark.parametrize("length", ["", "abc", "-5", "99999999999999999999999", "12 34", "0x10"])
def test_a_length_that_is_none(length):
    odd = record(BLOCKS[2], number=0, Content_Length=length)
    assert sound(b"".join([RECORDS[0], odd, RECORDS[3]])) == [BLOCKS[0], BLOCKS[2], BLOCKS[3]]
    assert sound(b"".join(members([RECORDS[0], odd, RECORDS[3]]))) == [BLOCKS[0], BLOCKS[2], BLOCKS[3]]


def test_a_broken_header_costs_one_record():
    for bad in (b"WARX/1.0\r\n", b"\0" * 40, b"WARC/1.0" + b"x" * 70_000, b""):
        broken = bad + RECORDS[5][10:]
        data = b"".join([*RECORDS[:5], broken, *RECORDS[6:]])
        assert sound(data) == BLOCKS[:5] + BLOCKS[6:]
        assert errors(data) == ["warc:damaged"]


def test_a_page_about_warc_files_is_one_record():
    inside = response(b"<html><pre>\r\n\r\n" + RECORDS[2] + b"</pre></html>")
    data = [RECORDS[0], record(inside, number=77), RECORDS[3]]
    assert sound(b"".join(data)) == [BLOCKS[0], inside, BLOCKS[3]]
    assert sound(b"".join(members(data))) == [BLOCKS[0], inside, BLOCKS[3]]


@pytest.mark.parametrize("version", ["WARC/0.17", "WARC/0.18", "WARC/1.1", "warc/1.0"])
def test_versions(version):
    assert sound(version.encode() + RECORDS[2][8:]) == [BLOCKS[2]]


def test_header_fields():
    raw = b"WARC/1.0\r\nWARC-Type : response\r\nA: one\r\n two\r\na: three\r\nnothing\r\nB:\xff\r\n"
    raw += b"Content-Length: 2\r\n\r\nok"
    fields = read(raw)[0].fields()
    assert fields == {"warc-type": "response", "a": "one two", "b": "�", "content-length": "2"}


@pytest.mark.parametrize("zipped", [True, False])
def test_arc_files(zipped):
    pages = [response(html(n)) for n in range(4)]
    urls = ["http://a.example/", "http://b.example/with space", "dns:b.example", "https://c.example/x?y=1"]
    info = b"1 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n"
    parts = [b"filedesc://x.arc 0.0.0.0 20040101000000 text/plain %d\n%s\n" % (len(info), info)]
    for url, page in zip(urls, pages, strict=True):
        version2 = b"200 sum - 0 x.arc " if url.endswith("y=1") else b""
        head = b"%s 192.0.2.1 20040102030405 text/html %s%d\n" % (url.encode(), version2, len(page))
        parts.append(head + page + b"\n")
    found = read(b"".join(members(parts) if zipped else parts))
    assert [one.fields()["warc-type"] for one in found] == ["warcinfo", "response", "response", "resource", "response"]
    assert [one.fields()["warc-target-uri"] for one in found[1:]] == urls
    assert [one.block for one in found[1:]] == pages
    assert {one.fields()["warc-date"] for one in found[1:]} == {"2004-01-02T03:04:05Z"}
    assert not any(one.error for one in found)


def test_large_records_are_named_and_passed():
    big = record(response(b"<html>" + b"x" * (17 << 20)), number=5)
    for data in (RECORDS[0] + big + RECORDS[2], b"".join(members([RECORDS[0], big, RECORDS[2]]))):
        assert sound(data) == [BLOCKS[0], BLOCKS[2]]
        assert errors(data) == ["warc:too_large"]


@pytest.mark.parametrize("zipped", [True, False])
def test_memory_is_bounded(zipped, tmp_path):
    path = tmp_path / "big.warc"
    with gzip.open(path, "wb", 1) if zipped else open(path, "wb") as file:
        file.write(RECORDS[0])
        for length in (60 << 20, 10 << 30):  # one that is large, and one that lies
            file.write(record(b"", number=length, length=length).removesuffix(b"\r\n\r\n"))
            for _ in range(60):
                file.write(b"y" * (1 << 20))
            file.write(b"\r\n\r\n")
        file.write(RECORDS[2])
    tracemalloc.start()
    with open(path, "rb") as file:
        found = [(one.error, len(one.block)) for one in records(file)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [error for error, _ in found] == [None, "warc:too_large", "warc:too_large", None]
    assert peak < 100 << 20


def test_a_false_magic_in_a_member_is_none():
    """Bytes that look like a member's head occur once in 16 MB of compressed data."""
    stored = zlib.compressobj(0, zlib.DEFLATED, 31)
    body = record(response(b"<html>\x1f\x8b\x08\x00" + b"z" * 100 + b"\x1f\x8b\x08\x00</html>"), number=3)
    member = stored.compress(body) + stored.flush()
    assert member.count(b"\x1f\x8b\x08") == 3
    assert sound(PARTS[0] + member + PARTS[2]) == [BLOCKS[0], body.partition(b"\r\n\r\n")[2][:-4], BLOCKS[2]]


def test_files_that_are_none():
    for data in (b"", b"\n\n", b"\0" * 1000):
        assert read(data) == []
    for data in (b"hello", b"%PDF-1.4 ...", b"PK\3\4" + bytes(100), gzip.compress(b"some text"), bytes(range(256)) * 9):
        assert [(bool(found.error), found.head or None) for found in read(data)] == [(True, None)], data[:9]
