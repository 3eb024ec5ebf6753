"""What receipts count: sums, the law of conservation, warnings, and the way to JSON and back."""

import json
import random
from dataclasses import replace

import pyarrow as pa
import pytest

from pipeline.stats import PRETOKENS, Raised, Size, Stats, Step, add, most_frequent

READ = Step(Size(9, 90), {}, {"warc:damaged": 1})
SHORT = Step(Size(6, 80), {"short:few": Size(2, 4), "short:none": Size(1, 0)}, {}, {}, 4, 0)
ODD = Step(Size(4, 50), {}, {"odd:KeyError": 2}, {"KeyError at f.py:3, in odd": Raised(2, "'url'")}, 4, 1)
STATS = Stats(
    "map", 10, 4, 95, 50, 1000, 1.5, {"read": READ, "short": SHORT, "odd": ODD}, {"email": 3}, unit="pretokens"
)


def test_sizes():
    assert Size(3, 20).plus(Size(1, 5)) == Size(4, 25)
    assert Size(3, 20).minus(Size(1, 5)) == Size(2, 15)
    assert Size() == (0, 0)


def test_what_is_counted_without_a_tokenizer_has_its_own_name():
    assert PRETOKENS.unit == "pretokens"
    assert PRETOKENS.of(pa.chunked_array([["two words.", None]])).to_pylist() == [3, 0]


def test_what_left_and_what_came():
    assert STATS.dropped == {"short:few": Size(2, 4), "short:none": Size(1, 0)}
    assert STATS.quarantined == {"warc:damaged": 1, "odd:KeyError": 2}
    assert [step.rows for step in STATS.steps.values()] == [10, 9, 6]


def test_a_reason_that_two_steps_give_is_added_up():
    other = replace(STATS, steps={"one": SHORT, "two": SHORT, "three": ODD, "four": ODD})
    assert other.dropped == {"short:few": Size(4, 8), "short:none": Size(2, 0)}
    assert other.quarantined == {"odd:KeyError": 4}


def test_rows_are_conserved():
    assert STATS.conserved()
    assert Stats(rows_in=3, rows_out=3).conserved() and Stats().conserved()


@pytest.mark.parametrize(
    "wrong",
    [
        replace(STATS, rows_in=11),
        replace(STATS, rows_out=5),
        replace(STATS, rows_in=11, rows_out=5),
        replace(STATS, steps={"read": READ, "short": SHORT}),
        replace(STATS, steps={"read": READ, "odd": ODD, "short": SHORT}),
        replace(STATS, steps={**STATS.steps, "short": replace(SHORT, kept=Size(7, 80))}),
        replace(STATS, steps={**STATS.steps, "odd": replace(ODD, quarantined={})}),
        Stats("scatter", 3, 2),
        Stats("gather", 3, 2),
    ],
)
def test_rows_that_do_not_add_up_are_not_conserved(wrong: Stats):
    assert not wrong.conserved()


@pytest.mark.parametrize(("rows_in", "due", "conserved"), [(3, 3, True), (0, 0, True), (2, 3, False), (4, 3, False)])
def test_a_stage_with_rows_of_its_own_has_read_all_that_its_inputs_hold(rows_in: int, due: int, conserved: bool):
    for made in (0, 1, 100):
        assert Stats("gather", rows_in, made, rows_due=due).conserved() is conserved


def test_sums():
    total = STATS.plus(STATS)
    assert total == Stats(
        "map",
        20,
        8,
        190,
        100,
        2000,
        3.0,
        {
            "read": Step(Size(18, 180), {}, {"warc:damaged": 2}),
            "short": Step(Size(12, 160), {"short:few": Size(4, 8), "short:none": Size(2, 0)}, {}, {}, 8, 0),
            "odd": Step(
                Size(8, 100), {}, {"odd:KeyError": 4}, {"KeyError at f.py:3, in odd": Raised(4, "'url'")}, 8, 2
            ),
        },
        {"email": 6},
        "pretokens",
    )
    assert list(total.steps) == ["read", "short", "odd"]
    assert total.conserved()


def test_seconds_are_rounded_to_milliseconds():
    assert Stats(seconds=0.1234).plus(Stats(seconds=1.0002)).seconds == 1.124


