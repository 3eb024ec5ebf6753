"""Pages with mathematics, by the formulas in their text (`stages.labels.measures`).

A single formula is often none: a variable between two dollars, a pattern, a price.
"""

from pipeline.doc import Doc
from pipeline.rules import Rules, least


def measured(doc: Doc) -> dict[str, float]:
    """The share of formulas, and their number."""
    return {name: float(doc.fields[name] or 0) for name in ("formulas", "formula_count")}


mathematics = Rules("formulas", measured, (least("formula_count", 3, "few"), least("formulas", 0.02, "sparse")))
