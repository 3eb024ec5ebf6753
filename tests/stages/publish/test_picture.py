"""The funnel as a picture."""

import xml.etree.ElementTree as ET

from pipeline.funnel import Line
from pipeline.stats import Size
from stages.publish.picture import funnel_picture

SVG = "{http://www.w3.org/2000/svg}"


def test_bars_are_as_long_as_what_was_kept_and_lost():
    lines = [
        Line("raw", "read", Size(1_000, 0), {}, {}, begins=True),
        Line("raw", "language", Size(400, 0), {"language:other": Size(500, 0)}, {"language:failed": 100}),
        Line("clean", "<b>", Size(400, 0), {}, {}),
    ]
    picture = ET.fromstring(funnel_picture(lines))
    found = picture.iter(f"{SVG}rect")
    bars = [(bar.get("class"), float(bar.get("x", 0)), float(bar.get("width", 0))) for bar in found]
    assert bars == [("kept", 440, 300), ("kept", 440, 120), ("gone", 560, 180), ("kept", 440, 120)]
    texts = ["".join(text.itertext()) for text in picture.iter(f"{SVG}text")]
    assert texts[3:6] == ["raw language", "400", "40.0%"] and texts[6] == "clean <b>"


def test_a_funnel_without_lines():
    assert ET.fromstring(funnel_picture([])).get("viewBox") == "0 0 760 34"
