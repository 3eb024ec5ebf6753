"""The charset of a page: what its bytes are, not only what somebody says. No page is lost for its encoding.

In order: a byte order mark; UTF-16 without one; UTF-8, when more of it is valid than not; the labels of the HTTP header
and of the page, as far as the bytes fit them; detection (chardet). A label for Western European text is the default of
many servers and tools: detection overrules it where it finds another script.
"""

import codecs
import re
from collections.abc import Sequence

import chardet

from stages.warc import labels
from stages.warc.alphabets import fitting_charset

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# How a first tag looks in bytes that have no mark (XML 1.0, appendix F).
FIRST_TAGS = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
WESTERN = "cp1252"
JAPANESE_ESCAPES, KOREAN_ESCAPE = re.compile(rb"\x1b\$[@B]|\x1b\([IJ]"), b"\x1b$)C"
CHINESE_ESCAPE = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}")  # HZ (RFC 1843)
SEVEN_BIT = frozenset(("iso2022_jp_ext", "iso2022_kr", "hz"))
# What pages without a label were written in.
MULTIBYTE = ("big5hkscs", "cp932", "cp949", "euc_jis_2004", "gb18030")
LATIN = ("cp1252", "cp1250", "cp1254", "cp1257", "cp1258", "iso8859-2", "iso8859-13")
OTHER = tuple("cp1251 koi8-r koi8-u iso8859-5 cp866 cp1253 iso8859-7 cp1255 iso8859-8 cp1256 iso8859-6 cp874".split())

FEW = 3  # fewer bytes beyond ASCII tell nothing: they are accents, quotes or signs
LONG, CONFIDENT = 400, 0.15  # in so many bytes of Western text, in a language that it does not know, chardet has less
OVERRULING = 16  # so many at least overrule a label for Western European text
NUL_SPAN = 4096  # bytes in which UTF-16 shows
SAMPLE, CONTEXT = 1 << 18, 256  # bytes that are judged, so many of them before the first one beyond ASCII
DETECTED = 1 << 14  # bytes of text that are given to detection
BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
C1_CONTROL = re.compile(rb"[\x80-\x9f]")  # no text in an ISO 8859 charset has one
UTF8_CHARACTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
NO_CHARACTER = re.compile("[\ufffd\x80-\x9f]")  # what no byte of a text stands for
MARKUP = re.compile(rb"<(script|style)\b.*?(?:</\1|\Z)|<!--.*?(?:-->|\Z)|<[^<>]{0,5000}>|[\x00-\x08]", re.I | re.S)


def resolve_charset(raw: bytes, content_type: str = "") -> str:
    """The name of a page's charset, which Python's codecs know."""
    for mark, name in MARKS:
        if raw.startswith(mark):
            return name
    if wide := _wide(raw[:NUL_SPAN]):
        return wide
    found = beyond_ascii(raw)
    if found < 0 or (b"\x1b" in raw and b"\x1b$" in raw):  # a single byte is found at once
        seven_bit = _escaped(raw, content_type)
        if seven_bit or found < 0:
            return seven_bit or "utf-8"
    start = max(0, found - CONTEXT)
    if UTF8_CHARACTER.search(raw, start, start + SAMPLE) and decodes(memoryview(raw)[start : start + SAMPLE], "utf-8"):
        return "utf-8"
    sample = raw[start : start + SAMPLE]
    named = labels.declared_codecs(raw, content_type)
    if is_mostly_utf8(sample, declared="utf-8" in named):
        return "utf-8"
    return _legacy(
        sample, [name for name in dict.fromkeys(named) if not name.startswith("utf") and label_fits(sample, name)]
    )


def _legacy(sample: bytes, named: list[str]) -> str:
    """The charset of bytes that are no Unicode: the one label that fits them, or the likeliest charset."""
    if len(named) == 1 and named != [WESTERN] and decodes(sample, named[0]):
        return named[0]
    text = MARKUP.sub(b" ", sample)[:DETECTED]
    text = text if BEYOND_ASCII.search(text) else sample[:DETECTED]
    beyond, alone = len(BEYOND_ASCII.findall(text)), len(ALONE.findall(text))
    if named and named != [WESTERN]:
        found = detect(text, named if len(named) > 1 else (*named, *MULTIBYTE, *OTHER))
        return found if decodes(sample, found) else named[0]
    if beyond < (OVERRULING if named else FEW):
        return WESTERN
    if 2 * alone > beyond:  # letters with accents in words of ASCII letters
        return WESTERN if named else fitting_charset(text, detect(text, LATIN), LATIN)
    return detect(text, (WESTERN, *MULTIBYTE, *OTHER) if named else (*MULTIBYTE, *OTHER, *LATIN))


def detect(text: bytes, among: Sequence[str]) -> str:
    """The likeliest of these charsets, of which the first is the answer when none fits."""
    among = [name for name in among if not name.startswith("iso8859")] if C1_CONTROL.search(text) else among
    found = chardet.detect(text, include_encodings=among, compat_names=False, no_match_encoding=among[0])
    unsure = among[0] == WESTERN and len(text) >= LONG and found["confidence"] < CONFIDENT
    return found["encoding"] if found["encoding"] and not unsure else among[0]


def is_mostly_utf8(sample: bytes, declared: bool) -> bool:
    """Whether bytes are UTF-8 with defects: more characters than defects if it is declared, four times as many if not.

    Text in another charset shows at most as many characters of UTF-8 as defects, and mostly a tenth of that.
    """
    good = len(UTF8_CHARACTER.findall(sample))
    bad = sample.decode("utf-8", "replace").count("\ufffd") - sample.count("\ufffd".encode())
    return good > bad if declared else good >= 4 * bad


def label_fits(sample: bytes, name: str) -> bool:
    """Whether a label can be true: of the characters beyond ASCII at most one in ten is a defect."""
    text = sample.decode(name, "replace")
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return len(NO_CHARACTER.findall(text)) * 10 <= beyond


def beyond_ascii(raw: bytes) -> int:
    """Where the first byte beyond ASCII is; -1 without one."""
    try:
        raw.decode("ascii")
    except UnicodeDecodeError as error:
        return error.start
    return -1


def decodes(raw: bytes | memoryview, name: str) -> bool:
    """Whether bytes decode without a defect; a last character may be cut off."""
    try:
        codecs.getincrementaldecoder(name)().decode(raw)
    except UnicodeDecodeError:
        return False
    return True


def _wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: of every pair of bytes in the markup one is zero, and it is always the same."""
    if told := next((name for tag, name in FIRST_TAGS if head.startswith(tag)), None):
        return told
    pairs = len(head) // 2
    for name, zeros, others in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if pairs > 4 and zeros.count(0) >= pairs / 10 and others.count(0) <= pairs / 100:
            return name
    return None


def _escaped(raw: bytes, content_type: str) -> str | None:
    """A charset of seven bits that switches by escape sequences, told by these or by a label."""
    told = "iso2022_jp_ext" if JAPANESE_ESCAPES.search(raw) else "iso2022_kr" if KOREAN_ESCAPE in raw else ""
    told = told or ("hz" if raw.isascii() and CHINESE_ESCAPE.search(raw) and decodes(raw, "hz") else "")
    named = [told] if told else [name for name in labels.declared_codecs(raw, content_type) if name in SEVEN_BIT]
    return next((name for name in named if label_fits(raw[:SAMPLE], name)), None)