def test_what_only_one_part_has_is_kept():
    one, other = Stats(rows_due=3, counts={"b": 1}), Stats(counts={"a": 2}, unit="tokens")
    total = one.plus(other)
    assert (total.rows_due, total.unit, total.kind) == (3, "tokens", "map")
    assert list(total.counts.items()) == [("a", 2), ("b", 1)]
    assert one.plus(one).rows_due == 6 and other.plus(other).rows_due is None
    assert Stats(kind="").plus(Stats("gather")).kind == "gather"


def test_a_sum_does_not_depend_on_the_order_of_its_parts():
    parts = []
    for number in range(12):
        reasons = {f"short:{number % 5}": Size(number, 1), f"short:{number % 3}x": Size(1, 1)}
        errors = {f"odd:{number % 4}": number}
        raised = {"KeyError at f.py:3, in f": Raised(1, f"{number % 7}"), f"E at {number % 2}": Raised(1, "")}
        steps = {"read": READ, "step": Step(Size(number), reasons, errors, raised, 1, number % 2)}
        parts.append(Stats(rows_in=number, steps=steps, counts={f"c{number % 3}": number}, seconds=0.25))
    sums = {json.dumps(add(random.Random(seed).sample(parts, len(parts))).to_json()) for seed in range(20)}
    assert len(sums) == 1
    (said,) = sums
    reasons = list(json.loads(said)["steps"]["step"]["dropped"])
    assert reasons == sorted(reasons) and len(reasons) == 8
    errors = list(json.loads(said)["steps"]["step"]["quarantined"])
    assert errors == ["odd:0", "odd:1", "odd:2", "odd:3"]


def test_the_sum_of_nothing():
    assert add([]) == Stats(kind="")


def test_one_message_is_kept_of_many():
    assert Raised(1, "b").plus(Raised(2, "a")) == Raised(3, "a")
    assert Raised(1, "").plus(Raised(2, "b")) == Raised(2, "b").plus(Raised(1, "")) == Raised(3, "b")
    assert Raised().plus(Raised()) == (0, "")


def test_an_error_as_a_person_reads_it():
    assert Raised(1, "'url'").told("KeyError at f.py:3, in f") == "KeyError: 'url' (f.py:3, in f)"
    assert Raised(1, "").told("KeyError at f.py:3, in f") == "KeyError (f.py:3, in f)"
    assert Raised(1, "").told("KeyError at look at me.py:3, in f") == "KeyError (look at me.py:3, in f)"
    assert Raised(1, "no place").told("KeyError at ") == "KeyError: no place"
    many = {"B at b": Raised(2, ""), "A at a": Raised(2, ""), "C at c": Raised(1, "")}
    assert most_frequent(many) == "A (a)"
    assert most_frequent({**many, "C at c": Raised(3, "")}) == "C (c)"


def test_warnings():
    assert STATS.warnings() == [
        "odd failed on 2 of 6 documents: KeyError: 'url' (f.py:3, in odd)",
        "odd is not a pure function: asked again about 4 documents, it gave another answer for 1; its results depend on"
        " the order of documents or on chance",
    ]
    assert replace(STATS, steps={"read": READ, "short": SHORT}).warnings() == []


@pytest.mark.parametrize("stats", [STATS, Stats(), Stats("gather", 3, 1, rows_due=3)])
def test_to_json_and_back(stats: Stats):
    said = json.loads(json.dumps(stats.to_json()))
    assert Stats.from_json(said) == stats
    assert list(Stats.from_json(said).steps) == list(stats.steps)


def test_the_form_of_json():
    said = json.loads(json.dumps(STATS.to_json()))
    assert said["steps"]["short"]["kept"] == [6, 80]
    assert said["steps"]["short"]["dropped"] == {"short:few": [2, 4], "short:none": [1, 0]}
    assert said["steps"]["odd"]["quarantined"] == {"odd:KeyError": 2}
    assert said["steps"]["odd"]["raised"] == {"KeyError at f.py:3, in odd": [2, "'url'"]}
    assert (said["rows_in"], said["unit"], said["rows_due"]) == (10, "pretokens", None)
