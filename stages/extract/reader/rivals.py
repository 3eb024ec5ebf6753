"""The two algorithms that trafilatura compares its own text with: readability and jusText."""

from copy import copy

from lxml.etree import _Element, tostring
from lxml.html import HtmlElement
from trafilatura import external
from trafilatura.settings import Extractor
from trafilatura.utils import trim

from stages.extract.reader.baseline import basic_cleaning
from stages.extract.reader.cleaning import delete_all
from stages.extract.reader.justext import justext_body
from stages.extract.reader.marks import LISTS, marked
from stages.extract.reader.page import Page
from stages.extract.reader.readability import GaveUp, Readability, unlikely


def readability(page: Page, body: _Element, text: str, options: Extractor) -> HtmlElement | None:
    """Readability's article where it is to be preferred to a body with this text, else None.

    In precision, which needs the page's tree no more, it is used up, unless the page is to keep it.
    """
    precision = options.focus == "precision"
    if precision and len(text) >= page.keep_below:
        page.used_up, tree, found = True, page.tree, page.marked
    else:
        tree = copy(page.tree)
        found = marked(tree)
    asked = Readability(tree, lambda most: can_win(most, body, text, options))
    try:
        asked.start()
        if precision:
            for selection in LISTS.overall:
                delete_all(selection.among(tree, found))
        summary = asked.summary(unlikely(found))
    except GaveUp:
        return None
    except MemoryError:
        raise
    except Exception:  # as trafilatura does: what readability fails on is empty
        summary = HtmlElement()
    its_text = text_of_tree(summary)
    preferred = external._prefer_readability(body, summary, its_text, len(text), len(its_text), options)
    return summary if preferred else None


def can_win(most: int, body: _Element, text: str, options: Extractor) -> bool:
    """Whether `trafilatura.external._prefer_readability` could prefer a text of at most so many characters."""
    if not text or most > 2 * len(text) or (options.focus == "recall" and most > len(text)):
        return True
    return most > 2 * options.min_extracted_size and is_deficient(body)


def is_deficient(body: _Element) -> bool:
    """Whether a body may have no text in paragraphs, or has more tables than paragraphs."""
    found = list(body.iterdescendants("p"))
    if not any(element.text and not element.text.isspace() for element in found):
        return True
    return sum(1 for _ in body.iterdescendants("table")) > len(found)


def text_of_tree(tree: _Element) -> str:
    """The text of a tree, trimmed as trafilatura does."""
    return trim(tostring(tree, method="text", encoding="utf-8").decode("utf-8"))


def justext(tree: HtmlElement) -> tuple[_Element, str]:
    """JusText's paragraphs of a cleaned tree with HTML's tags, and their text."""
    body = justext_body(basic_cleaning(tree))
    return body, trim(" ".join(body.itertext()))  # type: ignore[arg-type]
