"""Formulas as LaTeX, from all the ways in which pages write them, each once.

MathML (its TeX annotation, its alttext, or the markup itself), KaTeX, MathJax of all versions, scripts of type
math/tex, and pictures of formulas by their alternative text, as Wikipedia and WordPress have them, or by the formula
in the address of the program that draws it.
"""

import re
from typing import NamedTuple
from urllib.parse import unquote_plus

from lxml.etree import _Element

from stages.extract.blocks import mathml
from text.latex import unstyled

PICTURES = re.compile(r"\b(?:mwe-math\S*|tex|latex|math|equation|mathjax|formula|ee_img|tr_noresize)\b", re.IGNORECASE)
LOOKS_LIKE_TEX = re.compile(r"\\[a-zA-Z]+|[\^_]\{|^\$.+\$$")
DRAWN = re.compile(  # by a program that gets the formula in its address
    r"(?:mimetex(?:\.cgi)?|mathtex(?:\.cgi)?|codecogs\.com/(?:gif|png|svg|pdf)\.(?:latex|image|download))\?(.+)"
    r"|(?:latex\.php\?(?:[^#]*&)?latex|/chart\?(?:[^#]*&)?cht=tx(?:&[^#]*)?&chl)=([^&#]+)",
    re.IGNORECASE | re.DOTALL,
)
SETTING = re.compile(
    r"\\(?:dpi|bg|fg)_?\{\w+\}|\\(?:inline|huge|large|small|tiny|LARGE|Large)(?![A-Za-z])"
)  # of CodeCogs
DELIMITED = re.compile(r"\$\$(.*)\$\$|\$(.*)\$|\\\((.*)\\\)|\\\[(.*)\\\]", re.DOTALL)
RENDERED = frozenset({"MathJax", "MathJax_Display", "MathJax_SVG", "MathJax_SVG_Display", "MathJax_CHTML", "mjx-chtml"})
IN_NAMES = ("katex", "MathJax", "mjx-chtml", "mwe-math-element")  # what a class has that `of_box` knows


class Formula(NamedTuple):
    """A formula in LaTeX without delimiters, and whether it stands on a line of its own."""

    tex: str  # empty: what is there shows a formula that stands beside it
    display: bool = False


NOTHING = Formula("")


def formula_of(element: _Element) -> Formula | None:
    """The formula that an element is, None when it is none."""
    tag = element.tag
    if tag == "math":
        return of_math(element)
    if tag == "script":
        kind = element.get("type", "")
        if kind.startswith("math/tex"):
            return Formula(bare(element.text or ""), "mode=display" in kind)
        return of_tree(element.text) if kind.startswith("math/mml") else None
    if tag == "img":
        return of_picture(element)
    if tag == "mjx-container":
        inner = next(element.iterdescendants("math"), None)
        return NOTHING if inner is None else of_math(inner, element.get("display") == "true")
    names = element.get("class")
    named = names and any(part in names for part in IN_NAMES)
    return of_box(element, set(names.split())) if named else None


def of_box(element: _Element, names: set[str]) -> Formula | None:
    """KaTeX's and MathJax's boxes."""
    if "katex-display" in names or "katex" in names:
        inner = next(element.iterdescendants("math"), None)
        return of_flat_box(element) if inner is None else of_math(inner, "katex-display" in names)
    if "MathJax_Preview" in names and is_followed(element):
        return NOTHING
    if names & RENDERED:
        if is_followed(element):
            return NOTHING
        inner = next(element.iterdescendants("math"), None)
        source = next((box.get("data-mathml") for box in element.iter() if box.get("data-mathml")), None)
        return of_math(inner) if inner is not None else of_tree(source)
    if "mwe-math-element" in names:
        inner = next(element.iterdescendants("math"), None)
        return None if inner is None else of_math(inner)
    return None


def of_flat_box(element: _Element) -> Formula | None:
    """The formula of KaTeX's box without its elements of MathML, whose texts stay, the TeX last (blogs of CSDN)."""
    inner = next((box for box in element.iter("span") if box.get("class") == "katex-mathml"), None)
    parts = re.split(r"\n\s*\n", "".join(inner.itertext()).strip()) if inner is not None else []
    display = any("katex--display" in (box.get("class") or "") for box in (element, *element.iterancestors("span")))
    return Formula(bare(parts[-1]), display) if len(parts) > 1 else None


def is_followed(element: _Element) -> bool:
    """Whether one of the next elements is a script with the same formula."""
    return any(
        after.tag == "script" and after.get("type", "").startswith("math/")
        for _, after in zip(range(3), element.itersiblings(), strict=False)
    )


def of_math(element: _Element, display: bool = False) -> Formula:
    """The formula of a MathML element, by its TeX annotation, its alttext or its markup."""
    display = display or element.get("display") == "block" or element.get("mode") == "display"
    for annotation in element.iterdescendants("annotation"):
        if "tex" in annotation.get("encoding", "").lower() and (annotation.text or "").strip():
            return Formula(bare(annotation.text or ""), display)
    return Formula(bare(element.get("alttext") or "") or mathml.to_latex(element), display)


def of_tree(source: str | None) -> Formula:
    """A formula that stands in a script or an attribute as MathML."""
    import lxml.html

    found = lxml.html.fromstring(source) if source and "<math" in source else None
    inner = None if found is None else next(found.iter("math"), None)
    return NOTHING if inner is None else of_math(inner)


def of_picture(image: _Element) -> Formula | None:
    """The formula that a picture shows, None for other pictures."""
    alt = (image.get("alt") or "").strip()
    said = bool(LOOKS_LIKE_TEX.search(alt))
    if not said and (drawn := DRAWN.search(image.get("src") or "")):
        return Formula(bare(SETTING.sub("", unquote_plus(drawn[1] or drawn[2]).replace("&space;", " "))))
    if not said:
        named = f"{image.get('class', '')} {image.get('src', '')[:200]}"
        if not alt or not ("mwe-math" in named or "latex.php" in named):
            return None
    elif not PICTURES.search(f"{image.get('class', '')} {image.get('src', '')[-300:]}") and unstyled(alt) == alt:
        return None
    return Formula(bare(alt), "mwe-math-fallback-image-display" in image.get("class", ""))


def bare(tex: str) -> str:
    """LaTeX without delimiters and without the style that Wikipedia wraps every formula in."""
    tex = tex.strip()
    if match := DELIMITED.fullmatch(tex):
        tex = next(group for group in match.groups() if group is not None).strip()
    tex = unstyled(tex).removeprefix("% <![CDATA[").removesuffix("%]]>").strip()
    return re.sub(r"(?<!\\)((?:\\\\)*)\\$", r"\1", tex)  # of a blank "\ ", which would hide the delimiter
