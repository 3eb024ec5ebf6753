"""The bytes that the parser gets, beside trafilatura's repair."""

import random

import pytest
from trafilatura.utils import repair_faulty_html

from stages.extract.source import source_of

XHTML = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">'
SOURCES = [
    "",
    "<p>x</p>",
    "\ufeff<p>x",
    "<!doctype html><p>x",
    "<!doctype html>\n<p>x",
    f"{XHTML}<html><p>x",
    f"{XHTML}\r\n<html lang=de />\n<p>x",
    f"  {XHTML}\n<p>x",
    "< !DOCTYPE a/b>\n<p>x",
    "<!DOCTYPE a/b> c/d>\n<p>x",
    "\n<!DOCTYPE a/b>\n<p>x",
    "<html xmlns='x'/>\n<p>x</p>",
    "<html xmlns='x' /> \n<p>x</p>",
    "\n\n\n<html/>\n",
    "\n\n\n\n<html/>\n",
    "<HTML/>\n<p>",
    "<meta/><html a=b /><p/>",
    "x" * 4090 + "<html/>\n",
    "x" * 4089 + "<html/>\n",
    f"{XHTML}" + "x" * 4089 + "<html/>\n",
    "a\0b\x01c\x08d\x0be\x0cf\x0eg\x1fh\ti\nj\rk\x7fl",
    "a\ufffeb\uffffc\ufffdd",
    "<!doctype\x02 a/b>\nx\x03",
    "é" * 60 + "doctype",
    "é" * 43 + "doctype",
    "\udc80<!DOCTYPE a/b\udc81>\nx",
]


def expected(text: str) -> bytes:
    return repair_faulty_html(text, text[:50].lower()).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("number", range(len(SOURCES)))
def test_repair(number):
    text = SOURCES[number]
    page = text.encode("utf-16", "surrogatepass")
    assert source_of(page, "utf-16") == expected(page.decode("utf-16", "replace"))
    page = text.encode("utf-8", "surrogatepass")
    for charset in ("utf-8", None, "UTF8", "no-such-charset", "hex"):
        assert source_of(page, charset) == expected(page.decode("utf-8", "replace"))
    page = text.encode("latin-1", "replace")
    assert source_of(page, "windows-1252") == expected(page.decode("windows-1252", "replace"))


def test_repair_of_random_sources():
    rng = random.Random(3)
    parts = [
        "<!DOCTYPE",
        "html",
        "<html",
        "/>",
        ">",
        " ",
        "/",
        "\n",
        "\r",
        "\x0b",
        "\x00",
        "x",
        "é",
        "\ufffe",
        "<!",
        "\u2028",
    ]
    for _ in range(3_000):
        text = "".join(rng.choices(parts, k=rng.randint(0, 25)))
        assert source_of(text.encode(), "utf-8") == expected(text), repr(text)
