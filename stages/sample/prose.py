"""Readable paragraphs out of docstrings and package descriptions."""

import inspect
import re
from collections.abc import Iterator
from itertools import groupby

# Inline markup of reStructuredText and Markdown, and what a reader would see of it.
MARKUP = tuple(
    (re.compile(pattern), shown)
    for pattern, shown in (
        (r"!\[[^\]]*\]\([^)]*\)", ""),
        (r"\[([^\]]+)\]\([^)]*\)", r"\1"),
        (r":[a-z]+(?::[a-z]+)?:`([^`<]*?)\s*<[^`>]*>`", r"\1"),
        (r":[a-z]+(?::[a-z]+)?:`~?([^`]*)`", r"\1"),
        (r"`([^`<]+?)\s*<[^`>]*>`_{1,2}", r"\1"),
        (r"``([^`]*)``", r"\1"),
        (r"`([^`]*)`_{0,2}", r"\1"),
        (r"\s*\[(?:\d+|[A-Z]\w*)\]_", ""),
        (r"\*\*([^*]+)\*\*", r"\1"),
        (r"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])", r"\1"),
    )
)
RULE = re.compile(r"([-=~^\"'*+#.])\1{2,}$")
ODD = re.compile(r"[\\{}<>|=_$#*`@^~\[\]]|::|https?:|\(\)|TODO|XXX|FIXME|\.\.\.|\.\.|[.,;]\.")
SENTENCE_END = re.compile(r"(?<=[a-z)][.!?]) ")


def paragraphs(text: str) -> Iterator[str]:
    """Paragraphs of plain sentences: code, tables, headings, lists of parameters and markup are left out."""
    lines = ["" if RULE.match(line.strip()) else line for line in inspect.cleandoc(text).splitlines()]
    # The indentation ends a paragraph too: below the name of a parameter stands its description.
    for depth, run in groupby(lines, key=lambda line: len(line) - len(line.lstrip()) if line.strip() else -1):
        paragraph = " ".join(line.strip() for line in run)
        if depth >= 0 and whole(paragraph) and ordinary(paragraph := shown(paragraph)):
            yield paragraph


def whole(text: str) -> bool:
    """Whether it begins and ends as a sentence of at least 12 words does."""
    return text[:1].isupper() and text[-1] in ".!?" and text.count(" ") >= 11


def shown(text: str) -> str:
    """The text as a reader sees it, without inline markup."""
    if any(mark in text for mark in "`*["):
        for pattern, plain in MARKUP:
            text = pattern.sub(plain, text)
    return " ".join(text.split())


def ordinary(text: str) -> bool:
    """Whether nearly all of it is words as they stand in a dictionary."""
    words = text.split()
    plain = sum(word.strip(".,;:()\"'!?").replace("-", "").replace("'", "").isalpha() for word in words)
    return plain >= 0.88 * len(words) and len(ODD.findall(text)) <= len(words) / 40


def title(text: str) -> str | None:
    """The first sentence of a docstring where it would serve as a headline of 3 to 12 words, else None."""
    line = shown(inspect.cleandoc(text).split("\n\n", 1)[0]).rstrip(".")
    words = line.split()
    plain = all(word.strip(",'()").replace("-", "").replace("'", "").isalpha() for word in words)
    return line if 3 <= len(words) <= 12 and plain and line[0].isupper() and "." not in line else None
