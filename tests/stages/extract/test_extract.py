"""Extraction: what comes out of pages, and what the extraction process survives."""

import os
import pickle
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.errors import UsageError
from pipeline.modules import reached
from stages import extract
from stages.extract import parsing, readings, transform
from stages.extract.clean import clean
from stages.extract.sandbox import Caps, Sandbox, sandbox_for

ROOT = Path(__file__).resolve().parents[3]
SENTENCES = [
    f"Sentence number {n} tells of the weather in the mountains, of snow and of the way down." for n in range(9)
]
MENU = '<nav><a href="/"><img src="/logo.png" alt="Logo">Home</a><a href="/b">Prices</a></nav>'
SCHEMA = pa.schema({"id": pa.string(), "url": pa.string(), "html": pa.binary(), "charset": pa.string()})


def page(body: str = "", charset: str = "utf-8") -> bytes:
    story = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    return f"<html><head><title>Snow</title></head><body>{MENU}<article>{story}{body}</article></body></html>".encode(
        charset
    )


def table(*pages: bytes, charset: str | None = "utf-8") -> pa.Table:
    rows = [{"id": f"{n}", "url": "https://a.example/b/", "html": p, "charset": charset} for n, p in enumerate(pages)]
    return pa.Table.from_pylist(rows, SCHEMA)


def texts(*pages: bytes, transform: extract.Text | None = None) -> list[str | None]:
    return (transform or extract.text())(table(*pages))["text"].to_pylist()


def errors(*pages: bytes, transform: extract.Text | None = None) -> list[str | None]:
    return (transform or extract.text())(table(*pages))["error"].to_pylist()


def test_main_text_without_menu_and_with_images():
    body = '<p>The end of it, with one picture more than words.</p><img src="snow.jpg?w=9" alt="Snow \n at dawn">'
    row = extract.text()(table(page(body))).to_pylist()[0]
    assert row["text"].split("\n")[: len(SENTENCES)] == SENTENCES
    assert "Prices" not in row["text"]
    assert row["image_urls"] == [["https://a.example/b/snow.jpg?w=9", "Snow at dawn"]]
    assert row["error"] is None


def test_schema_does_not_depend_on_rows():
    transform = extract.text()
    assert transform(SCHEMA.empty_table()).schema == transform(table(page(), b"")).schema
    assert transform(SCHEMA.empty_table()).column_names == ["id", "url", "text", "image_urls", "counts", "error"]


def test_what_the_html_says_is_a_column_where_it_is_asked_for():
    told = extract.text(kinds=True)(table(page(), b""))
    assert told["html_kind"].to_pylist() == ["page", None]
    assert extract.text(kinds=True)(SCHEMA.empty_table()).schema == told.schema
    assert extract.text("raw", kinds=True)(table(page()))["html_kind"].to_pylist() == [None]


def test_charset_is_obeyed_and_a_wrong_one_costs_no_page():
    body = "<p>Größe, Straße, Übermut: der Fluß ist über die Ufer getreten und hat alles mitgenommen.</p>"
    for charset in ("windows-1252", "utf-16"):
        [said] = extract.text()(table(page(body, charset), charset=charset))["text"].to_pylist()
        assert "Größe, Straße, Übermut" in said
    for charset in ("no-such-charset", "hex", "undefined", None):
        [said] = extract.text()(table(page(body), charset=charset))["text"].to_pylist()
        assert "Größe, Straße, Übermut" in said


