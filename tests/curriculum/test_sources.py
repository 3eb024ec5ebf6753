"""Pages of others as sources: their columns, files of the web, and the sizes of families of copies."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum.sources import check_clusters, folder, size
from pipeline.errors import MewsError, UsageError
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map
from tests.helpers.server import Site, serving

ROWS = [{"id": 5, "text": "one", "lang": "en", "near_size": 3}, {"text": "two"}, {"text": 5}]


def write(path: Path, rows: list[dict]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_pages_have_the_columns_of_a_corpus(tmp_path):
    source = folder(str(write(tmp_path / "a.jsonl", ROWS)), {"language": "lang"})
    assert source.schema.names == ["id", "source_id", "url", "language", "text", "cluster"]
    (table,) = source.read("a.jsonl")
    one = {"id": "a.jsonl:1", "source_id": "5", "url": None, "language": "en", "text": "one", "cluster": 3}
    assert table.slice(0, 1).select(source.schema.names).to_pylist() == [one]
    assert size(source) == (tmp_path / "a.jsonl").stat().st_size


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"body": "x"}, "columns= names body; ours are id, url, language, text, cluster"),
        ({"text": "body"}, "no column body"),
    ],
)
def test_columns_that_are_not_there_are_named(tmp_path, given, said):
    with pytest.raises(UsageError, match=said):
        folder(str(write(tmp_path / "a.jsonl", ROWS)), given)


def test_a_file_of_the_web_is_read_and_not_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MEWS_GATE", str(tmp_path / "gate"))
    data = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
    pq.write_table(pa.Table.from_pylist(ROWS[:2]), tmp_path / "b.parquet")
    with serving(Site({"/a.jsonl": data, "/b.parquet": (tmp_path / "b.parquet").read_bytes()})) as site:
        for name, rows in (("a.jsonl", 3), ("b.parquet", 2)):
            source = folder(f"{site.url}/{name}?token=MYSECRET")
            assert source.list == (name,) and size(source) is None and "MYSECRET" not in repr(source)
            assert sum(table.num_rows for table in source.read(name)) == rows
        gone = folder(f"{site.url}/gone.jsonl")
        with pytest.raises(MewsError, match=r"gone\.jsonl: no such file"):
            list(gone.read("gone.jsonl"))
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and path.suffix != ".lock"]


@pytest.mark.parametrize("name", ["cluster", "near_size", "minhash_cluster_size"])
@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_sizes_of_families_are_found_under_known_names(tmp_path, name, kind):
    source = folder(str(write(tmp_path / f"a.{kind}", [{"text": "one", name: 7}])))
    check_clusters({"web": source})
    assert [table["cluster"].to_pylist() for table in source.read(f"a.{kind}")] == [[7]]


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
@pytest.mark.parametrize("row", [{"text": "one", "size": 7}, {"text": "one", "cluster": "many"}])
def test_sizes_of_families_that_are_wanting_are_told_with_what_there_is(tmp_path, row, kind):
    source = folder(str(write(tmp_path / f"a.{kind}", [row])))
    said = rf"source web has no sizes .*, only {', '.join(row)}; say which column has them: columns=cluster=NAME"
    with pytest.raises(UsageError, match=said):
        check_clusters({"web": source})


def test_a_person_may_name_the_column_of_sizes(tmp_path):
    source = folder(str(write(tmp_path / "a.jsonl", [{"text": "one", "size": 7}])), {"cluster": "size"})
    check_clusters({"web": source})
    assert [table["cluster"].to_pylist() for table in source.read("a.jsonl")] == [[7]]


def test_a_store_of_a_run_tells_the_sizes_of_families(tmp_path):
    rows = [{"id": str(n), "text": f"text {n}"} for n in range(3)]
    plain = Map("plain", folder(str(write(tmp_path / "in" / "a.jsonl", rows))), (near_size,))
    run(plain, root=str(tmp_path / "out"), runner=Local())
    check_clusters({"web": folder(str(tmp_path / "out" / "plain")), "code": plain})
    with pytest.raises(UsageError, match="source web has no sizes"):
        check_clusters({"web": Map("other", folder(str(tmp_path / "in")), (without_cluster,))})


def near_size(table: pa.Table) -> pa.Table:
    return table.rename_columns({"cluster": "near_size"})


def without_cluster(table: pa.Table) -> pa.Table:
    return table.drop_columns("cluster")
