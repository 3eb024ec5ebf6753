"""Meta tags of a page, found without a parse."""

import re
from collections.abc import Iterator

META_SPAN = 64 << 10  # bytes of a page in which meta tags are looked for
# Comments and elements whose content is text are passed over, so that a tag quoted in them is not believed.
TAG = re.compile(
    rb"<!--.*?(?:--!?>|\Z)"
    rb"|<(script|style|title|textarea|noscript|noframes|noembed|iframe|xmp)\b.*?(?:</\1\b|\Z)"
    rb"|<meta[\s/]((?:[^\"'<>]|\"[^\"]{0,2000}\"|'[^']{0,2000}'){1,2000})",
    re.I | re.S,
)
ATTRIBUTE = re.compile(rb"([^\s=/\"'<>]{1,100})\s{0,100}=\s{0,100}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")


def meta_tags(page: bytes) -> Iterator[dict[bytes, bytes]]:
    """The attributes of each meta tag, by lower-case name, in order."""
    return (attributes(tag[2]) for tag in TAG.finditer(page, 0, META_SPAN) if tag[2])


def attributes(tag: bytes) -> dict[bytes, bytes]:
    """The attributes that have a value, by lower-case name."""
    return {name.lower(): double or single or bare for name, double, single, bare in ATTRIBUTE.findall(tag)}
