"""trafilatura's readability, asked only as far as its answer can still be chosen.

The answer is chosen when it is much longer than the text at hand. It is a part of the page's text in the page's
order, so the text of what readability has not dropped yet is a bound of its length, and most pages need no more than
that. `BOUND` is the switch: without it every page goes all the way.
"""

from collections.abc import Callable, Iterable
from copy import copy
from operator import attrgetter

from lxml.etree import XPath, _Element, strip_elements, tostring
from lxml.html import HtmlElement, document_fromstring
from trafilatura.readability_lxml import (
    DOT_SPACE,
    FRAME_TAGS,
    TAG_SCORES,
    Candidate,
)
from trafilatura.utils import fromstring_bytes

from stages.extract.reader.cleaning import delete_all
from stages.extract.reader.clutter import LEAST_PARAGRAPH, VIDEO, Clutter, Links, class_weight, is_video
from stages.extract.reader.density import TEXT
from stages.extract.reader.loose_text import paragraphs_of_divs
from stages.extract.reader.marks import LISTS
from stages.extract.reader.page import Marked

BOUND = True
MOST_CHARACTERS = XPath("string-length(normalize-space())")  # XPath knows fewer blanks than Python does
NO_TEXT = ("script", "style", "fencedframe")
PAPER = document_fromstring("<body><div></div></body>")
# Elements whose content an HTML parser reads as text and not as markup: escaped once more each time that a tree is
# written and read, so that the text grows.
RAW_TEXT = ("listing", "noembed", "noframes", "plaintext", "title", "xmp")


class GaveUp(Exception):
    """The answer cannot be chosen."""


class Readability:
    """One page's candidates for its main text; takes the tree apart.

    `can_win(length)` tells whether an answer of at most this many characters could be chosen.
    """

    def __init__(self, tree: HtmlElement, can_win: Callable[[int], bool]) -> None:
        self.tree, self.can_win = tree, can_win
        self.links = Links()

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
        Clutter(candidates, self.links).sweep(article)
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
            candidate.score *= 1 - self.links.density(element)
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
        """Whether a paragraph that was not scored is text: long, or with the end of a sentence in it."""
        text, density = paragraph.text or "", self.links.density(paragraph)
        if len(text) > 80:
            return density < 0.25
        return density == 0 and DOT_SPACE.search(text) is not None


def unlikely(found: Marked) -> list[_Element]:
    """Boxes whose class or id is that of clutter."""
    return [element for element, bits in found if bits & LISTS.unlikely and element.tag not in FRAME_TAGS]


def may_only_shrink(tree: _Element) -> bool:
    """Whether nothing is in a tree that can become longer when it is written and read again."""
    if any(is_video(frame) for frame in tree.iter(VIDEO)):
        return False
    return all(e.tag == "title" and in_head(e) for e in tree.iter(*RAW_TEXT))


def in_head(element: _Element) -> bool:
    """Whether an element is a child of <head>."""
    parent = element.getparent()
    return parent is not None and parent.tag == "head"
