"""A look at the HTML before it is extracted: pages whose whole visible text has too few words are dropped."""

from dataclasses import dataclass

import pyarrow as pa

from pipeline.transform import put
from stages.language.between_tags import paragraphs
from stages.language.html_screen import with_plain_tags
from stages.warc.byte_patterns import compile_bytes

PARTS = 2  # words that a run of letters and digits can be at most: "10km", "cannot"
LARGEST = 16 << 10  # bytes of a page that is looked at; a larger one with so few words is rare, and takes long to tell
# Where extraction finds words that do not stand between tags: articles in scripts, formulas, numbers of lists, cells
# that are repeated over the columns that they span.
ELSEWHERE = compile_bytes(rb"(?i)articleBody|<math|math/|mathml|<ol\b|span=")
# Comments and tags are passed over, so that a script that is only spoken of in them begins none. Nor does one that
# closes itself, which parsers end at once, or one with closing tags in it, which may have begun in what is their text.
SCRIPT = compile_bytes(
    rb"""(?is)(<!--.*?-->)|<(?:script|style)\b(?:[^<>]*[^<>/])?>(?:[^<]|<+[^</])*<+/(?:script|style)"""
    rb"""|(</?[a-z](?:"[^"]*"|'[^']*'|[^"'<>])*>)"""
)
TAG = compile_bytes(rb"(?i)</?(?:[a-hj-z]|i[^m<>])[^<>]*>")  # all but images, whose alternative text may be a formula
BETWEEN, IN_WORD, NO_ASCII = range(3)
KINDS = bytes(NO_ASCII if byte > 127 else int(chr(byte).isalnum()) for byte in range(256))


@dataclass(frozen=True)
class EnoughWords:
    """A transform: drops pages that cannot have so many words; see `enough_words`."""

    least: int

    name = "extract.enough_words"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The table with a reason where the page is too short."""
        pages = zip(table["html"], table["charset"], strict=True)
        passes = [self.may_pass(html.as_py() or b"", charset.as_py() or "utf-8") for html, charset in pages]
        return put(table, "reason", pa.array([None if may else f"{self.name}:short" for may in passes], pa.string()))

    def may_pass(self, html: bytes, charset: str) -> bool:
        """Whether a page may have so many words."""
        html, _ = with_plain_tags(html, charset)
        if len(html) > LARGEST:
            return True
        said = b" ".join(paragraphs(html))
        if most_words(said) >= self.least or ELSEWHERE.search(html):  # the first is the quickest to tell
            return True
        return most_words(TAG.sub(b" ", SCRIPT.sub(rb"\1\2 ", html))) >= self.least


def most_words(text: bytes) -> int:
    """As many words as a text can have at most, in any charset that has ASCII in it."""
    kinds = text.translate(KINDS)
    begun = kinds.count(bytes((BETWEEN, IN_WORD))) + kinds.count(bytes((NO_ASCII, IN_WORD)))
    return kinds.count(NO_ASCII) + PARTS * (begun + kinds.startswith(bytes((IN_WORD,))))


def enough_words(least: int) -> EnoughWords:
    """Drop pages whose visible text cannot have `least` words, whatever is taken of it, before the costly extraction.

    They are pages that a rule of at least so many words drops afterwards: what stands between tags is counted
    generously, comments too, and a page stays when words may come from elsewhere. Not for Markdown, which adds words.
    """
    return EnoughWords(least)
