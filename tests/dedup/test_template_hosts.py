"""Hosts that lose much to one family are named, from just above the limits on."""

import pyarrow as pa
import pytest

from dedup import minhash, template_hosts
from dedup.template_hosts import FLAGGED_HOSTS, HOST_PAGES, FlagHosts, host_losses, host_pages
from dedup.verdicts import JUDGED
from pipeline import parquet, store
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Source
from tests.helpers import toy


@pytest.mark.parametrize("buckets", [2, 100])  # over 64, verdicts are routed by ranges of shards
def test_hosts_that_lose_much_to_one_family_are_named(corpus, buckets):
    pages = [
        {"id": f"t{n}", "url": f"http://shop.example/{n}", "text": "the same notice on every page"} for n in range(30)
    ]
    pages += [{"id": f"f{n}", "url": f"http://fine.example/{n}", "text": f"page {n} says {n * n}"} for n in range(40)]
    pages += [{"id": f"g{n}", "url": f"http://fine.example/g{n}", "text": "another notice"} for n in range(25)]
    pages += [{"id": f"s{n}", "url": f"http://small.example/{n}", "text": "small notice"} for n in range(5)]
    source = corpus.source(pages[::2], pages[1::2])
    root = str(corpus.folder / "run")
    verdicts = minhash.near("near", source, buckets=buckets)
    flagged = template_hosts.flagged_hosts("flagged", verdicts, share=0.5, min_count=10, buckets=2)
    run(verdicts, flagged, root=root, runner=Local())
    shards = store.listing(root, "flagged")
    rows = [row for shard in shards for row in parquet.read_table(root, f"flagged/{shard}").to_pylist()]
    assert [(row["host"], row["pages"], row["lost"]) for row in rows] == [("shop.example", 30, 29)]
    assert rows[0]["share"] == pytest.approx(29 / 30) and rows[0]["kept"].startswith("t")


def counts(*rows: tuple[str, str | None, int]) -> pa.Table:
    columns = [{"key": 0, "host": host, "kept": kept, "pages": pages} for host, kept, pages in rows]
    return pa.Table.from_pylist(columns, HOST_PAGES)


@pytest.mark.parametrize(("pages", "lost", "flagged"), [
    (40, 21, True), (40, 20, False), (30, 20, True), (30, 19, False), (38, 19, False), (1_000, 501, True),
])  # fmt: skip
def test_the_limits_are_more_than_half_and_twenty(pages, lost, flagged):
    table = counts(("h", None, pages - 3), ("h", None, 3), ("h", "k", lost - 1), ("h", "k", 1))
    stage = template_hosts.flagged_hosts("f", minhash.near("near", an_empty_source()))
    found = stage.fn(table)
    assert found.schema == FLAGGED_HOSTS
    assert found.num_rows == flagged
    if flagged:
        assert found.to_pylist() == [{"host": "h", "pages": pages, "kept": "k", "lost": lost, "share": lost / pages}]


def an_empty_source():
    from pipeline.stage import Source

    return Source(("a",), lambda name: iter(()), pa.schema([("id", pa.string()), ("text", pa.string())]))


def test_the_greatest_loss_comes_first():
    table = counts(
        *[(host, None, 100) for host in "abc"], ("b", "k2", 60), ("a", "k", 60), ("c", "k", 70), ("b", "k1", 60)
    )
    found = FlagHosts(0.5, 20)(table)
    assert [(row["host"], row["kept"]) for row in found.to_pylist()] == [
        ("c", "k"),
        ("a", "k"),
        ("b", "k1"),
        ("b", "k2"),
    ]


def test_pages_and_losses_are_counted_by_host():
    urls = ["http://a.example/1", "http://A.example/2", "http://b.example/", None, "nothing"]
    found = host_pages(pa.table({"url": urls}), "")
    assert sorted((row["host"], row["kept"], row["pages"]) for row in found.to_pylist()) == [
        ("a.example", None, 2), ("b.example", None, 1),
    ]  # fmt: skip
    assert found["key"][0].as_py() > 2**32 and found.schema == HOST_PAGES
    row = {"shard": 1, "id": "x", "host": "h", "reason": "r", "kept": "k", "size": 9, "this_run": True}
    rows = [row, row, row | {"kept": "other"}, row | {"this_run": False}, row | {"reason": None}, row | {"host": ""}]
    lost = host_losses(pa.Table.from_pylist(rows, JUDGED), "")
    assert sorted((row["host"], row["kept"], row["pages"]) for row in lost.to_pylist()) == [
        ("h", "k", 2),
        ("h", "other", 1),
    ]


def test_a_stage_that_judges_no_shards_is_refused():
    gather = minhash.near("near", an_empty_source()).sources[0].source
    with pytest.raises(TypeError, match=r"near\.judged has no shards of verdicts"):
        template_hosts.flagged_hosts("f", gather)


@pytest.mark.parametrize(("inputs", "buckets"), [(1, 8), (90_000, 256)])
def test_a_snapshot_has_its_hosts_in_as_many_buckets_as_its_pages(inputs: int, buckets: int):
    source = Source(tuple(map(str, range(inputs))), toy.Read(""), toy.SCHEMA)
    flagged = template_hosts.flagged_hosts("flagged", minhash.near("near", source))
    assert [sent.buckets for sent in flagged.sources] == [buckets, buckets]
