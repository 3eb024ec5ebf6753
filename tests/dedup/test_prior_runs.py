"""Stores of prior runs as sources: what is read, what is left out, and when it counts as changed."""

import pyarrow as pa
import pytest

from dedup import minhash
from dedup.prior_runs import PriorDigest, prior_shards
from pipeline import store
from pipeline.errors import UsageError
from pipeline.receipts import receipt_name, receipted
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map


def page(id: str, text: str, **more) -> dict:
    return {"id": id, "text": text, **more}


def near(source, **more):
    return minhash.near("near", source, bands=10, rows=2, buckets=2, **more)


@pytest.fixture
def first(another):
    """A run with a page that is dropped, and its root."""
    made = another("first")
    source = made.source(
        [page("a", "one two three four"), page("b", "five six seven eight")],
        [page("c", "ONE two three four", timestamp=9)],
    )
    assert made.dropped(near(source)) == {"c"}
    return made, source, str(made.folder / "run")


def read(source) -> list[dict]:
    return [row for item in source.list for table in source.read(item) for row in table.to_pylist()]


def test_a_stage_is_read_by_its_shards(first):
    _, pages, root = first
    found = prior_shards((root,), "pages")
    assert list(found.list) == [f"{root}::{shard}" for shard in sorted(pages.source.shards())]
    ids = dict(zip(pages.source.shards(), (["a", "b"], ["c"]), strict=True))
    assert [row["id"] for row in read(found)] == [id for shard in sorted(ids) for id in ids[shard]]
    assert found.schema.names == pages.schema.names


def test_rows_of_pages_that_the_verdicts_drop_are_left_out(first):
    _, _, root = first
    every, kept = prior_shards((root,), "near.bands"), prior_shards((root,), "near.bands", verdicts="near")
    assert (len(read(every)), len(read(kept))) == (30, 20)
    assert {row["id"] for row in read(prior_shards((root,), "near.pages", verdicts="near"))} == {"a", "b"}
    assert kept.schema == every.schema


def test_several_roots_come_one_after_another(first, another):
    _, _, root = first
    second = another("second")
    second.verdicts(near(second.source([page("d", "x y z")])))
    both = prior_shards((root, str(second.folder / "run")), "pages")
    assert [item.startswith(f"{root}::") for item in both.list] == [True, True, False]


def test_a_root_without_the_stage_is_named(first, tmp_path):
    with pytest.raises(UsageError, match=r"holds no stage other; prior_runs= takes roots of earlier runs of the same"):
        prior_shards((first[2],), "other")
    with pytest.raises(UsageError, match="nothing holds no stage"):
        prior_shards((str(tmp_path / "nothing"),), "pages")


def test_a_changed_shard_or_a_changed_verdict_is_another_version(first):
    """What was decided about a shard can change when other shards do."""
    made, _, root = first
    bands, judged = PriorDigest("near.bands", None), PriorDigest("near.bands", "near")
    items = [f"{root}::{shard}" for shard in receipted(root, "near")]
    before = [bands(item) for item in items], [judged(item) for item in items]
    assert len({*before[0], *before[1]}) == 4
    assert [bands(item) for item in items] == before[0]
    fewer = made.source(
        [page("a", "one two three four"), page("b", "five six seven eight")],
        [page("c", "now another page", timestamp=9)],
    )
    made.verdicts(near(fewer))
    after = [bands(item) for item in items], [judged(item) for item in items]
    assert sum(one != other for one, other in zip(before[0], after[0], strict=True)) == 1
    assert all(one != other for one, other in zip(before[1], after[1], strict=True))
    store.remove(root, receipt_name("near", items[0].partition("::")[2]))
    assert judged(items[0]) not in (*before[1], *after[1])


def test_a_later_run_follows_what_a_prior_run_decides(first, another):
    made, _, root = first
    later = another("later")
    source = later.source([page("d", "one TWO three four")])
    goal = Map("kept", source, verdicts=near(source, prior_runs=(root,)))
    where = str(later.folder / "run")
    assert run(goal, root=where, runner=Local())["kept"].rows_out == 0
    made.verdicts(near(made.source([page("a", "a b c d"), page("b", "five six seven eight")], [page("c", "e f g h")])))
    source = later.source([page("d", "one TWO three four")])
    goal = Map("kept", source, verdicts=near(source, prior_runs=(root,)))
    assert run(goal, root=where, runner=Local())["kept"].rows_out == 1


def test_columns_are_those_of_the_store(first):
    _, _, root = first
    table = next(iter(prior_shards((root,), "near.bands").read(f"{root}::{receipted(root, 'near.bands')[0]}")))
    assert table.schema.names == ["band", "doc"] and table.schema.types == [pa.uint64(), pa.uint64()]
