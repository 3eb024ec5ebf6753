"""What the modules of the reader hand to one another. It works with any trafilatura."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lxml.etree import _Element
from lxml.html import HtmlElement

MARK = "Verdict"  # the attribute that holds an element's mark; HTML parsers make none with an upper-case letter
Marked: TypeAlias = Sequence[tuple[_Element, int]]  # elements in document order, with the bits of their verdicts


@dataclass(slots=True)
class Page:
    """A marked tree, which reading takes apart, and what is known of it."""

    tree: HtmlElement
    marked: Marked
    tags: set[str]
    bits: int  # of all marks
    keep_below: float = 0  # the tree can be read once more after precision found fewer characters than this
    used_up: bool = False
