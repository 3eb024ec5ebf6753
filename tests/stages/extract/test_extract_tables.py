"""Tables in extracted text: what the cells say stays, the frame goes."""

import pytest

from stages.extract.clean import clean


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        ("| Name | Price |\n|---|---:|\n| Tea | 3 |", "Name | Price\nTea | 3"),
        ("before\n|  |  |  |\n|\nafter", "before\nafter"),
        ("|  | A page\t\tlaid out  in a table |  |", "A page laid out in a table"),
        (r"| home \| away | - |", "home | away"),
        ("a | b stays\n  | so does this", "a | b stays\n  | so does this"),
        ("| 5 | -3 |", "5 | -3"),
        (" \n | A page  laid out |  | in a table |", "A page laid out |  | in a table"),
        ("| Reds |  | 3 |\n| | | 4 |", "Reds |  | 3\n4"),
        ("| Some x -> x\n| None -> 0", "| Some x -> x\n| None -> 0"),
        ("|p - q| is a distance", "|p - q| is a distance"),
    ],
)
def test_rows_lose_their_frame_and_nothing_else(drawn: str, said: str):
    assert clean(drawn) == said
