"""trafilatura's XPath expressions answered from marks, which one pass over a page's tree leaves on its elements.

A mark is an attribute: copies of a tree inherit it, and who clears an element's attributes clears it too. HTML
parsers lower the names of attributes, so no page can make one. A mark depends on the values of the other attributes
only, not on the tag, which changes while trafilatura works.
"""

import re
from collections.abc import Iterable, Sequence

from lxml.etree import XPath, _Element
from trafilatura import readability_lxml, settings, xpaths

from stages.extract.reader.page import MARK, Marked
from stages.extract.reader.predicates import AttributeTest, PathStep, Unsupported, parse_path
from stages.extract.reader.verdicts import LOWEST, ValueVerdicts

MARKS = XPath(f"descendant::*[@{MARK}]")
CODE = ".//div[contains(@class, 'w3-code')]"  # of trafilatura.main_extractor.recover_wild_text
PLAIN_WORDS = frozenset("abcdefghijklmnopqrstuvwxyz-|")


class Selection:
    """One expression: the elements that it selects, from those that are marked."""

    def __init__(self, expression: XPath, first_number: int) -> None:
        self.path = expression.path
        self.steps = parse_path(expression.path)
        self.numbered = [(step, 1 << (first_number + place)) for place, step in enumerate(self.steps)]
        self.bits = sum(bit for _, bit in self.numbered)
        namespaces = {"re": xpaths.REGEXP_NS}
        self.conditions = {
            bit: XPath(f"self::*{step.condition}", namespaces=namespaces)
            for step, bit in self.numbered
            if step.condition
        }

    def among(self, tree: _Element, marked: Marked) -> list[_Element]:
        """Those of a tree's descendants that the expression selects; step by step, each in document order."""
        found: list[_Element] = []
        for step, bit in self.numbered:
            found += self._of_step(tree, marked, step, bit)
        return found

    def _of_step(self, tree: _Element, marked: Marked, step: PathStep, bit: int) -> Iterable[_Element]:
        if not step.tests:
            return tree.iterdescendants(*(step.tags or ()))
        tags = step.tags
        found = [element for element, bits in marked if bits & bit and (tags is None or element.tag in tags)]
        if bit in self.conditions:
            found = [element for element in found if self.conditions[bit](element)]
        return found

    def first(self, tree: _Element, marked: Marked) -> _Element | None:
        """The first element in document order, None when nothing is selected."""
        firsts = [next(iter(self._of_step(tree, marked, step, bit)), None) for step, bit in self.numbered]
        found = [element for element in firsts if element is not None]
        if len(found) < 2:
            return found[0] if found else None
        return next(element for element in tree.iterdescendants(*{e.tag for e in found}) if element in found)


def unlikely_tests() -> list[list[AttributeTest]]:
    """Readability's two patterns on class and id: of boxes that are rarely content, and of those that may be."""
    found = []
    for name in ("unlikelyCandidatesRe", "okMaybeItsACandidateRe"):
        pattern = readability_lxml.REGEXES[name]
        if not set(pattern.pattern) <= PLAIN_WORDS or pattern.flags & re.IGNORECASE:
            raise Unsupported(pattern.pattern)  # else it could be found across the blank between class and id
        found.append([AttributeTest((attribute,), pattern.pattern, "lower") for attribute in ("class", "id")])
    return found


class Lists:
    """All expressions that the reader asks, numbered together, and readability's patterns."""

    def __init__(self) -> None:
        self.tests: list[Sequence[AttributeTest]] = []
        self.body = self._selections(xpaths.BODY_XPATH)
        self.overall = self._selections(xpaths.OVERALL_DISCARD_XPATH)
        self.raw = self._selections(xpaths.RAW_TREE_PRUNE_XPATH)
        self.comments_and_lists = self._selections(xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH)
        self.comments = self._selections(xpaths.REMOVE_COMMENTS_XPATH)
        self.teasers = self._selections(xpaths.TEASER_DISCARD_XPATH)
        self.precision = self._selections(xpaths.PRECISION_DISCARD_XPATH)
        self.images = self._selections(xpaths.DISCARD_IMAGE_ELEMENTS)
        self.basic = self._selections([settings.BASIC_CLEAN_XPATH])
        [self.code] = self._selections([XPath(CODE)])
        self.unlikely, self.maybe = (1 << (len(self.tests) + place) for place in (0, 1))
        self.tests += unlikely_tests()
        self.verdicts = ValueVerdicts(self.tests)

    def _selections(self, expressions: Sequence[XPath]) -> list[Selection]:
        made = []
        for expression in expressions:
            made.append(Selection(expression, len(self.tests)))
            self.tests += [step.tests for step in made[-1].steps]
        return made

    def settle(self, bits: int, items: Sequence[tuple[str, str]]) -> int:
        """The verdict on an element with these attributes, of whose values the verdicts are joined in `bits`."""
        if bits > LOWEST:
            bits = self.verdicts.settle(items)
        if bits & self.maybe:
            bits &= ~(self.maybe | self.unlikely)
        return bits


LISTS = Lists()


def marked(tree: _Element) -> Marked:
    """The marked descendants of a tree."""
    return [(element, int(element.get(MARK, "0"))) for element in MARKS(tree)]
