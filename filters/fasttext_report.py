"""How well a trained classifier does on texts that it has not seen: figures, tables, and the card that tells them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

BINS = 10  # of the calibration table
SHARES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5)  # of all held-out texts, for which a threshold is told


class HeldOut(NamedTuple):
    """Texts kept from training: the probability of each label (texts x labels), and the number of the right one."""

    labels: Sequence[str]
    chances: np.ndarray
    right: np.ndarray


def auc(good: np.ndarray, bad: np.ndarray) -> float:
    """The share of pairs of a good and a bad text in which the good one has the higher score; a tie counts half."""
    bad = np.sort(bad)
    below = (np.searchsorted(bad, good, "left") + np.searchsorted(bad, good, "right")) / 2
    return float(below.mean() / len(bad))


def calibration(chances: np.ndarray, is_right: np.ndarray) -> list[dict[str, float]]:
    """For each tenth of the scale from 0 to 1: texts, their mean probability, and the share for which it came true.

    A model whose probabilities are to be believed has the same number in the last two. Empty tenths are left out.
    """
    place = np.minimum((chances * BINS).astype(int), BINS - 1)
    return [
        {
            "from": n / BINS,
            "texts": int((place == n).sum()),
            "said": round(float(chances[place == n].mean()), 4),
            "came_true": round(float(is_right[place == n].mean()), 4),
        }
        for n in range(BINS)
        if (place == n).any()
    ]


def thresholds(scores: np.ndarray) -> dict[str, float]:
    """The score that each of `SHARES` of all held-out texts reaches."""
    return {f"{share:g}": float(np.quantile(scores, 1 - share)) for share in SHARES}


def held_out_figures(held: HeldOut, good: str | None) -> dict[str, Any]:
    """Accuracy (the likeliest label is the right one) and calibration; with a `good` label its AUC and thresholds, and
    of labels that are numbers the mean error and the correlation of the expected value.
    """
    likeliest = held.chances.argmax(1)
    found: dict[str, Any] = {
        "held_out": len(held.right),
        "accuracy": round(float((likeliest == held.right).mean()), 4),
        "most_common": round(float(np.bincount(held.right).max() / len(held.right)), 4),
    }
    if good is not None:
        scores, is_good = held.chances[:, held.labels.index(good)], held.right == held.labels.index(good)
        found |= {"auc": auc(scores[is_good], scores[~is_good]), "threshold_by_share": thresholds(scores)}
        return found | {"calibration": calibration(scores, is_good)}
    if (values := as_numbers(held.labels)) is not None:
        expected, wanted = held.chances @ values, values[held.right]
        found["mean_error"] = round(float(np.abs(expected - wanted).mean()), 4)
        if len(set(wanted)) > 1:
            found["correlation"] = round(float(np.corrcoef(expected, wanted)[0, 1]), 4)
    return found | {"calibration": calibration(held.chances.max(1), likeliest == held.right)}


def as_numbers(labels: Sequence[str]) -> np.ndarray | None:
    """The labels as numbers; None when one is none."""
    try:
        return np.array([float(label) for label in labels])
    except ValueError:
        return None


def model_card(about: Mapping[str, Any]) -> str:
    """A model card in Markdown, of what `quality.json` holds."""
    texts = "\n".join(
        f"| {label} | {number:,} | {about['held'][label]:,} |" for label, number in about["trained"].items()
    )
    numbers = [name for name in ("auc", "accuracy", "most_common", "mean_error", "correlation") if name in about]
    rows = "\n".join(
        f"| {row['from']:.1f} | {row['texts']:,} | {row['said']:.3f} | {row['came_true']:.3f} |"
        for row in about["calibration"]
    )
    parts = [
        "# A fastText model of text quality",
        f"Trained by `mews quality train`; its digest is {about['digest']}. It knows the words of the texts that it "
        "was trained on: who passes it on needs a licence of these that allows it.",
        f"| label | texts to learn from | texts held out |\n|---|---:|---:|\n{texts}",
        f"{about['held_out']:,} texts were chosen by a hash of the text and held out. On these:",
        "\n".join(f"- {NAMES[name]}: {about[name]:.4f}" for name in numbers),
        "## Calibration\n\nThe probability that the model gives, beside how often it came true:",
        f"| from | texts | said | came true |\n|---:|---:|---:|---:|\n{rows}",
    ]
    if "threshold_by_share" in about:
        shares = "\n".join(f"| {float(s):.0%} | {score:.6f} |" for s, score in about["threshold_by_share"].items())
        parts += ["## Thresholds\n\nTo keep this share of texts like those held out:"]
        parts += [f"| share | threshold |\n|---:|---:|\n{shares}"]
    if "threshold" in about:
        parts += [
            f"The filter takes {about['threshold']:.6f}, which the share {about['keep']:g} of the negatives held out "
            f"reaches; with it {about['positives_kept']:.1%} of the positives stay."
        ]
    return "\n\n".join(parts) + "\n"


NAMES = {
    "auc": "area under the ROC curve",
    "accuracy": "accuracy, by the likeliest label",
    "most_common": "accuracy of always saying the commonest label",
    "mean_error": "mean error of the expected value",
    "correlation": "correlation of the expected value with the label",
}
