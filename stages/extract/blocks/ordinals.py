"""The numbers of the items of ordered lists: counted as HTML counts them, written as a browser shows them.

A list whose names say that it is a menu, a thread or a grid of cards shows none: its style sheet takes them away.
"""

import re
from typing import TypeAlias

import numpy as np

from stages.extract.blocks.names import CARD, FURNITURE, POST, WIDGET
from stages.extract.markup import TAG, Markup

Ordinal: TypeAlias = tuple[int, str]  # a number, and as it is written

OL, LI = TAG["ol"], TAG["li"]
BARE = FURNITURE | POST | CARD | WIDGET  # what has no numbers
INTEGER = re.compile(r"\s*([+-]?\d{1,9})(?!\d)")
MARKERS = {"decimal": "1", "lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A",
           "lower-roman": "i", "upper-roman": "I"}  # fmt: skip
STYLE = re.compile(rf"(?i)list-style(?:-type)?\s*:[^;]*?\b(none|disc|circle|square|{'|'.join(MARKERS)})\b")
UNMARKED = re.compile(  # classes that take numbers away, and lists of forums that show none
    r"(?i)(?<![\w-])(?:list-none|(?:list-)?unstyled|list-style-none|no-?bullets?|(?:child|sub)?forums|childforum|"
    r"threads|commalist)(?![\w-])"
)
ROMAN = {1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc", 50: "l", 40: "xl", 10: "x", 9: "ix", 5: "v",
         4: "iv", 1: "i"}  # fmt: skip
MOST_ROMAN = 3999


class ItemCounter:
    """Counts the items of an ordered list."""

    def __init__(self, page: Markup, element: int, is_bare: bool) -> None:
        told = dict(page.items(element))
        kind = told.get("type", "")
        self.marker = "" if is_bare else marker_of(told, kind if kind in ("a", "A", "i", "I") else "1")
        self.step = -1 if "reversed" in told else 1
        start = integer_of(told.get("start", ""))
        if start is None:
            start = 1 if self.step > 0 else int(((page.parents == element) & (page.tags == LI)).sum())
        self.number = start - self.step

    def count(self, page: Markup, element: int, is_bare: bool) -> Ordinal | None:
        """The next item; None where it shows no number."""
        told = dict(page.items(element))
        value = integer_of(told.get("value", ""))
        self.number = self.number + self.step if value is None else value
        marker = "" if is_bare else marker_of(told, self.marker)
        return (self.number, numeral(self.number, marker)) if marker else None


def ordinals_of(page: Markup, rows: np.ndarray, boxes: np.ndarray, said: np.ndarray) -> dict[int, Ordinal]:
    """The numbers of items of ordered lists, by the place of the block that each begins with."""
    lists = np.flatnonzero(boxes["tag"] == OL)
    if not len(lists):
        return {}

    def told(places: np.ndarray) -> tuple[list[int], list[int], list[bool]]:
        return places.tolist(), boxes["element"][places].tolist(), (said["own"][places] & BARE != 0).tolist()

    counters = {box: ItemCounter(page, element, is_bare) for box, element, is_bare in zip(*told(lists), strict=True)}
    items = np.flatnonzero(boxes["tag"] == LI)
    around, first = boxes["around"][items], boxes["first"][items]
    is_mine, is_filled = boxes["tag"][around] == OL, boxes["end"][items] > first
    mine = zip(around[is_mine].tolist(), *told(items[is_mine]), strict=True)
    counted = {box: counters[owner].count(page, element, is_bare) for owner, box, element, is_bare in mine}
    innermost = dict(zip(first[is_filled].tolist(), items[is_filled].tolist(), strict=True))  # the last that begins so
    found = ((place, counted.get(box)) for place, box in innermost.items() if rows["lead"][place])
    return {place: ordinal for place, ordinal in found if ordinal is not None}


def marker_of(told: dict[str, str], otherwise: str) -> str:
    """How the attributes of a list or an item say that its number is written, "" for not at all."""
    match = STYLE.search(told.get("style", ""))
    if match:
        return MARKERS.get(match[1].lower(), "")
    return "" if UNMARKED.search(f"{told.get('class')} {told.get('id')}") else otherwise


def integer_of(value: str) -> int | None:
    """A whole number as HTML reads one: what follows it does not count; None for another value."""
    match = INTEGER.match(value)
    return int(match[1]) if match else None


def numeral(number: int, marker: str) -> str:
    """A number as letters ("a", "A"), Roman ("i", "I") or, as also those that cannot be written so, in digits."""
    kind, made = marker.lower(), ""
    if number < 1 or kind not in "ai" or (kind == "i" and number > MOST_ROMAN):
        return str(number)
    if kind == "a":
        while number:
            number, letter = divmod(number - 1, 26)
            made = chr(ord("a") + letter) + made
    else:
        for value, sign in ROMAN.items():
            made += sign * (number // value)
            number %= value
    return made if marker == kind else made.upper()
