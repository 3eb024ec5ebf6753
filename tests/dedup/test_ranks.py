"""Who of a family is kept: ranks by policy, and what is said to wrong arguments."""

import numpy as np
import pyarrow as pa
import pytest

from dedup.ranks import LAST_RANK, check_keep, page_ranks
from pipeline.errors import UsageError

PAGES = pa.table(
    {
        "timestamp": pa.array([30, 10, None, 20], pa.timestamp("s")),
        "text": ["four", "a", None, "seventh"],
        "score": [-2.5, 3.0, None, -1e-9],
    }
)


@pytest.mark.parametrize(("keep", "order"), [
    ("first", [1, 3, 0, 2]), ("newest", [0, 3, 1, 2]), ("longest", [3, 0, 1, 2]), ("best", [1, 3, 0, 2]),
])  # fmt: skip
def test_the_order_of_pages(keep, order):
    assert np.argsort(page_ranks(PAGES, keep, "score"), kind="stable").tolist() == order


def test_ranks_by_time_are_seconds():
    assert page_ranks(PAGES, "first").tolist() == [30, 10, 2**63 - 1, 20]
    assert page_ranks(PAGES, "newest").tolist() == [-30, -10, 2**63 - 1, -20]
    fine = pa.table({"timestamp": pa.array([1_500_000], pa.timestamp("us"))})
    assert page_ranks(fine.cast(pa.schema([("timestamp", pa.timestamp("s"))]), safe=False), "first").tolist() == [1]


def test_ranks_by_length_count_characters():
    table = pa.table({"text": ["äöü", "abcd", None, ""]})
    assert page_ranks(table, "longest").tolist() == [-3, -4, 0, 0]


def test_pages_without_a_time_are_equal():
    assert page_ranks(pa.table({"text": ["a", "b"]}), "first").tolist() == [0, 0]


def test_a_page_without_a_value_comes_last():
    assert page_ranks(PAGES, "best", "score")[2] == LAST_RANK == 2**63 - 1


@pytest.mark.parametrize("seed", range(5))
def test_best_sorts_as_floats_do(seed):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal(200) * 10.0 ** rng.integers(-300, 300, 200)
    values = np.concatenate((values, [0.0, -0.0, np.inf, -np.inf, np.nan]))
    found = page_ranks(pa.table({"score": values}), "best", "score")
    assert np.array_equal(values[np.argsort(found, kind="stable")][:-1], np.sort(values[:-1])[::-1])
    assert found[200] == found[201]  # the two zeros


def test_a_column_of_integers_ranks_too():
    assert np.argsort(page_ranks(pa.table({"stars": [2, 5, 3]}), "best", "stars")).tolist() == [1, 2, 0]


@pytest.mark.parametrize(("keep", "best", "message"), [
    ("any", None, "keep=any is unknown; it is one of first, longest, newest, best"),
    ("best", None, "keep=best needs best=COLUMN, and nothing else does"),
    ("first", "score", "keep=best needs best=COLUMN, and nothing else does"),
])  # fmt: skip
def test_wrong_arguments_are_named(keep, best, message):
    with pytest.raises(UsageError) as error:
        check_keep(keep, best)
    assert str(error.value) == message


@pytest.mark.parametrize("keep", ["first", "longest", "newest"])
def test_right_arguments_pass(keep):
    check_keep(keep, None)
    check_keep("best", "score")
