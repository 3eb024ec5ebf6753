"""What a person is shown of a family of duplicates."""

import pytest

from dedup import minhash
from pipeline.errors import UsageError
from pipeline.run import plan
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
