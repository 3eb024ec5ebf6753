"""Blocks as plain text or as Markdown."""

import re
from collections.abc import Iterable

from stages.extract.blocks import emphasis
from stages.extract.blocks.block import PageBlock
from stages.extract.clean import NEWLINES, clean, readable
from text.formulas import normalise_formulas

WOULD_BE_MARKUP = re.compile(r"^(#{1,6} |>|[-+*] |\d+[.)] |\||```)")


def plain(blocks: Iterable[PageBlock]) -> str:
    """A line for each block, or as many as it has; items have a hyphen or a number, below others by two blanks each."""
    lines = []
    for block in blocks:
        if block.kind == "table" and not block.tidied:
            continue
        lead = "  " * (block.level - 1) * (block.lead != "" and block.kind != "heading") + block.lead
        lines.append(f"{lead}{block.tidied or block.text}")
    return "\n".join(lines)


def markdown(blocks: Iterable[PageBlock], addresses: bool = False) -> str:
    """GitHub's Markdown; addresses in running text go, as in all texts, unless they are asked for.

    Code stays as it is, with every blank, newline and address.
    """
    parts: list[str] = []
    before: PageBlock | None = None
    widths: dict[int, int] = {}  # of the leads of open items, by their levels
    for block in blocks:
        text = block_markdown(block, addresses)
        if not text.strip():
            continue
        level = block.level if block.kind != "heading" else 0
        lead = markdown_lead(block)
        widths = {above: width for above, width in widths.items() if above < level + (not block.lead)}
        if level:
            indent = sum(widths.values())
            if block.lead:
                widths[level] = len(lead)
            text = lead + text.replace("\n", "\n" + " " * (indent + len(lead)))
            text = " " * indent + text
        if block.quoted:
            text = "\n".join(f"{'> ' * block.quoted}{line}".rstrip() for line in text.split("\n"))
        parts += [separator(before, block), text]
        before = block
    return "".join(parts[1:])


def markdown_lead(block: PageBlock) -> str:
    """What begins an item: Markdown has no letters before items, and no numbers below zero."""
    return f"{block.number}. " if block.number is not None and block.number >= 0 else "- " if block.lead else ""


def separator(before: PageBlock | None, block: PageBlock) -> str:
    """What stands between two blocks: items of a list are close together, parts of a quotation stay in it."""
    if before is not None and block.quoted and before.quoted == block.quoted:
        return "\n" if block.kind == before.kind == "item" else f"\n{'> ' * block.quoted}".rstrip() + "\n"
    return "\n" if before is not None and block.kind == before.kind == "item" and block.lead else "\n\n"


def block_markdown(block: PageBlock, addresses: bool) -> str:
    """A block's own Markdown."""
    if block.kind == "table" and not block.tidied:
        return ""
    if block.kind == "code":
        fence = "```"
        while fence in block.text:
            fence += "`"
        return f"{fence}{block.language}\n{readable(block.tidied)}\n{fence}"
    text = normalise_formulas(block.marked or block.text)
    text = NEWLINES.sub("\n\n", readable(text)) if addresses else clean(text, framed=False)
    if block.kind == "heading":  # which is bold as it is
        lead = markdown_lead(block) if block.number is not None else ""
        return f"{'#' * block.level} {lead}{emphasis.mark_emphasis(text.translate(emphasis.WITHOUT_BOLD))}"
    is_row = "|" if block.kind == "table" else "\n"
    lines = map(emphasis.mark_emphasis, text.split("\n"))
    return "\n".join(line if line.startswith(is_row) else escaped_line(line) for line in lines)


def escaped_line(line: str) -> str:
    """A line that would begin something else than text, with a backslash before the mark."""
    match = WOULD_BE_MARKUP.match(line)
    if not match:
        return line
    place = len(match[1].rstrip()) - 1 if match[1][0].isdecimal() else 0
    return f"{line[:place]}\\{line[place:]}"
