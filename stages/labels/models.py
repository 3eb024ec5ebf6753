"""Scores of fastText models as columns: several models, any labels, and the expected value of labels that are numbers.

A model reads a page once for all of its labels. What a score means is the model's: no page is dropped by it here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from filters.fasttext import PREFIX, model_at, preparation
from pipeline.errors import UsageError
from pipeline.transform import put

SCORE = pa.float32()
EXPECTED = "expected"


@dataclass(frozen=True)
class ModelScores:
    """A transform that adds a column (float32) for each of some models' labels, and drops nothing.

    `models` are pairs of a model file and its pairs (column, label); all of them see the text as `prepare` makes it.
    The label "expected" stands for the mean of the labels that are numbers, weighed by their probabilities: with labels
    0 to 5 the value on FineWeb-Edu's scale.
    """

    models: tuple[tuple[Path, tuple[tuple[str, str], ...]], ...]
    prepare: Callable[[str], str]
    name: str = "labels.models"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows with the columns."""
        lines = [self.prepare(text or "") for text in table["text"].to_pylist()]
        for file, columns in self.models:
            predict = model_at(file).predict
            found = [predict(line, k=-1) for line in lines]
            scores = [dict(zip(labels, map(float, chances), strict=True)) for labels, chances in found]
            for column, label in columns:
                values = [_expected(each) if label == EXPECTED else min(each.get(label, 0.0), 1.0) for each in scores]
                table = put(table, column, pa.array(values, SCORE))
        return table


def _expected(chances: Mapping[str, float]) -> float | None:
    """The mean of the labels; None where a text holds nothing that the model knows."""
    total = sum(chances.values())
    return (
        sum(float(label.removeprefix(PREFIX)) * chance for label, chance in chances.items()) / total if total else None
    )


def model_scores(
    models: Mapping[str, str | Path],
    labels: Mapping[str, Sequence[str]] | None = None,
    prepare: Callable[[str], str] | None = None,
) -> tuple[ModelScores, ...]:
    """Transforms that add, for each model by name, a column `<name>` (of one label) or `<name>_<label>` (of several)
    with the probabilities, 0 to 1, that it gives.

    A model is a folder of `mews quality train`, or any supervised fastText model file. A name that is not in `labels`
    asks, of a model trained here, for what it calls good; of labels that are all numbers for their expected value
    ("edu" on a scale from 0 to 5); else for all. `prepare` makes one line of a text as it was done for training; models
    that see texts in the same way share it. Raises UsageError without a model or a label.

        Map("labelled", clean, model_scores({"edu": "models/edu", "kind": "kinds.bin"}))
    """
    groups: dict[Callable[[str], str], list[tuple[Path, tuple[tuple[str, str], ...]]]] = {}
    for name, model in models.items():
        file, prepared = preparation(model)
        columns = _columns(name, file, (labels or {}).get(name, ()))
        groups.setdefault(prepare or prepared, []).append((file, columns))
    if unknown := sorted(set(labels or {}) - set(models)):
        raise UsageError(f"labels= names {', '.join(unknown)}, which is no model here: {', '.join(models)}")
    return tuple(ModelScores(tuple(group), how) for how, group in groups.items())


def _columns(name: str, file: Path, labels: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The columns of a model, and the label of each as the model writes it."""
    known = sorted(str(label) for label in model_at(file).get_labels())
    asked = [label.removeprefix(PREFIX) for label in labels or _usual(known)]
    if wrong := [label for label in asked if label != EXPECTED and PREFIX + label not in known]:
        shown = ", ".join(label.removeprefix(PREFIX) for label in known[:20])
        raise UsageError(f"fasttext: {file} has no label {', '.join(wrong)}; it has {len(known)}: {shown}")
    if EXPECTED in asked and not all(map(_is_number, known)):
        raise UsageError(f"fasttext: {file} has labels that are no numbers, which have no expected value")
    columns = [name] if len(asked) == 1 else [f"{name}_{re.sub(r'[^0-9A-Za-z]+', '_', label)}" for label in asked]
    return tuple(zip(columns, (each if each == EXPECTED else PREFIX + each for each in asked), strict=True))


def _usual(known: Sequence[str]) -> list[str]:
    if f"{PREFIX}hq" in known and len(known) == 2:
        return ["hq"]
    return [EXPECTED] if all(map(_is_number, known)) else [*known]


def _is_number(label: str) -> bool:
    return bool(re.fullmatch(rf"(?:{PREFIX})?-?\d+(?:\.\d+)?", label))
