"""trafilatura's cascade of extractors, for text without comments, images, links and metadata.

The steps and their order are trafilatura's, and so are the functions that make text of elements. What decides where
the text is, and costs most of the time, is done by the modules of this package.
"""

from copy import copy

from lxml.etree import _Element
from lxml.html import HtmlElement
from trafilatura import core, external
from trafilatura.settings import Extractor

from stages.extract.reader import rivals
from stages.extract.reader.baseline import baseline, page_text
from stages.extract.reader.cleaning import clean_tree, delete_all
from stages.extract.reader.content import main_content
from stages.extract.reader.conversion import convert
from stages.extract.reader.marks import LISTS, marked
from stages.extract.reader.page import Page
from stages.extract.reader.predicates import parse_path
from stages.extract.reader.writing import plain_text

SANITIZED = [tag for step in parse_path(external.SANITIZED_XPATH) for tag in step.tags or ()]
FOCUSES = ("precision", "balanced", "recall")
OPTIONS = {
    focus: Extractor(output_format="python", comments=False, precision=focus == "precision", recall=focus == "recall")
    for focus in FOCUSES
}


def read_fast(page: Page, focus: str) -> str | None:
    """What `trafilatura.bare_extraction` gives as the text of a page, None for no text."""
    options = OPTIONS[focus]
    try:
        body, text = body_and_text(page, options)
    except (TypeError, ValueError):
        return None
    return None if len(text) < options.min_output_size else plain_text(body)


def body_and_text(page: Page, options: Extractor) -> tuple[_Element, str]:
    """The body of the main text and its text: see `trafilatura.core.trafilatura_sequence`."""
    is_forum = "script" in page.tags and core._forum_thread_page(page.tree)
    page.used_up = is_forum  # the balanced settings need its comments
    pruned = LISTS.raw + ([] if is_forum and options.focus != "precision" else LISTS.comments_and_lists)
    for selection in pruned:
        delete_all(selection.among(page.tree, page.marked))
    cleaned, backup = prepare(page, options)
    if (
        options.focus == "precision"
        and not is_forum
        and any(page.bits & selection.bits for selection in LISTS.comments)
    ):
        for selection in LISTS.comments:
            delete_all(selection.among(cleaned, marked(cleaned)))
    body, text = best_extraction(page, cleaned, backup, options)
    if options.focus == "precision":
        return body, text
    if len(text) < options.min_extracted_size:
        more, more_text = baseline(page.tree)
        if len(more_text) > len(text):
            body, text = more, more_text
    if options.focus == "balanced" and is_little(text, page.tree):
        body, text = escalate(page, body, text)
    return body, text


def prepare(page: Page, options: Extractor) -> tuple[HtmlElement, HtmlElement]:
    """A cleaned copy of the tree with trafilatura's tags, and one that still has those of HTML."""
    cleaned = clean_tree(copy(page.tree), options, page.tags)
    backup = copy(cleaned)
    return convert(cleaned, page.tags), backup


def best_extraction(page: Page, cleaned: HtmlElement, backup: HtmlElement, options: Extractor) -> tuple[_Element, str]:
    """The main extractor's body and text, or those of the other two where they are to be preferred."""
    body, text = main_content(cleaned, options, bool(page.bits & LISTS.code.bits))
    if options.focus == "recall" and len(text) > options.min_extracted_size * 10:
        return body, text
    other = rivals.readability(page, body, text, options)
    if other is not None:
        body, text = other, rivals.text_of_tree(other)
    unclean = next(body.iterdescendants(*SANITIZED), None) is not None
    if unclean or len(text) < options.min_extracted_size:
        more, more_text = rivals.justext(backup)
        if more_text and (
            len(text) <= external.JUSTEXT_OVERRIDE_RATIO * len(more_text) if unclean else len(text) < len(more_text)
        ):
            return more, more_text
    return (body, text) if other is None else external.sanitize_tree(other, options)  # type: ignore[arg-type]


def is_little(text: str, tree: HtmlElement) -> bool:
    """Whether a text is short and a small part of the page's."""
    return 0 < len(text) < core.ESCALATION_MAX_LENGTH and len(text) < core.ESCALATION_PAGE_SHARE * len(page_text(tree))


def escalate(page: Page, body: _Element, text: str) -> tuple[_Element, str]:
    """A body that is much longer, from recall or from jusText on the whole page; else the one at hand."""
    options, recalled, recalled_text, rival, rival_text = OPTIONS["recall"], body, "", body, ""
    try:
        recalled, recalled_text = best_extraction(page, *prepare(page, options), options)
    except MemoryError:
        raise
    except Exception:  # as trafilatura does: what fails here leaves the text at hand
        recalled_text = ""
    try:
        rival, rival_text = rivals.justext(copy(page.tree))
    except MemoryError:
        raise
    except Exception:
        rival_text = ""
    if len(rival_text) > max(len(recalled_text), core.ESCALATION_JUSTEXT_RATIO * len(text)):
        return rival, rival_text
    least = OPTIONS["balanced"].min_extracted_size
    if len(recalled_text) >= least and len(recalled_text) > core.ESCALATION_ACCEPT_RATIO * len(text):
        return recalled, recalled_text
    return body, text
