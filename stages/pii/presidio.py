"""presidio's recognizers behind a linear-time first look: the same results, for a fraction of the work.

presidio runs some twenty backtracking expressions over every character of a page. Here one RE2 pass finds the few
stretches in which they could match at all, a set of RE2 expressions says which of them, and only these run, on these
stretches. Every expression of the first look accepts all that presidio's own accepts.
"""

import functools
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import re2

from stages.pii import phone

if TYPE_CHECKING:
    from tldextract import TLDExtract

# presidio imports transformers where it is installed, which then advises to install a model library.
os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")

_OCTET = r"\d{1,3}"
_HEX = r"[0-9A-Fa-f]"
FIRST_LOOKS = {
    "EMAIL_ADDRESS": r"[^\s@]@[^\s@.]+\.[^\s@.]",
    "IP_ADDRESS": (
        rf"(?:{_OCTET}\.){{3}}{_OCTET}|::|(?:{_HEX}{{1,4}}:){{7}}{_HEX}{{1,4}}|(?:{_HEX}{{1,4}}:){{6}}{_OCTET}\."
    ),
    "CREDIT_CARD": r"[13456]\pN{3}[- ]?\pN{3,4}[- ]?\pN{3,4}[- ]?\pN{3,5}",
    "IBAN_CODE": r"[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?",
    "US_SSN": r"[0-9]{5}-[0-9]{4}|[0-9]{3}-[0-9]{6}|[0-9]{9}|[0-9]{3}[- .][0-9]{2}[- .][0-9]{4}",
    "CRYPTO": r"(?i:bc1|[13])[a-zA-Z0-9\x{17F}\x{212A}]{25}",
    "MAC_ADDRESS": rf"(?:{_HEX}{{2}}[:-]){{5}}{_HEX}{{2}}|(?:{_HEX}{{4}}\.){{2}}{_HEX}{{4}}",
}
ENTITIES = (*FIRST_LOOKS, "PHONE_NUMBER")
PHONE_SCORE = 0.4  # what presidio gives a number that is valid for a region
MARGIN = 256  # characters; a token that reaches further to a side of a candidate is cut, since no address is so long
NEAR = 64  # candidates closer than so many characters share a stretch: one may use up the beginning of the next


class RecognizerResult(NamedTuple):
    """What a recognizer found: presidio's entity name, the stretch of characters, and presidio's score from 0 to 1."""

    entity: str
    start: int
    end: int
    score: float


def presidio_results(
    text: str, entities: Sequence[str], regions: Sequence[str], chains: Iterable[tuple[int, int]]
) -> list[RecognizerResult]:
    """What presidio finds in a text, in order; phone numbers in these chains of digits only.

    Equal to `presidio_alone` with the same arguments when the chains are all that the text has.
    """
    found: list[RecognizerResult] = []
    kinds = tuple(entity for entity in FIRST_LOOKS if entity in entities)
    for start, end in candidate_stretches(text, kinds) if kinds else ():
        piece = text[start:end]
        for kind in _pattern_set(kinds).Match(piece) or ():
            found += _analyze(_recognizer(kinds[kind]), piece, start)
    if "PHONE_NUMBER" in entities:
        phones = phone.phone_matches(text, tuple(regions), chains)
        found += (RecognizerResult("PHONE_NUMBER", start, end, PHONE_SCORE) for start, end in phones)
    return without_contained(found)


def presidio_alone(text: str, entities: Sequence[str], regions: Sequence[str]) -> list[RecognizerResult]:
    """What presidio's AnalyzerEngine finds in the whole text, with no first look: slow, what ours is compared with."""
    found = _engine(tuple(regions)).analyze(text, "en", entities=list(entities))
    return sorted({RecognizerResult(r.entity_type, r.start, r.end, r.score) for r in found})


def without_contained(found: Iterable[RecognizerResult]) -> list[RecognizerResult]:
    """Without results that lie inside another one of their entity with at least their score, as presidio does it."""
    kept: list[RecognizerResult] = []
    for result in sorted(set(found), key=lambda r: (r.entity, r.start, -r.end, -r.score)):
        if not any(_inside(result, other) for other in _reaching(kept, result)):
            kept.append(result)
    return sorted(kept)