def test_what_precision_throws_away_is_looked_for_again():
    """Unless the page is dense, or enough is left, or no more is found, or what is found is a menu."""
    story = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    source = f"<html><body><article>{story}</article></body></html>"
    whole = "\n".join(SENTENCES)
    asked: list[str] = []

    def main_text(precise: str, balanced: str, source: str = source) -> str | None:
        def read(page, focus: str) -> str:
            asked.append(focus)
            return {"precision": precise, "balanced": balanced}[focus]

        asked.clear()
        seen = parsing.look(source.encode())
        assert seen is not None
        return readings.rescued_text(seen, read)

    assert main_text(whole, "never asked") == whole and asked == ["precision"]
    assert main_text("Monday", whole) == whole and asked == ["precision", "balanced"]
    assert main_text("Monday", whole, source + "<br>" * readings.RESCUED_TAGS) == "Monday" and asked == ["precision"]
    for other in ("Monday, again.", "Home\nYour cart\nView page source\n" * 9 + "Your cart is empty."):
        assert main_text("Monday", other) == "Monday" and asked == ["precision", "balanced"]
    assert main_text(whole[: len(whole) // 2], whole) == whole[: len(whole) // 2] and asked == ["precision"]


def test_one_page_in_a_thousand_is_read_twice(monkeypatch):
    assert 60 < sum(extract.is_reread(b"%d" % number) for number in range(100_000)) < 140
    assert extract.text("trafilatura")(table(page()))["counts"].to_pylist() == [[]]
    monkeypatch.setattr(transform, "REREAD_ONE_IN", 1)
    for extractor in extract.READINGS:
        rows = extract.text(extractor)(table(page(), b"")).to_pylist()
        assert [row["counts"] for row in rows] == [[("reread", 1), ("reread_differently", 0)]] * 2
        assert rows[0]["text"] and rows[1]["error"] == "extract:empty"
    for extractor in ("plain", "raw", "resiliparse"):
        assert extract.text(extractor)(table(page()))["counts"].to_pylist() == [[]]


def test_a_second_reading_that_differs_is_counted_and_changes_nothing(monkeypatch):
    asked: list[bool] = []

    class TwoMinds:
        def ask(self, html: bytes, again: bool = False, **request) -> dict:
            asked.append(again)
            return {"error": "timeout"} if again else {"text": "ours", "image_urls": [], "cpu": 0.0}

    monkeypatch.setattr(transform, "REREAD_ONE_IN", 1)
    monkeypatch.setattr(transform, "sandbox_for", lambda caps: TwoMinds())
    [row] = extract.text("trafilatura")(table(page())).to_pylist()
    assert asked == [False, True]
    assert (row["text"], row["error"], row["counts"]) == ("ours", None, [("reread", 1), ("reread_differently", 1)])


def test_the_digest_of_a_stage_covers_what_runs_in_the_other_process():
    """The module is started by its name, so that nothing imports it when the package is."""
    parts = {f"stages.extract.{name}" for name in ("worker", "page", "reader.cascade", "reader.verdicts")}
    assert parts <= reached("stages.extract")


def test_the_extraction_process_starts_without_a_warning():
    ask = "sandbox_for(Caps()).ask(b'x', charset=None, url='', extractor='raw')"
    script = f"from stages.extract.sandbox import *; {ask}"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize("extractor", extract.EXTRACTORS)
def test_every_extractor_finds_the_story(extractor):
    [said] = texts(page(), transform=extract.text(extractor))
    assert said and all(sentence in said for sentence in SENTENCES)
    assert ("Prices" in said) == (extractor == "raw")


def test_unknown_extractor_is_a_usage_error():
    with pytest.raises(UsageError, match="trafilatura"):
        extract.text("trafilatur")


def test_markdown_is_for_blocks_and_links_are_for_markdown():
    with pytest.raises(UsageError, match="blocks"):
        extract.text("trafilatura", markdown=True)
    with pytest.raises(UsageError, match="markdown=true"):
        extract.text(links=True)
    body = "<h2>Prices</h2><p>See <b>all</b> of <a href='/p'>our prices</a>, which are those of the year before.</p>"
    marked = "## Prices\n\nSee **all** of our prices, which are those of the year before."
    assert marked in extract.text(markdown=True)(table(page(body)))["text"][0].as_py()
    linked = extract.text(markdown=True, links=True)(table(page(body)))["text"][0].as_py()
    assert "[our prices](https://a.example/p), which" in linked


def test_a_function_may_take_the_kind_of_the_page(tmp_path, monkeypatch):
    code = "def two(page, tree):\n    return page[:3]\ndef three(page, tree, kind):\n    return kind + tree.tag\n"
    sandbox = custom_sandbox(tmp_path, monkeypatch, code)
    html = b'<p>x</p><script type="application/ld+json">{"@type": "QAPage"}</script>'
    for name, expected in (("two", "<p>"), ("three", "threaddiv")):
        assert sandbox.ask(html, charset=None, url="", extractor=f"attacks:{name}")["text"] == expected
    sandbox.close()


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("see https://a.example/b?c=d. Then", "see. Then"),
        ("see (http://a.example), or HTTPS://B.EXAMPLE/X!", "see (), or!"),
        ("请访问https://a.example/b查看", "请访问查看"),
        ("и https://ru.example/wiki/Привет. Да", "и. Да"),
        ("www.a.example\nwww.b.example, and example.com/a/b", ", and"),
        ("Amazon.com said: write to me@a.com, and/or e.g./i.e. in node.js/express", None),
        ("a\n\n\n\nb\n \n\t\nc\n\nd\ne", "a\n\nb\n\nc\n\nd\ne"),
        ("a\0b\ud800c e\u0301", "abc é"),
    ],
)
def test_urls_newlines_and_characters(raw, cleaned):
    assert clean(raw) == (raw if cleaned is None else cleaned)
    assert clean(clean(raw)) == clean(raw)


