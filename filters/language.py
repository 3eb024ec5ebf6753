"""Judges a text by its identified language: RefinedWeb keeps one language at a score of 0.65 or more (§3.1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.doc import Doc


@dataclass(frozen=True)
class Only:
    """Drops texts in other languages ("other"), and those whose language is not certain ("unsure").

    Reads the fields `language` and `language_score`, as `stages.language.identify` writes them.
    """

    languages: tuple[str, ...]
    score: float = 0.65

    name = "language"

    def measure(self, doc: Doc) -> dict[str, float]:
        wanted = doc.fields.get("language") in self.languages
        return {"wanted": float(wanted), "score": float(doc.fields.get("language_score") or 0.0)}

    def judge(self, measured: Mapping[str, float]) -> str | None:
        if not measured["wanted"]:
            return "other"
        return "unsure" if measured["score"] < self.score else None

    def __call__(self, doc: Doc) -> str | None:
        return self.judge(self.measure(doc))


def only(languages: str | tuple[str, ...], score: float = 0.65) -> Only:
    """Keep these languages (ISO 639-1, or fastText's own code where there is none) from this score on."""
    return Only((languages,) if isinstance(languages, str) else tuple(languages), score)
