"""Families of duplicates as the page shows them, and another run beside this one."""

from pathlib import Path

import pyarrow as pa
import pytest

from dedup.template_hosts import flagged_hosts
from pipeline import parquet
from pipeline.errors import UsageError
from pipeline.funnel import stage_stats
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map
from pipeline.transform import screen
from pipeline.view import planned
from report.page.beside import told_beside
from report.page.chain import document_chain
from report.page.duplicates import alike, duplicate_stages, flagged
from report.page.sample import sample, strata_of
from tests.helpers.corpus import Corpus
from tests.helpers.judged import length, made


def test_families_of_both_kinds(tmp_path):
    root, stages = made(Corpus(tmp_path))
    urls, near = [each.told() for each in duplicate_stages(root, stages, planned(root, "raw"))]
    assert [(each["stage"], each["families"], each["sizes"]) for each in (urls, near)] == [
        ("unique", 1, [(2, 1)]),
        ("fuzzy", 1, [(2, 1)]),
    ]
    (family,) = near["largest"]
    assert family["url"] == "http://host.example/d30" and family["text"].endswith("at length first")
    ((other,),) = (family["others"],)
    assert other["url"] == "http://host.example/d31" and other["changes"][-2:] == [(1, "first"), (2, "second")]
    assert near["alike"] == [other["alike"]] and 0.8 < other["alike"] < 1
    assert near["hosts"] == [("host.example", 6, 1, 1, 0)]


def test_copies_of_a_host_that_a_check_of_their_texts_would_refuse(tmp_path):
    """Of the pages that a host loses, those are counted that have less than 80 % of their words in runs in common."""
    root, stages = made(Corpus(tmp_path))
    (shard,) = {shard for shard in planned(root, "raw") if Path(root, "fuzzy.rejects", f"{shard}.parquet").exists()}
    name = f"fuzzy.rejects/{shard}.parquet"
    table = parquet.read_table(root, name)
    other = table.set_column(table.column_names.index("text"), "text", pa.array(["other words than these"]))
    with parquet.writing_rows(root, name, table.schema, {}) as writer:
        writer.write(other)
    _, near = [each.told() for each in duplicate_stages(root, stages, planned(root, "raw"))]
    assert near["hosts"] == [("host.example", 6, 1, 1, 1)] and near["alike"] == [0]


def test_shards_that_are_not_looked_through_are_left_out(tmp_path):
    """The page that is kept lies in the first shard, its copies in the second."""
    root, stages = made(Corpus(tmp_path))
    first, second = planned(root, "raw")
    _, near = [each.told() for each in duplicate_stages(root, stages, [first])]
    assert near["families"] == 1 and near["largest"][0]["others"] == [] and near["alike"] == []
    _, near = [each.told() for each in duplicate_stages(root, stages, [second])]
    assert near["families"] == 0 and near["largest"] == []


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("a b c d e f", "a b c d e f", 1.0),
        ("a b c d e f", "a b c d e g", 0.333),
        ("a b c", "a b d", 0.0),
        ("a b c", "a b c", 1.0),
        ("", "", 1.0),
    ],
)
def test_what_texts_have_in_common(one: str, other: str, share: float):
    assert alike(one, other) == share


def test_hosts_that_lose_most_of_their_pages(tmp_path):
    corpus = Corpus(tmp_path)
    root, stages = made(corpus)
    near = next(stage for stage in stages if stage.name == "near")
    hosts = flagged_hosts("hosts", near, share=0.1, min_count=1, buckets=2)
    run(hosts, root=root, runner=Local())
    (host,) = flagged(root, [*stages, hosts])
    assert (host["host"], host["pages"], host["lost"]) == ("host.example", 6, 1)


def test_another_run_beside_this_one(tmp_path):
    root, stages = made(Corpus(tmp_path))
    raw = next(stage for stage in stages if stage.name == "raw")
    other = str(tmp_path / "other")
    run(Map("filtered", raw, (screen(length.replace(min_words=1, hashes=None)),)), root=other, runner=Local(),
        about={"recipe": "another", "arguments": []})  # fmt: skip
    chain = document_chain(root, stages)
    strata = strata_of(chain, stage_stats(root))
    shards = planned(root, "raw")
    sampled = sample(root, strata, shards, 1_000)
    ids = [id for each in sampled for id in each.ids]
    told = told_beside(root, other, chain, strata, sampled, shards, ids)
    assert told["recipes"] == ["own", "another"]
    assert ["raw", "certain", (11, 242), (11, 242)][:2] in [line[:2] for line in told["lines"]]
    lengths = next(line for line in told["lines"] if line[1] == "length")
    assert lengths[2].rows == 9 and lengths[3].rows == 11
    changed = [(e["there"], e["pages"], [ids[n] for n in e["numbers"]], strata[e["stratum"]]) for e in told["changed"]]
    assert {(there, pages) for there, pages, *_ in changed} == {("kept", 1)}
    assert {stratum.reason: ids for _, _, ids, stratum in changed} == {
        "length:short": ["s40"],
        "length:hashes": ["h50"],
        "notes:notes": ["n60"],
        "quiet:loud": ["l70"],
        "url:duplicate": ["r21"],
        "minhash:duplicate": ["d31"],
    }


def test_beside_no_run(tmp_path):
    root, stages = made(Corpus(tmp_path))
    with pytest.raises(UsageError, match="holds no run"):
        told_beside(root, str(tmp_path), document_chain(root, stages), [], [], [], [])
