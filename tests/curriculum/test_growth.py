"""The budgets of a phase: each has shards of its own, and they are remembered under the root."""

import json

import pytest

from curriculum.growth import Part, grown, parts, remember, remembered_budgets


@pytest.mark.parametrize(
    ("before", "budget", "after"),
    [
        ([], 100, [100]),
        ([100], 100, [100]),
        ([100], 250, [100, 250]),
        ([100, 250], 200, [100, 200]),
        ([100, 250], 50, [50]),
        ([100, 250], 250, [100, 250]),
    ],
)
def test_smaller_budgets_stay(before, budget, after):
    assert grown(before, budget) == after


def test_each_budget_has_shards_of_its_own():
    assert parts([100], 100) == [Part(0, 100, 0)]
    assert parts([250, 260, 460, 461], 100) == [
        Part(0, 250, 0),
        Part(250, 260, 3),
        Part(260, 460, 4),
        Part(460, 461, 6),
    ]
    assert [part.shards(100) for part in parts([250, 260, 460, 461], 100)] == [3, 1, 2, 1]


def test_budgets_are_kept_by_phase_and_forgotten_with_what_the_phase_was(tmp_path):
    root = str(tmp_path)
    assert remember(root, "late", "a", 100) == [100] == remembered_budgets(root, "late")
    assert remember(root, "late", "a", 200) == [100, 200] == remembered_budgets(root, "late")
    assert remember(root, "early", "a", 50) == [50]
    assert remembered_budgets(root, "late") == [100, 200]
    assert remember(root, "late", "b", 300) == [300] == remembered_budgets(root, "late")
    assert json.loads((tmp_path / "plan" / "late.budgets.json").read_text()) == {"identity": "b", "budgets": [300]}


def test_a_budget_that_is_known_is_not_written_again(tmp_path):
    remember(str(tmp_path), "late", "a", 100)
    before = (tmp_path / "plan" / "late.budgets.json").stat().st_mtime_ns
    remember(str(tmp_path), "late", "a", 100)
    assert (tmp_path / "plan" / "late.budgets.json").stat().st_mtime_ns == before