@functools.cache
def _engine(regions: tuple[str, ...]) -> Any:
    """Presidio's AnalyzerEngine with its recognizers of `ENTITIES`, no language model, and nothing from the network."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    registry = RecognizerRegistry(supported_languages=["en"])
    registry.recognizers = [*map(_recognizer, FIRST_LOOKS), phone.phone_recognizer(regions)]
    nothing = NoOpNlpEngine([{"lang_code": "en", "model_name": "none"}])
    return AnalyzerEngine(registry=registry, nlp_engine=nothing, supported_languages=["en"])


@functools.cache
def _recognizer(entity: str) -> Any:
    from presidio_analyzer import predefined_recognizers as presidio

    silence_presidio()
    return {
        "EMAIL_ADDRESS": email_recognizer,
        "IP_ADDRESS": presidio.IpRecognizer,
        "CREDIT_CARD": presidio.CreditCardRecognizer,
        "IBAN_CODE": presidio.IbanRecognizer,
        "US_SSN": presidio.UsSsnRecognizer,
        "CRYPTO": presidio.CryptoRecognizer,
        "MAC_ADDRESS": presidio.MacAddressRecognizer,
    }[entity]()


def silence_presidio() -> None:
    """Turn off presidio's log: its warnings quote the text that they are about."""
    logging.getLogger("presidio-analyzer").disabled = True


def email_recognizer() -> Any:
    """Presidio's e-mail recognizer, with the public suffix list that tldextract carries; its own asks the network."""
    from presidio_analyzer import predefined_recognizers as presidio

    class Email(presidio.EmailRecognizer):
        def validate_result(self, pattern_text: str) -> bool:
            return public_suffixes()(pattern_text).fqdn != ""

    return Email(name="EmailRecognizer")


@functools.cache
def public_suffixes() -> "TLDExtract":
    """The public suffix list inside the installed package: no network, no cache on disk."""
    from tldextract import TLDExtract  # with requests: commands that look at a run do without

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


@functools.cache
def _any_of(kinds: tuple[str, ...]) -> Any:
    return re2.compile("|".join(FIRST_LOOKS[kind] for kind in kinds))


@functools.cache
def _pattern_set(kinds: tuple[str, ...]) -> Any:
    return pattern_set(FIRST_LOOKS[kind] for kind in kinds)


def pattern_set(patterns: Iterable[str]) -> Any:
    """A set of RE2 expressions: `Match(text)` gives the numbers of those that match somewhere, in one pass."""
    made = re2.Set.SearchSet()
    for pattern in patterns:
        made.Add(pattern)
    made.Compile()
    return made


def candidate_stretches(text: str, kinds: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Stretches around candidates, out to white space: a word boundary in a stretch is then one in the text."""
    last: tuple[int, int] | None = None
    for match in _any_of(kinds).finditer(text):
        start, end = _token_start(text, match.start()), _token_end(text, match.end())
        if last and start - last[1] < NEAR:
            last = (last[0], max(end, last[1]))
        else:
            if last:
                yield last
            last = (start, end)
    if last:
        yield last


def _token_start(text: str, at: int) -> int:
    token = text[max(0, at - MARGIN) : at]
    return at - len(token) + max(token.rfind(" "), token.rfind("\n")) + 1


def _token_end(text: str, at: int) -> int:
    token = text[at : at + MARGIN]
    cuts = [cut for cut in (token.find(" "), token.find("\n")) if cut >= 0]
    return at + min(cuts, default=len(token))


def _analyze(recognizer: Any, piece: str, offset: int) -> Iterator[RecognizerResult]:
    for r in recognizer.analyze(piece, recognizer.supported_entities):
        yield RecognizerResult(r.entity_type, r.start + offset, r.end + offset, r.score)


def _inside(result: RecognizerResult, other: RecognizerResult) -> bool:
    return other.start <= result.start and result.end <= other.end and result.score <= other.score


def _reaching(kept: list[RecognizerResult], result: RecognizerResult) -> Iterator[RecognizerResult]:
    """The results of its entity before it that may reach it; none is longer than 2 x MARGIN characters."""
    for other in reversed(kept):
        if other.entity != result.entity or other.start < result.start - 2 * MARGIN:
            return
        yield other
