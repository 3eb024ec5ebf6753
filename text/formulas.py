"""Formulas in a text: where they stand between their delimiters, and one way of writing them.

A dollar is also money, a variable of a shell and an end of line in patterns, so what stands between two dollars is a
formula only where it looks like one. Code between backticks is passed over.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from text.latex import is_closed, normalise_latex

LONGEST, LONGEST_PLAIN = 5_000, 100  # characters of a formula, and of one without any command
ENVIRONMENTS = "equation|displaymath|math|align|alignat|flalign|gather|multline|eqnarray"
SIGN = re.compile(r"[`~$\\\[]")  # with which a delimiter begins: a class of characters is found fast
OPENS = re.compile(
    r"(?P<fence>`{3,}|~{3,})|(?P<code>`+)|(?P<escaped>\\[\\$])|(?P<display>\$\$)|(?P<inline>\$)"
    rf"|(?P<bracket>\\[(\[])|\\begin\{{(?P<environment>(?:{ENVIRONMENTS})\*?)\}}|\[(?P<tag>tex|itex|imath|math|latex)\]"
)
INLINE = re.compile(r"\$((?:\\.|[^$\\\n]|\n(?![ \t]*\n)){1,5000}?)(?<!\\)\$(?!\d)", re.DOTALL)
DISPLAY = re.compile(r"\$\$((?:\\.|\$(?!\$)|[^$\\\n]|\n(?![ \t]*\n)){1,5000}?)\$\$(?!\$)", re.DOTALL)
BREAK = re.compile(r"\n[ \t]*\n|`")  # no formula goes beyond a paragraph or into code
COMMAND = re.compile(r"\\[A-Za-z]+|[\^_]\{")
WORDS = re.compile(r"[^\W\d_]{4,}|\b[a-z]{2,}[^\w\n]+[a-z]{2,}\b|\s[a-z]{2,}\s")  # of a language
NAMES = re.compile(
    r"\b(?:sinh|cosh|tanh|arcsin|arccos|arctan|(?:sin|cos|tan|cot|log|exp|lim|max|min|gcd|mod|det|ln)\b)"
)
NEVER = re.compile(r"[\"`;|#@?]|:$|//|\w\.[A-Za-z]|[\u2e80-\ud7ff]|^\W*$|=>")
BEFORE_NONE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789\\$")  # an opening dollar


class FormulaSpan(NamedTuple):
    """A formula of a text: `text[start:end]`, delimiters included; `tex` is without them."""

    start: int
    end: int
    tex: str
    display: bool


def find_formulas(text: str) -> Iterator[FormulaSpan]:
    r"""The formulas between $, $$, \( \), \[ \], [tex] and the like, or in environments of displayed mathematics."""
    place = 0
    while sign := SIGN.search(text, place):
        opened = OPENS.match(text, sign.start())
        place = opened.end() if opened else sign.end()
        if opened and opened.lastgroup in ("fence", "code"):
            place = _end_of_code(text, opened)
        elif opened and opened.lastgroup != "escaped" and (found := _formula_at(text, opened)):
            yield found
            place = found.end


def _end_of_code(text: str, opened: re.Match[str]) -> int:
    """Behind the code that begins here; behind the marks where none ends it."""
    marks = opened["fence"] or opened["code"]
    if opened["fence"] and not text[text.rfind("\n", 0, opened.start()) + 1 : opened.start()].strip():
        closed = text.find(f"\n{marks}", opened.end())
        return len(text) if closed < 0 else closed + 1 + len(marks)
    if marks[0] == "~":
        return opened.end()
    closed = re.compile(rf"(?<!`){marks}(?!`)|\n").search(text, opened.end())
    return closed.end() if closed and closed[0] != "\n" else opened.end()


def _formula_at(text: str, opened: re.Match[str]) -> FormulaSpan | None:
    """The formula that begins with this delimiter, None where it begins none."""
    start, kind = opened.start(), opened.lastgroup
    if kind in ("inline", "display"):
        found = (INLINE if kind == "inline" else DISPLAY).match(text, start)
        inside = found[1].removeprefix("latex ") if found else ""  # as WordPress has it
        if not found or (start and text[start - 1] in BEFORE_NONE) or not _is_formula(inside, kind == "display"):
            return None
        return FormulaSpan(start, found.end(), inside, kind == "display")
    if kind == "bracket":
        close = r"\)" if opened[0] == r"\(" else r"\]"
    else:
        close = rf"\end{{{opened['environment']}}}" if opened["environment"] else f"[/{opened['tag']}]"
    end = text.find(close, opened.end(), opened.end() + LONGEST)
    inside = text[opened.end() : end]
    display = opened[0] == r"\[" or bool(opened["environment"] and not opened["environment"].startswith("math"))
    if end < 0 or BREAK.search(inside) or (kind == "bracket" and not _is_formula(inside, True)):
        return None
    if ("$$" if display else "$") in inside:  # it could not be told from the end of the formula
        return None
    whole = inside if not opened["environment"] else text[start : end + len(close)]
    return FormulaSpan(start, end + len(close), whole, display)


def _is_formula(inside: str, padded: bool) -> bool:
    """Whether what stands between two delimiters looks like a formula; `padded` delimiters may have blanks inside."""
    if not inside.strip() or not is_closed(inside):
        return False
    if COMMAND.search(inside):
        return not inside[0].isdecimal() or not inside[-1].isspace()
    if (not padded and (inside[0].isspace() or inside[-1].isspace())) or len(inside) > LONGEST_PLAIN:
        return False
    if sum(map(inside.count, "([")) != sum(map(inside.count, ")]")):
        return False
    return not NEVER.search(inside.strip()) and not WORDS.search(NAMES.sub("", inside))


def normalise_formulas(text: str) -> str:
    r"""Every formula between $ and $, or where it is displayed $$ and $$, in one way of writing (`normalise_latex`).

    What holds nothing but bookkeeping goes ($\begingroup$ of Stack Exchange), and what would not look like a formula
    then stays as it was. The text around formulas stays, and a second time changes nothing: where other formulas would
    be found in what is made, the text stays as it was.
    """
    parts, written, last = list[str](), list[str](), 0
    for start, end, tex, display in find_formulas(text):
        made, mark = normalise_latex(tex.removeprefix("latex ")), "$$" if display else "$"
        if made:
            written.append(f"{mark}{made}{mark}" if _is_formula(made, display) else text[start:end])
        parts += [text[last:start], written[-1] if made else ""]
        last = end
    result = "".join([*parts, text[last:]])
    found = [result[start:end] for start, end, _, _ in find_formulas(result)] if result != text else written
    return result if found == written else text
