"""One walk over the tree of a page: its blocks in document order, each with its text as it is written out."""

from collections.abc import Callable
from textwrap import dedent

from lxml.etree import _Element

from stages.extract.blocks import code, formulas, tables
from stages.extract.blocks.block import Box, PageBlock
from stages.extract.blocks.inline import Inline
from stages.extract.blocks.tags import BOXES, CODE, EMPHASIS, FORMULAS, HEADINGS, LISTS, SKIPPED, VERBATIM


class BlockWalk:
    """Blocks of a tree. With `address`, a function that makes an absolute address of a link, links are written too."""

    def __init__(self, tree: _Element, markdown: bool = False, address: Callable[[str], str] | None = None) -> None:
        self.blocks: list[PageBlock] = []
        self.line = Inline(markdown, address)
        self.lists = 0  # that are open
        self.lead, self.quotes = "", 0
        self.tree = tree
        self.box = Box(tree.tag)
        self.element(tree)
        self.end_block()

    def element(self, element: _Element) -> None:
        """One element and what is in it, without its tail."""
        tag = element.tag
        if tag in FORMULAS and self.formula(element):
            return
        handler = HANDLERS.get(tag)
        if handler is None:
            self.inside(element)
        else:
            handler(self, element)

    def skipped(self, element: _Element) -> None:
        """What shows no text of the page's own; but the questions of some pages are buttons in headings."""
        if element.tag == "button" and self.box.tag in HEADINGS:
            self.inside(element)

    def line_break(self, element: _Element) -> None:
        """A line ends, and after two breaks the block."""
        if element.tag == "hr" or self.line.newline():
            self.end_block()

    def emphasised(self, element: _Element) -> None:
        """Text between the marks of its emphasis."""
        if not self.line.markdown:
            self.inside(element)
            return
        self.line.emphasise(EMPHASIS[element.tag], lambda: self.inside(element))

    def inside(self, element: _Element) -> None:
        """The text and the children of an element."""
        add = self.line.add
        if text := element.text:
            add(text)
        for child in element:
            self.element(child)
            if text := child.tail:
                add(text)

    def link(self, element: _Element) -> None:
        """What an element holds counts as linked."""
        self.line.linked_above += 1
        if self.line.markdown:
            self.line.link(element.get("href"), lambda: self.inside(element))
        else:
            self.inside(element)
        self.line.linked_above -= 1

    def boxed(self, element: _Element) -> None:
        """An element that stands on lines of its own."""
        if self.line.parts:
            self.end_block()
        tag, outer = element.tag, self.box
        self.box = Box(tag, outer)
        contents = CONTENTS.get(tag)
        if contents is not None:
            contents(self, element)
        elif tag in ("div", "p") and code.is_code_box(element, dict(element.items())):
            self.code(element)
        else:
            self.inside(element)
        if self.line.parts:
            self.end_block()
        self.box = outer

    def list(self, element: _Element) -> None:
        """A list."""
        self.lists += 1
        self.inside(element)
        self.lists -= 1

    def quote(self, element: _Element) -> None:
        """What another has said."""
        self.quotes += 1
        self.inside(element)
        self.end_block()
        self.quotes -= 1

    def item(self, element: _Element) -> None:
        """An item of a list, after its hyphen."""
        self.lead = "- "
        self.inside(element)
        self.end_block()
        self.lead = ""

    def table(self, element: _Element) -> None:
        """Code beside line numbers, a table of data, or boxes for the layout."""
        lines = code.of_table(element)
        if lines is not None:
            self.add_code(element, lines)
        elif tables.is_data(element):
            self.end_block()
            made = tables.write_table(element, self.line.markdown, self.line.address)
            if made.text:
                self.add("table", made.text, made.linked, made.marked)
                self.blocks[-1].tidied = made.tidied
        else:
            self.inside(element)

    def code(self, element: _Element) -> None:
        """An element of code as a block of its own."""
        self.end_block()
        self.add_code(element, code.code_text(element))

    def add_code(self, element: _Element, text: str) -> None:
        """Add a block of code unless it is blank."""
        if text.strip():
            linked = sum(len(link.text or "") for link in element.iterdescendants("a"))
            self.add("code", text, linked, language=code.language_of_code(element) if self.line.markdown else "")
            self.blocks[-1].tidied = dedent(text)  # without the page's own indentation

    def verbatim(self, element: _Element) -> None:
        """Code inside a line, or with newlines and alone in its box a block of code."""
        text = element.text or ""
        if "\n" in text.strip() and self.line.is_blank() and code.is_block(element):
            self.code(element)
        else:
            self.line.verbatim(lambda: self.inside(element))

    def formula(self, element: _Element) -> bool:
        """Whether an element is a formula or is left out since it shows one that is written elsewhere."""
        found = formulas.formula_of(element)
        if found is None:
            return False
        if found.tex:
            self.line.formula(found.tex, found.display)
        return True

    def end_block(self) -> None:
        """What was gathered since the last block becomes one."""
        if not self.line.parts:
            return
        text, marked, linked = self.line.take()
        if not text:
            return
        tag = self.box.tag
        if tag in HEADINGS:
            self.add("heading", text.replace("\n", " "), linked, marked.replace("\n", " "), level=int(tag[1]))
        elif self.lists and self.in_item():
            self.add("item", text, linked, marked, level=self.lists)
        else:
            self.add(
                {"dt": "term", "caption": "caption", "figcaption": "caption"}.get(tag, "text"), text, linked, marked
            )

    def in_item(self) -> bool:
        """Whether the box at hand is in an item of the innermost list."""
        box: Box | None = self.box
        while box is not None and box.tag not in LISTS:
            if box.tag == "li":
                return True
            box = box.around
        return False

    def add(self, kind: str, text: str, linked: int, marked: str = "", level: int = 0, language: str = "") -> None:
        """Add a block; the first one of an item gets its hyphen."""
        lead, self.lead = self.lead, ""
        block = PageBlock(kind, text, self.box, linked, marked, level or self.lists, lead)  # type: ignore[arg-type]
        block.quoted, block.language = self.quotes, language
        self.blocks.append(block)


CONTENTS: dict[str, Callable[[BlockWalk, _Element], None]] = {
    **dict.fromkeys(LISTS, BlockWalk.list),
    "li": BlockWalk.item,
    "table": BlockWalk.table,
    "blockquote": BlockWalk.quote,
}
HANDLERS: dict[str, Callable[[BlockWalk, _Element], None]] = {
    **dict.fromkeys(SKIPPED, BlockWalk.skipped),
    **dict.fromkeys(BOXES, BlockWalk.boxed),
    **dict.fromkeys(CODE, BlockWalk.code),
    **dict.fromkeys(("br", "hr"), BlockWalk.line_break),
    **dict.fromkeys(EMPHASIS, BlockWalk.emphasised),
    **dict.fromkeys(VERBATIM, BlockWalk.verbatim),
    "a": BlockWalk.link,
}
