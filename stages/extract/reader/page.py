"""What the modules of the reader hand to one another. It works with any trafilatura."""

from collections.abc import Sequence
from dataclasses import dataclass, field
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
    scripts: list[tuple[_Element, str]] = field(default_factory=list)  # with the texts that were taken from them

    def hide_scripts(self) -> None:
        """Take the texts of scripts out of the tree, so that copies of it are small."""
        self.scripts = [(e, e.text) for e in self.tree.iter("script", "style") if e.text]
        for element, _ in self.scripts:
            element.text = None

    def show_scripts(self) -> None:
        for element, text in self.scripts:
            element.text = text
        self.scripts = []
