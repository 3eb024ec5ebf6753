"""Gopher's and FineWeb's rules in the 18 languages of Falcon-H1: stop words and thresholds.

Thresholds: FineWeb-2's published configurations (Penedo et al. 2025). It takes out the paragraph rules, since extracted
text keeps no paragraphs, and the short lines, and allows 0.1 of the characters in duplicated lines. English keeps the
original thresholds. Stop words: the commonest function words of each language, as many as FineWeb-2 counts, chosen by
us from word counts over running text and cut as `text.splitter` cuts them.
"""

from dataclasses import dataclass, replace

from filters import fineweb, gopher
from pipeline.errors import UsageError
from pipeline.rules import Rules

# language: line punctuation, newlines a word, duplicate lines, shortest and longest mean word, alphabetic words,
# top 2-, 3- and 4-gram
TABLE = """
ar .143 .189 .304 2  9 .787 .197 .172 .146
cs .060 .182 .311 3 11 .781 .206 .183 .165
de .000 .152 .263 0 15 .774 .169 .153 .137
es .182 .138 .252 3 14 .825 .156 .140 .125
fr .100 .185 .264 2 11 .812 .161 .149 .134
hi .091 .316 .206 2 21 .837 .208 .198 .161
it .025 .200 .246 3 21 .807 .198 .156 .133
ja .096 .130 .328 1  6 .759 .239 .196 .172
ko .062 .196 .374 1  6 .791 .282 .228 .185
nl .102 .154 .296 3 17 .828 .213 .182 .158
pl .087 .158 .320 3 12 .726 .222 .198 .176
pt .077 .186 .287 3 13 .814 .371 .191 .163
ro .081 .207 .289 1 14 .779 .161 .146 .131
ru .231 .139 .322 3 11 .713 .184 .164 .146
sv .200 .135 .292 3 12 .841 .242 .195 .174
ur .100 .222 .204 2 31 .839 .139 .123 .107
zh .106 .178 .287 1  5 .735 .256 .201 .171
"""
STOP_WORDS = {
    "ar": "في من على أن إلى التي عن أو لا ما مع هذا كان ذلك الذي بعد هذه بين كل",
    "cs": "a v se na je to že pro",
    "de": "die und der in das den von zu ist mit für auf im eine sich",
    "es": "de la y el en que a los se un para del las con una por",
    "fr": "de la le et les à des en un une pour est du dans sur que il par",
    "hi": "के में है की और से को का पर एक भी",
    "it": "di e la il in per a un è che del da della una le si con non",
    "ja": "の に を は と で が も へ な した する して から ます",
    "ko": "이 있는 있다 및 한 다른 그 등 때 두 또 더 또는 수 모든 대한 같은 하는 것은 것이다 있습니다",
    "nl": "de het van een en in op te is voor met zijn om worden die",
    "pl": "w i z na do się nie jest o to że dla jako a od oraz po są",
    "pt": "de a o e que para do na da em com um os no é uma",
    "ro": "de a în la și cu care o pentru din este un să se",
    "ru": "в и на не с для что по как или а это к из от то но за также если о его",
    "sv": "och i att för till som en på är av det med",
    "ur": "کے کی ہے میں اور کا کو سے اس کہ نے پر ہیں",
    "zh": "的 在 是 有 不 了 这 和 他 而 就 我 也 之 都 与 那 你 一个 可以 如果 因为",
}


THRESHOLDS = {language: tuple(map(float, row)) for language, *row in map(str.split, TABLE.strip().splitlines())}
LANGUAGES = ("en", *THRESHOLDS)


@dataclass(frozen=True)
class LanguageRules:
    """The three filters of one language."""

    repetition: Rules = gopher.repetition
    quality: Rules = gopher.quality
    fineweb_quality: Rules = fineweb.quality


def rules_for(language: str) -> LanguageRules:
    """The filters for a language by its ISO 639-1 code. Raises UsageError when there are none."""
    if language == "en":
        return LanguageRules()
    if language not in THRESHOLDS:
        known = ", ".join(sorted(LANGUAGES))
        raise UsageError(f"there are no rules for the language {language!r}; there are for {known}")
    punctuation, newlines, dup_lines, shortest, longest, alphabetic, two, three, four = THRESHOLDS[language]
    repetition = gopher.repetition.replace(
        dup_paragraphs=None,
        dup_paragraph_chars=None,
        dup_lines=dup_lines,
        top_2gram=two,
        top_3gram=three,
        top_4gram=four,
    )
    quality = gopher.quality.replace(min_word_length=shortest, max_word_length=longest, alphabetic=alphabetic)
    stop_words = tuple(STOP_WORDS[language].split())
    of_lines = fineweb.quality.replace(
        line_punctuation=punctuation, short_lines=None, dup_line_chars=0.1, newlines=newlines
    )
    return LanguageRules(repetition, replace(quality, measure=gopher.ProseMeasure(stop_words)), of_lines)
