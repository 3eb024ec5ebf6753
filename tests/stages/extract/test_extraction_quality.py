"""Extraction on real pages: as good as measured, and by no trick of ours other than trafilatura's own text."""

import logging
from itertools import chain

import lxml.html
import pytest
import trafilatura
import trafilatura.utils

from benchmarks import extraction, plain_extraction
from filters.language import only
from pipeline.doc import Doc
from stages import extract, language
from stages.extract.clean import clean

PAGES = 80
SETTINGS = {"precision": {"favor_precision": True}, "balanced": {}, "recall": {"favor_recall": True}}


@pytest.fixture(scope="module")
def gold(shared):
    return extraction.golden(shared / "data", PAGES)


@pytest.fixture(scope="module")
def pages(shared, gold):
    return extraction.sources(shared / "data", gold)


@pytest.fixture(scope="module")
def rows(pages):
    return extract.text()(pages).to_pylist()


@pytest.fixture(scope="module")
def texts(rows):
    return [row["text"] for row in rows]


def test_every_page_with_a_text_is_extracted(pages, gold, texts):
    """Of a text of fewer words than any filter keeps, nothing may be left: where little is likely, nothing is kept."""
    assert pages.num_rows == PAGES
    empty = [id for id, text in zip(pages["id"].to_pylist(), texts, strict=True) if not text]
    assert len(empty) <= 1
    assert [id for id in empty if len(gold[id]["gold_text"].split()) >= 50] == []


def test_floors_under_the_measured_quality(pages, gold):
    """All pages: see `python -m benchmarks.extraction`."""
    blocks = extraction.scores(pages, gold, "blocks")
    ours = extraction.scores(pages, gold, "trafilatura")
    precise = extraction.scores(pages, gold, "precision")
    fast = extraction.scores(pages, gold, "resiliparse")
    raw = extraction.scores(pages, gold, "raw")
    assert blocks.f1 > 0.88 and blocks.f1 > ours.f1 and blocks.kept_out > 0.8  # seven pages
    assert ours.precision > 0.87 and ours.recall > 0.89 and ours.f1 > 0.85
    assert ours.found > 0.82 and ours.kept_out > 0.88
    assert fast.f1 > 0.80 and raw.recall > 0.95
    assert ours.recall >= precise.recall and ours.empty <= precise.empty and ours.f1 >= precise.f1 - 0.002
    assert ours.precision > fast.precision > raw.precision and ours.f1 > fast.f1 > raw.f1


@pytest.mark.parametrize(("name", "settings"), SETTINGS.items())
def test_text_is_what_trafilatura_alone_gives(pages, name, settings):
    """Neither the parser, nor the memory settings, nor the images, nor the page before change a character."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    ours = dict(zip(pages["id"].to_pylist(), extract.text(name)(pages)["text"].to_pylist(), strict=True))
    for row in pages.to_pylist()[:: 1 if name == "precision" else 4]:
        source = plain_extraction.repaired(row["html"], row["charset"])
        tree = lxml.html.fromstring(source.encode("utf-8", "surrogatepass"), parser=trafilatura.utils.HTML_PARSER)
        said = trafilatura.extract(tree, include_comments=False, deduplicate=False, **settings)
        assert (ours[row["id"]] or "") == clean(said or ""), row["url"]


def test_trafilatura_is_precise_but_for_pages_that_precision_empties(pages):
    texts, precise, balanced = (
        extract.text(name)(pages)["text"].to_pylist() for name in ("trafilatura", "precision", "balanced")
    )
    rescued = [(ours, full) for ours, short, full in zip(texts, precise, balanced, strict=True) if ours != short]
    assert 0 < len(rescued) < 0.1 * PAGES
    assert all(ours == full for ours, full in rescued)


def test_images_stand_in_their_page(pages, rows):
    images = [row["image_urls"] or [] for row in rows]
    found = list(chain.from_iterable(images))
    assert len(found) > PAGES
    assert all(len(image) == 2 and image[0].startswith(("http://", "https://")) for image in found)
    for shown, html in zip(images, pages["html"].to_pylist(), strict=True):
        names = [address.rpartition("/")[2].partition("?")[0].encode() for address, _ in shown]
        assert len(set(map(tuple, shown))) == len(shown)
        assert all(name in html for name in names if name.isalnum())


def test_screen_before_extraction_loses_next_to_no_english(pages, texts):
    screened = language.screen_html("en")(pages)["reason"].to_pylist()
    identified = [language.most_likely(text or "") for text in texts]
    fields = [{"language": code, "language_score": score} for code, score in identified]
    english = [only("en")(Doc("", fields=row)) is None for row in fields]
    lost = sum(reason is not None for reason, kept in zip(screened, english, strict=True) if kept)
    skipped = sum(reason is not None for reason, kept in zip(screened, english, strict=True) if not kept)
    assert lost <= 0.01 * sum(english)
    assert skipped >= 0.7 * (PAGES - sum(english))
