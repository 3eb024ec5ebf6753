"""Pages under one URL, within a run and across runs."""

import numpy as np
import pyarrow as pa
import pytest

from dedup import urls
from dedup.members import MEMBERS, PRIOR_RUN_RANK
from dedup.routing import part_of
from pipeline.errors import UsageError
from pipeline.hashing import hash64, shard_key
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map


def page(id: str, url: str | None, **more) -> dict:
    return {"id": id, "url": url, "text": "t", **more}


def test_one_page_of_each_url_is_kept(corpus):
    source = corpus.source(
        [page("late", "http://e.org/?utm_id=1", timestamp=5), page("none", None), page("bad", "x")],
        [page("early", "https://www.e.org/", timestamp=2), page("other", "http://e.org/x"), page("empty", "")],
    )
    found = corpus.verdicts(urls.repeated("urls", source, buckets=3))
    assert {id: row["reason"] for id, row in found.items()} == {"early": None, "late": "url:duplicate"}
    assert all(row["url_kept"] == "early" and row["url_size"] == 2 for row in found.values())


def test_a_later_snapshot_drops_what_earlier_ones_kept(corpus, another):
    first, second = corpus, another("second")
    one = first.source([page("a", "http://e.org/a"), page("b", "http://e.org/b")])
    run(urls.kept("urls.kept", one), root=str(first.folder / "run"), runner=Local())
    shards = [
        [page("a2", "http://e.org/a", timestamp=-9)],
        [page("c", "http://e.org/c"), page("c2", "http://e.org/c#x")],
    ]
    goal = urls.repeated("urls", second.source(*shards), prior_runs=(str(first.folder / "run"),), buckets=2)
    found = second.verdicts(goal)
    assert found["a2"]["reason"] == "url:prior_run" and found["a2"]["url_kept"] == "a"
    assert [found[id]["reason"] for id in ("c", "c2")].count(None) == 1
    assert set(found) == {"a2", "c", "c2"}


def test_with_parts_the_page_of_the_first_part_is_kept(corpus):
    source = corpus.source(*[[page(f"p{number}", "http://e.org/", timestamp=-number)] for number in range(8)])
    found = corpus.verdicts(urls.repeated("urls", source, parts=100))
    parts = {f"p{number}": part_of(shard, 100) for number, shard in enumerate(source.source.shards())}
    kept = {id for id, row in found.items() if row["reason"] is None}
    assert len(kept) == 1 and parts[kept.pop()] == min(parts.values())


@pytest.mark.parametrize(("keep", "kept"), [("first", "a"), ("newest", "c"), ("longest", "b"), ("best", "b")])
def test_the_policy_says_who_is_kept(corpus, keep, kept):
    texts = {"a": "long", "b": "the longest", "c": "x"}
    pages = [page(id, "http://e.org/", timestamp=n) | {"text": text} for n, (id, text) in enumerate(texts.items())]
    source = Map("scored", corpus.source(pages), (score,))
    found = corpus.verdicts(
        urls.repeated("urls", source, keep=keep, best="score" if keep == "best" else None, buckets=2)
    )
    assert {row["url_kept"] for row in found.values()} == {kept}


def score(table: pa.Table) -> pa.Table:
    values = [2.0 if id == "b" else 1.0 for id in table["id"].to_pylist()]
    return table.append_column("score", pa.array(values, pa.float64()))


def test_pages_of_one_id_in_two_shards_are_two_pages(corpus):
    source = corpus.source([page("1", "http://e.org/a"), page("2", "http://e.org/b")], [page("1", "http://e.org/b")])
    done = run(
        Map("kept", source, verdicts=urls.repeated("urls", source, buckets=3)),
        root=str(corpus.folder / "run"),
        runner=Local(),
    )
    assert done["kept"].rows_out == 2


def test_the_store_of_kept_urls():
    table = pa.table({"id": ["a", "b", "c"], "url": ["https://www.e.org/", None, "no url"], "text": ["", "", ""]})
    made = urls.UrlKeys()(table)
    assert made.column_names == ["id", "url_key"]
    assert made["url_key"].to_pylist() == [int(hash64(["e.org"])[0]), 0, 0]


def test_rows_to_send():
    table = pa.table({"id": ["a", "b"], "url": ["http://e.org/x", ""], "text": ["", ""]})
    (row,) = urls.PagesByUrl("first", None, 1)(table, "s").to_pylist()
    assert row["family"] == int(hash64(["e.org/x"])[0]) and row["host"] == "e.org" and row["id"] == "a"
    assert (row["shard"], row["tie"], row["content"], row["rank"]) == (shard_key("s"), int(hash64(["a"])[0]), 0, 0)
    assert row["doc"] % 2 == 0
    keys = pa.table({"id": ["a", "b"], "url_key": np.array([5, 0], np.uint64)})
    (prior,) = urls.prior_urls(keys, "s").to_pylist()
    assert (prior["family"], prior["rank"], prior["doc"] % 2, prior["host"]) == (5, PRIOR_RUN_RANK, 1, "")
    assert urls.prior_urls(keys, "s").schema == MEMBERS


@pytest.mark.parametrize(
    ("wrong", "message"), [({"parts": 0}, "urls: parts=0; give at least 1"), ({"keep": "x"}, "keep=x is unknown")]
)
def test_wrong_arguments_are_named(corpus, wrong, message):
    with pytest.raises(UsageError, match=message):
        urls.repeated("urls", corpus.source([]), **wrong)
