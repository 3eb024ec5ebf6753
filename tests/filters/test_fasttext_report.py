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


CARD = """# A fastText model of text quality

Trained by `mews quality train`; its digest is 0123abcd. It knows the words of the texts that it was trained on: who \
passes it on needs a licence of these that allows it.

| label | texts to learn from | texts held out |
|---|---:|---:|
| cc | 1,200 | 3 |
| hq | 9 | 1,000 |

1,003 texts were chosen by a hash of the text and held out. On these:

- area under the ROC curve: 0.9876
- accuracy, by the likeliest label: 0.5000
- accuracy of always saying the commonest label: 0.7500

## Calibration

The probability that the model gives, beside how often it came true:

| from | texts | said | came true |
|---:|---:|---:|---:|
| 0.0 | 1,002 | 0.050 | 0.500 |
| 0.9 | 1 | 0.950 | 1.000 |

## Thresholds

To keep this share of texts like those held out:

| share | threshold |
|---:|---:|
| 1% | 0.987650 |
| 50% | 0.250000 |

The filter takes 0.123457, which the share 0.1 of the negatives held out reaches; with it 98.8% of the positives stay.
"""


def test_a_card_as_a_person_reads_it():
    about = {
        "digest": "0123abcd",
        "trained": {"cc": 1200, "hq": 9},
        "held": {"cc": 3, "hq": 1000},
        "held_out": 1003,
        "auc": 0.98761,
        "accuracy": 0.5,
        "most_common": 0.75,
        "calibration": [
            {"from": 0.0, "texts": 1002, "said": 0.05, "came_true": 0.5},
            {"from": 0.9, "texts": 1, "said": 0.95, "came_true": 1.0},
        ],
        "threshold_by_share": {"0.01": 0.98765, "0.5": 0.25},
        "threshold": 0.1234567,
        "keep": 0.1,
        "positives_kept": 0.9876,
    }
    assert model_card(about) == CARD
