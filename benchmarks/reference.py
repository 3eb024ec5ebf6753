"""What datatrove answers, with our names: the oracle of the parity tests.

datatrove gives a reason and keeps its values to itself, so the values are taken with its own helper functions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    URLFilter,
)
from datatrove.pipeline.filters import gopher_repetition_filter as helpers
from datatrove.utils.text import PUNCTUATION_SET, TERMINAL_PUNCTUATION, split_into_sentences, split_into_words

from filters import c4, fineweb, gopher, url
from pipeline.doc import Doc
from pipeline.rules import EditRules, Rules


@dataclass(frozen=True)
class Answer:
    """A reason to drop or None, the values it rests on, and the text where the rule makes one."""

    reason: str | None
    values: dict[str, float] = field(default_factory=dict)
    text: str | None = None


@dataclass(frozen=True)
class Rule:
    """Three ways to ask: datatrove, ours with every choice set as datatrove's, ours as it comes."""

    name: str
    theirs: Callable[[Doc], Answer]
    equal: Callable[[Doc], Answer]
    ours: Callable[[Doc], Answer]


REASONS = {
    "gopher_short_doc": "short",
    "gopher_long_doc": "long",
    "gopher_below_avg_threshold": "short_words",
    "gopher_above_avg_threshold": "long_words",
    "gopher_too_many_hashes": "hashes",
    "gopher_too_many_ellipsis": "ellipses",
    "gopher_too_many_bullets": "bullets",
    "gopher_too_many_end_ellipsis": "ellipsis_lines",
    "gopher_below_alpha_threshold": "few_alphabetic",
    "gopher_enough_stop_words": "few_stop_words",
    "dup_para_frac": "dup_paragraphs",
    "dup_para_char_frac": "dup_paragraph_chars",
    "dup_line_frac": "dup_lines",
    "dup_line_char_frac": "dup_line_chars",
    "line_punct_ratio": "line_punctuation",
    "short_line_ratio": "short_lines",
    "char_dup_ratio": "dup_line_chars",
    "list_ratio": "newlines",
    "too_few_sentences": "few_sentences",
    "hard_blacklisted": "hard_word",
    "soft_blacklisted": "soft_words",
    "blacklisted_subword": "strict_word",
    **{f"top_{n}_gram": f"top_{n}gram" for n in (2, 3, 4)},
    **{f"duplicated_{n}_n_grams": f"dup_{n}gram" for n in range(5, 11)},
}


def reference_words(text: str) -> list[str]:
    """Datatrove's English words."""
    return split_into_words(text, "en")


def ask(block, doc: Doc) -> tuple[str | None, str]:
    """The reason of a datatrove filter in our names, and the text as it leaves it."""
    document = Document(text=doc.text, id=doc.id, metadata={"url": doc.url})
    answer = block.filter(document)
    return (REASONS.get(answer[1], answer[1]) if isinstance(answer, tuple) else None), document.text


def _repetition(doc: Doc) -> Answer:
    size, words = len(doc.text), reference_words(doc.text)
    lines, line_chars = helpers.find_duplicates(doc.lines)
    paragraphs, paragraph_chars = helpers.find_duplicates(doc.paragraphs)
    grams = {n: helpers.get_n_grams(words, n) for n in (2, 3, 4)}
    values = {
        "dup_lines": lines / len(doc.lines),
        "dup_line_chars": line_chars / size,
        "dup_paragraphs": paragraphs / len(doc.paragraphs),
        "dup_paragraph_chars": paragraph_chars / size,
        **{f"top_{n}gram": helpers.find_top_duplicate(grams[n]) / size for n in grams if grams[n]},
        **{f"dup_{n}gram": helpers.find_all_duplicate(words, n) / size for n in range(5, 11)},
    }
    return Answer(ask(GopherRepetitionFilter(), doc)[0], values)


