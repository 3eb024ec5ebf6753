"""Texts of files: good rows with a count of the others, and every string of evaluation items."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import readers
from pipeline.errors import BadInput, UsageError
from pipeline.run import run
from pipeline.runner import Local
from readers.listing import Folder
from readers.texts import Unread, strings
from tests.helpers import toy
from tests.helpers.object_store import bucket


def test_good_rows_are_given_and_the_others_counted(tmp_path):
    (tmp_path / "a.jsonl").write_text(
        '{"text": "one"}\n{"text": 1}\n{"text": "two"}\n{"te\n[]\n{"text": null}\n{"text": 2}\n'
    )
    (tmp_path / "b.jsonl").write_text('{"text": "three"}\n')
    unread = Unread()
    tables = list(unread.good(readers.source(str(tmp_path))))
    assert [table["text"].to_pylist() for table in tables] == [["one", "two"], ["three"]]
    assert all(table.column_names == ["id", "source_id", "text"] for table in tables)
    counted = "1 row:no_text, 1 row:not_an_object, 1 row:not_json, 2 row:text_not_string"
    assert str(unread) == f"5 rows could not be read ({counted}; the first is {tmp_path}/a.jsonl:2: 1)"


def test_nothing_is_said_when_every_row_was_read(tmp_path):
    (tmp_path / "b.jsonl").write_text('{"text": "three"}\n')
    unread = Unread()
    assert sum(table.num_rows for table in unread.good(readers.source(str(tmp_path)))) == 1 and str(unread) == ""


def found(base, name: str, data: bytes) -> list[str]:
    (base / name).write_bytes(data)
    return list(strings(Folder(str(base)), name))


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress], ids=["plain", "packed"])
@pytest.mark.parametrize(
    ("name", "data", "wanted"),
    [
        (
            "a.jsonl",
            b'{"q": "one", "c": ["two", {"a": "three"}], "n": 5}\r\n\n"four"\n["five"]\n',
            "one two three four five",
        ),
        ("a.ndjson", b'{"q": "one"}\n', "one"),
        ("a.JSON", b'\xef\xbb\xbf{"data": [{"q": "one"},\n {"q": "two"}]}', "one two"),
        ("a.txt", b"one\r\n\n two\n", "one  two"),
    ],
)
def test_every_string_is_found(tmp_path, name, data, wanted, pack):
    name += "" if pack(b"") == b"" else ".gz"
    assert " ".join(found(tmp_path, name, pack(data))) == wanted


def test_every_string_of_a_table_is_found(tmp_path):
    rows = [
        {"q": "one", "choices": ["two", "three"], "n": 1},
        {"q": None, "choices": [], "n": 2},
        {"q": "four", "choices": None},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    assert list(strings(Folder(str(tmp_path)), "a.parquet")) == ["one", "two", "three", "four"]


def test_half_a_character_and_bytes_of_another_charset_get_a_mark_in_their_place(tmp_path):
    assert found(tmp_path, "a.jsonl", b'{"q": "half \\ud83d here"}\n') == ["half ? here"]
    assert found(tmp_path, "a.txt", b"caf\xe9\n") == ["caf\ufffd"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.jsonl", b'{"q": "one"}\n\n{"q": "tw\n', r"a\.jsonl, line 3 is no JSON: Unterminated string"),
        ("a.jsonl", b'{"q": "caf\xe9"}\n', r"a\.jsonl, line 1 is no JSON"),
        ("a.jsonl", b"[" * 60_000 + b"]" * 60_000, r"a\.jsonl, line 1 is no JSON"),
        ("a.json", b"{", r"a\.json is no JSON"),
        ("a.parquet", b"no", r"a\.parquet cannot be read"),
        ("a.csv", b"a,b", r"a\.csv: take \.jsonl, \.json, \.txt or \.parquet, compressed or not"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(tmp_path, name, data, said):
    with pytest.raises(UsageError, match=said) as refused:
        found(tmp_path, name, data)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_cut_is_refused(tmp_path):
    with pytest.raises(BadInput, match="cut short"):
        found(tmp_path, "a.jsonl.gz", gzip.compress(json.dumps({"q": "one"}).encode())[:-1])


def test_texts_of_a_folder_are_those_of_rows_and_of_text_files(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "one"}\n{"text": 5}\n{"content": "two"}\n')
    (tmp_path / "b.txt").write_bytes(b"three\n\ncaf\xe9")
    (tmp_path / "notes.md").write_text("no")
    unread = Unread()
    assert list(readers.folder_texts(str(tmp_path), unread)) == ["one", "two", "three\n\ncaf\ufffd"]
    assert unread.rows.total() == 1
    (tmp_path / "a.jsonl").unlink()
    assert list(readers.folder_texts(str(tmp_path), unread)) == ["three\n\ncaf\ufffd"]
    with bucket({"in/a.txt": b"far"}) as (url, _):
        assert list(readers.folder_texts(url.format("in"), unread)) == ["far"]


def test_texts_of_a_stage_are_those_of_its_rows(tmp_path):
    root = str(tmp_path / "out")
    run(toy.recipe(str(toy.corpus(tmp_path / "in", files=2, pages=30))), root=root, runner=Local())
    found = list(readers.folder_texts(f"{root}/unique", Unread()))
    assert len(found) > 30 and all(text.startswith("page ") for text in found)


def test_files_in_utf_16_are_read(tmp_path):
    (tmp_path / "a.txt").write_text("żółw", encoding="utf-16")
    (tmp_path / "b.jsonl").write_text('{"text": "zażółć"}\n', encoding="utf-16")
    (tmp_path / "c.txt").write_text("plain", encoding="utf-8-sig")
    assert sorted(readers.folder_texts(str(tmp_path), Unread())) == ["plain", "zażółć", "żółw"]
    assert list(strings(Folder(str(tmp_path)), "a.txt")) == ["żółw"]
    assert list(strings(Folder(str(tmp_path)), "b.jsonl")) == ["zażółć"]
    assert list(strings(Folder(str(tmp_path)), "c.txt")) == ["plain"]
