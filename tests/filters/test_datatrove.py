"""The adapter: a filter of datatrove as one of ours."""

import os
import pickle
import subprocess
import sys

import pyarrow as pa
import pytest

from filters import gopher
from filters.datatrove import DatatroveFilter
from pipeline.doc import Doc
from pipeline.transform import edit, screen

filters = pytest.importorskip("datatrove.pipeline.filters")
BAD = "buy now " * 100


def test_the_reason_is_kept():
    assert DatatroveFilter(filters.GopherRepetitionFilter())(Doc(BAD)) == "top_2_gram"
    assert DatatroveFilter(filters.GopherRepetitionFilter())(Doc("")) == "empty"


def test_a_filter_without_reasons_drops():
    long = DatatroveFilter(filters.LambdaFilter(lambda document: len(document.text) > 3))
    assert long(Doc("ab")) == "dropped" and long(Doc("abcd")) is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(True, None), (False, "dropped"), ((True, ""), None), ((False, "why"), "why"), ((False, ""), "dropped")],
)
def test_true_keeps_there_and_none_keeps_here(answer, reason):
    block = DatatroveFilter(filters.LambdaFilter(lambda document: answer))
    assert block(Doc("text")) == reason
    assert block.edited(Doc("text")) == ("text", reason)


def test_in_a_stage():
    """As a screen, and as an edit, with rules of our own beside them."""
    text = "The cat sat on the mat.\nno end mark on this line"
    table = pa.table({"id": ["a", "b"], "url": ["", ""], "text": [text, "nothing"]})
    block = DatatroveFilter(filters.C4QualityFilter(min_num_sentences=1))
    screened = screen(block, gopher.quality.replace(min_words=5, stop_words=1))(table)
    assert screened["reason"].to_pylist() == [None, "datatrove.C4QualityFilter:too_few_sentences"]
    assert edit(block.edited)(table)["text"].to_pylist()[0] == "The cat sat on the mat."


def test_the_row_is_its_metadata():
    seen = []
    block = DatatroveFilter(
        filters.LambdaFilter(lambda document: seen.append((document.id, document.metadata)) or True)
    )
    assert block(Doc("text", "http://a.org", "7", {"language": "en"})) is None
    assert seen == [("7", {"language": "en", "url": "http://a.org"})]


def test_the_text_that_it_leaves():
    block = DatatroveFilter(filters.C4QualityFilter(min_num_sentences=1))
    text = "The cat sat on the mat.\nno end mark on this line"
    assert block.edited(Doc(text)) == ("The cat sat on the mat.", None)
    assert block(Doc(text)) is None


def test_it_travels_and_answers_as_before():
    block = pickle.loads(pickle.dumps(DatatroveFilter(filters.GopherRepetitionFilter())))
    assert block.name == "datatrove.GopherRepetitionFilter"
    assert block(Doc(BAD)) and gopher.repetition(Doc(BAD))


def test_settings_tell_filters_apart():
    block = DatatroveFilter(filters.GopherQualityFilter())
    before = block.settings
    assert block(Doc("word " * 60))
    assert block.settings == before == DatatroveFilter(filters.GopherQualityFilter()).settings
    assert before != DatatroveFilter(filters.GopherQualityFilter(min_doc_words=9)).settings
    assert before != DatatroveFilter(filters.GopherRepetitionFilter()).settings


def test_settings_are_the_same_under_every_hash_seed():
    code = (
        "from datatrove.pipeline.filters import GopherQualityFilter as F\n"
        "from filters.datatrove import DatatroveFilter\n"
        "print(DatatroveFilter(F()).settings)"
    )
    seeds = ({**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2"))
    said = [subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True) for env in seeds]
    assert said[0].stdout == said[1].stdout and "min_doc_words" in said[0].stdout, said
