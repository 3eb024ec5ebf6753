"""trafilatura's main extractor: the frame of the main text, pruned, and its elements rebuilt one by one."""

from copy import deepcopy

from lxml.etree import Element, _Element, strip_elements, strip_tags
from trafilatura.htmlprocessing import process_node
from trafilatura.main_extractor import NOT_AT_THE_END, REBUILT_BLOCKS, handle_textelem
from trafilatura.settings import INLINE_CONSUMING, INLINE_FORMATTABLE, MIN_DUPLICATE_LENGTH, TAG_CATALOG, Extractor
from trafilatura.utils import SPACING_PROTECTED, text_chars_test
from trafilatura.xml import delete_element

from stages.extract.reader.density import TEXT
from stages.extract.reader.marks import LISTS, marked
from stages.extract.reader.pruning import prune
from stages.extract.reader.recovery import recover, squeezed, wild_tags

TABLE_TAGS = ("table", "td", "th", "tr")
HANDLED = TAG_CATALOG | INLINE_CONSUMING | {"table", "div"}  # nothing is made of other elements


def main_content(tree: _Element, options: Extractor, has_code: bool) -> tuple[_Element, str]:
    """What `trafilatura.main_extractor.extract_content` finds: a body of text elements, and its text.

    `has_code` tells whether any element may have the class of a W3Schools example.
    """
    backup, tags = deepcopy(tree), wild_tags(options, has_code)
    wild = list(tree.iterdescendants(*tags))
    body, text, potential_tags = find_body(tree, options)
    if not len(body) or len(text) < options.min_extracted_size:
        pairs = zip(wild, list(backup.iterdescendants(*tags)), strict=True)
        recover(backup, body, options, potential_tags, {twin for element, twin in pairs if element.tag == "done"})
        text = body_text(body)
    drop_repeated(body)
    strip_elements(body, "done")
    strip_tags(body, "div")
    for linebreak in body.iter("lb"):
        tail = linebreak.tail
        if tail and tail.isspace() and not any(above.tag in SPACING_PROTECTED for above in linebreak.iterancestors()):
            linebreak.tail = None
    return body, text


def body_text(body: _Element) -> str:
    """All text of a body, its pieces parted by blanks."""
    return " ".join(body.itertext()).strip()  # type: ignore[arg-type]


def drop_repeated(body: _Element) -> None:
    """Drop long elements that say again what the one before them said."""
    previous = None
    for element in list(body):
        current = squeezed(element)
        if current and current == previous and len(current) > MIN_DUPLICATE_LENGTH:
            delete_element(element, keep_tail=False)
        else:
            previous = current


def find_body(tree: _Element, options: Extractor) -> tuple[_Element, str, set[str]]:
    """The elements of the first frame that holds any, their text, and the tags that may hold text."""
    potential_tags = {*TAG_CATALOG, *TABLE_TAGS}
    body = Element("body")
    found = marked(tree)
    for frames in LISTS.body:
        frame = frames.first(tree, found)
        if frame is None:
            continue
        prune(frame, marked(frame), options)
        if len(frame):
            if not has_paragraphs(frame, options):
                potential_tags.add("div")
            if take(frame, body, potential_tags, options):
                break
        found = marked(tree)
    return body, body_text(body), potential_tags


def has_paragraphs(frame: _Element, options: Extractor) -> bool:
    """Whether the page has enough text in paragraphs, so that other boxes are not taken for some."""
    least = options.min_extracted_size * (1 if options.focus == "precision" else 3)
    size = 0
    for paragraph in frame.getroottree().getroot().iter("p"):
        if next(paragraph.iterancestors("p"), None) is None:
            size += len(TEXT(paragraph))
            if size >= least:
                return True
    return False


def take(frame: _Element, body: _Element, potential_tags: set[str], options: Extractor) -> bool:
    """Move the text elements of a frame into the body; whether they are enough."""
    elements = list(frame.iterdescendants("*"))
    tags = {element.tag for element in elements}
    if tags == {"lb"} or (
        frame.tag == "div" and "div" in potential_tags and tags <= INLINE_FORMATTABLE | {"lb"}
    ):  # a single run of text
        elements = [frame]
    lead, start = None, len(body)
    if elements != [frame] and text_chars_test(frame.text):
        lead = process_node(paragraph(frame.text), options)
    for element in elements:
        if element.tag in HANDLED and (element.tag != "div" or "div" in potential_tags or is_code(element)):
            rebuild(element, body, potential_tags, options)
    while len(body) and body[-1].tag in NOT_AT_THE_END:
        delete_element(body[-1], keep_tail=False)
    if sum(element.tag != "graphic" for element in body) <= 1:
        return False
    if lead is not None:
        body.insert(start, lead)
    return True


def is_code(element: _Element) -> bool:
    """Whether a div is an example of code as W3Schools has them."""
    return "w3-code" in element.get("class", "")


def rebuild(element: _Element, body: _Element, potential_tags: set[str], options: Extractor) -> None:
    """Append to the body what becomes of one element of a frame, and the text right behind it."""
    if element.getroottree().getroot() is body:
        return  # an element that holds it was moved into the body as a whole
    tag, tail = element.tag, element.tail
    made = handle_textelem(element, potential_tags, options)
    if made is not None:
        body.append(made)
        if element.getroottree().getroot() is not body:
            element.tag = "done"
    if tag in REBUILT_BLOCKS and text_chars_test(tail) and (made is None or made.tail is None):
        behind = paragraph(tail)
        if process_node(behind, options) is not None:
            body.append(behind)


def paragraph(text: str | None) -> _Element:
    """A new paragraph with this text."""
    made = Element("p")
    made.text = text
    return made