def test_depth_beyond_256_loses_no_text():
    """libxml2 alone would drop what lies deeper than 256 levels, and say nothing."""
    deep = "<div>" * 600 + "<p>At the bottom of it all there is a sentence that nobody has read so far.</p>"
    [said] = texts(page(deep))
    assert said and "At the bottom of it all" in said
    assert errors(page("<div>" * 3000 + "<p>Deeper than any tree that is kept whole.</p>")) == ["extract:too_deep"]


def test_same_page_same_text_whatever_came_before():
    pages = [page(f"<p>Page number {n} ends with a sentence of its own, and only this one.</p>") for n in range(1000)]
    before = texts(pages[0])
    again = texts(*pages, *pages[:1] * 5)
    assert {again[0], *again[1000:]} == set(before)
    assert len(set(again)) == 1000


def test_empty_page_and_raising_page_are_told_apart(tmp_path, monkeypatch):
    assert errors(b"", b"<html></html>", b"<html><body><script>x = 1</script></body></html>") == ["extract:empty"] * 3
    sandbox = custom_sandbox(tmp_path, monkeypatch, "def f(page, tree):\n    raise KeyError(page[:5])\n")
    assert sandbox.ask(b"<p>x</p>", charset=None, url="", extractor="attacks:f")["error"] == "raised"
    started = time.perf_counter()
    answers = [sandbox.ask(b"<p>x</p>", charset=None, url="", extractor="attacks:f") for _ in range(20)]
    assert {answer["detail"] for answer in answers} == {"KeyError: '<p>x<'"}
    assert (time.perf_counter() - started) / 20 < 0.05
    sandbox.close()


ATTACKS = """
import ctypes, os, time
def spin(page, tree):
    while True: pass
def stuck_in_c(page, tree):
    return str(pow(3, 1 << 4_000_000, (1 << 4_000_001) - 1) > 0)
def hang(page, tree):
    time.sleep(60)
def eat(page, tree):
    return str(len([bytes(1 << 20) for _ in range(4000)]))
def fall(page, tree):
    ctypes.string_at(0)
def grow(page, tree):
    return str(len(b"x" * (700 << 20)))
def leave(page, tree):
    os._exit(3)
def fine(page, tree):
    return "fine"
"""


