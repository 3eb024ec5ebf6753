"""The bytes of a page as the parser gets them: UTF-8, without what libxml2 stumbles over."""

import re

import trafilatura.utils
from trafilatura.utils import DOCTYPE_TAG

KEPT = b"\t\n\r"
CONTROLS = bytes(set(range(32)) - set(KEPT))
NONCHARACTERS = re.compile(b"\xef\xbf[\xbe\xbf]")  # U+FFFE and U+FFFF
BEGINNING, FIRST_CHARACTERS, FIRST_LINES = 50, 4096, 4  # what trafilatura looks at


def source_of(page: bytes, charset: str | None) -> bytes:
    """A page in UTF-8, repaired as trafilatura does; what is invalid in its charset becomes U+FFFD."""
    text, encoded = decoded(page, charset)
    beginning = text[:BEGINNING].lower()
    has_doctype = "doctype" in beginning
    doctype = DOCTYPE_TAG.match(text.partition("\n")[0]) if has_doctype else None
    cut = doctype.end() if doctype else 0
    if has_controls(encoded) or closes_itself(text[cut : cut + FIRST_CHARACTERS]):
        return trafilatura.utils.repair_faulty_html(text, beginning).encode("utf-8", "surrogatepass")
    if doctype:
        encoded = encoded[len(doctype[0].encode("utf-8", "surrogatepass")) :]
    return encoded + b"\n" if has_doctype and "\n" not in text else encoded


def decoded(page: bytes, charset: str | None) -> tuple[str, bytes]:
    """A page in its charset, UTF-8 where that is unknown, as text and as UTF-8."""
    if charset in (None, "utf-8"):
        try:
            return page.decode(), page
        except UnicodeDecodeError:
            pass
    try:
        text = page.decode(charset or "utf-8", "replace")
    except (LookupError, UnicodeError):
        text = page.decode("utf-8", "replace")
    return text, text.encode("utf-8", "surrogatepass")


def has_controls(encoded: bytes) -> bool:
    """Whether there are characters that XML does not allow."""
    return len(encoded.translate(None, CONTROLS)) < len(encoded) or NONCHARACTERS.search(encoded) is not None


def closes_itself(beginning: str) -> bool:
    """Whether one of the first lines is `<html … />`."""
    return any("<html" in line and line.endswith("/>") for line in beginning.splitlines()[:FIRST_LINES])


def source_text(source: bytes) -> str:
    """A page in UTF-8 as a string; what was a lone surrogate is one again."""
    return source.decode("utf-8", "surrogatepass")
