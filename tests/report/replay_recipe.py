"""A recipe for the tests of replay: pages with their text, of which short ones are dropped and one kind fails."""

import os

import pyarrow as pa

from pipeline.doc import Doc
from pipeline.stage import Map, Stage
from pipeline.transform import put, screen
from stages import commoncrawl


def text(table: pa.Table) -> pa.Table:
    """The HTML as text; a page with the word that MEWS_TEST_FAILS names cannot be extracted."""
    texts = [html.decode() for html in table["html"].to_pylist()]
    fails = os.environ.get("MEWS_TEST_FAILS") or "\0"
    errors = ["extract:timeout" if fails in one else None for one in texts]
    table = put(table.drop_columns(["html"]), "text", pa.array(texts, pa.string()))
    return put(table, "error", pa.array(errors, pa.string()))


def short(doc: Doc) -> str | None:
    return "short" if len(doc.text) < 200 else None


def recipe(snapshot: str) -> Stage:
    return Map("raw", commoncrawl.pages(snapshot), (text, screen(short)))
