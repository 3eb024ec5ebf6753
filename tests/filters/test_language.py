"""Keeping texts by the language that was identified."""

import pytest

from filters.language import LanguageMatch, only
from pipeline.doc import Doc


def page(language: str | None, score: float | None) -> Doc:
    return Doc("text", fields={"language": language, "language_score": score})


@pytest.mark.parametrize(
    ("wanted", "said", "score", "reason"),
    [
        ("en", "en", 0.65, None),
        ("en", "en", 0.6499, "unsure"),
        ("en", "de", 0.99, "other"),
        ("en", "e", 0.99, "other"),
        ("eng", "en", 0.99, "other"),
        (("en", "de"), "de", 0.99, None),
        (["en", "de"], "en", 0.99, None),
        (("en", "de"), "fr", 0.99, "other"),
        ("en", "und", 0.0, "other"),
        ("en", None, None, "other"),
    ],
)
def test_only_keeps_sure_texts_of_its_languages(wanted, said, score, reason):
    rules = only(wanted, 0.65)
    assert rules(page(said, score)) == reason
    assert only(wanted)(page(said, score)) == reason


def test_another_score():
    assert only("en", 0.9)(page("en", 0.89)) == "unsure"
    assert only("en", 0.0)(page("en", None)) is None


def test_its_name_and_what_it_measures():
    assert only("en").name == "language"
    assert only("en").measure == only(("en",)).measure == LanguageMatch(("en",))
    assert only("en").measure(page("en", 0.5)) == {"wanted": 1, "score": 0.5}
    assert only("en").measure(page("de", None)) == {"wanted": 0, "score": 0}
    assert only("en").measure(Doc("text")) == {"wanted": 0, "score": 0}
