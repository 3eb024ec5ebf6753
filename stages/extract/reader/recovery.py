"""trafilatura's second search: text elements from the whole page where its frames held too little."""

from lxml.etree import _Element
from trafilatura.main_extractor import handle_textelem
from trafilatura.settings import DEDUPE_SCAN_CAP, MIN_DUPLICATE_LENGTH, Extractor
from trafilatura.utils import text_chars_test

from stages.extract.reader.density import TEXT
from stages.extract.reader.marks import marked
from stages.extract.reader.pruning import prune

WILD = ("code", "p", "quote", "table")
WILD_IN_RECALL = (*WILD, "div", "lb", "list")


class Known:
    """The texts that a body has."""

    def __init__(self, body: _Element) -> None:
        texts = [squeezed(element) for element in body]
        self.all, self.each = "\n".join(filter(None, texts)), set(texts)

    def take(self, element: _Element) -> bool:
        """Whether an element says something new, which is known from now on."""
        text = squeezed(element)
        searched = len(self.all) <= DEDUPE_SCAN_CAP
        fragment = " ".join(f"{text}{element.tail or ''}".split()) if text_chars_test(element.tail) else ""
        if text and (text in self.each or (searched and self._holds(text, fragment))):
            return False
        if searched:
            self.all += "\n" + (fragment or text)
        self.each.add(text)
        return True

    def _holds(self, text: str, fragment: str) -> bool:
        return (len(text) > MIN_DUPLICATE_LENGTH and text in self.all) or bool(fragment and fragment in self.all)


def squeezed(element: _Element) -> str:
    """The text of an element with single blanks."""
    return " ".join(TEXT(element).split())


def recover(
    tree: _Element, body: _Element, options: Extractor, potential_tags: set[str], consumed: set[_Element]
) -> None:
    """Append the elements that `trafilatura.main_extractor.recover_wild_text` finds in a tree it has not touched.

    `consumed` are those that the body was made of.
    """
    potential_tags = {*potential_tags, "div", "lb"} if options.focus == "recall" else potential_tags
    prune(tree, marked(tree), options)
    known, whole = Known(body), set[_Element]()
    for element in wild_elements(tree, options):
        if element in consumed or (whole and any(above in whole for above in element.iterancestors())):
            continue
        made = handle_textelem(element, potential_tags, options)
        if made is None:
            continue
        if made is element:
            whole.add(element)
        if not is_known_image(made, body) and known.take(made):
            body.append(made)


def wild_tags(options: Extractor, has_code: bool) -> tuple[str, ...]:
    """The tags that `wild_elements` looks at, of which code's div is one only where a page has such."""
    return WILD_IN_RECALL if options.focus == "recall" else WILD + ("div",) * has_code


def wild_elements(tree: _Element, options: Extractor) -> list[_Element]:
    """Elements that hold text by their tag; divs of code only, but in recall."""
    if options.focus == "recall":
        return list(tree.iterdescendants(*WILD_IN_RECALL))
    return [e for e in tree.iterdescendants(*WILD, "div") if e.tag != "div" or "w3-code" in e.get("class", "")]


def is_known_image(element: _Element, body: _Element) -> bool:
    """Whether an element has no text, and images that the body has."""
    sources = {image.get("src") for image in element.iter("graphic")}
    return bool(sources) and not squeezed(element) and sources <= {image.get("src") for image in body.iter("graphic")}
