"""A fastText classifier as a filter: one of DCLM's kind that is trained here, or a model of your own.

Train with `mews quality train POSITIVES NEGATIVES --out FOLDER` (Li et al. 2024, section 4.4); the folder holds
`model.bin` and `quality.json`, with the threshold and how it was found.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.doc import Doc
from pipeline.errors import UsageError
from pipeline.kernels import kernel
from pipeline.rules import Rules, least
from text.normalise import fasttext_line

WORD, SPACE, SIGN = np.uint8(0), np.uint8(1), np.uint8(2)  # kinds of characters
BLANK = np.uint32(ord(" "))
PREFIX = "__label__"
POSITIVE = f"{PREFIX}hq"


def lower_words(text: str) -> str:
    """What our own classifier sees of a text, in training and after: lower-case words and marks, single spaces between.

    As good for it as words by the rules of a language, and much faster.
    """
    codes = np.frombuffer(text.lower().encode("utf-32-le", "surrogatepass"), np.uint32)
    line = np.empty(2 * len(codes), np.uint32)  # the longest has a sign behind every word of one letter
    return line[: separate_signs(codes, _character_kinds(), line)].tobytes().decode("utf-32-le", "surrogatepass")


@kernel
def separate_signs(codes: np.ndarray, kinds: np.ndarray, line: np.ndarray) -> int:
    """Write code points into `line`, with one blank around signs and in place of white space; returns how many."""
    size, after_blank = 0, True
    for code in codes:
        kind = kinds[code]
        if kind != WORD and not after_blank:
            line[size] = BLANK
            size += 1
        after_blank = kind != WORD
        if kind != SPACE:
            line[size] = code
            size += 1
        if kind == SIGN:
            line[size] = BLANK
            size += 1
    return size - 1 if size and after_blank else size


@cache
def _character_kinds() -> np.ndarray:
    r"""The kind of every code point (uint8): what `re` calls \w is a word, \s is a space, all else a sign."""
    characters = [chr(code) for code in range(sys.maxunicode + 1)]
    kinds = np.where(np.fromiter(map(str.isalnum, characters), bool), WORD, SIGN)
    kinds[np.fromiter(map(str.isspace, characters), bool)] = SPACE
    kinds[ord("_")] = WORD
    return kinds


@dataclass(frozen=True)
class LabelScore:
    """Measures the probability, 0 to 1, of a model's `label` for a text that `prepare` made one line of.

    The model file counts by its content: another model at the same place makes a stage anew.
    """

    model: Path
    label: str
    prepare: Callable[[str], str] = lower_words

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
    """The file of a model, and what makes one line of a text for it: `lower_words` for one that was trained here.

    Raises UsageError when there is no such file.
    """
    file = Path(model, "model.bin") if Path(model).is_dir() else Path(model)
    if not file.is_file():
        raise UsageError(f"fasttext: there is no model file {file}")
    return file, lower_words if _notes(model) else fasttext_line


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
