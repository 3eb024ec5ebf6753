"""JSON Lines: numbers of lines that an editor shows, and what is wrong with a line that is no object."""

import json
import tracemalloc

import pytest

from readers.json_lines import numbered_lines, objects, parsed
from readers.values import Unfit


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_lines_are_the_same_however_the_pieces_are_cut(size):
    data = b'{"a": 1}\n\n{"b": "x\xe2\x80\xa8y"}\r\n \n{"c": 3}'
    pieces = [data[n : n + size] for n in range(0, len(data), size)]
    assert list(numbered_lines(pieces)) == [
        (1, b'{"a": 1}'),
        (2, b""),
        (3, b'{"b": "x\xe2\x80\xa8y"}\r'),
        (4, b" "),
        (5, b'{"c": 3}'),
    ]


@pytest.mark.parametrize("size", [1, 4, 1_000])
def test_a_line_that_is_too_long_costs_itself_only(size):
    data = b"12345\n123456\n1\n1234567890123\n12345"
    pieces = [data[n : n + size] for n in range(0, len(data), size)]
    assert list(numbered_lines(pieces, longest=5)) == [(1, b"12345"), (2, None), (3, b"1"), (4, None), (5, b"12345")]
    assert list(numbered_lines([b"1\n123456"], longest=5)) == [(1, b"1"), (2, None)]


def test_a_line_that_is_too_long_is_not_held_in_memory():
    def pieces():
        for _ in range(300):
            yield b"x" * (1 << 20)
        yield b"\n{}"

    tracemalloc.start()
    got = list(numbered_lines(pieces()))
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert got == [(1, None), (2, b"{}")] and held < 100 << 20


def test_nothing_is_no_line():
    assert list(numbered_lines([])) == [] and list(numbered_lines([b"\n"])) == [(1, b"")]


def test_blank_lines_are_counted_and_are_no_rows():
    got = list(objects([b'\xef\xbb\xbf{"a": 1}\n\n \t\r\n{"b": 2}\n{"c": \n']))
    assert [(number, row) for number, row, _ in got[:2]] == [(1, {"a": 1}), (4, {"b": 2})]
    assert got[2][0] == 5 and isinstance(got[2][1], Unfit)
    assert [size for _, _, size in got] == [8, 8, 6]


def test_a_byte_order_mark_may_begin_any_line():
    (_, first, _), (_, second, _) = objects([b"\xef\xbb\xbf{}\n\xef\xbb\xbf{}\n"])
    assert first == {} and second == {}


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_lines_in_utf_16_are_read(codec, size):
    data = '\ufeff{"text": "żółw 😀"}\r\n{"text": "\ud83d"}\n{"text": "b"}\n'.encode(codec, "surrogatepass")
    pieces = [data[n : n + size] for n in range(0, len(data), size)]
    (_, first, _), (_, second, _), (_, third, _) = objects(pieces)
    assert first == {"text": "żółw 😀"} and third == {"text": "b"}
    assert isinstance(second, Unfit) and second.code == "not_utf8"


DEEP = 60_000


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"text": "cut in the mid', "not_json"),
        (b"<html>", "not_json"),
        (b"{'text': 'python'}", "not_json"),
        (b"\0\0\0\0", "not_json"),
        (b'{"text": "a"} {"text": "b"}', "not_json"),
        (b"[1, 2]", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"null", "not_an_object"),
        (b"17", "not_an_object"),
        (b'{"text": "caf\xe9"}', "not_utf8"),
        ('{"text": "utf-16"}'.encode("utf-16"), "not_utf8"),
        (b'{"text": "a", "meta": ' + b"[" * DEEP + b"]" * DEEP + b"}", "too_deep"),
        (b'{"text": "a", "meta": ' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}", "too_deep"),
    ],
)
def test_what_is_no_object_is_told_by_a_code(line, code):
    with pytest.raises(Unfit) as unfit:
        parsed(line)
    assert unfit.value.code == code


def test_a_line_that_is_too_long_has_a_code():
    (number, row, size), (after, _, _) = objects([b"x" * ((1 << 26) + 1), b"\n{}"])
    assert (number, size, after) == (1, 0, 2) and isinstance(row, Unfit) and row.code == "too_long"
    ((_, row, _),) = objects([b"x" * (1 << 26)])
    assert isinstance(row, Unfit) and row.code == "not_json", "64 MiB are read"


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (b'{"a": NaN, "b": Infinity}', None),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"text": "half \\ud83d"}', {"text": "half \ud83d"}),
        (b'{"id": ' + b"7" * 5_000 + b', "n": 1}', {"id": "7" * 5_000, "n": "1"}),
        (b' {"a": {"b": [1]}}\r', {"a": {"b": [1]}}),
    ],
)
def test_what_json_allows_is_read(line, row):
    assert parsed(line) == row if row else str(parsed(line)["a"]) == "nan"


def test_a_row_of_every_writer_is_read():
    rows = [{"text": '日本\u2028\x85 "\\ \t', "n": [None, True, 1.5e300]}]
    for ascii_only in (True, False):
        assert parsed(json.dumps(rows[0], ensure_ascii=ascii_only).encode()) == rows[0]
