"""readability's last step: forms, menus, galleries and empty boxes are dropped from the article."""

import math
from collections import Counter
from collections.abc import Mapping

from lxml.etree import _Element
from lxml.html import HtmlElement
from trafilatura.readability_lxml import LIST_TAGS, REGEXES, TEXT_CLEAN_ELEMS, Candidate

from stages.extract.reader.density import TEXT, length_of
from stages.extract.reader.predicates import AttributeTest
from stages.extract.reader.verdicts import Memo, compiled

LEAST_PARAGRAPH = 25  # characters
VIDEO = "iframe"  # gets the text VIDEO if it shows one
NAMES = Memo(
    [
        compiled(AttributeTest((), REGEXES[name].pattern, "case"), bit)
        for name, bit in (("negativeRe", 1), ("positiveRe", 2))
    ],
    math.inf,
)
WEIGHTS = (0, -25, 25, 0)  # of names that are like clutter's, like content's, like both


class Links:
    """The lengths of a page's links, each measured once."""

    def __init__(self) -> None:
        self.lengths: dict[_Element, int] = {}

    def density(self, element: _Element) -> float:
        """The share of an element's characters that are links."""
        total = length_of(element) or 1
        return sum(self.length(link) for link in element.iterdescendants("a")) / total

    def length(self, link: _Element) -> int:
        """The characters of a link, with single blanks."""
        if link not in self.lengths:
            self.lengths[link] = length_of(link)
        return self.lengths[link]

    def forget(self, element: _Element) -> None:
        """Measure the links that an element stands in anew."""
        for link in element.iterancestors("a"):
            self.lengths.pop(link, None)


class Clutter:
    """What is dropped from an article; `candidates` are the elements that were scored."""

    def __init__(self, candidates: Mapping[_Element, Candidate], links: Links) -> None:
        self.candidates, self.links = candidates, links

    def sweep(self, article: HtmlElement) -> None:
        """Drop forms, frames, and headers and boxes that look like no text."""
        for header in list(article.iter("h1", "h2", "h3", "h4", "h5", "h6")):
            if class_weight(header) < 0 or self.links.density(header) > 0.33:
                self.drop(header)
        for form in list(article.iter("form", "textarea")):
            self.drop(form)
        for frame in list(article.iter(VIDEO)):
            if is_video(frame):
                frame.text = "VIDEO"
                self.links.forget(frame)
            else:
                self.drop(frame)
        for box in reversed(list(article.iter("table", "ul", "div", "aside", "header", "footer", "section"))):
            weight = class_weight(box)
            if weight + (self.candidates[box].score if box in self.candidates else 0) < 0 or self.is_clutter(
                box, weight
            ):
                self.drop(box)

    def drop(self, element: HtmlElement) -> None:
        """Remove an element, but not the text behind it."""
        self.links.forget(element)
        element.drop_tree()

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
            or self.links.density(box) > (0.5 if weight >= 25 else 0.2)
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


def is_video(frame: _Element) -> bool:
    """Whether a frame shows a video, by its address."""
    source = frame.get("src")
    return source is not None and REGEXES["videoRe"].search(source) is not None


def class_weight(element: _Element) -> int:
    """Readability's points for the class and id of an element: 25 for what content is called, -25 for clutter."""
    return sum(WEIGHTS[NAMES[value]] for value in (element.get("class"), element.get("id")) if value)
