"""Finding private data in a text: a first look, presidio's recognizers and ours, and what of it all is private."""

from collections.abc import Sequence

from stages.pii import phone, presidio, recognizers
from stages.pii.characters import normalise_chars
from stages.pii.phone_rules import is_plausible
from stages.pii.resolve import PII_TYPES, Span, resolve_results

# The first expression is of chains of digits, all others of what is not a phone number.
_first_look = presidio.pattern_set(
    (phone.digit_chain(phone.MIN_DIGITS), *presidio.FIRST_LOOKS.values(), *recognizers.OWN_FIRST_LOOKS)
)
# A card must not be taken for a phone number: with phones, all other numbers are looked for.
_NUMBERS = {"card", "ip", "ssn", "iban", "mac"}


def find(text: str, types: Sequence[str] = tuple(PII_TYPES), regions: Sequence[str] = phone.REGIONS) -> list[Span]:
    """The private data in a text, in order and free of overlaps; offsets count characters.

    `types` are keys of `PII_TYPES`. `regions` are the countries (ISO 3166, two letters) whose phone numbers are known
    without their country code; with it, those of all countries are. Digits, dashes and spaces of every script count as
    those of ASCII.
    """
    text = normalise_chars(text)
    looks = _first_look.Match(text) or ()
    chains = plausible_chains(text) if "phone" in types and 0 in looks else []
    if not chains and not any(looks):
        return []
    entities = entities_for(types)
    results = presidio.presidio_results(text, entities, regions, chains)
    return resolve_results(text, [*results, *recognizers.own_results(text, entities, chains)], types)


def plausible_chains(text: str) -> list[tuple[int, int]]:
    """The chains of digits in which there could be a phone number."""
    return [chain for chain in phone.digit_chains(text, phone.MIN_DIGITS) if is_plausible(text, *chain)]


def has_candidate(text: str, types: Sequence[str] = tuple(PII_TYPES)) -> bool:
    """Whether the first look lets any part of a text through to presidio."""
    kinds, text = tuple(e for e in entities_for(types) if e in presidio.FIRST_LOOKS), normalise_chars(text)
    if kinds and next(presidio.candidate_stretches(text, kinds), None):
        return True
    return "phone" in types and bool(plausible_chains(text))


def entities_for(types: Sequence[str]) -> tuple[str, ...]:
    """Presidio's names of the entities to look for."""
    wanted = {*types, *(_NUMBERS if "phone" in types else ())}
    return tuple(entity for name, entity in PII_TYPES.items() if name in wanted)
