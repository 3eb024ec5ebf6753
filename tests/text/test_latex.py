"""LaTeX in one way of writing: what changes, what must not, and that a second time changes nothing."""

import random

import pytest

from text.latex import normalise_latex, unstyled

CHANGED = [
    (r"{\displaystyle {\frac {a}{b}}}", r"{\frac {a}{b}}"),
    (r"\displaystyle \textstyle x", "x"),
    (r"{ \displaystyle x }", "x"),
    ("a\n  +\tb\u00a0c", "a + b c"),
    (r" ~\, x+y \quad\;", "x+y"),
    ("a\\ ", "a"),
    ("x\u2061\u200b y", "x y"),
    ("x % the unknown\n+1", "x +1"),
    (r"\label{eq:1} E=mc^2 \nonumber", "E=mc^2"),
    (r"\begin{equation*} x=1 \end{equation*}", "x=1"),
    (r"\begin{equation}\begin{split}a&=b\end{split}\end{equation}", r"\begin{split}a&=b\end{split}"),
    (r"\begin{align*}a&=b\\c&=d\end{align*}", r"\begin{aligned}a&=b\\c&=d\end{aligned}"),
    (r"\begin{gather}a\\b\end{gather}", r"\begin{gathered}a\\b\end{gathered}"),
    ("α≤βx−1′", r"\alpha\leq\beta x-1'"),
    ("x∈ℝ", r"x\in\mathbb{R}"),
    ("α2", r"\alpha2"),
    ("a &lt; b &amp;= c", "a < b &= c"),
    (r"\begingroup", ""),
    (r"\PageIndex{12}", ""),
    (r" \, ", ""),
]
KEPT = [
    r"\dfrac{1}{2}",
    r"\left( x \right)",
    r"\int f\,dx",
    r"{\displaystyle a}+{\displaystyle b}",
    r"a+{\displaystyle b}",
    r"\displaystyleof",
    r"\text{für alle α ≤ β}",
    r"\operatorname{αx}",
    r"50\% % of it",
    r"a\\",
    r"a \\, b",
    r"\begin{eqnarray}a&=&b\end{eqnarray}",
    r"\begin{array}{l}a\end{array}",
    r"\begin{equation}a\end{equation}\begin{equation}b\end{equation}",
    r"\tag{1} x",
    r"\begingroup x",
    r"\notagain",
    "é + ü",
]


@pytest.mark.parametrize(("tex", "wanted"), CHANGED)
def test_what_changes(tex, wanted):
    assert normalise_latex(tex) == wanted


@pytest.mark.parametrize("tex", KEPT)
def test_what_stays(tex):
    assert normalise_latex(tex) == tex


def test_a_second_time_changes_nothing():
    chosen = random.Random(5)
    pieces = [*"ab{}\\ ~%\n&α≤", r"\,", r"\quad", r"\displaystyle", r"\text{", r"\label{a}", "&lt;", "&amp;", r"\\"]
    pieces += [rf"\{side}{{{name}}}" for side in ("begin", "end") for name in ("equation", "align", "gather*", "math")]
    for _ in range(3_000):
        tex = normalise_latex("".join(chosen.choices(pieces, k=chosen.randint(1, 12))))
        assert normalise_latex(tex) == tex


def test_a_style_holds_for_the_whole_formula_or_stays():
    assert unstyled(r"{\textstyle \{x\}}") == r"\{x\}"
    assert unstyled(r"{\displaystyle x}}") == r"{\displaystyle x}}"
    assert unstyled(r"{\displaystyle x\}") == r"{\displaystyle x\}"
    assert unstyled(r"{\bf x}") == r"{\bf x}"
