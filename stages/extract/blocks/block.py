"""A page as a sequence of blocks: paragraphs, headings, items, tables, code, each in the boxes that it stands in."""

import re
from dataclasses import dataclass, field
from typing import Literal

from stages.extract.blocks.names import CONTENT, FURNITURE, MAIN, POST

Kind = Literal["text", "heading", "item", "term", "table", "code", "caption"]
FARTHEST = 12  # boxes
# Han, Hiragana, Katakana and Hangul: one character says as much as three of other scripts
DENSE = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fd-\u30ff"
    "\u3131-\u318e\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff6f\uff71-\uff9d"
    "\U00020000-\U0003ffff]"
)


class Box:
    """An element that starts a new line, in the box around it. Its blocks are `blocks[first:end]` of the page."""

    __slots__ = ("around", "depth", "end", "far_content", "far_furniture", "first", "flags", "like", "name",
                 "number", "own", "tag")  # fmt: skip

    def __init__(self, tag: str, names: str, around: "Box | None", own: int, number: int, first: int) -> None:
        self.tag, self.around, self.own, self.number, self.first, self.end = tag, around, own, number, first, first
        first_name = names.split(None, 1)[:1]
        self.name = f"{tag}.{first_name[0]}" if first_name else tag  # repeated boxes have the same
        if around is None:
            self.flags, self.depth, self.like = own, 0, (self.name, "", "")
            self.far_furniture = self.far_content = FARTHEST
        else:
            self.flags, self.depth = around.flags | own, around.depth + 1
            self.like = (self.name, *around.like[:2])
            self.far_furniture = 0 if own & FURNITURE else min(around.far_furniture + 1, FARTHEST)
            self.far_content = 0 if own & (CONTENT | POST | MAIN) else min(around.far_content + 1, FARTHEST)


@dataclass(slots=True, eq=False)
class PageBlock:
    """A piece of a page that is kept or dropped as a whole."""

    kind: Kind
    text: str  # plain, with newlines where the page has some
    box: Box
    linked: int  # characters of it that are links
    marked: str = ""  # the same in Markdown, without what the fields below add
    level: int = 0  # of a heading, or how many lists an item is in
    lead: str = ""  # "- " or "1. " where an item begins
    quoted: int = 0  # block quotes around it
    language: str = ""  # of code
    is_form: bool = False  # of a table: most of its rows have a field to fill in
    tidied: str = ""  # the text of code and tables as it is written; it is judged as the page has it
    size: int = field(init=False)  # characters of text, those of dense scripts three times

    def __post_init__(self) -> None:
        self.size = len(self.text)
        if not self.text.isascii():
            self.size += 2 * len(DENSE.findall(self.text))
