"""jusText beside the original: paragraphs, classes and texts."""

import random

from justext.core import ParagraphMaker, classify_paragraphs, revise_paragraph_classification
from trafilatura import external

from stages.extract import parsing
from stages.extract.reader import justext
from tests.helpers.random_pages import random_page


def original(tree) -> tuple[list[tuple[str, int]], list[str], list[str]]:
    """Texts with their characters in links, first classes, and texts of good paragraphs."""
    found = ParagraphMaker.make_paragraphs(tree)
    classify_paragraphs(found, external.JT_STOPLIST or external.jt_stoplist_init(), 50, 150, 0.1, 0.2, 0.25, True)
    first = [paragraph.cf_class for paragraph in found]
    revise_paragraph_classification(found, 150)
    good = [paragraph.text for paragraph in found if not paragraph.is_boilerplate]
    return [(paragraph.text, paragraph.chars_count_in_links) for paragraph in found], first, good


def test_paragraphs_of_pages(made_pages):
    counted = 0
    for html in [*made_pages, *map(random_page, range(500, 560))]:
        seen = parsing.look(html)
        if seen is None:
            continue
        paragraphs, first, good = original(seen.tree)
        ours = justext.split_paragraphs(seen.tree)
        assert [(one.text, one.linked) for one in ours] == paragraphs
        assert [one.quality() for one in ours] == first
        assert list(justext.good_paragraphs(ours)) == good
        counted += len(good)
    assert counted > 50


class Fixed:
    """A paragraph of a given class."""

    def __init__(self, quality: str) -> None:
        self.cf_class = self.class_type = self.text = self.given = quality
        self.heading = False

    def quality(self) -> str:
        return self.given


def test_neighbours_decide_as_in_the_original():
    rng = random.Random(1)
    for _ in range(2_000):
        classes = rng.choices(("bad", "short", "neargood", "good"), weights=(3, 3, 2, 1), k=rng.randint(0, 14))
        theirs = [Fixed(quality) for quality in classes]
        revise_paragraph_classification(theirs, 150)
        ours = [Fixed(f"{quality}") for quality in classes]
        for number, paragraph in enumerate(ours):
            paragraph.text = str(number)
        good = [str(number) for number, paragraph in enumerate(theirs) if paragraph.class_type == "good"]
        assert list(justext.good_paragraphs(ours)) == good, classes


def test_blanks_are_squeezed_as_in_the_original():
    from justext.utils import normalize_whitespace

    for text in ("", "a b", "a  b", " a\tb ", "a \n b", "a\r\nb", "\u00a0a\u2003 b", "a\nb", "a\x0bb", "a \u2028 b"):
        assert justext.squeeze(text) == normalize_whitespace(text), repr(text)


def test_the_stop_words_are_made_once():
    assert justext.stop_words() is justext.stop_words()
    assert {"the", "und"} <= justext.stop_words() and len(justext.stop_words()) > 100_000
