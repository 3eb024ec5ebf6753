"""Rules by language: every language of Falcon-H1 has them, and real sentences of it pass the words."""

import pytest

from filters import language_presets as languages
from pipeline.doc import Doc

COUNTS = {"ar": 19, "cs": 8, "de": 15, "es": 16, "fr": 18, "hi": 11, "it": 18, "ja": 15, "ko": 21, "nl": 15, "pl": 18}
COUNTS |= {"pt": 16, "ro": 14, "ru": 22, "sv": 12, "ur": 13, "zh": 22}


def test_the_languages_are_those_of_falcon_h1():
    assert set(languages.RULES) == {"en", *COUNTS} == {"en", *languages.STOP_WORDS}
    with pytest.raises(ValueError, match="xx"):
        languages.rules("xx")


@pytest.mark.parametrize("language", COUNTS)
def test_stop_words(language):
    """As many as FineWeb-2 counts, distinct, and each one a single word when it is split."""
    stops = languages.STOP_WORDS[language].split()
    assert len(set(stops)) == len(stops) == COUNTS[language]
    for word in stops:
        assert Doc(word, fields={"language": language}).words == [word]


@pytest.mark.parametrize("language", COUNTS)
def test_example_sentences_of_the_language_pass_its_word_rules(language):
    """spaCy's example sentences, joined until they are long enough."""
    examples = pytest.importorskip(f"spacy.lang.{language}.examples")
    doc = Doc("\n".join(examples.sentences * 4), fields={"language": language})
    rule = languages.rules(language).quality
    measured = rule.measure(doc)
    assert measured["words"] >= 50
    assert rule.min_word_length <= measured["word_length"] <= rule.max_word_length
    assert measured["stop_words"] >= (1 if language == "ko" else 2)  # its few headlines hold hardly any
    assert languages.rules("en").quality.measure(doc)["stop_words"] < 2


def test_the_thresholds_are_in_their_places():
    german = languages.rules("de")
    repetition = german.repetition
    assert (repetition.dup_lines, repetition.top_2gram, repetition.top_3gram) == (0.263, 0.169, 0.153)
    assert repetition.top_4gram == 0.137
    assert (german.quality.min_word_length, german.quality.max_word_length) == (0, 15)
    assert german.quality.min_alphabetic == 0.774
    assert (german.fineweb_quality.min_line_punctuation, german.fineweb_quality.max_newlines) == (0, 0.152)
    assert german.fineweb_quality.max_dup_line_chars == 0.1
    assert german.repetition.dup_paragraphs is german.fineweb_quality.max_short_lines is None
    assert german.repetition.dup_line_chars == 0.20 and german.repetition.dup_5gram == 0.15
