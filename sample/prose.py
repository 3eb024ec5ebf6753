"""Readable paragraphs out of docstrings and package descriptions."""

import inspect
import re
from collections.abc import Iterator
from itertools import groupby

# Inline markup of reStructuredText and Markdown, and what a reader would see of it.
INLINE_MARKUP = tuple(
    (re.compile(pattern), shown)
    for pattern, shown in (
        (r"!\[[^\]]*\]\([^)]*\)", ""),
        (r"\[([^\]]+)\]\([^)]*\)", r"\1"),
        (r":[a-z]+(?::[a-z]+)?:`([^`<]*?)\s*<[^`>]*>`", r"\1"),
        (r":[a-z]+(?::[a-z]+)?:`~?([^`]*)`", r"\1"),
        (r"`([^`<]+?)\s*<[^`>]*>`_{1,2}", r"\1"),
        (r"``([^`]*)``", r"\1"),
        (r"`([^`]*)`_{0,2}", r"\1"),
        (r"\*\*([^*]+)\*\*", r"\1"),
        (r"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])", r"\1"),
    )
)
RULE = re.compile(r"([-=~^\"'*+#.])\1{2,}$")
PROSE_TOKEN = re.compile(r"\w+(?:['.-]\w+)*|[^\w\s]")
ODD = re.compile(r"[\\{}<>|=$#*`@^~\[\]]|::|https?:|\(\)|TODO|XXX|FIXME|\.\.\.|\.\.|[.,;]\.")
SENTENCE_END = re.compile(r"(?<=[a-z)][.!?]) ")


def prose_paragraphs(text: str) -> Iterator[str]:
    """Paragraphs of plain sentences: code, tables, headings, lists of parameters and markup are left out."""
    lines = ["" if RULE.match(line.strip()) else line for line in inspect.cleandoc(text).splitlines()]
    # The indentation ends a paragraph too: below the name of a parameter stands its description.
    for depth, run in groupby(lines, key=lambda line: len(line) - len(line.lstrip()) if line.strip() else -1):
        paragraph = " ".join(line.strip() for line in run)
        if depth >= 0 and is_whole(paragraph) and reads_as_prose(paragraph := without_markup(paragraph)):
            yield paragraph


def is_whole(text: str) -> bool:
    """Whether it begins and ends as a sentence of at least 12 words does, and no citation or link is lost."""
    sentence = text[:1].isupper() and text[-1] in ".!?" and text.count(" ") >= 11
    return sentence and "]_" not in text and "://" not in text


def without_markup(text: str) -> str:
    """The text as a reader sees it, without inline markup."""
    if any(mark in text for mark in "`*["):
        for pattern, plain in INLINE_MARKUP:
            text = pattern.sub(plain, text)
    return " ".join(text.split())


def reads_as_prose(text: str) -> bool:
    """Whether it reads as prose: nearly all words as in a dictionary, few capitals, signs and digits."""
    words = text.split()
    plain = sum(word.strip(".,;:()\"'!?").replace("-", "").replace("'", "").isalpha() for word in words)
    odd, capitals = len(ODD.findall(text)), sum(map(str.isupper, text))
    return plain >= 0.86 * len(words) and odd <= len(words) / 25 and capitals <= len(text) / 10


def is_smooth(text: str) -> bool:
    """Whether a whole article has few signs and digits, and seldom says five words in a row twice: manuals do."""
    tokens = PROSE_TOKEN.findall(text.lower())
    words = [token for token in tokens if token[0].isalpha()]
    grams = [tuple(words[at : at + 5]) for at in range(len(words) - 4)]
    return len(words) >= 0.84 * len(tokens) and len(set(grams)) >= 0.95 * len(grams)


def headline_of(text: str) -> str | None:
    """The first sentence of a docstring where it would serve as a headline of 3 to 12 words, else None."""
    line = without_markup(text.strip().split("\n\n", 1)[0]).rstrip(".")
    words = line.split()
    plain = all(word.strip(",'()").replace("-", "").replace("'", "").isalpha() for word in words)
    whole = 3 <= len(words) <= 12 and line[0].isupper() and "." not in line
    return line if whole and plain and sum(map(str.isupper, line)) < len(line) / 4 else None
