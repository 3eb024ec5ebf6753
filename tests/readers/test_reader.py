"""Rows of files: ids of their own, the columns that are asked for, and one bad row that costs itself."""

import errno
import gzip
import json
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xxhash

from pipeline.errors import BadInput
from readers.listing import Folder
from readers.reader import FileReader, errors_named
from readers.rows import SOURCE_ID, TEXT
from readers.values import Field

FIELDS = (SOURCE_ID, Field("url"), TEXT, Field("cluster", "integer", ("cluster", "near_size")))
ERRORS = ["error", "error_message", "error_place"]
COLUMNS = ["id", "source_id", "url", "text", "cluster", *ERRORS]


def reader(base: Path) -> FileReader:
    return FileReader(Folder(str(base)), FIELDS)


def write(base: Path, name: str, content: bytes | pa.Table | list, **options) -> Path:
    """A file of these bytes, of this table, or of these objects (bytes among them are lines)."""
    if isinstance(content, pa.Table):
        pq.write_table(content, base / name, **options)
    else:
        lines = content if isinstance(content, list) else []
        made = b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in lines)
        (base / name).write_bytes(made if isinstance(content, list) else content)
    return base


def rows(base: Path, name: str) -> list[dict]:
    return [row for table in reader(base)(name) for row in table.to_pylist()]


def test_objects_become_rows(tmp_path):
    write(
        tmp_path, "a.jsonl", [{"id": 7, "url": "http://x", "text": "one", "cluster": 3.0, "more": {}}, {"text": "two"}]
    )
    one, two = rows(tmp_path, "a.jsonl")
    wanted = {"id": "a.jsonl:1", "source_id": "7", "url": "http://x", "text": "one", "cluster": 3}
    assert one == wanted | dict.fromkeys(ERRORS) and [*one] == COLUMNS
    content_id = xxhash.xxh3_128_hexdigest("two")
    assert two == {**dict.fromkeys(COLUMNS), "id": "a.jsonl:2", "source_id": content_id, "text": "two"}


def test_a_table_s_rows_are_counted_from_nought(tmp_path):
    table = pa.table({"near_size": [1, 2], "content": ["one", "two"], "id": ["x", None], "error": ["a", "b"]})
    write(tmp_path, "a.parquet", table)
    one, two = rows(tmp_path, "a.parquet")
    assert one == {**dict.fromkeys(COLUMNS), "id": "a.parquet:0", "source_id": "x", "text": "one", "cluster": 1}
    assert (two["id"], two["source_id"]) == ("a.parquet:1", xxhash.xxh3_128_hexdigest("two"))


def test_the_schema_is_that_of_the_tables(tmp_path):
    write(tmp_path, "a.parquet", pa.table({"text": pa.array(["one"], pa.large_string())}))
    write(tmp_path, "a.jsonl", [{"text": "one"}])
    for name in ("a.parquet", "a.jsonl"):
        (table,) = reader(tmp_path)(name)
        assert table.schema == pa.schema([*reader(tmp_path).schema, *((name, pa.string()) for name in ERRORS)])


BAD = [
    (b'{"id": "b1", "text": "cut in the mid', "not_json"),
    (b"[1, 2]", "not_an_object"),
    (b'{"text": "caf\xe9"}', "not_utf8"),
    (b'{"text": "half \\ud83d"}', "text_not_unicode"),
    (b'{"text": "x", "meta": ' + b"[" * 60_000 + b"]" * 60_000 + b"}", "too_deep"),
    (b'{"text": ["a", "b"]}', "text_not_string"),
    (b'{"text": 5}', "text_not_string"),
    (b'{"text": NaN}', "text_not_string"),
    (b'{"text": {"a": "b"}}', "text_not_string"),
    (b'{"text": null}', "no_text"),
    (b'{"id": "b2", "title": "no text"}', "no_text"),
    (b'{"text": "x", "cluster": "many"}', "cluster_not_integer"),
    (b'{"text": "x", "cluster": 1.5}', "cluster_not_integer"),
    (b'{"text": "x", "url": ["a"]}', "url_not_string"),
    (b'{"text": "x", "url": "\\udc00"}', "url_not_unicode"),
    (b'{"text": "x", "id": {}}', "source_id_not_scalar"),
    (b"\0" * 512, "not_json"),
]
GOOD = [{"id": n, "url": f"http://x/{n}", "text": f"text {n}", "cluster": 1} for n in range(1_000)]