def custom_sandbox(tmp_path, monkeypatch, code: str, **caps) -> Sandbox:
    (tmp_path / "attacks.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    return Sandbox(Caps(**caps))


def test_each_death_is_named_and_the_next_page_is_served(tmp_path, monkeypatch):
    sandbox = custom_sandbox(tmp_path, monkeypatch, ATTACKS, cpu_seconds=0.3, memory=400 << 20, wall_seconds=2)
    expected = {"spin": "timeout", "stuck_in_c": "timeout", "hang": "timeout", "eat": "memory", "fall": "crash"}
    for attack, error in (expected | {"leave": "crash"}).items():
        said = sandbox.ask(b"<p>x</p>", charset=None, url="", extractor=f"attacks:{attack}")
        assert said["error"] == error, attack
        assert sandbox.ask(b"<p>x</p>", charset=None, url="", extractor="attacks:fine")["text"] == "fine"
    sandbox.close()


def test_a_server_that_grew_is_replaced(tmp_path, monkeypatch):
    sandbox = custom_sandbox(tmp_path, monkeypatch, ATTACKS, memory=2 << 30)
    served = []
    for attack in ("fine", "fine", "grow", "fine"):
        assert "text" in sandbox.ask(b"<p>x</p>", charset=None, url="", extractor=f"attacks:{attack}")
        served.append(sandbox.server.pid if sandbox.server else None)
    assert served[0] == served[1] and served[2] is None and served[3] not in served[:3]
    sandbox.close()


@pytest.mark.parametrize("body", ["<p>" + "lorem ipsum dolor " * 150_000, "<pre>" + "a\n" * 1_500_000])
def test_too_little_memory_never_shortens_a_text(body):
    """trafilatura catches MemoryErrors and goes on with less; that page is quarantined."""
    with closing(Sandbox(Caps())) as sandbox:
        whole = sandbox.ask(page(body), charset=None, url="", extractor="trafilatura")["text"]
    assert len(whole) > 2_000_000
    for megabytes in (1, 60):
        sandbox = Sandbox(Caps(memory=megabytes << 20))
        said = sandbox.ask(page(body), charset=None, url="", extractor="trafilatura")
        assert said.get("text") == whole or said["error"] in ("memory", "raised", "crash")
        sandbox.close()


def test_killed_server_or_process_costs_no_page():
    sandbox = Sandbox(Caps())
    first = sandbox.ask(page(), charset=None, url="", extractor="trafilatura")["text"]
    assert sandbox.server and sandbox.process
    os.kill(sandbox.server.pid, signal.SIGKILL)
    assert sandbox.ask(page(), charset=None, url="", extractor="trafilatura")["text"] == first
    sandbox.process.kill()
    assert sandbox.ask(page(), charset=None, url="", extractor="trafilatura")["text"] == first
    os.kill(sandbox.server.pid, signal.SIGKILL)
    assert sandbox.ask(page(), charset=None, url="", extractor="trafilatura")["text"] == first
    sandbox.close()


def test_nothing_survives_a_killed_worker():
    script = (
        "import time; from stages.extract.sandbox import *; g = sandbox_for(Caps());"
        "g.ask(b'<p>x</p>', charset=None, url='', extractor='raw');"
        "print(g.process.pid, g.server.pid, flush=True); time.sleep(60)"
    )
    worker = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert worker.stdout
    pids = [int(pid) for pid in worker.stdout.readline().split()]
    assert len(pids) == 2 and all(alive(pid) for pid in pids)
    worker.kill()
    worker.communicate()
    deadline = time.monotonic() + 20
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(pid) for pid in pids)


def alive(pid: int) -> bool:
    """Running, and no zombie that waits for whoever adopted it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_ignored_signals_of_the_worker_do_not_disarm_the_limit(tmp_path, monkeypatch):
    before = signal.signal(signal.SIGPROF, signal.SIG_IGN)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})
    try:
        sandbox = custom_sandbox(tmp_path, monkeypatch, ATTACKS, cpu_seconds=0.3, wall_seconds=60)
        started = time.monotonic()
        assert sandbox.ask(b"<p>x</p>", charset=None, url="", extractor="attacks:spin") == {"error": "timeout"}
        assert time.monotonic() - started < 60  # it was not the watchdog
        sandbox.close()
    finally:
        signal.signal(signal.SIGPROF, before)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def test_time_on_the_wall_does_not_count(tmp_path, monkeypatch):
    """A page that waits longer than its CPU limit, as on a busy machine, is still extracted."""
    code = "import time\ndef nap(page, tree):\n    time.sleep(1)\n    return 'slept'\n"
    sandbox = custom_sandbox(tmp_path, monkeypatch, code, cpu_seconds=0.5)
    assert sandbox.ask(b"<p>x</p>", charset=None, url="", extractor="attacks:nap")["text"] == "slept"
    sandbox.close()


def test_transform_can_be_sent_and_holds_no_process():
    transform = extract.text("raw")
    assert pickle.loads(pickle.dumps(transform)) == transform
    assert sandbox_for(extract.CAPS) is sandbox_for(extract.CAPS)


def test_the_process_that_reads_pages_imports_no_arrow():
    code = "import sys; from stages.extract import page; page.warm(); print(*({'lxml', 'pyarrow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["lxml"]


@pytest.mark.parametrize(("extractor", "loaded"), [("precision", False), ("blocks", True)])
def test_the_process_that_reads_pages_loads_what_its_extractor_needs(extractor, loaded):
    code = f"import sys; from stages.extract import page; page.warm([{extractor!r}])"
    code += "; print('stages.extract.blocks.main' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == str(loaded)


def test_other_names_are_not_found():
    assert hasattr(extract, "text") and not hasattr(extract, "texts")
