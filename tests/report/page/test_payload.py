"""The data of a page, packed and read again as a browser does."""

import numpy as np
import pytest

from report.page.payload import Coded, embedded
from tests.helpers.packed import unpacked


@pytest.mark.parametrize("text", ["", "a", "ab", "abc", "ä</script>", "日本"])
def test_what_is_packed_comes_out(text: str):
    arrays = {
        "x": np.array([1.5, np.inf], np.float32),
        "y": np.array([7], np.uint32),
        "z": np.array([-1, 2, 3], np.int32),
    }
    data, found = unpacked(embedded({"text": text}, arrays))
    assert data == {"text": text}
    assert found == {"x": [1.5, np.inf], "y": [7], "z": [-1, 2, 3]}


def test_a_lone_surrogate_does_no_harm():
    assert unpacked(embedded({"text": "a\ud800b"}, {}))[0] == {"text": "a?b"}


def test_the_same_data_make_the_same_bytes():
    assert embedded({"b": 1, "a": 2}, {}) == embedded({"a": 2, "b": 1}, {})


def test_words_are_numbered_as_they_come():
    coded = Coded()
    for word in ("en", "de", "en"):
        coded.add(word)
    assert (list(coded.words), coded.numbers) == (["en", "de"], [0, 1, 0])
