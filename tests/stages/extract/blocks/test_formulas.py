"""Formulas: each way of writing one, once, and MathML as LaTeX."""

import lxml.html
import pytest

from stages.extract.blocks import formulas, mathml


def latex(inside: str) -> str:
    return mathml.to_latex(lxml.html.fromstring(f"<math>{inside}</math>"))


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>", "x_{1}^{2}"),
        ("<msup><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></msup>", "{a+b}^{2}"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", r"\sqrt[3]{x}"),
        ("<mover><mi>v</mi><mo>→</mo></mover>", r"\vec{v}"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", r"\bar{x}"),
        ("<munder><mi>lim</mi><mrow><mi>n</mi><mo>→</mo><mo>∞</mo></mrow></munder>", r"\lim_{n\to\infty}"),
        ("<mi>α</mi><mi>x</mi>", r"\alpha x"),
        ("<mi>sin</mi><mo>&#x2061;</mo><mi>x</mi>", r"\sin x"),
        ("<mtext>if</mtext><mn>5</mn><mo>%</mo>", r"\text{if}5\%"),
        ("<mi mathvariant='double-struck'>R</mi>", r"\mathbb{R}"),
        ("<mi>rate</mi>", r"\mathrm{rate}"),
        ("<mfenced open='[' close=']'><mi>a</mi><mi>b</mi></mfenced>", "[a,b]"),
        ("<mfrac><mn>1</mn></mfrac>", "1"),
        ("<msup><mi>x</mi></msup>", "x"),
        ("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mi>n</mi></mtd></mtr></mtable>", r"\begin{matrix}1 & n\end{matrix}"),
    ],
)  # fmt: skip
def test_mathml(inside: str, expected: str):
    assert latex(inside) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<script type='math/tex'>x^2</script>", ("x^2", False)),
        ("<script type='math/tex; mode=display'>x</script>", ("x", True)),
        ("<script>x</script>", None),
        ("<img alt='a_{1}' class=tex>", ("a_{1}", False)),
        ("<img alt='{\\displaystyle n}' class='mwe-math-fallback-image-display'>", ("n", True)),
        ("<img alt='$x$' src='/math/1.png'>", ("x", False)),
        ("<img alt='A mill at dawn' src='mill.jpg'>", None),
        ("<img alt='C:\\users\\me' src='photo.jpg'>", None),
        ("<span class=MathJax_Preview>x</span>", None),
        ("<span class=katex>x</span>", None),
        ("<span class=katex><math><annotation encoding='application/x-tex'>k</annotation></math></span>", ("k", False)),
        ("<math alttext='\\(y\\)'><mi>z</mi></math>", ("y", False)),
        ("<img src='/cgi-bin/mimetex.cgi?f(z)=\\exp(z)-1'>", ("f(z)=\\exp(z)-1", False)),
        ("<img src='https://latex.codecogs.com/gif.latex?\\dpi{120}&space;x%5E2+y'>", ("x^2 y", False)),
        ("<img src='/latex.php?bg=fff&latex=a%2Bb&s=1' alt=formula>", ("a+b", False)),
        ("<img src='//chart.example/chart?cht=tx&chl=%5Cpi'>", ("\\pi", False)),
        ("<img src='/chart?cht=bar&chl=may'>", None),
        (
            "<img alt='{\\displaystyle a}+{\\displaystyle b}' class=tex>",
            ("{\\displaystyle a}+{\\displaystyle b}", False),
        ),
        ("<img alt='a\\ ' class=tex>", None),
        ("<span class='katex'><span class='katex-mathml'>x\n\n\n2\n\n x^2 \n</span>x2</span>", ("x^2", False)),
        ("<math alttext='a_1\\ '></math>", ("a_1", False)),
        ("<span class=MathJax data-mathml='<math><mi>q</mi></math>'>q</span>", ("q", False)),
    ],
)
def test_ways_of_writing_a_formula(markup: str, expected):
    found = formulas.formula_of(lxml.html.fragment_fromstring(f"<div>{markup}</div>")[0])
    assert found == expected


def test_what_stands_beside_a_script_is_left_out():
    box = lxml.html.fragment_fromstring(
        "<p><span class=MathJax_Preview>x</span><span class=MathJax>x</span><script type='math/tex'>x</script></p>"
    )
    assert [formulas.formula_of(element) for element in box] == [("", False), ("", False), ("x", False)]


def test_a_box_of_katex_without_mathml_is_displayed_where_its_box_says_so():
    box = "<span class='katex--display'><span class=katex><span class=katex-mathml>a\n\na_1</span></span></span>"
    assert formulas.formula_of(lxml.html.fragment_fromstring(f"<div>{box}</div>")[0][0]) == ("a_1", True)
