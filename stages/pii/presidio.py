"""presidio's recognisers behind a linear-time first look: the same hits, for a fraction of the work.

presidio runs some twenty backtracking expressions and a parse for each region over every character of a page. Here one
RE2 pass finds the few stretches in which they could match at all, a set of RE2 expressions says which of them, and
only these run, on these stretches. Every expression of the first look accepts all that presidio's own accepts.
"""

import functools
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import re2
import tldextract

from stages.pii import phone

# presidio imports transformers where it is installed, which then advises on a model library that nobody asked for.
os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")

ENTITIES = (
    "EMAIL_ADDRESS",
    "PHONE_NUMBER",
    "IP_ADDRESS",
    "CREDIT_CARD",
    "IBAN_CODE",
    "US_SSN",
    "CRYPTO",
    "MAC_ADDRESS",
)
MARGIN = 256  # a token that reaches further than this to the side of a candidate is cut: no address is so long
NEAR = 64  # candidates closer than this share a stretch: one may use up the beginning of the next

OCTET = r"\d{1,3}"
HEX = r"[0-9A-Fa-f]"
LOOKS = {
    "EMAIL_ADDRESS": r"[^\s@]@[^\s@.]+\.[^\s@.]",
    "IP_ADDRESS": rf"(?:{OCTET}\.){{3}}{OCTET}|::|(?:{HEX}{{1,4}}:){{7}}{HEX}{{1,4}}|(?:{HEX}{{1,4}}:){{6}}{OCTET}\.",
    "CREDIT_CARD": r"[13456]\pN{3}[- ]?\pN{3,4}[- ]?\pN{3,4}[- ]?\pN{3,5}",
    "IBAN_CODE": r"[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?",
    "US_SSN": r"[0-9]{5}-[0-9]{4}|[0-9]{3}-[0-9]{6}|[0-9]{9}|[0-9]{3}[- .][0-9]{2}[- .][0-9]{4}",
    "CRYPTO": r"(?i:bc1|[13])[a-zA-Z0-9\x{17F}\x{212A}]{25}",
    "MAC_ADDRESS": rf"(?:{HEX}{{2}}[:-]){{5}}{HEX}{{2}}|(?:{HEX}{{4}}\.){{2}}{HEX}{{4}}",
}


class Hit(NamedTuple):
    """What a recogniser found: presidio's entity name, the stretch of characters, and presidio's score from 0 to 1."""

    entity: str
    start: int
    end: int
    score: float


def hits(
    text: str,
    entities: Sequence[str] = ENTITIES,
    regions: Sequence[str] = phone.REGIONS,
    chains: Iterable[tuple[int, int]] | None = None,
) -> list[Hit]:
    """What presidio finds in a text, in order; equal to `alone` with the same arguments.

    With `chains`, phone numbers are looked for in these chains of digits only.
    """
    found: list[Hit] = []
    kinds = tuple(e for e in ENTITIES if e in entities and e != "PHONE_NUMBER")
    for start, end in stretches(text, kinds) if kinds else ():
        piece = text[start:end]
        for kind in _set(kinds).Match(piece) or ():
            found += _analyze(_recogniser(kinds[kind]), piece, start)
    if "PHONE_NUMBER" in entities:
        phones = phone.hits(text, tuple(regions), chains)
        found += (Hit("PHONE_NUMBER", start, end, 0.4) for start, end in phones)
    return merged(found)


def alone(text: str, entities: Sequence[str] = ENTITIES, regions: Sequence[str] = phone.REGIONS) -> list[Hit]:
    """What presidio finds with no first look: its AnalyzerEngine over the whole text. Slow; the measure of `hits`."""
    found = engine(tuple(regions)).analyze(text, "en", entities=list(entities))
    return sorted({Hit(r.entity_type, r.start, r.end, r.score) for r in found})


def merged(found: Iterable[Hit]) -> list[Hit]:
    """Without the hits that lie inside another hit of their kind with at least their score, as presidio leaves them."""
    kept: list[Hit] = []
    for hit in sorted(set(found), key=lambda h: (h.entity, h.start, -h.end, -h.score)):
        if not any(_inside(hit, other) for other in _overlapping(kept, hit)):
            kept.append(hit)
    return sorted(kept)


@functools.cache
def engine(regions: tuple[str, ...] = phone.REGIONS) -> Any:
    """presidio's AnalyzerEngine with its recognisers of `ENTITIES`, no language model, and nothing from the network."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    registry = RecognizerRegistry(supported_languages=["en"])
    registry.recognizers = [*map(_recogniser, LOOKS), phone.recogniser(regions)]
    nothing = NoOpNlpEngine([{"lang_code": "en", "model_name": "none"}])
    return AnalyzerEngine(registry=registry, nlp_engine=nothing, supported_languages=["en"])


@functools.cache
def _recogniser(entity: str) -> Any:
    from presidio_analyzer import predefined_recognizers as presidio

    logging.getLogger("presidio-analyzer").disabled = True  # its warnings quote the text that they stumble over
    return {
        "EMAIL_ADDRESS": email_recogniser,
        "IP_ADDRESS": presidio.IpRecognizer,
        "CREDIT_CARD": presidio.CreditCardRecognizer,
        "IBAN_CODE": presidio.IbanRecognizer,
        "US_SSN": presidio.UsSsnRecognizer,
        "CRYPTO": presidio.CryptoRecognizer,
        "MAC_ADDRESS": presidio.MacAddressRecognizer,
    }[entity]()


def email_recogniser() -> Any:
    from presidio_analyzer import predefined_recognizers as presidio

    class Email(presidio.EmailRecognizer):
        """presidio's, with the suffix list that tldextract carries: its own asks the network first."""

        def validate_result(self, pattern_text: str) -> bool:
            return suffixes()(pattern_text).fqdn != ""

    return Email(name="EmailRecognizer")


@functools.cache
def suffixes() -> tldextract.TLDExtract:
    """The public suffix list inside the installed package: no network, no cache on disk."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@functools.cache
def _look(kinds: tuple[str, ...]) -> Any:
    return re2.compile("|".join(LOOKS[kind] for kind in kinds))


@functools.cache
def _set(kinds: tuple[str, ...]) -> Any:
    """Which kinds could be in a stretch: `Match(stretch)` gives their places in `kinds`."""
    return expressions(LOOKS[kind] for kind in kinds)


def expressions(each: Iterable[str]) -> Any:
    """RE2 expressions of which `Match(text)` gives the places of those that match somewhere, in one pass."""
    made = re2.Set.SearchSet()
    for expression in each:
        made.Add(expression)
    made.Compile()
    return made


def stretches(text: str, kinds: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Stretches around candidates, out to white space, so that a word boundary in a stretch is one in the text."""
    last: tuple[int, int] | None = None
    for match in _look(kinds).finditer(text):
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


def _analyze(recogniser: Any, piece: str, offset: int) -> Iterator[Hit]:
    for r in recogniser.analyze(piece, recogniser.supported_entities):
        yield Hit(r.entity_type, r.start + offset, r.end + offset, r.score)


def _inside(hit: Hit, other: Hit) -> bool:
    return hit.entity == other.entity and other.start <= hit.start and hit.end <= other.end and hit.score <= other.score


def _overlapping(kept: list[Hit], hit: Hit) -> Iterator[Hit]:
    """The hits before it that reach it; hits are sorted by start, and no hit is longer than 512 characters apart."""
    for other in reversed(kept):
        if other.entity != hit.entity or other.start < hit.start - 2 * MARGIN:
            return
        yield other
