"""Charset labels: what an HTTP header, a meta tag or an XML declaration says, and which codec browsers take it for."""

import re

from resiliparse.parse.encoding import map_encoding_to_html5

from stages.warc.meta import meta_tags

XML_DECLARATION = re.compile(rb"\s{0,100}<\?xml\b[^>]{1,200}?\bencoding\s{0,8}=\s{0,8}[\"']([^\"']{1,40})", re.I)
PARAMETER = re.compile(rb"charset[\"']?\s{0,8}[=:]\s{0,8}[\"']?([^;,\"'<>]{1,60})", re.I)

# Codecs of Python that read more than those which the names of the WHATWG Encoding standard have there.
CODECS = {
    "shift_jis": "cp932",
    "euc_jp": "euc_jis_2004",
    "iso2022_jp": "iso2022_jp_ext",
    "euc_kr": "cp949",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "iso8859-11": "cp874",
}
# Labels in use that the standard does not list, spelled with nothing but letters and digits.
SPELLINGS = {
    label: name
    for name, labels in {
        "utf-8": "cp65001 unicode11utf8",
        "shift_jis": "ms932 sjiswin sjisopen shiftjis windows932 cp932 cp943 mskanji",
        "euc_jp": "eucjp eucjpwin eucjpms ujis cp51932",
        "iso2022_jp": "jis iso2022jp iso2022jpms cp50220 cp50221 cp50222",
        "iso2022_kr": "iso2022kr csiso2022kr cp50225",
        "hz": "hz hzgb2312 cp52936",
        "euc_kr": "euckr ms949 uhc cp949 windows949 cp51949 ksc56011987 ksc5601 korean",
        "johab": "johab cp1361",
        "gbk": "ms936 cp936 windows936 euccn cp54936",
        "big5": "ms950 cp950 windows950 big5eten",
        "cp874": "ms874 cp874 tis620 tis6202533 tis6202529",
        "koi8-r": "koi8 koi8r cp20866",
        "koi8-u": "koi8ru koi8u cp21866",
        "cp1252": "isolatin1 latin1 ansi",
        "iso8859-2": "isolatin2 latin2",
        "mac-cyrillic": "maccyrillic macukrainian cp10007",
        "mac-roman": "macroman cp10000",
        "mac-latin2": "macce maccentraleurope maccentralroman cp10029",
        "mac-greek": "macgreek cp10006",
        "mac-turkish": "macturkish cp10081",
        "mac-iceland": "maciceland macicelandic cp10079",
    }.items()
    for label in labels.split()
}
CODE_PAGE = re.compile(r"(?:windows|win|microsoft|ms|ibm|dos|codepage)?(?:cp)?(\d{3,5})")
PAGES = frozenset((*range(1250, 1259), 437, 737, 775, 850, 852, 855, 857, 860, 861, 862, 863, 865, 866, 869, 1125))
ISO_8859 = re.compile(r"(?:iso|isoiec)?8859(\d{1,2})[ei]?(?:19\d\d)?")


def declared_codecs(raw: bytes, content_type: str) -> list[str]:
    """The codecs that the HTTP header and then the page itself name; neither, one or both."""
    return [name for name in (header_codec(content_type), meta_codec(raw)) if name]


def header_codec(content_type: str) -> str | None:
    """The codec for the charset parameter of a Content-Type, however it is quoted; None when it names none."""
    found = PARAMETER.search(content_type[:1000].encode("utf-8", "replace"))
    return _codec(found[1]) if found else None


def meta_codec(raw: bytes) -> str | None:
    """The codec that a page's XML declaration or first meta tag with a known label names; None when there is none.

    A tag that can be read as ASCII is not in UTF-16, whatever it says: it then means UTF-8 (WHATWG HTML, 13.2.3.2).
    """
    said = XML_DECLARATION.match(raw)
    known = (name for tag in meta_tags(raw) if (label := _label(tag)) and (name := _codec(label)))
    name = (_codec(said[1]) if said else None) or next(known, None)
    return "utf-8" if name and name.startswith("utf-16") else name


def _label(tag: dict[bytes, bytes]) -> bytes | None:
    """The label in a meta tag: its charset attribute, or the charset parameter of a media type in its content."""
    if label := tag.get(b"charset"):
        found = PARAMETER.search(label)
        return found[1] if found else label
    content = tag.get(b"content", b"")
    is_type = tag.get(b"http-equiv", b"").strip().lower() == b"content-type" or b"/" in content.partition(b";")[0]
    found = PARAMETER.search(content) if is_type else None
    return found[1] if found else None


def _codec(label: bytes) -> str | None:
    """The codec for a label, or for its first word when something follows that belongs to no label."""
    said = label.decode("ascii", "ignore").strip()
    return codec(said) or (codec(said.split()[0]) if " " in said else None)


def codec(label: str | None) -> str | None:
    """The Python codec for a charset label of the web; None when it is no such label.

    The labels of the WHATWG Encoding standard (section 4.2) mean what the standard says; other labels and odd
    spellings mean what they can only mean.
    """
    label = (label or "").strip()
    name = _standard(label) or _respelled(re.sub(r"[\W_]+", "", label.lower()))
    return CODECS.get(name, name) if name else None


def _standard(label: str) -> str | None:
    return map_encoding_to_html5(label, fallback_utf8=False) if label else None


def _respelled(label: str) -> str | None:
    """The codec for a label of letters and digits alone."""
    label = label.removeprefix("x")
    if name := _standard(label):
        return name
    if part := ISO_8859.fullmatch(label):
        return _standard(f"iso-8859-{part[1]}")
    if page := CODE_PAGE.fullmatch(label):
        label = f"cp{int(page[1])}"
        return label if int(page[1]) in PAGES else SPELLINGS.get(label)
    return "utf-8" if label.startswith("utf8") else SPELLINGS.get(label)
