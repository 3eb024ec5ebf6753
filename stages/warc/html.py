"""Which responses are pages: HTML and XHTML by what they are, then by what is said of them."""

import re
from collections.abc import Mapping

from stages.warc.http import Response

HTML_TYPES = frozenset(("text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"))
# Types that say nothing of their content, or are given to pages by mistake.
VAGUE_TYPES = frozenset(
    ("", "text/plain", "text/xml", "application/xml", "application/octet-stream", "unknown/unknown", "*/*", "no-type")
)
# After blanks, marks and comments, a tag that only an HTML page opens with (WHATWG MIME Sniffing, section 7.1).
LEAD = rb"(?:\xef\xbb\xbf)?(?>\s{1,2000}|<!--.{0,2000}?-->|<\?xml[^>]{0,500}\?>){0,20}+"
ROOT = re.compile(LEAD + rb"<(?:!doctype\s{1,20}html|html[\s>])", re.I | re.S)
TAGS = rb"html|head|body|title|script|meta|iframe|h1|div|font|table|style|br|p|a|b"
PAGE = re.compile(LEAD + rb"<(?:!doctype\s{1,20}html|(?:" + TAGS + rb")[\s>])", re.I | re.S)
# How files begin that servers call HTML by mistake: documents, images, sound, film, archives, programs, fonts.
BINARY = re.compile(
    rb"%PDF-|%!PS|\x89PNG|GIF8[79]a|\xff\xd8\xff|RIFF.{4}(?:WEBP|WAVE|AVI )|\0\0\0.ftyp|OggS\0|ID3[\x02-\x04]\x00"
    rb"|PK\x03\x04|Rar!\x1a|7z\xbc\xaf|\x1f\x8b\x08|\xd0\xcf\x11\xe0|\x7fELF|MZ.\0|wOF[F2]|[CF]WS[\x01-\x32]|BM.{4}\0\0\0\0",
    re.S,
)
NOT_HTML = "warc:not_html"  # an error: the payload is called HTML, and is an image or the like
OTHER_STATUS, OTHER_TYPE = "warc:other_status", "warc:other_type"  # reasons: nothing is wrong, and it is no page


def reason_no_page(fields: Mapping[str, str], response: Response) -> str | None:
    """Why the response of a record with these fields is no page; None when it is one, or is said to be one.

    A page has status 200, or no status line at all. The type that the crawler identified decides
    (WARC-Identified-Payload-Type), then the HTTP type, and where these are missing, vague or another's, a payload that
    can only be HTML.
    """
    if response.status not in (0, 200):
        return OTHER_STATUS
    declared = _media_type(response.fields.get("content-type", "") or fields.get("arc-type", ""))
    said = _media_type(fields.get("warc-identified-payload-type", "")) or declared
    if said in HTML_TYPES and response.status:
        return None
    return None if (PAGE if said in VAGUE_TYPES else ROOT).match(response.payload) else OTHER_TYPE


def is_binary(payload: bytes) -> bool:
    """Whether a payload is plainly something else than text, whatever is said of it."""
    return bool(BINARY.match(payload))


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
