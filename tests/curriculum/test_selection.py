"""What phases take of a source: streams by choice, the columns that they need, and the arguments that say so."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum import Choice, Curriculum, Curve, Phase
from curriculum.selection import Stream, asked_columns, by_streams, check_columns, curve_of, with_choices, with_long
from curriculum.sources import folder
from pipeline.errors import MewsError, UsageError

BEST = Choice("edu >= 4")
PLAIN = Curriculum(
    (
        Phase("early", 100, 8, {"web": 3, "code": 1}),
        Phase("late", 50, 8, {"web": 1}),
        Phase("decay", 20, 8, {"web": 1}),
    ),
    max_epochs={"web": 2},
)


def test_a_choice_is_a_stream_named_after_the_phase_that_makes_it_first():
    phases = (
        PLAIN.phases[0],
        Phase("late", 50, 8, {"web": 1, "code": 2}, choose={"web": BEST}),
        Phase("decay", 20, 8, {"web": 1, "code": 1}, choose={"web": Choice("edu >= 4"), "code": Choice(order="-x")}),
    )
    over, streams = by_streams(Curriculum(phases, 7, {"web": 2}))
    assert streams == {
        "web": Stream("web"),
        "code": Stream("code"),
        "web.late": Stream("web", BEST),
        "code.decay": Stream("code", Choice(order="-x")),
    }
    assert [dict(phase.weights) for phase in over.phases] == [
        {"web": 3, "code": 1}, {"web.late": 1, "code": 2}, {"web.late": 1, "code.decay": 1}
    ]  # fmt: skip
    assert over.max_epochs == {"web": 2, "web.late": 2} and over.seed == 7
    assert [(i.start, i.length) for i in over.intervals("web.late")] == [(0, 0), (0, 17), (17, 10)]


def test_a_share_of_a_phase_comes_from_long_texts():
    given = with_long(PLAIN, " late: 65536=0.25 ; decay: 100=1")
    assert [{s: c.long for s, c in phase.choose.items()} for phase in given.phases] == [
        {}, {"web": (65_536, 0.25)}, {"web": (100, 1.0)}
    ]  # fmt: skip
    given = with_choices(given, "decay/web: edu >= 4", "", "")
    over, streams = by_streams(given)
    assert [dict(phase.weights) for phase in over.phases] == [
        {"web": 3, "code": 1}, {"web": 0.75, "web.late.long": 0.25}, {"web.decay.long": 1}
    ]  # fmt: skip
    assert streams["web.late.long"] == Stream("web", Choice("tokens > 65536"))
    assert streams["web.decay.long"] == Stream("web", Choice("(edu >= 4) and tokens > 100"))
    assert asked_columns(streams.values(), "web") == {"edu": "number"}


def test_one_source_of_a_phase_is_asked_for_long_texts_and_what_is_said_last_holds():
    given = with_long(PLAIN, "early/code: 9=1; late: 5=1; late/web: 7=0.5")
    assert [{s: c.long for s, c in phase.choose.items()} for phase in given.phases] == [
        {"code": (9, 1.0)}, {"web": (7, 0.5)}, {}
    ]  # fmt: skip
    over, streams = by_streams(given)
    assert dict(over.phases[0].weights) == {"web": 3, "code.early.long": 1}
    assert streams["code.early.long"] == Stream("code", Choice("tokens > 9"))
    with pytest.raises(UsageError, match="no source code, only web"):
        with_long(PLAIN, "late/code: 5=1")


@pytest.mark.parametrize(
    ("long", "said"),
    [("end: 5=1", "no phase end"), ("late: 5", "PHASE: TOKENS=SHARE"), ("late: many=1", "PHASE: TOKENS=SHARE"),
     ("late: 5=2", "a share, 0 to 1"), ("late: -5=1", "a number of tokens")],
)  # fmt: skip
def test_a_share_of_long_texts_that_cannot_be_is_told(long, said):
    with pytest.raises(UsageError, match=said):
        with_long(PLAIN, long)


def test_without_choices_the_curriculum_is_what_it_was():
    assert by_streams(PLAIN)[0] == PLAIN


def test_choices_are_given_for_all_phases_or_for_one():
    given = with_choices(PLAIN, "web: edu >= 2; decay/web: edu >= 4 and id != 'a:b'", "early/code: -size", "")
    assert [dict(phase.choose) for phase in given.phases] == [
        {"web": Choice("edu >= 2"), "code": Choice(order="-size")},
        {"web": Choice("edu >= 2")},
        {"web": Choice("edu >= 4 and id != 'a:b'")},
    ]
    curve = with_choices(PLAIN, "", "", "late/web: edu 0.4=1 0.9=3.5").phases[1].choose["web"].curve
    assert curve == Curve("edu", ((0.4, 1), (0.9, 3.5)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("moon: a > 1", "", ""), "no source moon, only code, web"),
        (("end/web: a > 1", "", ""), "no phase end, only early, late, decay"),
        (("late/code: a > 1", "", ""), "no source code, only web"),
        (("web", "", ""), "write SOURCE: "),
        (("web: ", "", ""), "write SOURCE: "),
        (("", "web: a b", ""), "is no column"),
        (("", "", "web: edu"), "write a column and steps"),
        (("", "", "web: edu 0.4=x"), "write a column and steps"),
        (("", "", "web: edu 0.9=1 0.4=2"), "ascending"),
        (("", "", "web: edu 0.4=0"), "some of them"),
        (("", "", "web: edu 1=2"), "below 1"),
        (("", "web: a", "web: edu 0.4=2"), "exclude each other"),
    ],
)
def test_what_cannot_be_chosen_is_told(given, said):
    with pytest.raises(UsageError, match=said):
        with_choices(PLAIN, *given)


def test_the_columns_are_those_of_all_choices_of_a_source():
    streams = [
        Stream("web", Choice("edu >= 4 and language == 'en' and kind is None")),
        Stream("web", Choice("kind == 'a'", "-size")),
        Stream("web", Choice(curve=curve_of("quality 0.5=2"))),
        Stream("code", Choice("other > 1")),
    ]
    assert asked_columns(streams, "web") == {"edu": "number", "kind": "string", "size": "number", "quality": "number"}
    with pytest.raises(UsageError, match="column kind is compared with a text and with a number"):
        asked_columns([*streams, Stream("web", Choice(order="kind"))], "web")
    with pytest.raises(UsageError, match="column language holds texts"):
        asked_columns([Stream("web", Choice("language > 3"))], "web")


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_source_without_the_column_is_refused_before_any_work(tmp_path, kind):
    rows = [{"text": "one", "edu": 2.5, "level": "high", "ok": True}]
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    else:
        (tmp_path / "a.jsonl").write_text(json.dumps(rows[0]) + "\n")
    for asked in ({"edu": "number", "level": "string", "ok": "number"}, {"level": "scalar"}):
        source = folder(str(tmp_path), None, asked)
        check_columns("web", source, asked)
        (table,) = source.read(f"a.{kind}")
        assert table.num_rows == 1 and table["error"].null_count == 1
    for asked in ({"quality": "number"}, {"level": "number"}) if kind == "parquet" else ({"quality": "number"},):
        with pytest.raises(MewsError, match=r"(edu, level, ok|string in column level).*columns=\w+=NAME"):
            check_columns("web", folder(str(tmp_path), None, asked), asked)
    check_columns("web", folder(str(tmp_path), {"quality": "edu"}, {"quality": "number"}), {"quality": "number"})
