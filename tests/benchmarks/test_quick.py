"""`make bench-quick`: what it calls broken, and the counts that a run must match."""

import json

from benchmarks import quick
from recipes import refinedweb


def test_a_ratio_is_of_the_second_over_the_first():
    def work(size: int):
        return lambda: sum(range(size))

    assert quick.ratio((work(20_000), work(400_000)), rounds=3) > 3 > 1 / 3 > quick.ratio((work(400_000), work(20_000)))


def test_what_is_below_its_floor_is_named():
    floors = {"a": 2.0, "b": 3.0, "gone": 1.0}
    wrong = quick.broken({"a": 2.0, "b": 2.9, "new": 5.0}, floors)
    assert [line.partition(":")[0] for line in wrong] == ["b", "new", "gone"]
    assert quick.broken({"a": 2.0, "b": 3.0, "gone": 1.0}, floors) == []


def test_a_step_with_other_counts_is_named_with_both():
    stored = {"00 raw read": {"kept": 9}, "01 raw url": {"kept": 8, "url:x": 1}}
    assert quick.changed(dict(stored), stored) == []
    (line,) = quick.changed({**stored, "01 raw url": {"kept": 9}}, stored)
    assert line == '01 raw url: {"kept": 9} in place of {"kept": 8, "url:x": 1}'
    assert len(quick.changed({"00 raw read": {"kept": 9}, "02 new": {"kept": 1}}, stored)) == 2


def test_stored_counts_are_of_the_recipe_and_add_up():
    stored = json.loads(quick.COUNTS.read_text())
    raw = {name.split(" ", 2)[2]: count for name, count in stored.items() if name.split()[1] == "raw"}
    (stage,) = refinedweb.recipe()
    assert stage.name == "refinedweb.card"
    kept = None
    for step, count in raw.items():
        left = sum(value for reason, value in count.items() if reason != "kept")
        assert kept is None or kept == count["kept"] + left, step
        kept = count["kept"]
    assert list(raw)[:2] == ["read", "url.blocked"] and kept


def test_every_floor_is_a_number_above_zero():
    floors = json.loads(quick.FLOORS.read_text())
    assert len(floors) >= 8 and all(isinstance(floor, int | float) and floor > 0 for floor in floors.values())
