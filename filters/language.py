"""Judges a text by its identified language: RefinedWeb keeps one language at a score of 0.65 or more (§3.1)."""

from dataclasses import dataclass

from pipeline.doc import Doc
from pipeline.rules import Rules, least


@dataclass(frozen=True)
class LanguageMatch:
    """Whether a text is in one of the languages (`wanted`, 0 or 1), and how certain its language is (`score`, 0 to 1).

    Reads the fields `language` and `language_score`, as `stages.language.identify` writes them.
    """

    languages: tuple[str, ...]

    def __call__(self, doc: Doc) -> dict[str, float]:
        """What was measured of a page, by name."""
        wanted = doc.fields.get("language") in self.languages
        return {"wanted": float(wanted), "score": float(doc.fields.get("language_score") or 0.0)}


def only(languages: str | tuple[str, ...], score: float = 0.65) -> Rules:
    """Keep these languages (ISO 639-1, or fastText's own code where there is none) from this score on.

    The reasons are "other" for another language and "unsure" for a lower score.
    """
    wanted = LanguageMatch((languages,) if isinstance(languages, str) else tuple(languages))
    return Rules("language", wanted, (least("wanted", 1, "other"), least("score", score, "unsure")))
