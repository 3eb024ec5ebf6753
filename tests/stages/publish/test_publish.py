"""Published shards: even files, every row once, read as their users read them."""

import hashlib
import re
from datetime import datetime
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset

from pipeline.doc import Doc
from pipeline.errors import UsageError
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map, Source
from pipeline.transform import annotate, rewrite
from pipeline.verify import faults
from stages.publish import publish as published
from stages.publish.shards import cut_shards

SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("id", "url", "dump", "segment", "text")]
    + [("timestamp", pa.timestamp("s")), ("image_urls", pa.list_(pa.list_(pa.string())))]
    + [("offset", pa.int64()), ("score", pa.float32()), ("rules.words", pa.float64()), ("rules.lines", pa.float64())]
)


def read(name: str):
    number, _, rows = name.partition(":")
    for start in range(0, int(rows), 100):
        ids = [f"{number}-{i:05d}" for i in range(start, min(start + 100, int(rows)))]
        columns = {c: ids for c in ("id", "url", "dump", "segment")}
        texts = [f"{hashlib.shake_256(i.encode()).hexdigest(250)} {i}" for i in ids]
        count, images = len(ids), [[["http://a/b.png", "an image"]] for _ in ids]
        columns |= {"text": texts, "timestamp": [datetime(2024, 2, 20)] * count, "image_urls": images}
        columns |= {"offset": list(range(start, start + count)), "score": [0.5] * count}
        yield pa.table({**columns, "rules.words": [3.0] * count, "rules.lines": [1.0] * count}, schema=SCHEMA)


def publish(root: Path, *inputs: str, columns: tuple[str, ...] = ()):
    pages = Map("pages", Source(inputs, read, SCHEMA))
    return run(published("refinedweb", pages, megabytes=1, columns=columns), root=str(root), runner=Local())


def test_every_row_is_published_once_in_order_in_even_files(tmp_path: Path):
    publish(tmp_path, "a:3000", "b:0", "c:7000", "d:1")
    files = sorted((tmp_path / "refinedweb/data").glob("*.parquet"))
    assert [file.name for file in files] == [f"train-{k:05d}-of-{len(files):05d}.parquet" for k in range(len(files))]
    assert len(files) >= 2
    urls = [url for file in files for url in pq.read_table(file)["url"].to_pylist()]
    assert urls == [f"a-{i:05d}" for i in range(3000)] + [f"c-{i:05d}" for i in range(7000)] + ["d-00000"]
    sizes = [file.stat().st_size for file in files]
    assert max(sizes) < 1.2 * min(sizes) and max(sizes) < 1.1 * (1 << 20)
    assert list(faults(str(tmp_path))) == []


def test_files_have_a_page_index_and_groups_that_a_viewer_takes(tmp_path: Path):
    """The hub's viewer reads single rows by the index, and refuses groups of more than 300 MB."""
    publish(tmp_path, "a:3000")
    with pq.ParquetFile(next((tmp_path / "refinedweb/data").glob("*.parquet"))) as file:
        for group in map(file.metadata.row_group, range(file.num_row_groups)):
            assert group.total_byte_size < 40_000_000 and group.num_rows <= 20_000
            columns = [group.column(n) for n in range(group.num_columns)]
            assert all(column.has_column_index and column.has_offset_index for column in columns)
    with pq.ParquetFile(next((tmp_path / "pages").glob("*.parquet"))) as file:
        assert not file.metadata.row_group(0).column(0).has_offset_index, "stages are read whole"


def test_the_schema_is_falcon_refinedwebs(tmp_path: Path):
    publish(tmp_path, "a:10")
    schema = pq.read_schema(tmp_path / "refinedweb/data/train-00000-of-00001.parquet")
    assert [(f.name, str(f.type)) for f in schema] == [
        ("content", "string"),
        ("url", "string"),
        ("timestamp", "timestamp[ms]"),  # Parquet knows no seconds; the card says them
        ("dump", "string"),
        ("segment", "string"),
        ("image_urls", "list<element: list<element: string>>"),
    ]


READERS = {
    "pandas": lambda folder: len(pandas.read_parquet(folder)),
    "polars": lambda folder: polars.read_parquet(folder).height,
    "polars, lazily": lambda folder: polars.scan_parquet(folder).select(polars.len()).collect().item(),
    "pyarrow.dataset": lambda folder: ds.dataset(folder).count_rows(),
    "pyarrow.parquet": lambda folder: pq.read_table(folder).num_rows,
    "duckdb": lambda folder: duckdb.sql(f"select count(*) from '{folder}/*.parquet'").fetchall()[0][0],
}