def _quality(doc: Doc) -> Answer:
    words = reference_words(doc.text)
    made = [word for word in words if any(character not in PUNCTUATION_SET for character in word)]
    values = {
        "words": len(made),
        "alphabetic": sum(any(map(str.isalpha, word)) for word in words) / len(words),
        "stop_words": len(set(gopher.STOP_WORDS) & set(words)),
        "hashes": doc.text.count("#") / len(words),
    }
    if made:
        values["word_length"] = sum(map(len, made)) / len(made)
    return Answer(ask(GopherQualityFilter(), doc)[0], values)


def _fineweb(doc: Doc) -> Answer:
    lines = [line for line in doc.text.split("\n") if line.strip()]
    values = {
        "line_punctuation": sum(line.endswith(tuple(TERMINAL_PUNCTUATION)) for line in lines) / len(lines),
        "dup_line_chars": helpers.find_duplicates(lines)[1] / len(doc.text.replace("\n", "")),
        "newlines": doc.text.count("\n") / len(reference_words(doc.text)),
    }
    return Answer(ask(FineWebQualityFilter(), doc)[0], values)


def _c4(doc: Doc) -> Answer:
    reason, text = ask(_c4_filter(), doc)
    return Answer(reason, {}, text)


@cache
def _c4_filter() -> C4QualityFilter:
    return C4QualityFilter(filter_no_terminal_punct=False)


def _edited(rule: EditRules) -> Callable[[Doc], Answer]:
    def answer(doc: Doc) -> Answer:
        text, reason = rule(doc)
        return Answer(reason, {}, doc.text if reason else text)

    return answer


def _measured(rule: Rules) -> Callable[[Doc], Answer]:
    def answer(doc: Doc) -> Answer:
        values = rule.measure(doc)
        return Answer(rule.judge(values), dict(values))

    return answer


def sentences(line: str) -> int:
    """Datatrove's number of sentences."""
    return len(split_into_sentences(line, "en"))


def _url(doc: Doc) -> Answer:
    return Answer(ask(url_filter(), doc)[0] if doc.url else None)


@cache
def url_filter() -> URLFilter:
    """Datatrove's URL filter with its word lists and without its domains, which cost 640 MB; never on the network."""
    from tldextract import TLDExtract

    lists = {
        name: path.read_text().splitlines() for name, path in zip("shw", (url.STRICT, url.HARD, url.SOFT), strict=True)
    }
    block = object.__new__(URLFilter)  # past the check for packages that only its domain list needs
    block.__init__(
        use_integrated_lists=False,
        banned_subwords=lists["s"],
        banned_words=lists["h"],
        soft_banned_words=lists["w"],
    )
    block.tldextractor = TLDExtract(cache_dir=None, suffix_list_urls=())
    return block


def _url_words(rule: Rules) -> Callable[[Doc], Answer]:
    def answer(doc: Doc) -> Answer:
        return Answer(rule.judge({**rule.measure(doc), "domain": 0, "subdomain": 0, "url": 0}))

    return answer


same_quality = replace(gopher.quality, measure=gopher.ProseMeasure(punctuation=frozenset(PUNCTUATION_SET)))
same_fineweb = replace(fineweb.quality, measure=fineweb.LineMeasure(end_marks=frozenset(TERMINAL_PUNCTUATION)))
same_c4 = replace(c4.quality, fn=c4.SentenceLines(end_mark=False, sentences=sentences))
RULES = (
    Rule("url.blocked", _url, _url_words(url.blocking(lower=False, exceptions=())), _url_words(url.blocked)),
    Rule("gopher.repetition", _repetition, _measured(gopher.repetition), _measured(gopher.repetition)),
    Rule("gopher.quality", _quality, _measured(same_quality), _measured(gopher.quality)),
    Rule("c4.quality", _c4, _edited(same_c4), _edited(c4.without_end_marks)),
    Rule("fineweb.quality", _fineweb, _measured(same_fineweb), _measured(fineweb.quality)),
)
