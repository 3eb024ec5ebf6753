"""A page as a sequence of blocks: paragraphs, headings, items, tables, code, each in the boxes that it stands in."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from stages.extract.blocks.fields import KINDS
from stages.extract.blocks.ordinals import Ordinal
from stages.extract.markup import KNOWN

OF_BOXES = ("tag", "around", "first", "end")  # in the order of `Box`
Kind = Literal["text", "heading", "item", "term", "table", "code", "caption"]


@dataclass(slots=True, eq=False)
class Box:
    """An element that starts a new line, in the box around it. Its blocks are `blocks[first:end]` of the page."""

    tag: str
    around: "Box | None" = None
    first: int = 0
    end: int = 0
    flags: int = 0  # what its names and those of the boxes around it say, as in `names`
    like: int = 0  # the same for boxes that have the same names, as the two boxes around each have


@dataclass(slots=True, eq=False)
class PageBlock:
    """A piece of a page that is kept or dropped as a whole."""

    kind: Kind
    text: str  # plain, with newlines where the page has some
    box: Box
    linked: int  # characters of it that are links
    marked: str = ""  # the same in Markdown, without what the fields below add
    level: int = 0  # of a heading, or how many lists an item is in
    lead: str = ""  # "- ", or a number as "2. " or "b. ", where an item begins
    number: int | None = None  # of such an item, where it is shown
    quoted: int = 0  # block quotes around it
    language: str = ""  # of code
    tidied: str = ""  # the text of code and tables as it is written; it is judged as the page has it
    size: int = 0  # characters of text, those of dense scripts three times


@dataclass(slots=True)
class PageBlocks:
    """All blocks and boxes of a page as arrays of the records that `fields` names."""

    text: bytes  # of all blocks in UTF-8, a NUL behind each
    rows: np.ndarray  # of blocks
    boxes: np.ndarray
    said: np.ndarray  # of boxes
    tidied: list[str] = field(default_factory=list)  # the texts of code and tables as they are written
    ordinals: dict[int, Ordinal] = field(default_factory=dict)  # numbers of items, by their first blocks

    def blocks(self) -> list[PageBlock]:
        """The blocks, each with its boxes."""
        boxes: list[Box] = []
        columns = (*(self.boxes[name] for name in OF_BOXES), self.said["flags"], self.said["like"])
        for tag, around, *rest in zip(*(column.tolist() for column in columns), strict=True):
            boxes.append(Box(KNOWN[tag - 1] if tag else "", boxes[around] if around >= 0 else None, *rest))
        blocks = [
            PageBlock(KINDS[kind], self.text[begin:end].decode(), boxes[box], linked, "", level, "- " * lead, None,
                      quoted, "", self.tidied[given] if given >= 0 else "", size)
            for kind, begin, end, _, size, linked, level, lead, quoted, box, given in self.rows.tolist()
        ]  # fmt: skip
        for place, (number, lead) in self.ordinals.items():
            block = blocks[place]
            if not block.text.lstrip("(").startswith((f"{lead}.", f"{lead})")):  # the author has written it
                block.number, block.lead = number, f"{lead}. "
        return blocks
