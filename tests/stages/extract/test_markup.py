"""A parsed page as arrays: elements, events, attributes."""

import numpy as np
import pytest

from stages.extract.lookup import lookup_table
from stages.extract.markup import BEGIN, END, TAG, Markup, end_of_text_node, read_markup
from tests.helpers.page_blocks import markup

NAMES = {name: number for number, name in enumerate("a b c".split(), 1)}
TABLE = lookup_table({name.encode(): number for name, number in NAMES.items()})


def read(xml: bytes) -> Markup:
    """The markup of a piece of XML of which the elements a, b and c are known."""
    size = len(xml)
    arrays = np.zeros(size, np.int16), *np.zeros((3, size), np.int32)
    attributes, events = np.zeros((size, 2), np.int32), np.zeros((2 * size, 2), np.int32)
    seen = np.frombuffer(xml, np.uint8)
    count, read, most, longest = read_markup(seen, *TABLE, *arrays, attributes, events)
    tags, parents, ends, closes = (array[:count] for array in arrays)
    return Markup(xml, seen, tags, parents, ends, closes, attributes[:count], events[:read], most, longest)


def told(page: Markup) -> list[object]:
    """The events: "+" and "-" with the number of an element, or a text as it stands in the XML."""
    ways = {BEGIN: "+", END: "-"}
    return [
        f"{ways[second]}{first}" if second in ways else page.raw[first:second] for first, second in page.events.tolist()
    ]


def test_elements_and_events_are_in_the_order_of_the_page():
    page = read(b"<a>x<b><c/>y</b>z<c></c><other/></a>")
    assert told(page) == ["+0", b"x", "+1", "+2", "-2", b"y", "-1", b"z", "+3", "-3", "+4", "-4", "-0"]
    assert page.tags.tolist() == [1, 2, 3, 3, 0]
    assert page.parents.tolist() == [-1, 0, 1, 0, 0]
    assert page.ends.tolist() == [5, 3, 3, 4, 5]
    assert page.closes.tolist() == [12, 6, 4, 9, 11]


def test_a_text_goes_on_through_cdata_and_a_tag_is_no_text_in_it():
    page = read(b"<a>x<![CDATA[1 < <b> ]2]] >]]>y<![CDATA[]]><b>]]<![CDATA[>]]]></b></a>")
    assert told(page) == [
        "+0", b"x<![CDATA[1 < <b> ]2]] >]]>y<![CDATA[]]>", "+1", b"]]<![CDATA[>]]]>", "-1", "-0",
    ]  # fmt: skip
    assert told(read(b"<a><![CDATA[.. > ]] <b/> ]>]]>x</a>")) == ["+0", b"<![CDATA[.. > ]] <b/> ]>]]>x", "-0"]
    assert told(read(b"<a><![CDATA[x]]></a>")) == ["+0", b"<![CDATA[x]]>", "-0"]
    assert told(read(b"<a><![CDATA[]y]>]]>z</a>")) == ["+0", b"<![CDATA[]y]>]]>z", "-0"]
    assert told(read(b"<a><![CDATA[>]>z]]></a>")) == ["+0", b"<![CDATA[>]>z]]>", "-0"]


def test_what_is_cut_off_ends_with_the_bytes():
    for cut in (b"text", b"x<![CDATA[y", b"x<![CDATA[]]"):
        assert end_of_text_node(np.frombuffer(cut, np.uint8), 0) >= len(cut)


def test_attributes_lie_between_the_name_and_the_end_of_a_tag():
    page = read(b"""<a one="1" two="a > b / c"><b/><c three=""/><b =x="4"></b></a>""")
    found = [page.raw[begin:end] for begin, end in page.attributes.tolist()]
    assert found == [b' one="1" two="a > b / c"', b"", b' three=""', b' =x="4"']
    assert page.items(0) == [("one", "1"), ("two", "a > b / c")]
    assert page.items(1) == [] and page.items(3) == [("=x", "4")]
    assert page.most_attributes == 2
    assert page.parents.tolist() == [-1, 0, 0, 0]
    assert read(b"<a>x</a>").most_attributes == 0


@pytest.mark.parametrize(
    ("attributes", "longest"),
    [
        ("class='four'", 4), ("id='three'", 5), ("class='four' id='three'", 5), ("class='sixsix' id='three'", 6),
        ("id=''", 0), ("title='three'", 0), ("align='three'", 0), ("color='three'", 0), ("classes='three'", 0),
        ("cl='three'", 0), ("ix='three'", 0), ("od='three'", 0), ("ids='three'", 0), ("i='three'", 0),
    ],
)  # fmt: skip
def test_the_longest_class_or_id_is_known(attributes: str, longest: int):
    assert read(f"<a {attributes}><b id='1'/></a>".encode()).longest_name == max(longest, 1)


def test_longest_names_are_those_of_the_page():
    assert read(b"<a id='seven77'><b class='five5'/><c class='eight888'>x</c><b id='6'/></a>").longest_name == 8


def test_a_page_as_libxml2_writes_it():
    page = markup("<p title='a \"b\" &amp; &lt;c>' CLASS='x\ty'>1 &lt; 2<br>3</p><made-up>4</made-up>")
    assert [page.tags[place] for place in (1, 2, 3, 4)] == [TAG["body"], TAG["p"], TAG["br"], 0]
    assert page.items(2) == [("title", 'a "b" & <c>'), ("class", "x\ty")]
    assert told(page)[3:5] == [b"1 &lt; 2", "+3"]
