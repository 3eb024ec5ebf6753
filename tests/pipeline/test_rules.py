"""Filters as data: limits, reasons, other bounds."""

import pickle
from dataclasses import dataclass

import pytest

from pipeline.doc import Doc
from pipeline.errors import UsageError, WrongReturn
from pipeline.rules import EditRules, Limit, Rules, least, most


def measure(doc: Doc) -> dict[str, float]:
    return {"words": len(doc.text.split()), "hashes": doc.text.count("#")}


def without_hashes(doc: Doc) -> tuple[str, dict[str, float]]:
    return doc.text.replace("#", ""), measure(doc)


LIMITS = (least("words", 2, "short"), most("words", 4, "long"), most("hashes", 1))
RULES = Rules("length", measure, LIMITS)
EDITS = EditRules("hashes", without_hashes, LIMITS)


@pytest.mark.parametrize(
    ("limit", "kept", "dropped"),
    [
        (most("words", 4, "long"), [-1, 3.9, 4], [4.0001, 5]),
        (least("words", 4, "short"), [4, 4.1, 9], [3.9999, -1]),
        (most("words", 0), [0, -0.1], [1e-9]),
        (most("words", None), [-1e9, 1e9], []),
        (least("words", None), [-1e9, 1e9], []),
    ],
)
def test_a_limit_keeps_its_bound(limit: Limit, kept: list[float], dropped: list[float]):
    assert not any(limit.breaks({"words": value}) for value in kept)
    assert all(limit.breaks({"words": value}) for value in dropped)


def test_the_reason_is_the_value_unless_it_is_given():
    assert (most("words", 1).reason, least("words", 1).reason) == ("words", "words")
    assert (most("words", 1, "long").reason, least("words", 1, "short").reason) == ("long", "short")
    assert (most("words", 1).side, least("words", 1).side) == ("most", "least")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("one", "short"),
        ("one two", None),
        ("one two three four", None),
        ("one two three four five", "long"),
        ("one ## two", "hashes"),
        ("one # two", None),
        ("##", "short"),
    ],
)
def test_the_first_limit_that_is_broken_gives_the_reason(text: str, reason: str | None):
    assert RULES(Doc(text)) == reason
    assert RULES.judge(measure(Doc(text))) == reason
    assert EDITS(Doc(text)) == (text.replace("#", ""), reason)
    assert EDITS.judge(EDITS.measure(Doc(text))) == reason


def test_what_is_measured():
    assert RULES.measure(Doc("a # b")) == EDITS.measure(Doc("a # b")) == {"words": 3, "hashes": 1}


@pytest.mark.parametrize("rules", [RULES, EDITS])
def test_other_bounds(rules: Rules | EditRules):
    assert list(rules.named) == ["min_words", "max_words", "hashes"]
    changed = rules.replace(min_words=5, hashes=None)
    assert [limit.bound for limit in changed.limits] == [5, 4, None]
    assert [limit.bound for limit in rules.limits] == [2, 4, 1]
    assert type(changed) is type(rules) and changed.name == rules.name
    assert [limit.reason for limit in changed.limits] == ["short", "long", "hashes"]


def test_a_limit_that_there_is_not():
    said = r"^length has no limit max_lines, min_word; it has min_words, max_words, hashes$"
    with pytest.raises(UsageError, match=said):
        RULES.replace(min_word=1, max_lines=3, min_words=2)


@pytest.mark.parametrize("rules", [RULES, EDITS])
def test_a_value_that_a_limit_needs_and_nobody_measures(rules: Rules | EditRules):
    with pytest.raises(WrongReturn, match=rf"^{rules.name} measures no 'hashes', .*; it measures words$"):
        rules.judge({"words": 3})


def test_they_can_be_sent_to_workers():
    assert pickle.loads(pickle.dumps((RULES, EDITS))) == (RULES, EDITS)


@dataclass(frozen=True)
class Counted:
    sign: str

    def __call__(self, doc: Doc) -> dict[str, float]:
        return {"signs": doc.text.count(self.sign)}


def test_a_measure_may_have_settings():
    assert Rules("signs", Counted("!"), (most("signs", 1),))(Doc("no!!")) == "signs"
