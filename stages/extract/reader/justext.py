"""jusText's paragraphs, with trafilatura's settings, from one walk over the tree.

Its answers, with the list of stop words hashed once and not at every call, and each paragraph's text built once.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from justext.core import PARAGRAPH_TAGS
from lxml.etree import Element, SubElement, _Element, iterwalk
from trafilatura import external

BLANKS = re.compile(r"\s+")
TO_SQUEEZE = re.compile(r"\s\s|[^\S \n]")
# What trafilatura asks of jusText.
LENGTH_LOW, LENGTH_HIGH = 50, 150
STOPWORDS_LOW, STOPWORDS_HIGH = 0.1, 0.2
MOST_LINKED = 0.25


@cache
def stop_words() -> frozenset[str]:
    """The stop words of all languages."""
    return frozenset(word.lower() for word in external.JT_STOPLIST or external.jt_stoplist_init())


@dataclass(slots=True)
class Paragraph:
    """A paragraph's text with single blanks, and what else its class depends on."""

    text: str
    linked: int  # characters
    selectable: bool  # inside a <select>

    def quality(self) -> str:
        """JusText's class without regard to the neighbours: bad, short, neargood or good."""
        size = len(self.text)
        if (self.linked / size if size else 0) > MOST_LINKED or "\xa9" in self.text or "&copy" in self.text:
            return "bad"
        if self.selectable:
            return "bad"
        if size < LENGTH_LOW:
            return "bad" if self.linked else "short"
        density = stop_word_density(self.text)
        if density >= STOPWORDS_HIGH:
            return "good" if size > LENGTH_HIGH else "neargood"
        return "neargood" if density >= STOPWORDS_LOW else "bad"


def stop_word_density(text: str) -> float:
    """The share of words that are stop words of any language."""
    words = text.split()
    known = stop_words()
    return sum(word.lower() in known for word in words) / len(words) if words else 0


def squeeze(text: str) -> str:
    """A text with single blanks, or line breaks where there were any."""
    if not TO_SQUEEZE.search(text):
        return text
    return BLANKS.sub(lambda match: "\n" if "\n" in match[0] or "\r" in match[0] else " ", text)


class Collector:
    """Gathers the paragraphs of a tree while it is walked."""

    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self.selects = 0  # open elements with "select" in their name
        self.in_link = self.after_break = False
        self._begin()

    def _begin(self) -> None:
        self.texts: list[str] = []
        self.linked, self.selectable = 0, self.selects > 0

    def split(self) -> None:
        """End the paragraph and begin another."""
        if text := squeeze("".join(self.texts).strip()):
            self.paragraphs.append(Paragraph(text, self.linked, self.selectable))
        self._begin()

    def start(self, tag: str) -> None:
        """An element begins."""
        self.selects += "select" in tag
        if tag in PARAGRAPH_TAGS or (tag == "br" and self.after_break):
            self.split()
            return
        self.after_break = tag == "br"
        if self.after_break:
            self.texts.append(" ")
        elif tag == "a":
            self.in_link = True

    def end(self, tag: str) -> None:
        """An element ends."""
        self.selects -= "select" in tag
        if tag in PARAGRAPH_TAGS:
            self.split()
        if tag == "a":
            self.in_link = False

    def add(self, text: str | None) -> None:
        """Add the text of an element or behind it."""
        if text and not text.isspace():
            text = squeeze(text)
            self.texts.append(text)
            self.linked += len(text) if self.in_link else 0
            self.after_break = False


def split_paragraphs(tree: _Element) -> list[Paragraph]:
    """JusText's paragraphs of a tree."""
    found = Collector()
    for event, element in iterwalk(tree, events=("start", "end")):
        if event == "start":
            found.start(element.tag)
            found.add(element.text)
        else:
            found.end(element.tag)
            found.add(element.tail)
    found.split()
    return found.paragraphs


def good_paragraphs(found: Sequence[Paragraph]) -> Iterator[str]:
    """The texts of paragraphs that are good, or stand between good ones."""
    first = [paragraph.quality() for paragraph in found]
    if "good" not in first:
        return  # neighbours can then make none good
    second = with_short(first)
    for paragraph, quality, before, after in zip(found, second, *neighbours(second), strict=True):
        if quality == "good" or (quality == "neargood" and "good" in (before[0], after[0])):
            yield paragraph.text


def with_short(qualities: list[str]) -> list[str]:
    """Qualities in which those of short paragraphs come from their neighbours."""
    return [
        of_short(before, after) if quality == "short" else quality
        for quality, before, after in zip(qualities, *neighbours(qualities), strict=True)
    ]


def of_short(before: tuple[str, str], after: tuple[str, str]) -> str:
    """The class of a short paragraph, from what `neighbours` says of those before and after it."""
    far = (before[0], after[0])
    if far == ("good", "good"):
        return "good"
    if far == ("bad", "bad"):
        return "bad"
    near = [near for far, near in (before, after) if far == "bad"]
    return "good" if "neargood" in near else "bad"


def neighbours(qualities: Sequence[str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """For each paragraph, before and after it: the nearest of good and bad, and the nearest of these and neargood."""
    return nearest(qualities), nearest(qualities[::-1])[::-1]


def nearest(qualities: Sequence[str]) -> list[tuple[str, str]]:
    """For each paragraph the nearest of good and bad before it, and the nearest of these and neargood."""
    found, far, near = [], "bad", "bad"
    for quality in qualities:
        found.append((far, near))
        if quality in ("good", "bad"):
            far = near = quality
        elif quality == "neargood":
            near = quality
    return found


def justext_body(tree: _Element) -> _Element:
    """A body with a paragraph for each that jusText takes for text."""
    body = Element("body")
    for text in good_paragraphs(split_paragraphs(tree)):
        SubElement(body, "p").text = text
    return body
