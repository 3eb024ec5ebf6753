"""The text of a block as it is gathered: plain, and in Markdown where that is asked for."""

from collections.abc import Callable

from stages.extract.blocks import emphasis, joiners

KEPT = "\n\t" + joiners.JOINERS
NEWLINE = "\n\0"  # of the page's markup; those of its source are blanks


class Inline:
    """Pieces of the block at hand. Each line's runs of blanks become one when it is taken."""

    def __init__(self, markdown: bool, address: Callable[[str], str] | None) -> None:
        self.markdown, self.address = markdown, address
        self.parts: list[str] = []
        self.marked: list[str] = []
        self.linked = 0
        self.linked_above = 0
        self.blocks = 0  # how many were taken: marks do not reach from one into the next
        self.raw = False  # inside code, where nothing is emphasised
        self.emphasis: list[str] = []  # that is open

    def add(self, text: str) -> None:
        """Add text as the page's source has it; blanks that begin a block are left out."""
        if not self.parts and text.isspace() and text != NEWLINE:
            return  # most text between boxes
        self.parts.append(text)
        if self.markdown:
            self.marked.append(text)
        if self.linked_above:
            self.linked += len(text)

    def newline(self) -> bool:
        """A line ends; whether there is nothing but blanks since the last newline, so that the block ends."""
        for part in reversed(self.parts):
            if part == NEWLINE:
                return True
            if not part.isspace():
                break
        else:
            return False
        self.marked += [end for _, end in reversed(self.emphasis)]
        self.add(NEWLINE)
        self.marked += [begin for begin, _ in self.emphasis]
        return False

    def is_blank(self) -> bool:
        """Whether nothing but blanks was gathered."""
        return all(part.isspace() for part in self.parts)

    def emphasise(self, kind: str, inside: Callable[[], None]) -> None:
        """Add what `inside` adds, with the marks of an emphasis on both sides, also of line breaks in it."""
        if self.raw:
            inside()
            return
        self.emphasis.append(kind)
        self.marked.append(kind[0])
        inside()
        self.marked.append(kind[1])
        self.emphasis.pop()

    def link(self, href: str | None, inside: Callable[[], None]) -> None:
        """Add what `inside` adds, as a link to its address where addresses are wanted."""
        address = self.address(href) if self.address and href else ""
        self._around(inside, lambda text: f"[{text}]({address})" if text and address else text)

    def verbatim(self, inside: Callable[[], None]) -> None:
        """Add what `inside` adds as inline code."""
        outer, self.raw = self.raw, True
        self._around(inside, lambda text: text if outer or not text else code_span(text))
        self.raw = outer

    def formula(self, tex: str, display: bool) -> None:
        """Add a formula: on a line of its own with `display`, else inside the line."""
        tex = " ".join(tex.split())
        self.parts.append(tex if not display else f"{NEWLINE}{tex}{NEWLINE}")
        if self.markdown:
            self.marked.append(f"{NEWLINE}$${tex}$${NEWLINE}" if display else f"${tex}$")

    def _around(self, inside: Callable[[], None], marked: Callable[[str], str]) -> None:
        if not self.markdown:
            inside()
            return
        start, block = len(self.marked), self.blocks
        inside()
        if self.blocks != block:
            return
        text = "".join(self.marked[start:])
        core = text.strip()
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        if NEWLINE not in core:
            self.marked[start:] = [before, marked(core), after]

    def take(self) -> tuple[str, str, int]:
        """Plain text, Markdown, and the characters that are links; and begin anew."""
        text = joined_lines(self.parts)
        marked = joined_lines(self.marked, emphasis.ALL) if self.markdown else ""
        linked = min(self.linked, len(text))
        self.parts, self.marked, self.linked = [], [], 0
        self.blocks += 1
        return text, marked, linked


def joined_lines(parts: list[str], marks: str = "") -> str:
    """Lines with single blanks, without empty ones and without what cannot be printed, but for `marks`."""
    text = "".join(parts)
    if NEWLINE not in text:
        return printable(" ".join(text.split()), marks)
    lines = (" ".join(line.split()) for line in text.split(NEWLINE))
    return "\n".join(printable(line, marks) for line in lines if line.strip(marks + " "))


def printable(line: str, marks: str = "") -> str:
    """A line without what cannot be printed, but with its newlines, tabs, `marks`, and joiners that join something."""
    if line.isprintable():
        return line
    held = "".join(char for char in line if char.isprintable() or char in KEPT or char in marks)
    return joiners.USELESS.sub("", held)


def code_span(text: str) -> str:
    """Code inside a line, between more backticks than it holds in a row."""
    fence = "`"
    while fence in text:
        fence += "`"
    return f"{fence}{text}{fence}" if fence == "`" else f"{fence} {text} {fence}"
