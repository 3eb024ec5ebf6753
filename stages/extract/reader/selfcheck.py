"""Whether trafilatura is the one that the reader was written for, and reads as the reader does.

Every process that extracts asks once, before the first page; half a second of work is spared where a process before it
has found that all is well with the same files (`checked`). Where anything differs, trafilatura reads all pages itself,
and the run says so.

`python -m stages.extract.reader.selfcheck` prints the digests of what is installed, for `digests.py`.
"""

import hashlib
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from typing import Any

from lxml.etree import XPath

from stages.extract.reader import checked
from stages.extract.reader.digests import DIGESTS
from stages.extract.reader.specimens import SPECIMENS

REPLACED = {
    "trafilatura.core": "bare_extraction trafilatura_sequence _prepare_tree _extract_and_compare _recall_retry",
    "trafilatura.main_extractor": "extract_content _extract prune_unwanted_sections recover_wild_text _elem_text",
    "trafilatura.htmlprocessing": "tree_cleaning prune_html prune_unwanted_nodes collect_link_info link_density_test "
    "link_density_test_tables delete_by_link_density convert_tags",
    "trafilatura.external": "try_readability _prefer_readability compare_extraction jt_stoplist_init try_justext "
    "justext_rescue",
    "trafilatura.readability_lxml": "Document text_length",
    "trafilatura.baseline": "basic_cleaning baseline html2txt",
    "trafilatura.utils": "repair_faulty_html trim remove_control_characters return_printables_and_spaces sanitize "
    "line_processing",
    "trafilatura.xml": "delete_element xmltotxt",
    "justext.core": "ParagraphMaker define_stoplist classify_paragraphs _get_neighbour get_prev_neighbour "
    "get_next_neighbour revise_paragraph_classification",
    "justext.paragraph": "Paragraph",
    "justext.utils": "normalize_whitespace is_blank get_stoplists get_stoplist",
}
LISTS_OF_XPATHS = (
    "BODY_XPATH OVERALL_DISCARD_XPATH RAW_TREE_PRUNE_XPATH REMOVE_COMMENTS_AND_LISTS_XPATH REMOVE_COMMENTS_XPATH "
    "TEASER_DISCARD_XPATH PRECISION_DISCARD_XPATH DISCARD_IMAGE_ELEMENTS"
)
CONSTANTS = {
    "trafilatura.xpaths": LISTS_OF_XPATHS,
    "trafilatura.settings": "BASIC_CLEAN_XPATH",
    "trafilatura.external": "SANITIZED_XPATH",
    "trafilatura.readability_lxml": "REGEXES DIV_TO_P_PREFIXES TAG_SCORES",
    "trafilatura.utils": "INVALID_XML_CHARS DOCTYPE_TAG FAULTY_HTML",
}


@cache
def problem() -> str | None:
    """Why trafilatura has to read the pages itself, None when the reader can."""
    if checked.passed_before():
        return None
    found = difference() or disagreement()
    if found is None:
        checked.note_passed()
    return found


@cache
def difference() -> str | None:
    """What is not as the reader knows it, None when everything is."""
    if checked.passed_before():
        return None
    try:
        found = [name for name, digest in digests() if DIGESTS.get(name) != digest]
    except (ImportError, AttributeError, OSError, TypeError) as missing:
        return str(missing)
    return f"{', '.join(found)}: not what the reader was made for" if found else None


def digests() -> Iterator[tuple[str, str]]:
    """Names and digests of everything that the reader replaces or rests on."""
    for package in ("trafilatura", "jusText"):
        yield package, version(package)
    for module, names in REPLACED.items():
        for name in names.split():
            yield f"{module}.{name}", short_sha256(inspect.getsource(getattr(importlib.import_module(module), name)))
    for module, names in CONSTANTS.items():
        for name in names.split():
            yield f"{module}.{name}", short_sha256(constant_text(getattr(importlib.import_module(module), name)))


def short_sha256(text: str) -> str:
    """Sixteen hexadecimal digits of a text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def constant_text(value: Any) -> str:
    """A constant as text: XPaths and patterns by what they were made of."""
    if isinstance(value, XPath):
        return value.path
    if isinstance(value, re.Pattern):
        return f"{value.pattern} {value.flags}"
    if isinstance(value, list | tuple):
        return "\n".join(map(constant_text, value))
    if isinstance(value, dict):
        return "\n".join(f"{key}: {constant_text(item)}" for key, item in value.items())
    return str(value)


def disagreement() -> str | None:
    """The first specimen that the reader and trafilatura read differently, None when there is none."""
    from stages.extract import parsing, readings
    from stages.extract.reader import cascade, plain

    for number, specimen in enumerate(SPECIMENS):
        for focus in cascade.FOCUSES:
            seen, again = parsing.look(specimen.encode()), parsing.look(specimen.encode())
            assert seen and again
            if cascade.read_fast(readings.page_of(seen), focus) != plain.read_by_trafilatura(
                readings.page_of(again), focus
            ):
                return f"specimen {number} is read differently with {focus}"
    return None


if __name__ == "__main__":
    for line in digests():
        print("    {!r}: {!r},".format(*line))
