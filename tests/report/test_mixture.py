"""Two mixtures side by side, by hand."""

from report.mixture import Amount, mixture_diff, mixture_lines

FIRST = {
    ("early", "code"): Amount(250, 250, 1_000),
    ("early", "web"): Amount(750, 740, 1_000),
    ("late", "web"): Amount(10, 10, 10),
}
SECOND = {
    ("early", "math"): Amount(500_000, None, 1_000_000),
    ("early", "web"): Amount(500_000, None, 1_000_000),
    ("decay", "web"): Amount(7, None, 7),
}


def test_lines_are_those_of_both_in_the_order_of_the_phases():
    diff = mixture_diff(("a", "b"), FIRST, SECOND)
    assert [(key, first and first.wanted, second and second.wanted) for key, first, second in diff.lines] == [
        (("early", "code"), 250, None),
        (("early", "web"), 750, 500_000),
        (("early", "math"), None, 500_000),
        (("late", "web"), 10, None),
        (("decay", "web"), None, 7),
    ]


def test_shares_are_of_the_phase_and_differences_in_points():
    lines = [line.split() for line in mixture_lines(mixture_diff(("a", "b"), FIRST, SECOND))]
    assert lines[:2] == [["1:", "a"], ["2:", "b"]]
    assert lines[4] == ["early", "code", "25.00", "-", "-25.00", "25.00", "-", "250", "-"]
    assert lines[5] == ["early", "web", "75.00", "50.00", "-25.00", "74.00", "-", "740", "500,000"]
    assert lines[6] == ["early", "math", "-", "50.00", "+50.00", "-", "-", "-", "500,000"]
    assert lines[8] == ["decay", "web", "-", "100.00", "+100.00", "-", "-", "-", "7"]


def test_json_has_the_same():
    found = mixture_diff(("a", "b"), FIRST, SECOND).to_json()
    assert found["mixtures"] == ["a", "b"]
    assert found["lines"][1] == {
        "phase": "early",
        "source": "web",
        "first": {"wanted": 750, "realised": 740, "wanted_share": 0.75, "realised_share": 0.74},
        "second": {"wanted": 500_000, "realised": None, "wanted_share": 0.5, "realised_share": None},
    }
    assert found["lines"][0]["second"] is None
