"""Which responses are pages: HTML and XHTML by what they are, then by what is said of them."""

import re

from stages.records_http import Response

HTML_TYPES = frozenset(("text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"))
# Types that say nothing of their content, or are given to pages by mistake.
VAGUE_TYPES = frozenset(
    ("", "text/plain", "text/xml", "application/xml", "application/octet-stream", "unknown/unknown", "*/*", "no-type")
)
# After blanks, marks and comments, a tag that only an HTML page opens with (WHATWG MIME Sniffing, section 7.1).
PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s{1,2000}|<!--.{0,2000}?-->|<\?xml[^>]{0,500}\?>){0,20}"
    rb"<(?:!doctype\s{1,20}(?:html|\"-//w3c//dtd x?html)|(?:html|head|body|title|script|meta|iframe|h1|div|font|table|style|br|p|a|b)[\s>])",
    re.I | re.S,
)
ROOT = re.compile(PAGE.pattern.split(rb"<(?:!doctype")[0] + rb"<(?:!doctype\s{1,20}html|html[\s>])", re.I | re.S)
BINARY = (
    b"%PDF-",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"\0\0\0",
    b"%!PS",
    b"\x7fELF",
)
BINARY += (b"OggS", b"ID3", b"MZ", b"Rar!", b"7z\xbc\xaf", b"wOF", b"FWS", b"CWS", b"BZh", b"\xd0\xcf\x11\xe0", b"BM")


def is_page(fields: dict[str, str], response: Response) -> bool:
    """Whether a response of this record is a page.

    Status 200, or no status line at all. The type that the crawler identified decides (WARC-Identified-Payload-Type);
    else the HTTP type, unless the payload is plainly binary; and where the type is vague or missing, the payload.
    """
    if response.status not in (0, 200):
        return False
    payload = response.payload
    identified = _bare(fields.get("warc-identified-payload-type", ""))
    declared = _bare(response.fields.get("content-type", "") or fields.get("arc-type", ""))
    if not response.status and not declared:
        return bool(PAGE.match(payload))
    if payload.startswith(BINARY):
        return False
    if identified:
        return identified in HTML_TYPES
    return declared in HTML_TYPES or bool((PAGE if declared in VAGUE_TYPES else ROOT).match(payload))


def _bare(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
