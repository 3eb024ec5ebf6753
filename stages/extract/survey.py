"""What is known of a page before it is read: its markup as arrays, and, for trafilatura's lists, marks on its tree."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
from lxml.etree import _Element
from lxml.html import HtmlElement

from stages.extract.markup import KNOWN, TAG, Markup, markup_of
from stages.extract.reader import selfcheck
from stages.extract.reader.page import MARK
from stages.extract.reader.verdicts import LIMITED, LONGEST, Memo
from stages.extract.text_nodes import RUNNING, passages


class Marks(NamedTuple):
    """Elements in document order with the bits of their verdicts, which stand on them too, all bits, and all tags."""

    marked: list[tuple[_Element, int]]
    bits: int
    tags: set[str]


@dataclass
class Survey:
    """A page and what is known of it. What is asked of its tree is to be asked before reading takes that apart."""

    tree: HtmlElement
    source: bytes
    markup: Markup
    by_tag: dict[int, list[_Element]] = field(default_factory=dict)

    @cached_property
    def elements(self) -> list[_Element]:
        """All elements in document order, as `markup` numbers them."""
        return list(self.tree.iter())

    def element(self, place: int) -> _Element:
        """The element of a number, without a look at those with other tags."""
        tag = int(self.markup.tags[place])
        if tag not in self.by_tag:
            self.by_tag[tag] = list(self.tree.iter(KNOWN[tag - 1]))
        return self.by_tag[tag][int((self.markup.tags[:place] == tag).sum())]

    @cached_property
    def marks(self) -> Marks:
        """What trafilatura's lists say of the elements; they get marks."""
        marked, all_bits, tags = list[tuple[_Element, int]](), 0, set[str]()
        memos, settle = verdicts()
        for element in self.elements:
            tags.add(element.tag)
            items, bits = element.items(), 0
            for name, value in items:
                if name in memos:
                    bits |= memos[name][value]
            if bits and (bits := settle(bits, items)):
                element.set(MARK, str(bits))
                marked.append((element, bits))
                all_bits |= bits
        if marked and marked[0][0] is self.tree:
            del marked[0]  # trafilatura asks for descendants
        return Marks(marked, all_bits, tags)

    @cached_property
    def passages(self) -> np.ndarray:
        """The passages of the page, as `text_nodes.passages` gives them."""
        return passages(self.markup)

    @property
    def running_text(self) -> int:
        """The characters of all passages, single-spaced."""
        return int(self.passages[:, RUNNING].sum())

    @cached_property
    def base(self) -> str | None:
        """What the page says that its addresses are relative to."""
        bases = (self.markup.tags[1:] == TAG["base"]).nonzero()[0] + 1
        said = (dict(self.markup.items(base)).get("href") for base in bases.tolist())
        return next((href for href in said if href is not None), None)


def survey(tree: HtmlElement, source: bytes) -> Survey:
    """A tree and what is known of it."""
    return Survey(tree, source, markup_of(tree))


@cache
def verdicts() -> tuple[dict[str, Memo], Callable[[int, Sequence[tuple[str, str]]], int]]:
    """What tells of attributes' values, and of elements: nothing where the reader does not know its trafilatura."""
    if selfcheck.difference():
        return {name: Memo([], LONGEST) for name in LIMITED}, lambda *_: 0
    from stages.extract.reader.marks import LISTS

    return LISTS.verdicts.memos, LISTS.settle
