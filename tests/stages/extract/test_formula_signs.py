"""A look at the HTML for formulas: each way of writing one is seen, and pages without any go."""

import pyarrow as pa
import pytest

from stages.extract.formula_signs import formula_signs
from stages.warc import PAGE


def reason(html: bytes | None) -> str | None:
    return formula_signs()(pa.table({"html": pa.array([html], pa.binary())}))["reason"][0].as_py()


@pytest.mark.parametrize(
    "html",
    [
        b"<p>so <math><mi>x</mi></math>",
        b"<MATH display=block>",
        b"<script src=/js/MathJax.js>",
        b"<script type='math/tex'>x</script>",
        b"<span class='katex-html'>",
        b"<img src='x/latex.php?latex=x'>",
        b"<img src='/cgi-bin/mimetex.cgi?x'>",
        b"<img src='/chart?w=1&amp;cht=tx&amp;chl=x'>".replace(b"&amp;cht", b"&cht"),
        b"<p>[itex]x[/itex]",
        b"\xff\xfe a \\frac{1}{2}",
        b"$\\begin{equation}x",
        b"<p>\\alpha",
    ],
)
def test_a_sign_keeps_a_page(html):
    assert reason(html) is None


@pytest.mark.parametrize(
    "html", [b"", None, b"<p>maths $5</p>", b"C:\\innings\\integer", b"<mathilde>", b"$x$ \\alphabet"]
)
def test_a_page_without_a_sign_goes(html):
    assert reason(html) == "extract.formula_signs:none"


def test_a_table_without_rows_stays_one():
    assert formula_signs()(PAGE.empty_table()).num_rows == 0
