"""What the modules of the reader hand to one another."""

from dataclasses import dataclass

from lxml.html import HtmlElement

from stages.extract.reader.marks import Marked


@dataclass(slots=True)
class Page:
    """A marked tree, which reading takes apart, and what is known of it."""

    tree: HtmlElement
    marked: Marked
    tags: set[str]
    bits: int  # of all marks
    keep_below: float = 0  # the tree can be read once more after precision found fewer characters than this
    used_up: bool = False
