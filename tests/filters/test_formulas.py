"""Pages with mathematics: both limits, on both sides."""

import pytest

from filters.formulas import mathematics
from pipeline.doc import Doc


@pytest.mark.parametrize(
    ("count", "share", "reason"),
    [(3, 0.02, None), (2, 0.02, "few"), (3, 0.0199, "sparse"), (2, 0.01, "few"), (None, None, "few"), (400, 1.0, None)],
)
def test_a_page_needs_some_formulas_and_a_share_of_them(count, share, reason):
    assert mathematics(Doc("", fields={"formula_count": count, "formulas": share})) == reason
