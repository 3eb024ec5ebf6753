"""Gradient boosting of oblivious trees with the logistic loss: every level of a tree asks one question.

Such trees are small tables (three questions and eight values), are judged all at once with NumPy, and are hard to
overfit (Prokhorenkova et al. 2018). Deterministic: the same rows give the same trees.
"""

from dataclasses import dataclass

import numba
import numpy as np

BINS = 32
SAMPLE = 60_000  # rows that the limits between bins are taken from


@dataclass(frozen=True)
class Tree:
    """Questions (column, limit), each "is it more?", the first with the highest weight, and a value for each answer."""

    questions: tuple[tuple[int, float], ...]
    values: np.ndarray


@dataclass(frozen=True)
class Settings:
    """How many trees of what depth, and how bold they are."""

    trees: int = 150
    depth: int = 3
    rate: float = 0.15
    smoothing: float = 3.0
    share: float = 0.5  # of the rows that choose the questions of a tree
    seed: int = 0


def fit(rows: np.ndarray, wanted: np.ndarray, weights: np.ndarray, settings: Settings) -> tuple[float, list[Tree]]:
    """A first log-odds and trees that correct it. `wanted` is a probability for each row."""
    random = np.random.default_rng(settings.seed)
    limits = limits_of(rows, random)
    bins = np.stack([np.searchsorted(limit, rows[:, at]) for at, limit in enumerate(limits)], 1).astype(np.uint8)
    weights = weights * len(weights) / weights.sum()
    share = (weights * wanted).sum() / weights.sum()
    first = float(np.log(share / (1 - share)))
    score, trees = np.full(len(rows), first), []
    for _ in range(settings.trees):
        odds = 1 / (1 + np.exp(-score))
        slope, bend = weights * (odds - wanted), weights * np.maximum(odds * (1 - odds), 1e-4)
        some = random.random(len(rows)) < settings.share
        questions = _questions(bins[some], slope[some], bend[some], settings)
        leaf = np.zeros(len(rows), np.int64)
        for column, bin in questions:
            leaf = 2 * leaf + (bins[:, column] > bin)
        down, curve = (np.bincount(leaf, values, 1 << settings.depth) for values in (slope, bend))
        values = np.round(-100 * settings.rate * down / (curve + settings.smoothing)) / 100
        score += values[leaf]
        trees.append(Tree(tuple((column, float(limits[column][bin])) for column, bin in questions), values))
    return first, trees


def limits_of(rows: np.ndarray, random: np.random.Generator) -> list[np.ndarray]:
    """Limits between at most `BINS` bins of each column, rounded so that a table of them is short."""
    some = rows[random.choice(len(rows), min(len(rows), SAMPLE), replace=False)]
    limits = []
    for column in some.T:
        values = np.unique(column)
        if len(values) > BINS:
            values = np.unique(np.quantile(column, np.linspace(0, 1, BINS + 1)))
        limits.append(np.unique(np.round((values[1:] + values[:-1]) / 2, 3)))
    return limits


def _questions(bins: np.ndarray, slope: np.ndarray, bend: np.ndarray, settings: Settings) -> list[tuple[int, int]]:
    """The question of each level: the one that helps most over all leaves of the level above."""
    leaf, questions = np.zeros(len(bins), np.int64), []
    for level in range(settings.depth):
        down, curve = _histograms(bins, leaf, 1 << level, slope, bend)
        below, below_curve = down.cumsum(2), curve.cumsum(2)
        whole, whole_curve = below[:, :, -1:], below_curve[:, :, -1:]
        gain = (
            below**2 / (below_curve + settings.smoothing)
            + (whole - below) ** 2 / (whole_curve - below_curve + settings.smoothing)
        ).sum(0)
        gain[:, -1] = -1.0
        gain[curve.sum(0)[:, ::-1].cumsum(1)[:, ::-1] <= curve.sum(0)] = -1.0  # nothing lies above this bin
        column, bin = map(int, np.unravel_index(gain.argmax(), gain.shape))
        questions.append((column, bin))
        leaf = 2 * leaf + (bins[:, column] > bin)
    return questions


@numba.njit(cache=True)
def _histograms(bins, leaf, leaves, slope, bend):
    rows, columns = bins.shape
    down, curve = np.zeros((leaves, columns, BINS + 1)), np.zeros((leaves, columns, BINS + 1))
    for row in range(rows):
        at = leaf[row]
        for column in range(columns):
            bin = bins[row, column]
            down[at, column, bin] += slope[row]
            curve[at, column, bin] += bend[row]
    return down, curve


def predict(first: float, trees: list[Tree], rows: np.ndarray) -> np.ndarray:
    """Log-odds of each row."""
    score = np.full(len(rows), first)
    for tree in trees:
        leaf = np.zeros(len(rows), np.int64)
        for column, limit in tree.questions:
            leaf = 2 * leaf + (rows[:, column] > limit)
        score += tree.values[leaf]
    return score
