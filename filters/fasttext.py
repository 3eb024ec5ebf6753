"""A fastText classifier as a filter: one of DCLM's kind that is trained here, or a model of your own.

Train with `mews quality train POSITIVES NEGATIVES --out FOLDER` (Li et al. 2024, section 4.4); the folder holds
`model.bin` and `quality.json`, with the threshold and how it was found.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from filters.fasttext_words import lower_words, shaped_words
from pipeline.doc import Doc
from pipeline.errors import UsageError
from pipeline.rules import Rules, least
from text.normalise import fasttext_line

PREFIX = "__label__"
POSITIVE = f"{PREFIX}hq"


@dataclass(frozen=True)
class LabelScore:
    """Measures the probability, 0 to 1, of a model's `label` for a text that `prepare` made one line of.

    The model file counts by its content: another model at the same place makes a stage anew.
    """

    model: Path
    label: str
    prepare: Callable[[str], str] = shaped_words

    def __call__(self, doc: Doc) -> dict[str, float]:
        """What was measured of a page, by name."""
        return {"score": score(self.model, self.label, self.prepare(doc.text))}


def at_least(threshold: float, measure: LabelScore) -> Rules:
    """Keep texts with this score or a higher one."""
    return Rules("fasttext.quality", measure, (least("score", threshold, "low_quality"),))


def quality(
    model: str | Path,
    threshold: float | None = None,
    label: str = "hq",
    prepare: Callable[[str], str] | None = None,
) -> Rules:
    """Keep the texts for which a model gives `label` at least the probability `threshold`.

    `model` is a folder that was trained here, which knows its threshold, or any supervised fastText model file. Labels
    may be given without "__label__". `prepare` makes one line of a text as it was done for training; a model file gets
    `fasttext_line` by default, which changes no word. Raises UsageError without a threshold, a model or the label.
    """
    file, prepared = preparation(model)
    threshold = _notes(model).get("threshold") if threshold is None else threshold
    if threshold is None:
        raise UsageError(f"fasttext: {file} comes without a threshold; give one, between 0 and 1")
    return at_least(threshold, LabelScore(file, _label(file, label), prepare or prepared))


def preparation(model: str | Path) -> tuple[Path, Callable[[str], str]]:
    """The file of a model, and what makes one line of a text for it: `shaped_words` for one that was trained here
    (`lower_words` before the shape was learnt, too).

    Raises UsageError when there is no such file.
    """
    file = Path(model, "model.bin") if Path(model).is_dir() else Path(model)
    if not file.is_file():
        raise UsageError(f"fasttext: there is no model file {file}")
    if notes := _notes(model):
        return file, shaped_words if notes.get("shape") else lower_words
    return file, fasttext_line


def _notes(model: str | Path) -> dict[str, Any]:
    """What training wrote down beside a model; {} for one of somebody else's."""
    notes = Path(model, "quality.json")
    return json.loads(notes.read_text()) if notes.is_file() else {}


def score(model: Path, label: str, line: str) -> float:
    """The probability of a label for a line; 0 when the line holds nothing that the model knows."""
    labels, chances = model_at(model).predict(line, k=-1)
    return next((min(float(p), 1.0) for name, p in zip(labels, chances, strict=True) if name == label), 0.0)


def _label(file: Path, label: str) -> str:
    """The label as the model writes it."""
    known = [str(name) for name in model_at(file).get_labels()]
    name = next((name for name in (label, PREFIX + label) if name in known), None)
    if name is None:
        shown = ", ".join(sorted(each.removeprefix(PREFIX) for each in known)[:20])
        raise UsageError(f"fasttext: {file} has no label {label!r}; it has {len(known)}: {shown}")
    return name


@cache
def model_at(path: Path) -> Any:
    """The model of a file, loaded once a process. Raises UsageError when it is none."""
    import fasttext

    try:
        return fasttext.load_model(str(path))
    except ValueError as error:
        raise UsageError(f"fasttext: {path} is no fastText model: {error}") from None
