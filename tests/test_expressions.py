"""Every regular expression of the project, and the whole way of a text through the filters, fed with their worst."""

import importlib
import pkgutil
import re
import time

import pyarrow as pa
import pytest

from filters import c4, fineweb, gopher, lines, url
from pipeline.transform import edit, rewrite, screen
from stages import language, pii
from stages.extract.clean import clean

PACKAGES = (
    "curriculum",
    "dedup",
    "filters",
    "mews",
    "pipeline",
    "recipes",
    "report",
    "sample",
    "stages",
    "text",
    "tokenizer",
)
SIGNS = " \n\t\r\0\xa0aA1.-,:;<>\"'([=&%/@\\{|+#$~*^_éß中ไ🙂﷽\u0301\u2028\u202e\x85"
WORDS = (
    r"a. 1. 1, a- 1- a@ a| a/ 1/ .. ... … http:// www. https://a.b/ ftp:// <!-- <a <?xml ab: (1) [edit] \( \(?: ::",
    "charset= segments/ index.html ;sid= CC-MAIN- WARC/1.0 n't l' word1",
)
PHRASES = (
    *(
        "1 ",
        "a ",
        "the ",
        "{ ",
        "\n\n",
        " \n",
        "•\n",
        "a\n",
        "| a |\n",
        "1 likes\n",
        "sign-in\n",
        "read more...\n",
        "1f\r\n",
    ),
    *(
        "2012-01-02 ",
        "x1 ",
        "one two three ",
        "lorem ipsum ",
        "javascript ",
        "WARC/1.0\r\n",
        "<meta ",
        "DE12 ",
        "4111 ",
        "+49 ",
    ),
    "http:a 1.1.1.1 20200101000000 x ",
)
PUMPS = sorted({*SIGNS, *PHRASES, *" ".join(WORDS).split()})


def expressions() -> dict[str, re.Pattern]:
    """The compiled expressions that modules hold, by module and name; those of re2 take linear time by themselves."""
    found = {}
    for package in PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            held = vars(importlib.import_module(module.name)) if not module.name.endswith("__main__") else {}
            found |= {f"{module.name}.{name}": value for name, value in held.items() if isinstance(value, re.Pattern)}
    return found


def test_no_expression_backtracks_for_long():
    found = expressions()
    assert len(found) > 60
    slow = [(name, pump) for name, one in found.items() for pump in PUMPS if seconds_of(one, pump) > 1]
    assert slow == []


def seconds_of(expression: re.Pattern, pump: str, size: int = 10_000) -> float:
    text = (pump * size)[:size] + "\1"
    data = text.encode("utf-8", "surrogatepass") if isinstance(expression.pattern, bytes) else text
    began = time.process_time()
    expression.match(data)  # type: ignore[arg-type]
    return time.process_time() - began


WAY = {
    "repetition": screen(gopher.repetition),
    "quality": screen(gopher.quality),
    "lines": edit(lines.corrections),
    "c4": edit(c4.quality),
    "fineweb": screen(fineweb.quality),
    "url": screen(url.blocked),
    "language": language.identify(),
    "clean": rewrite(clean),
    "pii": pii.scrub(),
}


@pytest.mark.parametrize("name", WAY)
def test_no_text_holds_up_a_filter(name):
    """Quadratic time would be minutes for a hundred kilobytes."""
    WAY[name](table("a"))
    took = {pump: seconds(name, (pump * 100_000)[:100_000]) for pump in PUMPS}
    assert {pump: found for pump, found in took.items() if found > 3} == {}


def table(text: str) -> pa.Table:
    columns = {"id": ["1"], "url": [f"http://a.example/{text[:2000]}"], "text": [text]}
    return pa.table({name: pa.array(value, pa.string()) for name, value in columns.items()})


def seconds(name: str, text: str) -> float:
    rows = table(text)
    began = time.process_time()
    WAY[name](rows)
    return time.process_time() - began
