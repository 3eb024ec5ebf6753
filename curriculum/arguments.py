"""What a person writes for the arguments of a curriculum, read: names with values, numbers, shares, columns."""

import re
from collections.abc import Mapping, Sequence

from pipeline.errors import UsageError


def pairs(text: str) -> dict[str, str]:
    """{"a": "1"} of "a=1". Raises UsageError on anything else, and on a name that comes twice."""
    parts = [part.partition("=") for part in text.split(",") if part]
    if any(not value or not re.fullmatch(r"[\w-]+", name) for name, _, value in parts):
        raise UsageError(
            f"{text!r} is not a list of name=value with commas between; names are letters, digits, - and _"
        )
    if len(found := {name: value for name, _, value in parts}) < len(parts):
        raise UsageError(f"{text!r} gives a name twice")
    return found


def numbers(text: str) -> dict[str, int]:
    """{"web": 1000} of "web=1e3". Raises UsageError on what is no number of tokens."""
    try:
        return {name: int(float(value)) for name, value in pairs(text).items()}
    except (ValueError, OverflowError):
        raise UsageError(f"have={text}: give tokens, as in have=web=5e12,code=2e11") from None


def rates(text: str, sources: Sequence[str]) -> dict[str, float]:
    """{"web": 0.1} of "web=0.1". Raises UsageError on what is no share, and on sources that are not there."""
    found = {}
    for source, value in pairs(text).items():
        if source not in sources:
            raise UsageError(f"fim= names {source}, which is no source here: {', '.join(sources)}")
        try:
            found[source] = float(value)
        except ValueError:
            raise UsageError(f"fim={text}: give shares, as in fim=code=0.5,web=0.1") from None
    return found


def columns_by_source(text: str, sources: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """What the columns of each source are called: "text=content; code: language=lang" is said of all, then of one.

    Raises UsageError on sources that are not there, and on what is no list of names.
    """
    found: dict[str, Mapping[str, str]] = {source: {} for source in sources}
    for entry in filter(str.strip, text.split(";")):
        before, colon, after = entry.partition(":")
        source, names = (before.strip(), after) if colon and "=" not in before else ("", entry)
        if source and source not in found:
            raise UsageError(f"columns= names source {source}, which is no source here: {', '.join(sources)}")
        named = pairs(re.sub(r"\s*,\s*", ",", names.strip()))
        found |= {each: {**found[each], **named} for each in ([source] if source else sources)}
    return found
