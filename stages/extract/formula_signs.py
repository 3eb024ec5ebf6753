"""A look at the HTML before it is extracted: pages without any sign of a formula are dropped.

Extraction is most of what a page costs, and of 4,500 pages of the web 2 in 100 show such a sign.
"""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.transform import put

# What the ways of `stages.extract.blocks.formulas` leave in a page, and LaTeX that a script is to find there.
SIGNS = (
    r"(?i)<math\b|<mml:math|mathjax|katex|math/(?:tex|mml)|mwe-math|latex\.php|[?&]cht=tx|mimetex|mathtex|latex\.codecogs"
    r"|\[/?(?:i?tex|i?math|latex)\]|\$latex |\\(?:d?frac|sqrt|sum|prod|int|lim|infty|mathbb|mathcal|mathrm|mathbf|left"
    r"|leq?|geq?|neq|alpha|beta|gamma|lambda|theta|partial|cdot|times|begin\{(?:equation|align|gather|cases|[pbv]?matrix))\b"
)


@dataclass(frozen=True)
class FormulaSigns:
    """A transform: drops pages without a sign of a formula; see `formula_signs`."""

    name: str = "extract.formula_signs"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The table with a reason where the page shows none."""
        shown = pc.fill_null(pc.match_substring_regex(table["html"], SIGNS), False)
        return put(table, "reason", pc.if_else(shown, pa.scalar(None, pa.string()), pa.scalar(f"{self.name}:none")))


def formula_signs() -> FormulaSigns:
    """Drop pages whose HTML shows no sign of a formula: no MathML, no script or picture for one, no LaTeX.

    Formulas that are written in HTML alone (x<sup>2</sup>) or in Unicode are none here.
    """
    return FormulaSigns()
