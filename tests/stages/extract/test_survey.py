"""The one look at a page, beside an XPath or a walk a question."""

import pytest

from benchmarks import plain_extraction
from stages.extract import page, parsing, readings
from stages.extract.images import frame_of, shared_passages
from stages.extract.shape import complexity_limit, grid
from stages.extract.source import source_of
from stages.extract.survey import survey

CELLS = "<td>1</td>" * 10


def looked(html: str):
    tree = parsing.parse(html.encode())
    assert tree is not None
    return survey(tree, html.encode())


def test_passages_frames_and_images_of_pages(made_pages):
    frames = images = 0
    for html in made_pages:
        seen = parsing.look(source_of(html, "utf-8"))
        if seen is None:
            continue
        assert seen.running_text == plain_extraction.running_text(seen.tree)
        text = readings.all_text(seen)[200:]
        shared: dict = {}
        for element, size in plain_extraction.shared_passages(seen.tree, text):
            shared[element] = shared.get(element, 0) + size
        held = shared_passages(seen, text).tolist()
        assert held == [0, *(shared.get(element, 0) for element in seen.elements)]
        frame = frame_of(seen, text)
        assert (None if frame is None else seen.elements[frame]) is plain_extraction.frame_of(seen.tree, text)
        found = page.images(seen, text, "https://a.example/b/")
        assert found == plain_extraction.images(seen.tree, text, "https://a.example/b/")
        frames, images = frames + bool(shared), images + len(found)
    assert frames > 50 and images > 20


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("x" * 24, 0),
        ("x" * 25, 25),
        (" \n x" + "x" * 23 + "\t\r ", 0),
        ("x  \n  y" * 8, 0),
        ("x  \n  y" * 9, 27),
        ("a" + "\u00a0" * 23, 0),
        ("a" + "\u00a0" * 24 + "b", 3),
        ("a" + " " * 24 + "b", 0),
    ],
)
def test_a_passage_is_longer_than_a_label(text, length):
    seen = looked(f"<html><body><p>{text}</p></body></html>")
    assert seen.running_text == length == plain_extraction.running_text(seen.tree)


def test_hidden_texts_are_no_passages():
    text = "A text of more than twenty-four characters."
    for tag, counts in (("script", 0), ("style", 0), ("noscript", 0), ("template", 0), ("p", 1)):
        seen = looked(f"<html><body><{tag}>{text}</{tag}>{text}</body></html>")
        assert len(seen.passages) == 1 + counts


@pytest.mark.parametrize(
    ("html", "limit"),
    [
        ("<ul><li>" * 50 + "x", None),
        ("<ul><li>" * 51 + "x", "too_deep"),
        ("<table><tr><td>" * 25 + "<blockquote><dl><dd>" * 13, "too_deep"),
        ("<p></p>" + "<ul><li>x</ul>" * 60, None),
        (f"<table>{f'<tr>{CELLS}</tr>' * 100}</table>", None),
        (f"<table><tr>{'<td>1' * 4_000}</table>", None),
        (f"<table><tr>{'<td>1' * 4_001}</table>", "too_dense"),
        (f"<table><tr>{'<td colspan=100>1' * 40}</table>", None),
        (f"<table><tr>{'<td colspan=100>1' * 40}<td></table>", "too_dense"),
        (f"<table>{f'<tr>{CELLS * 10}</tr>' * 1_000}</table>", None),
        (f"<table>{f'<tr>{CELLS * 10}</tr>' * 1_000}<tr></tr></table>", "too_dense"),
        (f"<table><tr>{CELLS}<td rowspan=100>{f'<tr>{CELLS}' * 9_001}</table>", "too_dense"),
        (f"<table>{f'<tr>{CELLS * 5}</tr>' * 300}</table>" * 6, None),
        (f"<table>{f'<tr>{CELLS * 5}</tr>' * 400}</table>" * 6, "too_dense"),
        ("<table><tr><td rowspan=0 colspan=x>1<td rowspan='' colspan=²></table>", None),
        (f"<p {' '.join(f'a{n}=1' for n in range(999))}>x", None),
        (f"<p {' '.join(f'a{n}=1' for n in range(1_000))}>x", "too_dense"),
        (f"<p class='{'a' * 20_000}'>x", None),
        (f"<p class='{'a' * 20_001}'>x", "too_dense"),
        (f"<p id='{'a' * 20_001}'>x", "too_dense"),
        (f"<p style='{'a' * 20_001}' title='{'a' * 20_001}'>x", None),
    ],
)
def test_limits_on_both_sides(html, limit):
    seen = looked(f"<html><body>{html}</body></html>")
    assert complexity_limit(seen) == plain_extraction.complexity_limit(seen.tree) == limit


def test_spans_count():
    seen = looked("<table><tr><td rowspan=3><td colspan=4><tr></tr><tr><td rowspan=200 colspan=0></table>")
    assert grid(seen.tree) == (3 + 1 + 100, 5)


@pytest.mark.parametrize(
    ("passage", "is_shared"),
    [
        ("one two three four five six seven eight", True),
        ("zero two three four five nine", True),
        ("zero two three\u00a0 four five nine", True),
        ("one two three four nine eight seven", False),
        ("zero two three fourth five nine", False),
        ("zero_two_three four_five_six", False),
        ("twenty-four-characters-and-one", True),
        ("\u00e9l\u00e8ve-of-twenty-five-letters", True),
        ("\u00e9l\u00e9ve-of-twenty-five-letters", False),
    ],
)
def test_a_passage_is_known_by_four_words_of_its_inside(passage, is_shared):
    text = "a one two three four five six twenty-four-characters-and-one \u00e9l\u00e8ve-of-twenty-five-letters z"
    seen = looked(f"<html><body><p>{passage}</p></body></html>")
    assert shared_passages(seen, text).sum() == (len(passage) if is_shared else 0)


def test_images_in_menus_and_outside_the_text_are_left_out():
    text = "The keeper of the lighthouse counts the ships."
    menu = "<nav><img src=/1.png></nav><header><div><img src=/2.png></div></header>"
    seen = looked(f"<html><body>{menu}<p>{text}<img src=/3.png alt=' a  b'></p><img src=/4.png></body></html>")
    assert page.images(seen, text, "https://a.example/b/") == [["https://a.example/3.png", "a b"]]
    assert page.images(seen, "Something else altogether.", "https://a.example/") == []
