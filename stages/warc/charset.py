"""The charset of a page: what its bytes are, not only what somebody says. No page is lost for its encoding.

Order: byte order mark; valid UTF-8; the HTTP header; the meta tag; detection (uchardet). What is declared must decode,
or is overruled by what does. Labels mean what browsers mean by them (WHATWG Encoding, section 4.2).
"""

import codecs
import re

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
META_SPAN = 4096
META = re.compile(
    rb"""<meta[^>]{1,1000}?charset\s{0,8}=\s{0,8}["']?\s{0,8}([\w.:-]{1,40})|<\?xml[^>]{1,200}?encoding\s{0,8}=\s{0,8}["']([\w.:-]{1,40})""",
    re.I,
)
LABEL = re.compile(r"charset\s{0,8}=\s{0,8}[\"']?\s{0,8}([\w.:-]{1,40})", re.I)
# Python's codecs for the names of the standard, where these read more than the codec of that name.
CODECS = {"shift_jis": "cp932", "euc_kr": "cp949", "gbk": "gb18030", "big5": "big5hkscs", "iso8859-11": "cp874"}
MULTIBYTE = frozenset(("cp932", "euc_jp", "cp949", "gb18030", "big5hkscs"))
ASCII = bytes(range(128))
SEVEN_BIT = "iso2022_jp"
UTF8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
SAMPLE = 1 << 18  # bytes that are judged, from the first beyond ASCII on
FEW = 32  # so few bytes beyond ASCII are quotes and accents, and tell detection nothing


def decode(raw: bytes, content_type: str = "") -> tuple[str, str]:
    """The text of a page and the name of its charset; `content_type` is the HTTP header's value. Never raises."""
    name = resolve(raw, content_type)
    return raw.decode(name, "replace").removeprefix("\ufeff"), name


def resolve(raw: bytes, content_type: str = "") -> str:
    """The name of a page's charset, which Python's codecs know."""
    for mark, name in MARKS:
        if raw.startswith(mark):
            return name
    declared = [name for name in (_header(content_type), meta(raw)) if name]
    if wide := _wide(raw[:META_SPAN]):
        return wide
    found = BEYOND_ASCII.search(raw)
    if not found:
        return SEVEN_BIT if SEVEN_BIT in declared else "utf-8"
    raw = raw[found.start() : found.start() + SAMPLE]
    if is_utf8(raw):
        return "utf-8"
    declared = [name for name in declared if name != "utf-8" and decodes(raw, name)]
    if len(set(declared)) == 1 and declared[0] != "cp1252":
        return declared[0]
    detected = codec(detect_encoding(raw)) or "utf-8"
    if detected in declared or (detected in MULTIBYTE and decodes(raw, detected)):
        return detected
    declared = [name for name in declared if name != "cp1252"] or declared
    if declared:
        return declared[0]
    few = len(raw.translate(None, ASCII)) < FEW and decodes(raw, "cp1252")
    return detected if detected != "utf-8" and not few and decodes(raw, detected) else "cp1252"


def meta(raw: bytes) -> str | None:
    """What the meta tag or XML declaration in the first 4,096 bytes says."""
    found = META.search(raw, 0, META_SPAN)
    name = codec((found[1] or found[2]).decode("ascii", "replace")) if found else None
    # A tag that can be read as ASCII is not in UTF-16, whatever it says.
    return "utf-8" if name and name.startswith("utf-16") else name


def codec(label: str | None) -> str | None:
    """The Python codec for a charset label of the web; None when it is no such label."""
    name = map_encoding_to_html5(label.strip(), fallback_utf8=False) if label else None
    try:
        return CODECS.get(name.lower()) or codecs.lookup(name).name if name else None
    except LookupError:
        return None


def is_utf8(raw: bytes) -> bool:
    """Whether bytes are UTF-8, with at most one defect in twenty of its characters beyond ASCII."""
    good = len(UTF8.findall(raw))
    return good > 0 and (decodes(raw, "utf-8") or good >= 20 * raw.decode("utf-8", "replace").count("\ufffd"))


def decodes(raw: bytes, name: str) -> bool:
    """Whether bytes decode without a defect, but for a last character cut off."""
    try:
        codecs.getincrementaldecoder(name)().decode(raw)
    except UnicodeDecodeError as error:
        return error.end >= len(raw) - 4
    return True


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of the markup is zero."""
    for name, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if len(head) > 8 and zeros.count(0) > 0.8 * len(zeros) and head.count(0) < 0.6 * len(head):
            return name
    return None


def _header(content_type: str) -> str | None:
    found = LABEL.search(content_type[:1000])
    return codec(found[1]) if found else None
