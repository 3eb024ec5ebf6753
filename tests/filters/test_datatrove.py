"""The adapter: a filter of datatrove as one of ours."""

import os
import pickle
import subprocess
import sys

import pytest

from filters import gopher
from filters.datatrove import Block
from pipeline.doc import Doc

filters = pytest.importorskip("datatrove.pipeline.filters")
BAD = "buy now " * 100


def test_the_reason_is_kept():
    assert Block(filters.GopherRepetitionFilter())(Doc(BAD)) == "top_2_gram"
    assert Block(filters.GopherRepetitionFilter())(Doc("")) == "empty"


def test_a_filter_without_reasons_drops():
    long = Block(filters.LambdaFilter(lambda document: len(document.text) > 3))
    assert long(Doc("ab")) == "dropped" and long(Doc("abcd")) is None


def test_the_row_is_its_metadata():
    seen = []
    block = Block(filters.LambdaFilter(lambda document: seen.append((document.id, document.metadata)) or True))
    assert block(Doc("text", "http://a.org", "7", {"language": "en"})) is None
    assert seen == [("7", {"language": "en", "url": "http://a.org"})]


def test_the_text_that_it_leaves():
    block = Block(filters.C4QualityFilter(min_num_sentences=1))
    text = "The cat sat on the mat.\nno end mark on this line"
    assert block.edited(Doc(text)) == ("The cat sat on the mat.", None)
    assert block(Doc(text)) is None


def test_it_travels_and_answers_as_before():
    block = pickle.loads(pickle.dumps(Block(filters.GopherRepetitionFilter())))
    assert block.name == "datatrove.GopherRepetitionFilter"
    assert block(Doc(BAD)) and gopher.repetition(Doc(BAD))


def test_settings_tell_filters_apart():
    block = Block(filters.GopherQualityFilter())
    before = block.settings
    assert block(Doc("word " * 60))
    assert block.settings == before == Block(filters.GopherQualityFilter()).settings
    assert before != Block(filters.GopherQualityFilter(min_doc_words=9)).settings
    assert before != Block(filters.GopherRepetitionFilter()).settings


def test_settings_are_the_same_under_every_hash_seed():
    code = (
        "from datatrove.pipeline.filters import GopherQualityFilter as F; from filters.datatrove import Block;"
        "print(Block(F()).settings)"
    )
    seeds = ({**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2"))
    said = [subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True) for env in seeds]
    assert said[0].stdout == said[1].stdout and "min_doc_words" in said[0].stdout, said
