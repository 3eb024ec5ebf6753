"""trafilatura's plain text of a body, with its characters cleaned in one look where they are clean."""

from html import unescape

from lxml.etree import _Element
from trafilatura.xml import process_element

REFERENCES = (("&#13;", "\r"), ("&#10;", "\n"), ("&nbsp;", "\u00a0"))
NEWLINE_MARK = "\u2424"  # trafilatura's, of formatted text


def plain_text(body: _Element) -> str:
    """What `trafilatura.xml.xmltotxt` writes without formatting."""
    parts: list[str] = []
    process_element(body, parts, False)
    lines = (clean_line(line) for line in "".join(parts).splitlines())
    return unescape("\n".join(line for line in lines if line).replace(NEWLINE_MARK, ""))


def clean_line(line: str) -> str:
    """A line without what is neither printable nor a blank, and with its references to blanks resolved."""
    if "&" in line:
        for reference, char in REFERENCES:
            line = line.replace(reference, char)
    if line.isprintable():
        return line
    unwanted = [char for char in set(line) if not char.isprintable() and not char.isspace()]
    return line.translate(dict.fromkeys(map(ord, unwanted))) if unwanted else line
