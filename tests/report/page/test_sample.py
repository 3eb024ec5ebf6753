"""Which pages a report shows: equally many of each reason, the same ones in any order, and no more than asked for."""

from collections import Counter

import numpy as np
import pytest

from pipeline.funnel import stage_stats
from pipeline.hashing import hash64
from pipeline.view import planned
from report.page.chain import document_chain
from report.page.sample import Reservoir, Stratum, chosen_shards, quotas, sample, strata_of
from tests.helpers.corpus import Corpus
from tests.helpers.judged import made


@pytest.mark.parametrize(
    ("sizes", "budget", "taken"),
    [
        ([100, 100, 100], 30, [10, 10, 10]),
        ([100, 2, 100], 30, [14, 2, 14]),
        ([5, 5], 100, [5, 5]),
        ([1, 50, 1000], 41, [1, 20, 20]),
        ([], 10, []),
        ([7, 7], 0, [0, 0]),
    ],
)
def test_a_budget_is_shared_out_equally(sizes: list[int], budget: int, taken: list[int]):
    assert quotas(sizes, budget) == taken


def test_shards_are_chosen_until_they_are_too_large():
    sizes = {f"shard-{n}": 10 for n in range(50)}
    few, more = chosen_shards(sizes, 99), chosen_shards(sizes, 200)
    assert (len(few), len(more)) == (9, 20)
    assert more[:9] == few and few != sorted(few), "by a hash of their names: those of a smaller sample are in a larger"
    assert len(chosen_shards(sizes, 1)) == 1, "one at least"
    assert chosen_shards({}, 99) == []


def test_a_reservoir_holds_the_smallest_hashes_whatever_the_order():
    ids = np.array([f"page-{n}" for n in range(100)], object)
    expected = set(ids[np.argsort(hash64(ids.tolist()))[:7]])
    for parts in (np.array_split(ids, 9), np.array_split(ids[::-1], 4)):
        reservoir = Reservoir(7)
        for number, part in enumerate(parts):
            reservoir.offer(part, hash64(part.tolist()), f"shard-{number}")
        assert set(reservoir.ids) == expected
        assert all(id in parts[int(shard[6:])] for id, shard in zip(reservoir.ids, reservoir.shards, strict=True))


def test_a_reservoir_of_no_size_stays_empty():
    reservoir = Reservoir(0)
    reservoir.offer(np.array(["a"], object), hash64(["a"]), "shard")
    assert len(reservoir.ids) == 0


def test_strata_are_all_fates_of_a_run(tmp_path):
    root, stages = made(Corpus(tmp_path))
    chain = document_chain(root, stages)
    strata = strata_of(chain, stage_stats(root))
    assert [(s.stage, s.fate, s.reason, s.rows) for s in strata] == [
        ("raw", "dropped", "certain:unsure", 1),
        ("filtered", "dropped", "length:hashes", 1),
        ("filtered", "dropped", "length:short", 1),
        ("filtered", "dropped", "notes:notes", 1),
        ("filtered", "dropped", "quiet:loud", 1),
        ("unique", "dropped", "url:duplicate", 1),
        ("fuzzy", "dropped", "minhash:duplicate", 1),
        ("fuzzy", "kept", "", 5),
    ]
    found = sample(root, strata, _shards(root), 100)
    assert Counter(len(each.ids) for each in found) == {1: 7, 5: 1}
    assert set(found[-1].ids) == {"p10", "r20", "d30", "n61", "p11"}


def test_what_nobody_asked_for_is_not_taken(tmp_path):
    root, _ = made(Corpus(tmp_path))
    strata = [Stratum("fuzzy", "kept", "", -1, 5, 0)]
    (found,) = sample(root, strata, _shards(root), 3)
    assert len(found.ids) == 3
    assert len(sample(root, strata, _shards(root)[:1], 100)[0].ids) < 5


def _shards(root: str) -> list[str]:
    return planned(root, "raw")
