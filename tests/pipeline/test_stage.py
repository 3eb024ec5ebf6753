"""A Map: what it reads, joins, drops, keeps and promises."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import StageFailed, UsageError
from pipeline.run import run
from pipeline.stage import Map
from pipeline.stats import TextCount
from pipeline.transform import rewrite, screen
from tests.helpers.runs import Spy
from tests.helpers.tables import dropping, make, pages, rows_of, shout, source


def without_b(doc) -> str | None:
    return "has_b" if "b" in doc.id else None


def test_verdicts_are_joined_by_id_and_drop_before_the_transforms(tmp_path: Path):
    raw = Map("raw", source(tmp_path / "in", one=pages("a", "b", "c")))
    kept = Map("kept", raw, (rewrite(shout),), verdicts=dropping("judged", raw, "b"))
    stats = make(tmp_path, kept)["kept"]
    assert [(row["id"], row["judged"], row["text"]) for row in rows_of(tmp_path, "kept")] == [
        ("a", "judged a", "THE TEXT OF A"),
        ("c", "judged c", "THE TEXT OF C"),
    ]
    assert list(stats.steps) == ["judged", "tables.shout"]
    assert stats.steps["judged"].dropped["judged"].rows == 1
    (rejected,) = pq.read_table(tmp_path / "kept.rejects").to_pylist()
    assert (rejected["id"], rejected["reason"], rejected["text"]) == ("b", "judged", "the text of b")


def test_of_rows_that_nobody_judges_the_columns_are_null(tmp_path: Path):
    raw = Map("raw", source(tmp_path / "in", one=pages("a", "b"), two=pages("c")))
    some = Map("some", raw, (screen(without_b),))
    make(tmp_path, Map("kept", raw, (rewrite(shout),), verdicts=dropping("judged", some)))
    assert [(row["id"], row["judged"]) for row in rows_of(tmp_path, "kept")] == [
        ("a", "judged a"), ("b", None), ("c", "judged c"),
    ]  # fmt: skip


def test_a_map_of_a_source_with_verdicts_writes_its_rows(tmp_path: Path):
    """There is nothing to be a view of: a source may be gone tomorrow."""
    rows = source(tmp_path / "in", one=pages("a", "b"))
    make(tmp_path, Map("end", Map("kept", rows, verdicts=dropping("judged", rows, "b")), (rewrite(shout),)))
    assert len(list((tmp_path / "kept").glob("*.parquet"))) == 1
    assert [row["id"] for row in rows_of(tmp_path, "end")] == ["a"]


def test_another_verdict_on_a_source_makes_its_shards_again(tmp_path: Path):
    rows = source(tmp_path / "in", one=pages("a", "b"), two=pages("c"))
    make(tmp_path, Map("kept", rows, verdicts=dropping("judged", rows)))
    spy = Spy()
    run(Map("kept", rows, verdicts=dropping("judged", rows, "b")), root=str(tmp_path), runner=spy)
    assert [row["id"] for row in rows_of(tmp_path, "kept")] == ["a", "c"]
    assert sum(shard.startswith("two") for shard in spy.shards) == 1, "sent again, and equal rows say nothing new"


def test_where_reads_only_rows_of_these_values(tmp_path: Path):
    mixed = [*pages("a", "b"), *pages("c", language="de"), {"id": "d", "language": None, "text": "x"}]
    rows = source(tmp_path / "in", one=mixed)
    stats = make(tmp_path, Map("german", rows, (rewrite(shout),), where={"language": "de"}))
    assert [row["id"] for row in rows_of(tmp_path, "german")] == ["c"]
    assert (stats["german"].rows_in, stats["german"].rows_out) == (1, 1)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_of_rejects_that_is_none_is_refused(share: float):
    with pytest.raises(UsageError, match="stage m: rejects="):
        Map("m", Map("s", None), rejects=share)  # type: ignore[arg-type]


def test_the_sample_of_rejects_is_the_same_every_time_and_grows_with_the_share(tmp_path: Path):
    rows = source(tmp_path / "in", one=pages(*(f"b{n}" for n in range(400))))
    kept = {}
    for name, share in (("first", 0.5), ("again", 0.5), ("fewer", 0.1), ("none", 0.0), ("all", 1.0)):
        stats = make(tmp_path / name, Map("kept", rows, (screen(without_b),), rejects=share))
        assert stats["kept"].rows_in == 400 and stats["kept"].rows_out == 0
        files = sorted((tmp_path / name).glob("kept.rejects/*"))
        kept[name] = {i for file in files for i in pq.read_table(file)["id"].to_pylist()}
    assert kept["first"] == kept["again"] and kept["fewer"] < kept["first"]
    assert 150 < len(kept["first"]) < 250 and 15 < len(kept["fewer"]) < 75
    assert not kept["none"] and len(kept["all"]) == 400


def test_columns_that_were_not_promised_fail_the_shard(tmp_path: Path):
    class Fickle:
        def __call__(self, table: pa.Table) -> pa.Table:
            return table.append_column("more", pa.array([1] * table.num_rows)) if table.num_rows else table

    with pytest.raises(StageFailed, match=r"stage m promised columns \['id', 'language', 'text'\] and gave .*'more'"):
        make(tmp_path, Map("m", source(tmp_path / "in", one=pages("a")), (Fickle(),)))


def test_a_map_without_tokens_counts_none(tmp_path: Path):
    rows = source(tmp_path / "in", one=pages("a", "b"))
    assert make(tmp_path / "1", Map("m", rows))["m"].tokens_out == 8
    assert make(tmp_path / "2", Map("m", rows, tokens=False))["m"].tokens_out == 0


def test_a_text_is_counted_once_while_it_stays_as_it_is(tmp_path: Path):
    asked: list[str] = []

    def of(texts: pa.ChunkedArray) -> pa.ChunkedArray:
        asked.extend(texts.to_pylist())
        return pa.chunked_array([pa.array([len(text) for text in texts.to_pylist()], pa.int64())])

    letters = TextCount("letters", of)
    raw = Map("raw", source(tmp_path / "in", one=pages("a", "b", "c")), (screen(without_b),), tokens=letters)
    seen = Map("seen", raw, verdicts=dropping("judged", raw, "c"), tokens=letters)
    stats = make(tmp_path, Map("longer", seen, (rewrite(longer),), tokens=letters))
    assert [(s.tokens_in, s.tokens_out) for s in map(stats.get, ("raw", "seen", "longer"))] == [
        (39, 26),
        (26, 13),
        (13, 14),
    ]
    assert asked == ["the text of a", "the text of b", "the text of c", "the text of a!"]
    assert [(row["text"], row["tokens"]) for row in rows_of(tmp_path, "longer")] == [("the text of a!", 14)]
    make(tmp_path, Map("other", seen, tokens=TextCount("texts", lambda texts: pa.chunked_array([[1] * len(texts)]))))
    assert [row["tokens"] for row in rows_of(tmp_path, "other")] == [1], "counted otherwise, it is counted anew"


def longer(text: str) -> str:
    return f"{text}!"


def test_code_is_what_changes_the_rows():
    rows = Map("raw", None)  # type: ignore[arg-type]
    plain = Map("m", rows, (rewrite(shout),))
    others = [
        Map("m", rows), Map("m", rows, (screen(without_b),)), Map("m", rows, (rewrite(shout),), where={"a": "b"}),
        Map("m", rows, (rewrite(shout),), rejects=0.5), Map("m", rows, (rewrite(shout),), copy=True),
    ]  # fmt: skip
    assert all(other.code() != plain.code() for other in others)
    assert Map("other", rows, (rewrite(shout),)).code() == plain.code(), "its name and its inputs are told apart"


def test_the_receipt_says_what_a_shard_was_made_from(tmp_path: Path):
    raw = Map("raw", source(tmp_path / "in", one=pages("a", "b")))
    make(tmp_path, Map("kept", raw, (rewrite(shout),)))
    folders = {stage: tmp_path / "receipts" / stage for stage in ("raw", "kept")}
    receipts = {stage: json.loads(next(folder.iterdir()).read_text()) for stage, folder in folders.items()}
    code, _, inputs = receipts["kept"]["made_from"].partition("-")
    assert len(code) == len(inputs) == 32
    (file,) = receipts["raw"]["files"].values()
    assert receipts["raw"]["digest"] == file[0], "the digest of rows is that of their file"
    assert receipts["raw"]["stats"]["bytes"] == file[2]
    assert receipts["raw"]["stats"]["memory"] == file[3] > 0


def test_documents_come_from_the_source_and_not_from_the_verdicts(tmp_path: Path):
    raw = Map("raw", source(tmp_path / "in", one=[]))
    judged = dropping("judged", raw)
    kept = Map("kept", raw, verdicts=judged)
    assert kept.inputs() == (raw, judged) and kept.documents() == (raw,)
    assert kept.kind == "map" and kept.as_goal() == Map("kept", raw, verdicts=judged, copy=True)
    assert kept.as_goal().as_goal() == kept.as_goal()
