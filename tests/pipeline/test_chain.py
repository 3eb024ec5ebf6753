"""A chain of transforms: every row is kept, dropped or quarantined once, under the step that decided."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipeline.chain import QUARANTINE, TransformChain, output_schema, rejects_schema, steps_of
from pipeline.columns import put
from pipeline.doc import Doc
from pipeline.errors import RowsLost, StepFailed, UsageError, WrongReturn
from pipeline.protocols import Transform
from pipeline.rules import Rules, most
from pipeline.stats import Raised, Size, Stats, Step, TextCount
from pipeline.transform import annotate, edit, rewrite, screen

CHARACTERS = TextCount("characters", lambda texts: pc.fill_null(pc.cast(pc.utf8_length(texts), pa.int64()), 0))


HERE = "tests/pipeline/test_chain.py"
FAULT = 1 + next(n for n, line in enumerate(Path(__file__).read_text().splitlines()) if line.endswith("# the fault"))


def texts(*of: str | None, start: int = 0) -> pa.Table:
    ids = pa.array([f"id{start + n}" for n in range(len(of))], pa.string())
    return pa.table({"id": ids, "url": ids, "text": pa.array(of, pa.string())})


class Run:
    """A chain with what left it."""

    def __init__(self, transforms: Sequence[Transform], **settings: Any):
        self.rejects: list[pa.Table] = []
        self.quarantine: list[pa.Table] = []
        self.chain = TransformChain(
            transforms, self.rejects.append, self.quarantine.append, **{"count": CHARACTERS} | settings
        )

    def __call__(self, *batches: pa.Table) -> tuple[list[str], Stats]:
        kept = [self.chain.apply(batch) for batch in batches]
        return [text for table in kept for text in table["text"].to_pylist()], self.chain.finish()

    def left(self, tables: list[pa.Table], *columns: str) -> list[tuple[Any, ...]]:
        return [tuple(row[column] for column in columns) for table in tables for row in table.to_pylist()]


def having(word: str) -> Callable[[Doc], str | None]:
    def has(doc: Doc) -> str | None:
        return f"has_{word}" if word in doc.text else None

    return has


def raising_on(word: str, error: BaseException | None = None) -> Callable[[Doc], str | None]:
    def fails(doc: Doc) -> str | None:
        if word in doc.text:
            raise error or ValueError(word)  # the fault
        return None

    return fails


def test_each_row_is_counted_under_the_step_that_decided():
    run = Run([screen(having("a"), raising_on("b"), having("c")), rewrite(str.upper), screen(having("D"))])
    kept, stats = run(texts("xa", "xb", "xc", "xd", "xx"), texts("yab", "ycb", "yyyy", start=5))
    assert kept == ["XX", "YYYY"]
    assert stats.steps == {
        "read": Step(Size(8, 20), {}, {}),
        "test_chain.has": Step(Size(6, 15), {"test_chain.has:has_a": Size(2, 5)}, {}, {}, 8, 0),
        "test_chain.fails": Step(
            Size(4, 10),
            {},
            {"test_chain.fails:ValueError": 2},
            {f"ValueError at {HERE}:{FAULT}, in fails": Raised(2, "b")},
            4,
            0,
        ),
        "test_chain.has#2": Step(Size(3, 8), {"test_chain.has#2:has_c": Size(1, 2)}, {}, {}, 4, 0),
        "builtins.upper": Step(Size(3, 8), {}, {}, {}, 3, 0),
        "test_chain.has#3": Step(Size(2, 6), {"test_chain.has#3:has_D": Size(1, 2)}, {}, {}, 3, 0),
    }
    assert stats.conserved()
    assert (stats.rows_in, stats.rows_out, stats.tokens_in, stats.tokens_out) == (8, 2, 20, 6)
    assert (stats.kind, stats.unit) == ("map", "characters")


def test_rows_that_leave_say_why():
    run = Run([screen(Rules("length", lambda doc: {"n": len(doc.text)}, (most("n", 2, "long"),)), raising_on("b"))])
    run(texts("abc", "b", "c", "a"))
    assert run.left(run.rejects, "id", "reason", "measured", "text") == [("id0", "length:long", '{"n": 3}', "abc")]
    ((name, error, message, place),) = run.left(run.quarantine, "id", "error", "error_message", "error_place")
    assert (name, error, message) == ("id1", "test_chain.fails:ValueError", "b")
    assert place == f"{HERE}:{FAULT}, in fails"


def test_nothing_is_handed_over_when_nothing_left():
    run = Run([screen(having("z"))])
    kept, _ = run(texts("a", "b"), texts())
    assert kept == ["a", "b"] and run.rejects == run.quarantine == []


def test_steps_of_one_name_in_several_transforms_have_numbers():
    run = Run([screen(having("a")), screen(having("b"), having("c"))], first="test_chain.has")
    _, stats = run(texts("a", "b", "c", "d"))
    assert list(stats.steps) == ["test_chain.has", "test_chain.has#2", "test_chain.has#3", "test_chain.has#4"]
    assert [step.kept.rows for step in stats.steps.values()] == [4, 3, 2, 1]
    assert run.left(run.rejects, "reason") == [
        ("test_chain.has#2:has_a",), ("test_chain.has#3:has_b",), ("test_chain.has#4:has_c",)
    ]  # fmt: skip


def test_steps_are_told_in_their_order_even_without_rows():
    _, stats = Run([screen(having("b"), having("a")), rewrite(str.upper)])()
    assert list(stats.steps) == ["read", "test_chain.has", "test_chain.has#2", "builtins.upper"]
    assert stats.rows_in == 0 and stats.conserved()


def test_what_a_reader_says_is_its_own():
    table = texts("a", "bb", "ccc")
    table = put(table, "reason", pa.array(["urls:seen", None, None]))
    table = put(table, "error", pa.array([None, "warc:cut", None]))
    table = put(table, "error_message", pa.array([None, "in the middle", None]))
    run = Run([screen(having("z"))], first="urls")
    kept, stats = run(table)
    assert kept == ["ccc"]
    assert stats.steps["urls"] == Step(Size(1, 3), {"urls:seen": Size(1, 1)}, {"warc:cut": 1})
    assert run.left(run.rejects, "id", "reason") == [("id0", "urls:seen")]
    assert run.left(run.quarantine, "id", "error", "error_message") == [("id1", "warc:cut", "in the middle")]


@pytest.mark.parametrize("column", ["reason", "error"])
def test_what_a_reader_may_not_say_is_told_with_its_name(column: str):
    table = put(texts("a", "b"), column, pa.array([None, ""]))
    with pytest.raises(WrongReturn, match=rf"^urls filled `{column}` with ''; fill it with short texts or nulls$"):
        Run([], first="urls")(table)


def test_a_row_with_an_error_and_a_reason_is_quarantined():
    table = put(texts("a"), "reason", pa.array(["urls:seen"]))
    _, stats = Run([])(put(table, "error", pa.array(["warc:cut"])))
    assert (stats.dropped, stats.quarantined) == ({}, {"warc:cut": 1})


def test_a_transform_of_tables_says_it_in_columns_that_are_taken_away():
    def judge(table: pa.Table) -> pa.Table:
        long = pc.greater(pc.utf8_length(table["text"]), 2)
        none = pa.scalar(None, pa.string())
        table = put(table, "reason", pc.if_else(long, pa.scalar("judge:long"), none))
        table = put(table, "measured", pc.if_else(long, pa.scalar('{"n": 3}'), none))
        counted = [[("letters", len(text))] for text in table["text"].to_pylist()]
        return put(table, "counts", pa.array(counted, pa.map_(pa.string(), pa.int64())))

    run = Run([judge])
    kept, stats = run(texts("a", "bcd"), texts("ef"))
    assert kept == ["a", "ef"]
    assert stats.steps["test_chain.judge"].dropped == {"judge:long": Size(1, 3)}
    assert stats.counts == {"letters": 6}
    assert run.left(run.rejects, "reason", "measured") == [("judge:long", '{"n": 3}')]
    assert run.chain.apply(texts("x")).column_names == ["id", "url", "text"]


def test_text_is_counted_after_what_changes_it_and_only_then():
    asked: list[int] = []

    def count(column: pa.ChunkedArray) -> pa.ChunkedArray:
        asked.append(len(column))
        return CHARACTERS.of(column)

    about = annotate(lambda doc: {"n": 1}, pa.schema([("n", pa.int64())]))
    steps = [screen(having("z")), about, rewrite(lambda text: text * 2), screen(having("z"))]
    _, stats = Run(steps, count=TextCount("letters", count))(texts("a", "bc"))
    assert asked == [2, 2]
    assert [step.kept.tokens for step in stats.steps.values()] == [3, 3, 3, 6, 6]
    assert stats.unit == "letters"


def test_without_a_count_there_is_no_unit():
    _, stats = Run([screen(having("a"))], count=None)(texts("a", "b"))
    assert (stats.unit, stats.tokens_in, stats.tokens_out) == ("", 0, 0)
    assert stats.steps["test_chain.has"].dropped == {"test_chain.has:has_a": Size(1, 0)}


def test_rows_without_text_are_counted_as_rows():
    run = Run([])
    run.chain.apply(pa.table({"id": ["a"], "html": [b"<p>"]}))
    assert run.chain.finish().steps["read"].kept == Size(1, 0)


def test_text_is_counted_in_pretokens_by_itself():
    _, stats = Run([], count=TransformChain.count)(texts("two words."))
    assert (stats.unit, stats.tokens_in) == ("pretokens", 3)


@pytest.mark.parametrize("pages", [5, 100])
@pytest.mark.parametrize("reaching", [2, 3, 5])
def test_a_filter_that_raises_on_all_it_gets_fails_the_shard(pages: int, reaching: int):
    said = [*["drop"] * (pages - reaching), *["page"] * reaching]
    run = Run([screen(having("drop"), raising_on("page"))])
    with pytest.raises(StepFailed, match=r"^test_chain\.fails fails on every document .*ValueError: page \(tests/pipe"):
        run(*(texts(text) for text in said))


def fails_edit(doc: Doc) -> tuple[str, str | None]:
    return doc.text, doc.reason  # type: ignore[attr-defined]


def fails_text(text: str) -> str:
    return text.uper()  # type: ignore[attr-defined]


def fails_about(doc: Doc) -> dict[str, Any]:
    return {"n": doc.fields["n"]}


def fails_table(table: pa.Table) -> pa.Table:
    return table if not table.num_rows else table["nothing"]


@pytest.mark.parametrize(
    ("transform", "name"),
    [
        (edit(fails_edit), "fails_edit"),
        (rewrite(fails_text), "fails_text"),
        (annotate(fails_about, pa.schema([("n", pa.int64())])), "fails_about"),
        (fails_table, "fails_table"),
    ],
)
def test_so_does_any_other_function(transform: Transform, name: str):
    run = Run([screen(having("drop")), transform])
    said = rf"^test_chain\.{name} fails on every document .*test_chain\.py:\d+, in {name}\)$"
    with pytest.raises(StepFailed, match=said):
        run(texts("drop", "b", "c", "d"))


@pytest.mark.parametrize(("bad", "pages"), [(1, 1), (1, 2), (60, 100), (100, 200)])
def test_a_filter_that_raises_on_some_costs_those(bad: int, pages: int):
    kept, stats = Run([screen(raising_on("bad"))])(texts(*["bad"] * bad, *["good"] * (pages - bad)))
    assert len(kept) == pages - bad
    assert stats.quarantined == {"test_chain.fails:ValueError": bad} and stats.conserved()


def test_one_that_raises_on_most_of_many_over_batches_fails_the_shard():
    run = Run([screen(raising_on("bad"))])
    with pytest.raises(StepFailed, match="fails on more than half of the documents"):
        run(*(texts("good", "bad", "bad", start=3 * n) for n in range(70)))


def test_another_filter_that_is_right_does_not_hide_it():
    run = Run([screen(having("z"), raising_on("bad"))])
    with pytest.raises(StepFailed, match=r"^test_chain\.fails fails on every document"):
        run(*(texts("bad", start=n) for n in range(200)))


def test_a_filter_that_ends_itself_costs_one_page():
    kept, stats = Run([screen(raising_on("bad", SystemExit(0)))])(texts("a", "bad", "c"))
    assert kept == ["a", "c"] and stats.quarantined == {"test_chain.fails:SystemExit": 1}


def test_a_filter_that_is_not_pure_is_told():
    seen: set[str] = set()

    def once(doc: Doc) -> str | None:
        known = doc.text in seen
        seen.add(doc.text)
        return "seen" if known else None

    _, stats = Run([screen(having("z"), once, having("y"))])(texts(*(f"text {n}" for n in range(52))))
    assert [step.unstable for step in stats.steps.values()] == [0, 0, 16, 0]
    assert [step.sampled for step in stats.steps.values()] == [0, 16, 16, 16]
    assert stats.rows_out == 52


def test_the_second_calls_change_no_count():
    run = Run([screen(having("a"), raising_on("b")), rewrite(str.upper)])
    _, stats = run(texts("a", "b", "c"))
    assert sum(len(table) for table in run.rejects) == sum(len(table) for table in run.quarantine) == 1
    assert stats.conserved() and stats.rows_in == 3


class Short:
    """A transform of rows of somebody else, which loses one."""

    steps = ("short",)

    def __init__(self, rows: int, judgements: int):
        self._rows, self._judgements = rows, judgements

    def apply(self, table: pa.Table, callers: Any) -> tuple[pa.Table, list[None]]:
        return table.slice(0, self._rows), [None] * self._judgements

    def __call__(self, table: pa.Table, /) -> pa.Table:
        return table


@pytest.mark.parametrize(("rows", "judgements"), [(1, 2), (1, 1), (2, 1)])
def test_a_transform_of_rows_that_loses_one_is_named(rows: int, judgements: int):
    with pytest.raises(RowsLost, match=rf"^short made {rows} rows of 2"):
        Run([Short(rows, judgements)])(texts("a", "b"))


def test_the_schema_is_what_transforms_make_of_an_empty_table():
    schema = texts().schema
    steps = [screen(having("a")), annotate(lambda doc: {"n": 1}, pa.schema([("n", pa.int64())]))]
    assert output_schema(steps, schema) == schema.append(pa.field("n", pa.int64()))
    assert output_schema([], schema) == schema


def makes_nothing(table: pa.Table) -> None:
    return None


def test_a_transform_that_returns_no_table_is_named():
    with pytest.raises(WrongReturn, match=r"makes_nothing returned NoneType; a transform returns a table$"):
        output_schema([makes_nothing], texts().schema)


@pytest.mark.parametrize("name", ["reason", "error", "error_message", "error_place", "measured", "counts"])
def test_rows_cannot_have_a_column_of_the_engine(name: str):
    with pytest.raises(UsageError, match=f"^column {name}: "):
        output_schema([], texts().schema.append(pa.field(name, pa.string())))


def test_the_columns_of_rejects_and_quarantine():
    schema = pa.schema([("text", pa.string()), ("url", pa.string()), ("n", pa.int64()), ("id", pa.string())])
    assert rejects_schema(schema).names == ["id", "url", "reason", "measured", "text", "n"]
    assert QUARANTINE.names == [
        "id", "url", "warc", "offset", "length", "error", "error_message", "error_place"
    ]  # fmt: skip
    assert [str(QUARANTINE.field(name).type) for name in ("warc", "offset", "length", "error")] == [
        "string", "int64", "int64", "string"
    ]  # fmt: skip


def test_the_steps_of_a_transform():
    assert steps_of(screen(having("a"), raising_on("b"))) == ("test_chain.has", "test_chain.fails")
    assert steps_of(fails_table) == ("test_chain.fails_table",)