def test_what_is_wrong_is_told_with_its_place(tmp_path):
    write(tmp_path, "a.jsonl", [{"text": "one"}, b'{"text": "cut', {"text": ["a"]}, {}])
    told = [(row["error_place"], row["error_message"]) for row in rows(tmp_path, "a.jsonl")]
    assert told == [
        (None, None),
        (f"{tmp_path}/a.jsonl:2", "Unterminated string starting at: line 1 column 10 (char 9)"),
        (f"{tmp_path}/a.jsonl:3", "['a']"),
        (f"{tmp_path}/a.jsonl:4", None),
    ]
    write(tmp_path, "a.parquet", pa.table({"text": ["x"] * 1_500 + [None], "cluster": [1.0] * 1_499 + [0.5, 1.0]}))
    told = [(row["error_place"], row["error_message"]) for row in rows(tmp_path, "a.parquet") if row["error"]]
    assert told == [(f"{tmp_path}/a.parquet, row 1499", "0.5"), (f"{tmp_path}/a.parquet, row 1500", None)]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_thousand_good_rows_and_one_of_every_bad_kind(tmp_path, ending):
    lines = [json.dumps(row).encode() for row in GOOD]
    for place, (bad, _) in enumerate(BAD):
        lines.insert(57 * (place + 1), bad)
    lines.insert(3, b"")
    lines.append(b"  ")
    write(tmp_path, "a.jsonl", ending.encode().join(lines) + ending.encode())
    found = rows(tmp_path, "a.jsonl")
    assert [row["text"] for row in found if not row["error"]] == [row["text"] for row in GOOD]
    wanted = [(f"a.jsonl:{lines.index(bad) + 1}", f"row:{code}") for bad, code in BAD]
    assert [(row["id"], row["error"]) for row in found if row["error"]] == wanted


def test_rows_that_are_odd_and_good(tmp_path):
    odd = [
        b'\xef\xbb\xbf{"text": "a mark before it"}',
        b'{"text": "first", "text": "last of a name"}',
        b'{"text": "", "cluster": NaN, "score": Infinity}',
        b'{"text": "the engine\'s columns", "error": "none", "reason": "x", "measured": 1, "counts": [], "id": null}',
        b'{"text": "a number of many digits", "n": ' + b"9" * 5_000 + b"}",
        b'{"text": "\\u2028 and \\u0000", "meta": {"text": 1}}',
        b'{"text": "no newline at the end"}',
    ]
    write(tmp_path, "a.jsonl", b"\n".join(odd))
    found = rows(tmp_path, "a.jsonl")
    assert [row["error"] for row in found] == [None] * 7
    assert [row["text"] for row in found][:3] == ["a mark before it", "last of a name", ""]
    assert found[5]["text"] == "\u2028 and \0"


def test_a_column_of_another_kind_throughout_is_left_out(tmp_path):
    write(tmp_path, "a.jsonl", [{"text": "one", "cluster": "many"}, {"text": "two", "cluster": 7}, {"text": "three"}])
    assert [(row["cluster"], row["error"]) for row in rows(tmp_path, "a.jsonl")] == [(None, None)] * 3
    write(tmp_path, "a.parquet", pa.table({"text": ["one"], "cluster": ["many"], "url": [["a"]], "id": [["b"]]}))
    (row,) = rows(tmp_path, "a.parquet")
    assert (row["text"], row["cluster"], row["url"], row["error"]) == ("one", None, None, None)
    assert row["source_id"] == xxhash.xxh3_128_hexdigest("one")


def test_a_bad_value_of_a_table_costs_its_row(tmp_path):
    raw = pa.array([b"good", b"caf\xe9", None, b"x", b""], pa.binary())
    text = pa.Array.from_buffers(pa.string(), 5, raw.buffers(), raw.null_count)
    write(tmp_path, "a.parquet", pa.table({"text": text, "cluster": [1.0, 1.0, 1.0, 1.5, 2.0]}))
    found = rows(tmp_path, "a.parquet")
    assert [row["error"] for row in found] == [
        None,
        "row:text_not_unicode",
        "row:no_text",
        "row:cluster_not_integer",
        None,
    ]
    assert [row["text"] for row in found] == ["good", None, None, "x", ""]
    assert [row["id"] for row in found] == [f"a.parquet:{n}" for n in range(5)]


def test_two_rows_alike_have_two_ids_and_one_name(tmp_path):
    write(tmp_path, "a.jsonl", [{"text": "same"}, {"text": "same"}, {"id": 1, "text": "x"}, {"id": 1, "text": "y"}])
    found = rows(tmp_path, "a.jsonl")
    assert len({row["id"] for row in found}) == 4
    assert len({row["source_id"] for row in found}) == 2


def test_tables_are_bounded_by_rows_and_bytes(tmp_path):
    write(tmp_path, "a.jsonl", [{"text": "x"}] * 2_500)
    assert [table.num_rows for table in reader(tmp_path)("a.jsonl")] == [1_000, 1_000, 500]
    write(tmp_path, "long.jsonl", [{"text": "x" * (3 << 20)}] * 7)
    assert [table.num_rows for table in reader(tmp_path)("long.jsonl")] == [3, 3, 1]
    table = pa.table({"text": ["x" * 1_000 + str(n) for n in range(2_500)], "other": ["y" * 50_000] * 2_500})
    write(tmp_path, "a.parquet", table, use_dictionary=False, row_group_size=2_000)
    assert [table.num_rows for table in reader(tmp_path)("a.parquet")] == [1_000, 1_000, 500]
    write(tmp_path, "long.parquet", pa.table({"text": ["x" * (3 << 20)] * 7}), use_dictionary=False, compression=None)
    assert [table.num_rows for table in reader(tmp_path)("long.parquet")] == [2, 2, 2, 1]
    ids = [name for table in reader(tmp_path)("a.parquet") for name in table["id"].to_pylist()]
    assert ids == [f"a.parquet:{n}" for n in range(2_500)], "row groups do not begin anew"