@pytest.mark.parametrize("reader", READERS)
def test_the_folder_of_the_shards_holds_nothing_but_shards(tmp_path: Path, reader: str):
    publish(tmp_path, "a:250")
    assert READERS[reader](str(tmp_path / "refinedweb/data")) == 250


def test_datasets_reads_the_folder_by_its_card(tmp_path: Path):
    publish(tmp_path, "a:250", columns=("id", "offset", "score", "token_count"))
    loaded = load_dataset(str(tmp_path / "refinedweb"), split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded.num_rows == 250 and loaded[7]["url"] == "a-00007"
    assert loaded[7]["image_urls"] == [["http://a/b.png", "an image"]]
    types = {name: loaded.features[name].dtype for name in ("timestamp", "offset", "score", "token_count")}
    assert types == {"timestamp": "timestamp[s]", "offset": "int64", "score": "float32", "token_count": "int64"}
    assert loaded.info.splits["train"].num_examples == 250


@pytest.mark.parametrize(
    ("asked", "added"),
    [
        (("id",), ["id"]),
        (("offset", "id"), ["offset", "id"]),
        (("token_count",), ["token_count"]),
        (("rules.*",), ["rules.words", "rules.lines"]),
        (("id", "id", "*"), ["id", "offset", "score", "rules.words", "rules.lines", "token_count"]),
        (("url", "text"), []),
    ],
)
def test_columns_are_added_by_name_or_pattern(tmp_path: Path, asked: tuple[str, ...], added: list[str]):
    publish(tmp_path, "a:120", columns=asked)
    table = pq.read_table(tmp_path / "refinedweb/data")
    assert table.column_names == ["content", "url", "timestamp", "dump", "segment", "image_urls", *added]
    row = table.to_pylist()[110]
    expected = {"id": "a-00110", "offset": 110, "score": 0.5, "rules.words": 3.0, "rules.lines": 1.0}
    expected["token_count"] = len(re.findall("[a-f]+|[0-9]+|-", row["content"]))
    assert {name: row[name] for name in added} == {name: expected[name] for name in added}


def test_a_column_that_is_not_there_is_refused():
    pages = Map("pages", Source((), read, SCHEMA))
    with pytest.raises(UsageError, match=r"columns=ofset is no column of stage pages: id, url, dump"):
        published("refinedweb", pages, columns=("ofset",))


def test_what_a_recipe_annotates_and_does_not_publish_is_named():
    schema = pa.schema([("edu", pa.float32()), ("kind", pa.string())])
    noted = Map("noted", Map("pages", Source((), read, SCHEMA)), (annotate(note, schema), rewrite(str.lower)))
    assert published("refinedweb", Map("last", noted)).maker.lost == ("edu", "kind")
    assert published("refinedweb", noted, columns=("kind",)).maker.lost == ("edu",)
    assert published("refinedweb", noted, columns=("*",)).maker.lost == ()


def note(doc: Doc) -> dict:
    return {"edu": 1.0, "kind": "page"}


def test_another_cut_leaves_nothing_of_the_earlier_one(tmp_path: Path):
    publish(tmp_path, "a:6000")
    before = len(list((tmp_path / "refinedweb/data").glob("*.parquet")))
    publish(tmp_path, "a:6000", "b:6000")
    names = sorted(path.name for path in (tmp_path / "refinedweb/data").glob("*.parquet"))
    assert len(names) > before and all(name.endswith(f"-of-{len(names):05d}.parquet") for name in names)
    assert list(faults(str(tmp_path))) == []


def test_nothing_kept_is_one_empty_file(tmp_path: Path):
    publish(tmp_path, "a:0")
    assert pq.read_table(tmp_path / "refinedweb/data/train-00000-of-00001.parquet").num_rows == 0


@pytest.mark.parametrize("target", [1, 7, 100, 10_000])
def test_cuts_cover_every_row_once(target: int):
    given = [("a", 10, 100), ("b", 0, 50), ("c", 5, 1000), ("d", 3, 7), ("e", 1, 1)]
    taken = [
        (name, row)
        for slices in cut_shards(given, target)
        for name, first, last in slices
        for row in range(first, last)
    ]
    assert taken == [(name, row) for name, rows, _ in given for row in range(rows)]


def test_a_source_without_the_columns_is_refused_before_any_work():
    bare = Map("bare", Source((), read, pa.schema([("id", pa.string())])))
    with pytest.raises(UsageError, match=r"content.*which stage bare does not make"):
        published("refinedweb", bare)
