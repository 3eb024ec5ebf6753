"""trafilatura as it is: what the reader is measured against, and what reads where the reader must not."""

from lxml.etree import strip_attributes
from trafilatura import bare_extraction
from trafilatura.settings import Document

from stages.extract.reader.page import MARK, Page


def read_by_trafilatura(page: Page, focus: str) -> str | None:
    """The text that `trafilatura.bare_extraction` gives, without comments and without memory of earlier pages."""
    strip_attributes(page.tree, MARK)
    document = bare_extraction(
        page.tree,
        favor_precision=focus == "precision",
        favor_recall=focus == "recall",
        include_comments=False,
        deduplicate=False,
    )
    return document.text if isinstance(document, Document) else None
