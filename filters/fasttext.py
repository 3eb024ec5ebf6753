"""A fastText classifier of quality, trained and applied as DCLM does (Li et al. 2024, section 4.4).

Train with `mews quality train POSITIVES NEGATIVES --out FOLDER`; the folder holds `model.bin` and
`quality.json`, with the threshold and how it was found.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.doc import Doc

POSITIVE = "__label__hq"


@dataclass(frozen=True)
class Quality:
    """Drops a text whose probability of being like the positives is under the threshold; `load` makes one.

    `digest` is that of the model, so that another model at the same place is another filter.
    """

    model: str
    threshold: float
    digest: str

    name = "fasttext.quality"

    def measure(self, doc: Doc) -> dict[str, float]:
        return {"score": score(self.model, doc.text)}

    def judge(self, measured: Mapping[str, float]) -> str | None:
        return "low_quality" if measured["score"] < self.threshold else None

    def __call__(self, doc: Doc) -> str | None:
        return self.judge(self.measure(doc))


def load(folder: str | Path, threshold: float | None = None) -> Quality:
    """The filter of a trained folder, with its own threshold or another."""
    folder = Path(folder)
    learnt = json.loads((folder / "quality.json").read_text())
    return Quality(str(folder / "model.bin"), learnt["threshold"] if threshold is None else threshold, learnt["digest"])


def score(model: str, text: str) -> float:
    """The probability, 0 to 1, that a text is like the positives."""
    labels, chances = _model(model).predict(one_line(text), k=2)
    return next((float(chance) for label, chance in zip(labels, chances, strict=True) if label == POSITIVE), 0.0)


def one_line(text: str) -> str:
    """What the classifier sees of a text, in training and after: its words in lower case between single spaces."""
    return " ".join(Doc(text).words).lower()


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


@cache
def _model(path: str):
    import fasttext

    return fasttext.load_model(path)
