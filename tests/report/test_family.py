"""What a person is shown of a family of duplicates."""

import pytest

from dedup import minhash
from pipeline.errors import UsageError
from report.family import family, family_lines, largest_families


def told_lines(*asked) -> str:
    """What a person is told."""
    return "\n".join(family_lines(family(*asked)))


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
    shown = told_lines(root, "copy")
    assert "near: a family of 3 pages, kept is kept" in shown
    assert "copy  minhash:duplicate  http://host.example/copy" in shown
    assert "  -the old end\n  +the new end" in shown
    assert "(equal)" in shown.partition("same")[2]
    assert "line 7 " not in shown
    assert told_lines(root, "https://www.host.example/copy/") == shown
    for unknown, why in (("alone", "in no family"), ("nobody", "no page of")):
        with pytest.raises(UsageError, match=why):
            told_lines(root, unknown)


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(UsageError, match="holds no run"):
        told_lines(str(tmp_path), "x")


def test_the_largest_families_of_a_run(corpus):
    """Two families; of the larger one three pages lie in two shards."""
    page = lines("of the first family")
    other = "\n".join(f"another text {number} that is long enough" for number in range(40))
    source = corpus.source(
        [{"id": "b", "text": page, "timestamp": 1}, {"id": "x", "text": other, "timestamp": 1}],
        [
            {"id": "c", "text": page, "timestamp": 2},
            {"id": "d", "text": page},
            {"id": "y", "text": other, "timestamp": 5},
        ],
    )
    near = minhash.near("near", source, buckets=2)
    corpus.verdicts(near)
    found = largest_families(str(corpus.folder / "run"))
    assert [(each.stage, each.size, each.url, each.pages) for each in found] == [
        ("near", 3, f"http://host.example/{found[0].kept}", []),
        ("near", 2, "http://host.example/x", []),
    ]
    assert largest_families(str(corpus.folder / "run"), 1) == found[:1]
    assert family_lines(found)[1] == "near: 2 pages, kept is x  http://host.example/x"


def test_the_largest_families_of_many_shards_are_those_of_all(corpus):
    """Of 6 families in as many shards, the largest are found wherever they lie."""
    texts = {size: " ".join(f"word{size}x{n}" for n in range(80)) for size in (2, 4, 3, 6, 5, 7)}
    shards = [[{"id": f"f{size}n{n}", "text": text} for n in range(size)] for size, text in texts.items()]
    near = minhash.near("near", corpus.source(*shards), buckets=2)
    corpus.verdicts(near)
    root = str(corpus.folder / "run")
    for count in (1, 2, 3, 10):
        assert [each.size for each in largest_families(root, count)] == [7, 6, 5, 4, 3, 2][:count]
