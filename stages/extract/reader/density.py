"""trafilatura's tests of link density: which parts of a tree are made of links.

Its answers, with the links of a tree looked up once for all elements that hold them, their lengths measured once,
and the second of its two rounds left out where the first deleted nothing.
"""

from collections import defaultdict

from lxml.etree import XPath, _Element
from trafilatura.htmlprocessing import is_paragraph_listing
from trafilatura.utils import LINK_FARM_RATIO
from trafilatura.xml import delete_element

TEXT = XPath("string()", smart_strings=False)
LONG_TEXT = 2_000  # characters
SHORT_LINK = 10  # characters
SINGLE_LINK_SHARE, SMALL_SHARE, SHORT_SHARE = 0.9, 0.8, 0.8
FARM_LINKS, FARM_LINK_LENGTH = 4, 100
IN_ITEMS = ("item", "td", "th")


class LinkDensity:
    """Removes what is made of links from a tree, by tag and round as trafilatura does."""

    def __init__(self, tree: _Element, precision: bool) -> None:
        self.tree, self.precision = tree, precision
        self.nested = False  # whether any link is inside another
        self.lengths: dict[_Element, int] = {}
        self.links = self._find()

    def _find(self) -> dict[_Element, list[_Element]]:
        """The links in each element that holds any."""
        found: dict[_Element, list[_Element]] = defaultdict(list)
        for link in self.tree.iter("ref"):
            for above in link.iterancestors():
                found[above].append(link)
                self.nested |= above.tag == "ref"
                if above is self.tree:
                    break
        return found

    def prune(self) -> None:
        """All rounds, and the tables."""
        for _ in range(2):
            deleted = [self._delete("div", True), self._delete("list"), self._delete("p")]
            if not any(deleted):
                break
        for table in [table for table in self.tree.iter("table") if self._is_table_of_links(table)]:
            delete_element(table, keep_tail=False)
            self.links = {}
        if self.precision:
            while len(self.tree) and self.tree[-1].tag == "head":
                delete_element(self.tree[-1], keep_tail=False)
                self.links = {}
            self.links = self.links or self._find()
            self._delete("head")
            self._delete("quote")

    def _delete(self, tag: str, backtracking: bool = False) -> bool:
        if not self.links:
            return False
        links, most = self.links, 200 if self.precision else 100
        deep = 1 if self.precision else 3
        deletions = []
        for element in self.tree.iter(tag):
            if element not in links:
                continue
            dense, short = self._test(element, links[element])
            if dense or (backtracking and short and len(element) >= deep and self._length(element) < most):
                parent = element.getparent()
                if not (tag == "p" and parent is not None and parent.tag in IN_ITEMS):
                    deletions.append(element)
        for element in deletions:
            for above in element.iterancestors():
                self.lengths.pop(above, None)
            delete_element(element)
        if deletions:
            self.links = self._find()
        return bool(deletions)

    def _test(self, element: _Element, links: list[_Element]) -> tuple[bool, bool]:
        """Whether the links are most of an element, and whether it is short."""
        if next(element.iterdescendants("graphic"), None) is not None:
            return False, False
        lengths, short = self._lengths(links), short_length(element)
        linked = sum(lengths)
        longest = 10 if self.precision else 100
        if len(links) == 1 and linked > longest and linked > self._length(element) * SINGLE_LINK_SHARE:
            return True, False
        # Links that are not in one another are a lower bound of the text.
        if (linked >= short and not self.nested) or not self._is_below(element, short):
            return len(links) > FARM_LINKS and self._is_farm(element, links, lengths), False
        if not lengths:
            return True, False
        many_short = len(lengths) > 1 and sum(one < SHORT_LINK for one in lengths) / len(lengths) > SHORT_SHARE
        return linked > self._length(element) * SMALL_SHARE or many_short, True

    def _is_below(self, element: _Element, most: int) -> bool:
        """Whether an element's text has fewer characters than `most`; of a long text the beginning tells."""
        if element in self.lengths:
            return self.lengths[element] < most
        text = TEXT(element)
        if len(text) > LONG_TEXT and squeezed_length(text[:LONG_TEXT]) >= most:
            return False
        self.lengths[element] = squeezed_length(text)
        return self.lengths[element] < most

    def _is_farm(self, element: _Element, links: list[_Element], lengths: list[int]) -> bool:
        linked = sum(lengths)
        return (
            linked < FARM_LINK_LENGTH * len(lengths)
            and linked > self._length(element) * LINK_FARM_RATIO
            and not is_paragraph_listing(links)  # type: ignore[arg-type]
        )

    def _is_table_of_links(self, table: _Element) -> bool:
        links = self.links.get(table)
        if not links or (length := self._length(table)) < 200:
            return False
        linked = sum(self._lengths(links))
        return linked > 0.8 * length if length < 1000 else linked > 0.5 * length

    def _lengths(self, links: list[_Element]) -> list[int]:
        return [length for link in links if (length := self._length(link))]

    def _length(self, element: _Element) -> int:
        if element not in self.lengths:
            self.lengths[element] = length_of(element)
        return self.lengths[element]


def length_of(element: _Element) -> int:
    """Characters of an element's text with single blanks."""
    return squeezed_length(TEXT(element))


def squeezed_length(text: str) -> int:
    """Characters of a text with single blanks."""
    return len(" ".join(text.split()))


def short_length(element: _Element) -> int:
    """Below how many characters an element is short, by whether it is the last one."""
    last = element.getnext() is None
    if element.tag == "p":
        return 60 if last else 30
    return 300 if last else 100
