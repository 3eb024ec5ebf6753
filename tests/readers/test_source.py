"""Sources of other people's files: what is there, under which names, and what is said when there is no text."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import readers
from pipeline.columns import without_reserved
from pipeline.errors import BadInput, UsageError
from pipeline.parquet import read_table
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map
from readers import Field, source, with_columns
from readers.rows import SOURCE_ID
from tests.helpers.object_store import bucket

FIELDS = (Field("url"), readers.TEXT)


def write(path: Path, *rows: dict) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(list(rows)), path)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def texts(address: str, columns: dict | None = None) -> list[str]:
    found = source(address, FIELDS, columns)
    return [text for name in found.list for table in found.read(name) for text in table["text"].to_pylist()]


def test_files_become_shards_in_the_order_of_their_names(tmp_path):
    write(tmp_path / "b" / "a.jsonl", {"text": "two"})
    write(tmp_path / "a.parquet", {"content": "one"})
    found = source(str(tmp_path), FIELDS)
    assert found.list == ("a.parquet", "b/a.jsonl") and texts(str(tmp_path)) == ["one", "two"]
    assert found.schema.names == ["id", "source_id", "url", "text"]
    assert found.version("a.parquet") != found.version("b/a.jsonl")
    assert found.version.size == sum(path.stat().st_size for path in tmp_path.rglob("*.*"))


def test_a_person_may_say_which_column_is_which(tmp_path):
    write(tmp_path / "a.jsonl", {"body": "one", "text": "no", "link": "http://x", "key": 5})
    found = source(str(tmp_path), FIELDS, {"text": "body", "url": "link", "id": "key"})
    (table,) = found.read("a.jsonl")
    wanted = {"id": "a.jsonl:1", "source_id": "5", "url": "http://x", "text": "one"}
    assert without_reserved(table).to_pylist() == [wanted]


def test_a_column_that_a_person_named_is_not_left_out(tmp_path):
    write(tmp_path / "a.jsonl", {"text": "one", "link": ["a"]}, {"text": "two", "link": "b"})
    (table,) = source(str(tmp_path), FIELDS, {"url": "link"}).read("a.jsonl")
    assert table["error"].to_pylist() == ["row:url_not_string", None]
    write(tmp_path / "a.parquet", {"text": "one"})
    with pytest.raises(BadInput, match="no column link, only text; say which column is the url: columns=url=NAME"):
        source(str(tmp_path / "a.parquet"), FIELDS, {"url": "link"})


def test_a_name_of_ours_that_is_none_is_refused():
    with pytest.raises(UsageError, match=r"columns= names body, size; ours are id, url, text"):
        with_columns((SOURCE_ID, *FIELDS), {"size": "x", "body": "text"})


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_rows_without_text_are_refused_before_any_work(tmp_path, name):
    write(tmp_path / name, {"id": "a", "body": "x"})
    with pytest.raises(
        (UsageError, BadInput), match=rf"{name} has no column text or content, only id, body; say which"
    ):
        source(str(tmp_path), FIELDS)


def test_a_first_file_without_a_row_tells_nothing(tmp_path):
    (tmp_path / "a.jsonl").write_text("")
    (tmp_path / "b.jsonl").write_text("cut in the mid\n")
    write(tmp_path / "c.jsonl", {"id": 1}, {"id": 2, "text": "x"})
    assert texts(str(tmp_path)) == [None, None, "x"]
    (tmp_path / "c.jsonl").unlink()
    assert texts(str(tmp_path)) == [None]


def test_the_first_files_are_looked_at_and_not_all(tmp_path):
    for n in range(9):
        write(tmp_path / f"{n}.jsonl", {"id": n} if n < 8 else {"text": "late"})
    with pytest.raises(UsageError, match=r"0\.jsonl has no column text"):
        source(str(tmp_path), FIELDS)
    (tmp_path / "0.jsonl").unlink()
    assert texts(str(tmp_path))[-1] == "late"


def test_a_run_quarantines_what_is_bad_and_keeps_the_rest(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text('{"text": "one", "error": "mine"}\n{"text": 5}\n\n{"text": "two"}\n{"te')
    stats = run(Map("kept", source(str(tmp_path / "in"), FIELDS)), root=str(tmp_path / "out"), runner=Local())["kept"]
    assert stats.quarantined == {"row:not_json": 1, "row:text_not_string": 1}
    (kept,) = (tmp_path / "out" / "kept").glob("*.parquet")
    (lost,) = (tmp_path / "out" / "quarantine" / "kept").glob("*.parquet")
    assert read_table(str(tmp_path), str(kept.relative_to(tmp_path)))["text"].to_pylist() == ["one", "two"]
    told = read_table(str(tmp_path), str(lost.relative_to(tmp_path))).to_pylist()
    assert [(row["id"], row["error"], row["error_message"], row["error_place"]) for row in told] == [
        ("a.jsonl:2", "row:text_not_string", "5", f"{tmp_path}/in/a.jsonl:2"),
        (
            "a.jsonl:5",
            "row:not_json",
            "Unterminated string starting at: line 1 column 2 (char 1)",
            f"{tmp_path}/in/a.jsonl:5",
        ),
    ]


def test_a_bucket_is_read_and_its_keys_are_written_nowhere(tmp_path):
    write(tmp_path / "a.parquet", {"text": "two"})
    rows = {"in/0.jsonl": b'{"text": "one"}\n{"te', "in/a.parquet": (tmp_path / "a.parquet").read_bytes()}
    with bucket(rows) as (url, _):
        assert texts(url.format("in")) == ["one", None, "two"]
        goal = Map("kept", source(url.format("in"), FIELDS))
        run(goal, root=str(tmp_path / "out"), runner=Local())
    assert "MYSECRET" not in repr(goal)
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert b"0.jsonl:2" in written and not any(key in written for key in (b"MYSECRET", b"MYKEY"))


def test_a_file_of_the_web_is_not_fetched_for_a_plan(tmp_path):
    def fetch(url: str):
        raise AssertionError("a plan fetches nothing")

    found = source("https://example.org/a.jsonl", FIELDS, fetch=fetch)
    assert found.list == ("a.jsonl",) and found.version.size is None
