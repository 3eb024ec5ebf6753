"""Blocks of code: their lines with every blank, without line numbers, and the language that they say they are in."""

import re
from collections.abc import Mapping

from lxml.etree import _Element

from stages.extract.blocks import tables
from stages.extract.blocks.inline import printable

LINES = frozenset({"div", "p", "li", "tr", "ol", "ul", "table", "tbody"})  # each child of code on a line of its own
GUTTER = re.compile(
    r"(?i)\b(?:line-?numbers?|lineno|linenos|linenodiv|lnt?|gutter|rouge-gutter|blob-num|hljs-ln-numbers|line-num|"
    r"linenumber|lineNumber|num)\b|-lineno\b"
)
OF_CODE = re.compile(r"(?i)\b(?:code|highlight\w*|rouge\w*|blob-code\w*|syntax\w*|hljs\w*|source\w*|linenos)\b")
LANGUAGE = re.compile(r"(?i)(?:^|\s)(?:lang(?:uage)?-|highlight-(?:source-)?|brush:\s*|sourceCode\s+)([\w+#.-]+)")
NO_LANGUAGE = frozenset("default none text plain plaintext notranslate nohighlight auto unknown".split())
NUMBERS = re.compile(r"\s*(?:\d+\s*)*")
PREFORMATTED = re.compile(r"white-space\s*:\s*(?:pre|pre-wrap|break-spaces)\b")
LEFT_OUT = frozenset({"script", "style", "button", "template", "svg"})
ABOVE = 3  # boxes that may name the language


def code_text(element: _Element) -> str:
    """The lines of an element of code."""
    parts: list[str] = []
    _gather(element, parts)
    return tidy("".join(parts))


def tidy(text: str) -> str:
    """Without blank lines at both ends, blanks at the ends of lines, and what cannot be printed."""
    lines = [line.rstrip() for line in text.replace("\xa0", " ").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(map(printable, lines))


def _gather(element: _Element, parts: list[str]) -> None:
    if element.text:
        parts.append(element.text.replace("\r\n", "\n").replace("\r", "\n"))
    for child in element:
        tag = child.tag
        if tag == "br":
            parts.append("\n")
        elif tag in LINES:
            begin_line(parts)
            _gather(child, parts)
            begin_line(parts)
        elif tag not in LEFT_OUT and not is_gutter(child):
            _gather(child, parts)
        if child.tail:
            tail = child.tail.replace("\r\n", "\n").replace("\r", "\n")
            if tag in LINES and tail.startswith("\n"):
                tail = tail[1:]  # the line has ended
            parts.append(tail)


def begin_line(parts: list[str]) -> None:
    """Add a newline unless a line begins here anyway."""
    last = next((part for part in reversed(parts) if part), "\n")
    if not last.endswith("\n"):
        parts.append("\n")


def is_gutter(element: _Element) -> bool:
    """Whether an element holds line numbers."""
    name = element.get("class")
    if element.get("data-line-number") is not None and not "".join(element.itertext()).strip():  # type: ignore[arg-type]
        return True
    return bool(name and GUTTER.search(name)) and NUMBERS.fullmatch("".join(element.itertext())) is not None  # type: ignore[arg-type]


def of_table(table: _Element) -> str | None:
    """The code of a table that shows it beside line numbers, None for another table."""
    first = next(tables.table_rows(table), None)
    if first is None or len(pair := tables.cells(first)) < 2:
        return None
    if len(pair) != 2 or not holds_code(pair[1]) or not holds_numbers(pair[0]):
        return None
    if len(pair[1]) and next(pair[1].iterdescendants("table"), None) is not None:
        return None
    lines: list[str] = []
    for row in tables.table_rows(table):
        found = tables.cells(row)
        if len(found) != 2 or not holds_numbers(found[0]):
            return None
        lines.append(code_text(found[1]))
    return "\n".join(lines)


def holds_numbers(cell: _Element) -> bool:
    """Whether a cell holds nothing but line numbers."""
    return NUMBERS.fullmatch("".join(cell.itertext())) is not None  # type: ignore[arg-type]


def holds_code(cell: _Element) -> bool:
    """Whether a cell holds code by its tags, or by the names of itself and of what is around it."""
    if next(cell.iterdescendants("pre", "code"), None) is not None:
        return True
    near = [cell, *list(cell.iterancestors())[: ABOVE + 1]]
    return any(OF_CODE.search(element.get("class", "")) for element in near)


def is_code_box(box: _Element, attributes: Mapping[str, str]) -> bool:
    """Whether a box is code by its class, or keeps its blanks and newlines by its style and has some."""
    style = attributes.get("style", "")
    if "white-space" in style and PREFORMATTED.search(style) and "\n" in (box.text or "").strip():
        return True
    return "w3-code" in attributes.get("class", "")


def is_block(element: _Element) -> bool:
    """Whether inline code is all that its box holds."""
    box = element.getparent()
    alone = box is not None and len(box) == 1 and not (box.text or "").strip()
    return alone and not (element.tail or "").strip()


def language_of_code(element: _Element) -> str:
    """What an element of code or a box near it names as its language, "" for nothing."""
    near = [element, *element.iterdescendants("code", "pre"), *list(element.iterancestors())[:ABOVE]]
    for box in near[:8]:
        named = box.get("data-lang") or box.get("data-language") or box.get("lang-name") or ""
        match = LANGUAGE.search(f"{box.get('class', '')}")
        found = (named or (match[1] if match else "")).lower().rstrip(";,")
        if found and found not in NO_LANGUAGE:
            return found
    return ""
