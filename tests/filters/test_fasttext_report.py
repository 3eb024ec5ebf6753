"""Figures of a classifier on held-out texts: against counting by hand."""

import numpy as np
import pytest

from filters.fasttext_report import HeldOut, auc, calibration, held_out_figures, model_card, thresholds


def test_the_area_counts_pairs_and_half_of_the_ties():
    good, bad = np.array([0.9, 0.5, 0.2]), np.array([0.1, 0.5])
    assert auc(good, bad) == pytest.approx((2 + 1.5 + 1) / 6)


def test_calibration_sets_what_was_said_beside_what_came_true():
    chances = np.array([0.02, 0.08, 0.31, 0.95, 1.0, 0.9])
    rows = calibration(chances, np.array([False, True, False, True, True, False]))
    assert rows == [
        {"from": 0.0, "texts": 2, "said": 0.05, "came_true": 0.5},
        {"from": 0.3, "texts": 1, "said": 0.31, "came_true": 0.0},
        {"from": 0.9, "texts": 3, "said": 0.95, "came_true": 0.6667},
    ]


def test_a_threshold_is_reached_by_its_share():
    scores = np.arange(1_000) / 1_000
    for share, score in thresholds(scores).items():
        assert (scores >= score).mean() == pytest.approx(float(share), abs=0.002)


def test_a_good_label_has_an_area_and_thresholds():
    held = HeldOut(["cc", "hq"], np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.8, 0.2]]), np.array([0, 0, 1, 1]))
    found = held_out_figures(held, "hq")
    assert (found["accuracy"], found["auc"], found["most_common"], found["held_out"]) == (0.5, 0.75, 0.5, 4)
    assert found["threshold_by_share"]["0.5"] == 0.4


def test_labels_that_are_numbers_have_an_expected_value():
    held = HeldOut(
        ["0", "2", "5"], np.array([[1.0, 0, 0], [0, 1.0, 0], [0.0, 0.5, 0.5], [0, 0, 1]]), np.array([0, 0, 2, 2])
    )
    found = held_out_figures(held, None)
    assert found["mean_error"] == pytest.approx((0 + 2 + 1.5 + 0) / 4)
    assert found["correlation"] == pytest.approx(np.corrcoef([0, 2, 3.5, 5], [0, 0, 5, 5])[0, 1], abs=1e-4)
    assert "auc" not in found and found["accuracy"] == 0.5  # of equal chances the first counts


def test_a_card_without_a_good_label_has_no_thresholds():
    held = HeldOut(["a", "b"], np.array([[0.7, 0.3], [0.2, 0.8]]), np.array([0, 1]))
    about = {"digest": "d", "trained": {"a": 10, "b": 1_200}, "held": {"a": 1, "b": 1}, **held_out_figures(held, None)}
    text = model_card(about)
    assert "| b | 1,200 | 1 |" in text and "accuracy, by the likeliest label: 1.0000" in text
    assert "Thresholds" not in text and "ROC" not in text and "expected value" not in text
