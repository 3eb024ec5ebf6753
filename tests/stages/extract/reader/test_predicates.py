"""trafilatura's XPath expressions as data."""

import re

import pytest

from stages.extract.reader.predicates import AttributeTest, Step, Unsupported, parse

BOXES = frozenset({"a", "b"})


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        (".//header", [Step(frozenset({"header"}))]),
        ("(.//article)[1]", [Step(frozenset({"article"}))]),
        (".//*[@id]", [Step(None, (AttributeTest(("id",), ""),))]),
        (".//*[self::a or self::b][@class='x y']", [Step(BOXES, (AttributeTest(("class",), r"^x\ y\Z"),))]),
        (
            "(.//*[self::a\n or self::b][re:test(@id|@class, 'x|[yz] or (w)', 'i')\n or\n @k = 'v'])[1]|(.//main)[1]",
            [
                Step(BOXES, (AttributeTest(("id", "class"), "x|[yz] or (w)", "case"), AttributeTest(("k",), r"^v\Z"))),
                Step(frozenset({"main"})),
            ],
        ),
        (
            ".//div[starts-with(@id, 'a-') or contains(translate(@class, 'CP','cp'), 'page-c')]",
            [Step(frozenset({"div"}), (AttributeTest(("id",), r"^a\-"), AttributeTest(("class",), r"[pP]age\-[cC]")))],
        ),
        (
            ".//*[@x='1'][not(.//h1) or re:test(@id, ']')]",
            [Step(None, (AttributeTest(("x",), r"^1\Z"),), "[not(.//h1) or re:test(@id, ']')]")],
        ),
    ],
)
def test_forms_that_are_understood(path, steps):
    assert parse(path) == steps


@pytest.mark.parametrize(
    "path",
    [
        "//a",
        "a/b",
        ".//*[not(@id)]",
        ".//*[@id and @class]",
        ".//*[self::a or @id]",
        ".//a[self::b]",
        ".//*[contains(@id, '')]",
        ".//*[contains(translate(@id, 'ab', 'c'), 'c')]",
        ".//*[contains(translate(@id, 'N', 'n'), 'Nav')]",
        ".//*[re:test(@id, 'a', 'g')]",
        ".//*[re:test(., 'a')]",
    ],
)
def test_other_forms_are_refused(path):
    with pytest.raises(Unsupported):
        parse(path)


def test_pattern_of_a_quoted_value_finds_that_value_only():
    pattern = parse(".//*[@class='a.b']")[0].tests[0].pattern
    assert re.search(pattern, "a.b")
    assert not any(re.search(pattern, value) for value in ("axb", "xa.b", "a.bx", "a.b\n"))
