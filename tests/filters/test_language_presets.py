"""Rules by language: every language of Falcon-H1 has them, and real sentences of it pass the words."""

import pytest

from filters import language_presets as languages
from pipeline.doc import Doc
from pipeline.errors import UsageError

COUNTS = {"ar": 19, "cs": 8, "de": 15, "es": 16, "fr": 18, "hi": 11, "it": 18, "ja": 15, "ko": 21, "nl": 15, "pl": 18}
COUNTS |= {"pt": 16, "ro": 14, "ru": 22, "sv": 12, "ur": 13, "zh": 22}


def test_the_languages_are_those_of_falcon_h1():
    assert set(languages.LANGUAGES) == {"en", *COUNTS} == {"en", *languages.STOP_WORDS}
    with pytest.raises(UsageError, match="no rules for the language 'xx'; there are for ar, cs, de, en, es"):
        languages.rules_for("xx")


@pytest.mark.parametrize("language", COUNTS)
def test_stop_words(language):
    """As many as FineWeb-2 counts, distinct, and each one a single word when it is split."""
    stops = languages.STOP_WORDS[language].split()
    assert len(set(stops)) == len(stops) == COUNTS[language]
    for word in stops:
        assert word == word.lower()
        assert Doc(word, fields={"language": language}).words == [word]


@pytest.mark.parametrize("language", COUNTS)
def test_example_sentences_of_the_language_pass_its_word_rules(language):
    """spaCy's example sentences, joined until they are long enough."""
    examples = pytest.importorskip(f"spacy.lang.{language}.examples")
    doc = Doc("\n".join(examples.sentences * 4), fields={"language": language})
    rule = languages.rules_for(language).quality
    measured = rule.measure(doc)
    assert measured["words"] >= 50
    lengths = rule.replace(min_words=None, max_words=None, alphabetic=None, stop_words=None)
    assert lengths.judge(measured) is None
    assert measured["stop_words"] >= (1 if language == "ko" else 2)  # its few headlines hold hardly any
    assert languages.rules_for("en").quality.measure(doc)["stop_words"] < 2
