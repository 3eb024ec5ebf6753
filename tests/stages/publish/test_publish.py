"""Published shards: even files, every row once, read as their users read them."""

import html
import json
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset

from pipeline.errors import UsageError
from pipeline.funnel import faults
from pipeline.run import run
from pipeline.runner import Local
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source
from stages import publish as shards
from stages.publish import card

SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("id", "url", "dump", "segment", "text")]
    + [("timestamp", pa.timestamp("s")), ("image_urls", pa.list_(pa.list_(pa.string())))]
)


def read(name: str):
    number, _, rows = name.partition(":")
    for start in range(0, int(rows), 100):
        ids = [f"{number}-{i:05d}" for i in range(start, min(start + 100, int(rows)))]
        columns = {c: ids for c in ("id", "url", "dump", "segment")}
        texts = ["".join(f"{hash((i, k)) & 0xFFFF:04x} " for k in range(100)) + i for i in ids]
        images = [[["http://a/b.png", "an image"]] for _ in ids]
        yield pa.table(
            {**columns, "text": texts, "timestamp": [datetime(2024, 2, 20)] * len(ids), "image_urls": images},
            schema=SCHEMA,
        )


def publish(root: Path, *inputs: str, megabytes: int = 1):
    pages = Map("pages", Source(inputs, read, SCHEMA))
    return run(shards.publish("refinedweb", pages, megabytes=megabytes), root=str(root), runner=Local())


def test_every_row_is_published_once_in_order_in_even_files(tmp_path: Path):
    publish(tmp_path, "a:3000", "b:0", "c:7000", "d:1")
    files = sorted((tmp_path / "refinedweb").glob("*.parquet"))
    assert [file.name for file in files] == [f"train-{k:05d}-of-{len(files):05d}.parquet" for k in range(len(files))]
    assert len(files) >= 2
    urls = [url for file in files for url in pq.read_table(file)["url"].to_pylist()]
    assert urls == [f"a-{i:05d}" for i in range(3000)] + [f"c-{i:05d}" for i in range(7000)] + ["d-00000"]
    sizes = [file.stat().st_size for file in files]
    assert max(sizes) < 1.2 * min(sizes) and max(sizes) < 1.1 * (1 << 20)
    assert list(faults(str(tmp_path))) == []


def test_the_schema_is_falcon_refinedwebs(tmp_path: Path):
    publish(tmp_path, "a:10")
    schema = pq.read_schema(tmp_path / "refinedweb/train-00000-of-00001.parquet")
    assert [(f.name, str(f.type)) for f in schema] == [
        ("content", "string"),
        ("url", "string"),
        ("timestamp", "timestamp[ms]"),  # Parquet knows no seconds; the card says them
        ("dump", "string"),
        ("segment", "string"),
        ("image_urls", "list<element: list<element: string>>"),
    ]


def test_its_users_read_it(tmp_path: Path):
    publish(tmp_path, "a:250")
    folder = str(tmp_path / "refinedweb")
    assert ds.dataset(folder, exclude_invalid_files=True).count_rows() == 250
    loaded = load_dataset("parquet", data_files=f"{folder}/*.parquet", split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded.num_rows == 250 and loaded[7]["url"] == "a-00007"
    assert loaded[7]["image_urls"] == [["http://a/b.png", "an image"]]
    whole = load_dataset(folder, split="train", cache_dir=str(tmp_path / "cache2"))
    assert whole.num_rows == 250, "the folder as it is, by its card"
    assert whole.features["timestamp"].dtype == "timestamp[s]"


def test_the_card_and_the_statistics(tmp_path: Path):
    stats = publish(tmp_path, "a:250")
    card = (tmp_path / "refinedweb/README.md").read_text()
    assert card.startswith("---\nlicense: odc-by\n") and "250 documents" in card
    told = json.loads((tmp_path / "refinedweb/stats.json").read_text())
    assert told["funnel"][0]["documents"] == 250 == stats["refinedweb"].rows_out
    assert told["stages"]["pages"]["tokens_out"] == stats["pages"].tokens_out
    assert "seconds" not in json.dumps(told)


def lost(table: pa.Table) -> pa.Table:
    count = table.num_rows
    hosts = pa.array(["shop.example"] * count, pa.string())
    forty, thirty = (pa.array([n] * count, pa.int64()) for n in (40, 30))
    return pa.table({"host": hosts, "pages": forty, "lost": thirty, "kept": table["id"]}).slice(0, 1)


def all_of_it(table: pa.Table, shard: str) -> pa.Table:
    return table.select(["id"]).append_column("key", pa.array([0] * table.num_rows, pa.uint64()))


def test_the_card_names_hosts_that_lost_their_pages_to_one_family(tmp_path: Path):
    pages = Map("pages", Source(("a:10",), read, SCHEMA))
    beside = Gather("hosts", Scatter("all", pages, all_of_it, "key", 1), lost)
    run(shards.publish("refinedweb", pages, beside=(beside,)), root=str(tmp_path), runner=Local())
    assert "| shop.example | 40 | 30 | a-00000 |" in (tmp_path / "refinedweb/README.md").read_text()


def test_another_cut_leaves_nothing_of_the_earlier_one(tmp_path: Path):
    publish(tmp_path, "a:6000")
    before = len(list((tmp_path / "refinedweb").glob("*.parquet")))
    publish(tmp_path, "a:6000", "b:6000")
    names = sorted(path.name for path in (tmp_path / "refinedweb").glob("*.parquet"))
    assert len(names) > before and all(name.endswith(f"-of-{len(names):05d}.parquet") for name in names)
    assert list(faults(str(tmp_path))) == []


def test_nothing_kept_is_one_empty_file(tmp_path: Path):
    publish(tmp_path, "a:0")
    assert pq.read_table(tmp_path / "refinedweb/train-00000-of-00001.parquet").num_rows == 0


@pytest.mark.parametrize("target", [1, 7, 100, 10_000])
def test_cuts_cover_every_row_once(target: int):
    given = [("a", 10, 100), ("b", 0, 50), ("c", 5, 1000), ("d", 3, 7), ("e", 1, 1)]
    taken = [
        (name, row)
        for slices in shards.cut(given, target)
        for name, first, last in slices
        for row in range(first, last)
    ]
    assert taken == [(name, row) for name, rows, _ in given for row in range(rows)]


def test_a_source_without_the_columns_is_refused_before_any_work():
    bare = Map("bare", Source((), read, pa.schema([("id", pa.string())])))
    with pytest.raises(UsageError, match=r"content.*which stage bare does not make"):
        shards.publish("refinedweb", bare)


def test_text_of_pages_is_no_markup_in_the_card():
    evil = "<script>x</script> [a](javascript:b) ![c](http://d) |\n# *e* `f` _g_"
    assert not set("<>[]()!|\n*`") & set(card.shown(evil))
    assert html.unescape(card.shown(evil)) == evil
    assert card.shown("news.site-1.example") == "news.site-1.example"
