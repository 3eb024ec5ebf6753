"""trafilatura's readability, asked only as far as its answer can still be chosen.

The answer is chosen when it is much longer than the text at hand. It is a part of the page's text in the page's
order, so the text of what readability has not dropped yet is a bound of its length, and most pages need no more than
that. `BOUND` is the switch: without it every page goes all the way.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from copy import copy
from operator import attrgetter

from lxml.etree import XPath, _Element, strip_elements, tostring
from lxml.html import HtmlElement, document_fromstring
from trafilatura.readability_lxml import (
    DIV_TO_P_PREFIXES,
    DOT_SPACE,
    FRAME_TAGS,
    LIST_TAGS,
    REGEXES,
    TAG_SCORES,
    TEXT_CLEAN_ELEMS,
    Candidate,
)
from trafilatura.utils import fromstring_bytes

from stages.extract.reader.cleaning import delete_all
from stages.extract.reader.density import TEXT, length_of
from stages.extract.reader.marks import LISTS
from stages.extract.reader.page import Marked
from stages.extract.reader.predicates import AttributeTest
from stages.extract.reader.verdicts import Memo, compiled

BOUND = True
LEAST_PARAGRAPH = 25  # characters
MOST_CHARACTERS = XPath("string-length(normalize-space())")  # XPath knows fewer blanks than Python does
NO_TEXT = ("script", "style", "fencedframe")
PAPER = document_fromstring("<body><div></div></body>")
BLANKS = " \t\n\r"  # of XPath's normalize-space()
# Elements whose content an HTML parser reads as text and not as markup: escaped once more each time that a tree is
# written and read, so that the text grows.
RAW_TEXT = ("listing", "noembed", "noframes", "plaintext", "title", "xmp")
VIDEO = "iframe"  # gets the text VIDEO if it shows one
NAMES = Memo(
    [
        compiled(AttributeTest((), REGEXES[name].pattern, "case"), bit)
        for name, bit in (("negativeRe", 1), ("positiveRe", 2))
    ],
    math.inf,
)
WEIGHTS = (0, -25, 25, 0)  # of names that are like clutter's, like content's, like both


class GaveUp(Exception):
    """The answer cannot be chosen."""


class Readability:
    """One page's candidates for its main text; takes the tree apart.

    `can_win(length)` tells whether an answer of at most this many characters could be chosen.
    """

    def __init__(self, tree: HtmlElement, can_win: Callable[[int], bool]) -> None:
        self.tree, self.can_win = tree, can_win
        self.lengths: dict[_Element, int] = {}

    def start(self) -> None:
        """Drop what is no text; raises `GaveUp`."""
        if self.tree.tag in NO_TEXT:
            raise GaveUp  # the original fails on it
        strip_elements(self.tree, *NO_TEXT, with_tail=False)
        self.check(self.tree)

    def summary(self, unlikely: Iterable[_Element]) -> HtmlElement:
        """The article as a tree of its own; raises `GaveUp` as soon as it cannot be chosen."""
        delete_all(unlikely)
        self.check(self.tree)
        paragraphs_of_divs(self.tree)
        candidates = self.score()
        best = max(candidates.values(), key=attrgetter("score"), default=None)
        if best:
            article = self.article(candidates, best)
        else:
            body = self.tree.find("body")
            article = copy(self.tree if body is None else body)  # a document without XHTML's DTD, see `article`
        self.check(article)
        self.sanitize(article, candidates)
        self.check(article)
        made = fromstring_bytes(tostring(article, encoding=str, method="xml"))
        return HtmlElement() if made is None else made

    def check(self, tree: _Element) -> None:
        """Give up if not even all text of a tree is enough."""
        if not BOUND:
            return
        if self.can_win(int(MOST_CHARACTERS(tree))):
            return
        if may_only_shrink(tree):
            raise GaveUp

    def link_density(self, element: _Element) -> float:
        total = length_of(element) or 1
        return sum(self.link_length(link) for link in element.iterdescendants("a")) / total

    def link_length(self, link: _Element) -> int:
        if link not in self.lengths:
            self.lengths[link] = length_of(link)
        return self.lengths[link]

    def score(self) -> dict[_Element, Candidate]:
        """Parents and grandparents of paragraphs, by how much text those hold."""
        candidates: dict[_Element, Candidate] = {}
        for element in self.tree.iter("p", "pre", "td"):
            parent = element.getparent()
            if parent is None:
                continue
            text = " ".join(TEXT(element).split())
            if len(text) < LEAST_PARAGRAPH:
                continue
            grandparent = parent.getparent()
            for node in (parent, grandparent):
                if node is not None and node not in candidates:
                    candidates[node] = Candidate(class_weight(node) + TAG_SCORES.get(node.tag.lower(), 0), node)
            score = 1 + (text.count(",") + 1) + min((len(text) / 100), 3)
            candidates[parent].score += score
            if grandparent is not None:
                candidates[grandparent].score += score / 2
        for element, candidate in candidates.items():
            candidate.score *= 1 - self.link_density(element)
        return candidates

    def article(self, candidates: dict[_Element, Candidate], best: Candidate) -> HtmlElement:
        """The best candidate with those of its siblings that look like its text."""
        least = max(10, best.score * 0.2)
        article = copy(PAPER)[0][0]  # in XHTML documents lxml would write empty elements another way
        parent = best.elem.getparent()
        for sibling in [best.elem] if parent is None else list(parent):
            if (
                sibling is best.elem
                or (sibling in candidates and candidates[sibling].score >= least)
                or (sibling.tag == "p" and self.is_prose(sibling))
            ):
                article.append(sibling)
        return article

    def is_prose(self, paragraph: _Element) -> bool:
        text, density = paragraph.text or "", self.link_density(paragraph)
        if len(text) > 80:
            return density < 0.25
        return density == 0 and DOT_SPACE.search(text) is not None

    def sanitize(self, article: HtmlElement, candidates: dict[_Element, Candidate]) -> None:
        """Drop forms, frames, and headers and boxes that look like no text."""
        for header in list(article.iter("h1", "h2", "h3", "h4", "h5", "h6")):
            if class_weight(header) < 0 or self.link_density(header) > 0.33:
                self.drop(header)
        for form in list(article.iter("form", "textarea")):
            self.drop(form)
        for frame in list(article.iter(VIDEO)):
            if is_video(frame):
                frame.text = "VIDEO"
                self.forget(frame)
            else:
                self.drop(frame)
        for box in reversed(list(article.iter("table", "ul", "div", "aside", "header", "footer", "section"))):
            weight = class_weight(box)
            if weight + (candidates[box].score if box in candidates else 0) < 0 or self.is_clutter(box, weight):
                self.drop(box)

    def drop(self, element: HtmlElement) -> None:
        self.forget(element)
        element.drop_tree()

    def forget(self, element: _Element) -> None:
        """Measure the links that an element stands in anew."""
        for link in element.iterancestors("a"):
            self.lengths.pop(link, None)

    def is_clutter(self, box: _Element, weight: float) -> bool:
        """Whether a box with few commas has the shape of a menu, a form or a gallery, or no text."""
        text = TEXT(box)
        if text.count(",") >= 10:
            return False
        counts = Counter(element.tag for element in box.iterdescendants(*TEXT_CLEAN_ELEMS))
        counts["li"] -= 100
        counts["input"] -= len(box.findall('.//input[@type="hidden"]')) if counts["input"] else 0
        length = len(" ".join(text.split()))
        if (
            (counts["p"] and counts["img"] > 1 + counts["p"] * 1.3)
            or (counts["li"] > counts["p"] and box.tag not in LIST_TAGS)
            or counts["input"] > counts["p"] / 3
            or (length < LEAST_PARAGRAPH and (counts["img"] == 0 or counts["img"] > 2))
            or self.link_density(box) > (0.5 if weight >= 25 else 0.2)
            or (counts["embed"] == 1 and length < 75)
            or counts["embed"] > 1
        ):
            return True
        return not length and self.stands_alone(box)

    def stands_alone(self, box: _Element) -> bool:
        """Whether the nearest siblings with text are short."""
        nearest = (
            next((size for sibling in siblings if (size := length_of(sibling))), 0)
            for siblings in (box.itersiblings(), box.itersiblings(preceding=True))
        )
        return sum(nearest) <= 1000


def unlikely(found: Marked) -> list[_Element]:
    """Boxes whose class or id is that of clutter."""
    return [element for element, bits in found if bits & LISTS.unlikely and element.tag not in FRAME_TAGS]


def may_only_shrink(tree: _Element) -> bool:
    """Whether nothing is in a tree that can become longer when it is written and read again."""
    if any(is_video(frame) for frame in tree.iter(VIDEO)):
        return False
    return all(e.tag == "title" and in_head(e) for e in tree.iter(*RAW_TEXT))


def in_head(element: _Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag == "head"


def is_video(frame: _Element) -> bool:
    source = frame.get("src")
    return source is not None and REGEXES["videoRe"].search(source) is not None


def class_weight(element: _Element) -> int:
    return sum(WEIGHTS[NAMES[value]] for value in (element.get("class"), element.get("id")) if value)


def paragraphs_of_divs(tree: HtmlElement) -> None:
    """Make a paragraph of each div that holds no blocks, and of the text that stands loose in the others."""
    blocks, links = holders_of_blocks(tree), ancestors_of(tree.iterdescendants("a"))
    for box in list(tree.iterdescendants("div")):
        if box not in blocks and (box not in links or has_loose_text(box)):
            box.tag = "p"
    for box in list(tree.iterdescendants("div")):
        wrap_loose_text(box)


def holders_of_blocks(tree: _Element) -> set[_Element]:
    tags = {element.tag for element in tree.iterdescendants("*")}
    return ancestors_of(tree.iterdescendants(*(tag for tag in tags if tag.startswith(DIV_TO_P_PREFIXES))))


def ancestors_of(elements: Iterable[_Element]) -> set[_Element]:
    found: set[_Element] = set()
    for element in elements:
        for above in element.iterancestors():
            if above in found:
                break
            found.add(above)
    return found


def has_loose_text(box: _Element) -> bool:
    return any(text and text.strip(BLANKS) for text in (box.text, *(child.tail for child in box)))


def wrap_loose_text(box: HtmlElement) -> None:
    if box.text and box.text.strip():
        box.insert(0, paragraph_before(box, "text"))
    for place, child in reversed(list(enumerate(box))):
        if child.tail and child.tail.strip():
            box.insert(place + 1, paragraph_before(child, "tail"))
        if child.tag == "br":
            child.drop_tree()


def paragraph_before(element: HtmlElement, where: str) -> HtmlElement:
    """A new paragraph with the text or tail of an element, which loses it."""
    made = element.makeelement("p")
    made.text = getattr(element, where)
    setattr(element, where, None)
    return made
