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
