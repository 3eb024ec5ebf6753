"""Compressed streams: several members, long windows, padding; a cut or damaged one never passes for a whole one."""

import bz2
import gzip
import io
import lzma

import pytest
import zstandard

from pipeline.errors import BadInput
from readers.unpack import unpacked

LINES = b"".join(b'{"id": %d, "text": "%x"}\n' % (n, n**9) for n in range(5_000))
PACK = {
    ".gz": lambda data: gzip.compress(data, mtime=0),
    ".zst": zstandard.ZstdCompressor().compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


def content(data: bytes, name: str) -> bytes:
    return b"".join(unpacked(io.BytesIO(data), name))


@pytest.mark.parametrize("ending", PACK)
def test_a_packed_file_is_read_whatever_its_name(ending):
    packed = PACK[ending](LINES)
    assert content(packed, f"a.jsonl{ending}") == LINES
    assert content(packed, "a.jsonl") == LINES


@pytest.mark.parametrize("ending", PACK)
def test_members_follow_one_another_with_zeros_between(ending):
    packed = PACK[ending](LINES) + PACK[ending](b"more\n") + b"\0" * 20_000 + PACK[ending](b"last\n") + b"\0" * 3
    assert content(packed, f"a{ending}") == LINES + b"more\nlast\n"


@pytest.mark.parametrize("ending", PACK)
@pytest.mark.parametrize("part", [slice(12), slice(20_000), slice(-1)], ids=["head", "half", "all but a byte"])
def test_a_file_that_is_cut_is_named(ending, part):
    with pytest.raises(BadInput, match=f"a.jsonl{ending} is cut short"):
        content(PACK[ending](LINES)[part], f"a.jsonl{ending}")


@pytest.mark.parametrize("ending", PACK)
def test_the_content_before_a_cut_comes_first(ending):
    packed, got = PACK[ending](LINES) + PACK[ending](LINES), b""
    with pytest.raises(BadInput):
        for piece in unpacked(io.BytesIO(packed[:-9]), "a"):
            got += piece
    assert got.startswith(LINES)


@pytest.mark.parametrize("ending", PACK)
def test_a_damaged_file_is_named(ending):
    packed = bytearray(PACK[ending](LINES))
    packed[len(packed) // 2 : len(packed) // 2 + 50] = b"\xff" * 50
    with pytest.raises(BadInput, match=f"a.jsonl{ending} is (damaged|cut short)"):
        content(bytes(packed), f"a.jsonl{ending}")


@pytest.mark.parametrize("ending", PACK)
def test_garbage_behind_the_last_member_is_no_text(ending):
    with pytest.raises(BadInput, match="is damaged"):
        content(PACK[ending](LINES) + b"<html>", "a")


@pytest.mark.parametrize("ending", PACK)
def test_a_name_that_promises_a_packed_file_is_held_to_it(ending):
    assert content(b'{"text": "a"}\n', f"a.jsonl{ending}") == b'{"text": "a"}\n', "someone unpacked it"
    assert content(b'\xef\xbb\xbf{"text": "a"}\n', f"a.jsonl{ending}") == b'\xef\xbb\xbf{"text": "a"}\n'
    for data in (b"<html>503 Slow Down</html>", b""):
        with pytest.raises(BadInput, match=rf"a.jsonl{ending} is no {ending} file"):
            content(data, f"a.jsonl{ending}")


def test_a_plain_file_is_read_as_it_is():
    data = LINES * 10
    assert len(data) > 1 << 20 and content(data, "a.jsonl") == data
    assert content(b"", "a.jsonl") == b"" and content(b"{", "a.jsonl") == b"{"


def test_the_frames_of_zstd_that_hold_no_data_are_skipped():
    frame = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"
    assert content(frame + PACK[".zst"](LINES) + frame, "a.jsonl.zst") == LINES


def test_a_zstd_window_of_half_a_gigabyte_is_read():
    window = zstandard.ZstdCompressionParameters.from_level(1, window_log=29, enable_ldm=True)
    packed = zstandard.ZstdCompressor(compression_params=window).compressobj()
    data = packed.compress(LINES) + packed.flush()
    with pytest.raises(zstandard.ZstdError):
        zstandard.ZstdDecompressor().decompressobj().decompress(data)
    assert content(data, "a.jsonl.zst") == LINES


def test_a_bomb_is_unpacked_piece_by_piece():
    bomb = PACK[".zst"](b"\0" * (1 << 30))
    pieces = [len(piece) for piece in unpacked(io.BytesIO(bomb), "a.zst")]
    assert sum(pieces) == 1 << 30 and max(pieces) <= 256 << 20
