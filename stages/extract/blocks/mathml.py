"""Presentation MathML to LaTeX, for formulas that come without an annotation (MathML 3, chapter 3)."""

from collections.abc import Callable

from lxml.etree import _Element

from text.latex import SYMBOLS

WRITTEN = {"−": "-", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$", "_": r"\_"}
INVISIBLE = dict.fromkeys(map(ord, "\u2061\u2062\u2063\u2064\u200b\ufeff"))
FUNCTIONS = frozenset(
    "arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max "
    "min Pr sec sin sinh sup tan tanh".split()
)
ACCENTS = {"¯": "bar", "‾": "overline", "ˉ": "bar", "^": "hat", "ˆ": "hat", "~": "tilde", "˜": "tilde", "→": "vec",
           "⃗": "vec", "˙": "dot", "¨": "ddot", "⏞": "overbrace"}  # fmt: skip
VARIANTS = {"bold": "mathbf", "double-struck": "mathbb", "script": "mathcal", "fraktur": "mathfrak",
            "sans-serif": "mathsf", "monospace": "mathtt"}  # fmt: skip
LARGE = frozenset({r"\sum", r"\prod", r"\lim", r"\int", r"\max", r"\min", r"\sup", r"\inf", r"\bigcup", r"\bigcap"})


def to_latex(element: _Element) -> str:
    """The LaTeX of a formula; what is unknown is written as the text it holds."""
    return " ".join(row(element).split())


def row(element: _Element) -> str:
    """All children one after another; a command and a letter behind it are kept apart."""
    return join([latex_of(child) for child in element] or [symbol(element.text or "")])


def join(parts: list[str]) -> str:
    """Parts one after another, with a blank between a command and a letter behind it."""
    text = ""
    for part in parts:
        if text and part and part[0].isalpha() and ends_with_command(text):
            text += " "
        text += part
    return text


def ends_with_command(text: str) -> bool:
    """Whether a text ends in a backslash and letters."""
    name = text[len(text.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 1 :]
    return len(name) > 1 and name[0] == "\\"


def latex_of(element: _Element) -> str:
    """One element."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    tag = tag.rpartition("}")[2].rpartition(":")[2]
    if tag in ("annotation", "annotation-xml", "mspace", "mphantom", "none", "mprescripts"):
        return " " if tag == "mspace" else ""
    if tag in STRUCTURES:
        children = [child for child in element if isinstance(child.tag, str)]
        made = STRUCTURES[tag]([latex_of(child) for child in children])
        return row(element) if made is None else made
    if tag in ("mi", "mn", "mo", "mtext", "ms"):
        return token(element, tag)
    if tag == "mtable":
        return table(element)
    return fenced(element) if tag == "mfenced" else row(element)


def token(element: _Element, tag: str) -> str:
    """An identifier, number, operator or text, in its variant of the alphabet."""
    text = "".join(element.itertext()).translate(INVISIBLE).strip()  # type: ignore[arg-type]
    if tag in ("mtext", "ms"):
        return rf"\text{{{text}}}" if text else " "
    if text in FUNCTIONS:
        return f"\\{text}"
    variant = VARIANTS.get(element.get("mathvariant", ""))
    if variant:
        return rf"\{variant}{{{symbol(text)}}}"
    return rf"\mathrm{{{text}}}" if tag == "mi" and len(text) > 1 and text.isalpha() else symbol(text)


def symbol(text: str) -> str:
    """LaTeX for the characters of a token."""
    return join([f"\\{SYMBOLS[char]}" if char in SYMBOLS else WRITTEN.get(char, char) for char in text.strip()])


def group(text: str) -> str:
    """An argument of a command."""
    return f"{{{text.strip()}}}"


def base(text: str) -> str:
    """What a script is put on: in braces unless it is one symbol or one command."""
    text = text.strip()
    simple = len(text) <= 1 or (text[0] == "\\" and (text[1:].isalpha() or text.endswith("}")))
    return text if simple or text in (")", "]") else group(text)


def over(parts: list[str]) -> str | None:
    """An accent, the upper limit of a large operator, or something set above; None unless there are two parts."""
    if len(parts) != 2:
        return None
    accent = ACCENTS.get(parts[1].strip()) or {"\\to": "vec", "\\cdot": "dot"}.get(parts[1].strip())
    if accent:
        return rf"\{accent}{group(parts[0])}"
    return f"{parts[0]}^{group(parts[1])}" if parts[0] in LARGE else rf"\overset{group(parts[1])}{group(parts[0])}"


def under(parts: list[str]) -> str | None:
    """The lower limit of a large operator, or something set below; None unless there are two parts."""
    if len(parts) != 2:
        return None
    return f"{parts[0]}_{group(parts[1])}" if parts[0] in LARGE else rf"\underset{group(parts[1])}{group(parts[0])}"


def scripts(*marks: str) -> Callable[[list[str]], str | None]:
    """A function that writes a base with these marks and their arguments; None for another number of parts."""

    def write(parts: list[str]) -> str | None:
        if len(parts) != len(marks) + 1:
            return None
        return base(parts[0]) + "".join(f"{mark}{group(part)}" for mark, part in zip(marks, parts[1:], strict=True))

    return write


def fraction(parts: list[str]) -> str | None:
    """A fraction; None unless there are two parts."""
    return rf"\frac{group(parts[0])}{group(parts[1])}" if len(parts) == 2 else None


def root(parts: list[str]) -> str | None:
    """A root with its index; None unless there are two parts."""
    return rf"\sqrt[{parts[1]}]{group(parts[0])}" if len(parts) == 2 else None


STRUCTURES: dict[str, Callable[[list[str]], str | None]] = {
    "msup": scripts("^"),
    "msub": scripts("_"),
    "msubsup": scripts("_", "^"),
    "munderover": scripts("_", "^"),
    "munder": under,
    "mover": over,
    "mfrac": fraction,
    "mroot": root,
    "msqrt": lambda parts: rf"\sqrt{group(join(parts))}",
}


def table(element: _Element) -> str:
    """A matrix, or lines that are aligned."""
    lines = [" & ".join(row(cell) for cell in line) for line in element if isinstance(line.tag, str)]
    return r"\begin{matrix}" + r" \\ ".join(lines) + r"\end{matrix}"


def fenced(element: _Element) -> str:
    """Parts between the brackets and separators that the element names."""
    parts = [latex_of(child) for child in element]
    marks = (element.get("separators", ",").strip() or ",")[0]
    opened, closed = (WRITTEN.get(mark, mark) for mark in (element.get("open", "("), element.get("close", ")")))
    return f"{opened}{marks.join(parts)}{closed}"