def test_the_kind_of_a_file_is_told_by_its_bytes(tmp_path):
    write(tmp_path, "a", pa.table({"text": ["one"]}))
    write(tmp_path, "b.dat", gzip.compress(b'{"text": "one"}\n', mtime=0))
    assert [row["text"] for name in ("a", "b.dat") for row in rows(tmp_path, name)] == ["one", "one"]


def test_an_empty_file_has_no_rows(tmp_path):
    write(tmp_path, "a.jsonl", b"")
    write(tmp_path, "b.jsonl", b"\n\n")
    write(tmp_path, "c.parquet", pa.table({"text": pa.array([], pa.string())}))
    assert [rows(tmp_path, name) for name in ("a.jsonl", "b.jsonl", "c.parquet")] == [[], [], []]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.parquet", b"<html>503</html>", r"a\.parquet is no Parquet file"),
        ("a.parquet", b"", r"a\.parquet is no Parquet file"),
        (
            "a.parquet",
            pa.table({"body": ["x"], "id": ["y"]}),
            r"a\.parquet has no column text or content, only body, id; say",
        ),
        ("a.parquet", pa.table({"text": [1]}), r"a\.parquet has int64 in column text; say which column is the text"),
        ("a.parquet", pa.table({"text": [["a"]]}), r"has list<.*string> in column text"),
        ("a.jsonl.gz", gzip.compress(b'{"text": "a"}\n' * 999, mtime=0)[:-4], r"a\.jsonl\.gz is cut short"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, content, said):
    write(tmp_path, name, content)
    with pytest.raises(BadInput, match=said) as refused:
        rows(tmp_path, name)
    assert str(tmp_path) in str(refused.value) and "\n" not in str(refused.value)


def test_half_a_parquet_file_is_named(tmp_path):
    write(tmp_path, "a.parquet", pa.table({"text": [f"{n}" * 50 for n in range(5_000)]}))
    (tmp_path / "a.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-100])
    with pytest.raises(BadInput, match="no Parquet file"):
        rows(tmp_path, "a.parquet")


@pytest.mark.parametrize("codec", ["zstd", "snappy", "gzip"])
def test_a_damaged_page_is_named(tmp_path, codec):
    texts = [random.Random(n).randbytes(200).hex() for n in range(5_000)]
    options = {"compression": codec, "use_dictionary": False, "write_page_checksum": True}
    write(tmp_path, "a.parquet", pa.table({"text": texts}), **options)
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    data[500_000:500_200] = b"\xff" * 200
    (tmp_path / "a.parquet").write_bytes(data)
    with pytest.raises(OSError, match=r"a\.parquet cannot be read: OSError: could not verify page integrity, CRC"):
        rows(tmp_path, "a.parquet")


def test_an_error_of_the_disk_keeps_its_number(tmp_path):
    with pytest.raises(OSError, match="a cannot be read") as raised, errors_named("a"):
        raise OSError(errno.EIO, "input/output error")
    assert raised.value.errno == errno.EIO


def test_what_a_file_has_is_seen_by_its_first_rows(tmp_path):
    write(tmp_path, "a.jsonl", [b"junk", {"id": 1, "cluster": None}, {"id": 2, "body": "x", "cluster": "many"}])
    write(tmp_path, "b.jsonl", [{"near_size": None}, {"content": "x", "near_size": 3}, {"near_size": "late"}])
    write(tmp_path, "c.parquet", pa.table({"text": ["x"], "a": [1], "cluster": ["many"]}))
    write(tmp_path, "d.jsonl", [{"text": 5}])
    assert reader(tmp_path).look("a.jsonl") == (["id", "cluster", "body"], {"source_id": "id"})
    assert reader(tmp_path).look("b.jsonl") == (["near_size", "content"], {"text": "content", "cluster": "near_size"})
    assert reader(tmp_path).look("c.parquet") == (["text", "a", "cluster"], {"text": "text"})
    assert reader(tmp_path).look("d.jsonl") == (["text"], {"text": "text"}), "each row without a text is quarantined"


@pytest.mark.parametrize(("number", "seen"), [(999, ["text", "late"]), (1_000, ["text"])])
def test_a_thousand_rows_are_looked_at(tmp_path, number, seen):
    write(tmp_path, "a.jsonl", [{"text": "x"}] * number + [{"late": 1}])
    assert reader(tmp_path).look("a.jsonl").names == seen


def test_two_columns_of_one_name_are_named(tmp_path):
    table = pa.Table.from_arrays(
        [pa.array(["a"]), pa.array(["b"]), pa.array([1]), pa.array([2])], ["x", "text", "y", "y"]
    )
    write(tmp_path, "a.parquet", table)
    assert [row["text"] for row in rows(tmp_path, "a.parquet")] == ["b"]  # columns that nobody reads may be alike
    write(tmp_path, "b.parquet", pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], ["text", "text"]))
    with pytest.raises(BadInput, match=r"b\.parquet has 2 columns text"):
        rows(tmp_path, "b.parquet")
