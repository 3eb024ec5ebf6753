"""What a person is shown: a family, and hosts that lose too much."""

import pytest

from dedup import minhash
from dedup import template_hosts as guard
from pipeline import parquet, store
from pipeline.errors import UsageError
from pipeline.run import plan, run
from pipeline.runner import Local
from report.family import family


def lines(*extra: str) -> str:
    return "\n".join([*(f"line {number} of the page with words {number * 7}" for number in range(60)), *extra])


def test_a_family_with_what_differs(corpus):
    source = corpus.source(
        [
            {"id": "kept", "text": lines("the old end"), "timestamp": 1},
            {"id": "alone", "text": "something else entirely"},
        ],
        [
            {"id": "copy", "text": lines("the new end"), "timestamp": 2},
            {"id": "same", "text": lines("the old end"), "timestamp": 3},
        ],
    )
    root = str(corpus.folder / "run")
    near = minhash.near("near", source, buckets=2, verify="text")
    corpus.verdicts(near)
    shown = family(root, "copy", plan(near))
    assert "near: a family of 3 pages, kept is kept" in shown
    assert "copy  minhash:duplicate  http://host.example/copy" in shown
    assert "  -the old end\n  +the new end" in shown
    assert "(equal)" in shown.partition("same")[2]
    assert "line 7 " not in shown
    assert family(root, "https://www.host.example/copy/", plan(near)) == shown
    for unknown, why in (("alone", "in no family"), ("nobody", "no page of")):
        with pytest.raises(UsageError, match=why):
            family(root, unknown, plan(near))


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(UsageError, match="holds no run"):
        family(str(tmp_path), "x", [])


@pytest.mark.parametrize("buckets", [2, 100])  # over 64, rows go home by ranges
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
    warned = guard.hosts("guard", verdicts, share=0.5, least=10, buckets=2)
    run(verdicts, warned, root=root, runner=Local())
    rows = [
        row for shard in store.listing(root, "guard") for row in parquet.read_table(root, f"guard/{shard}").to_pylist()
    ]
    assert [(row["host"], row["pages"], row["lost"]) for row in rows] == [("shop.example", 30, 29)]
    assert rows[0]["share"] == pytest.approx(29 / 30) and rows[0]["kept"].startswith("t")
