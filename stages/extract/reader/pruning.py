"""trafilatura's pruning of unwanted sections, by its lists and by the density of links."""

from lxml.etree import _Element, strip_tags
from trafilatura.settings import Extractor

from stages.extract.reader.cleaning import delete_all
from stages.extract.reader.density import LinkDensity
from stages.extract.reader.marks import LISTS, Selection
from stages.extract.reader.page import Marked

MOST_DISCARDED = 7  # lists of unwanted sections are not followed where they leave less than a seventh of the text


def prune(tree: _Element, found: Marked, options: Extractor) -> None:
    """What `trafilatura.main_extractor.prune_unwanted_sections` deletes from a tree with these marks."""
    discard_unless_most(tree, [e for selection in LISTS.overall for e in selection.among(tree, found)])
    # Elements inside deleted ones are deleted once more by the lists below: that changes nothing in the tree.
    for selection in unwanted(options):
        delete_all(selection.among(tree, found))
    LinkDensity(tree, options.focus == "precision").prune()
    strip_tags(tree, "span", "ref")


def unwanted(options: Extractor) -> list[Selection]:
    """The lists that are followed without looking at what is left."""
    if options.focus == "recall":
        return LISTS.images
    return LISTS.images + LISTS.teasers + (LISTS.precision if options.focus == "precision" else [])


def discard_unless_most(tree: _Element, elements: list[_Element]) -> None:
    """Delete elements of a tree, unless that leaves less than a seventh of its text."""
    inner = dict.fromkeys(elements)
    outer = [e for e in inner if not any(above in inner for above in e.iterancestors())]
    length = len(tree.text_content())  # type: ignore[attr-defined]
    discarded = sum(len(e.text_content()) for e in outer)  # type: ignore[attr-defined]
    if length - discarded > length / MOST_DISCARDED:
        delete_all(outer)
