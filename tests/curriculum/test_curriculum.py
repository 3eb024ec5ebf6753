"""The arithmetic of curricula: whole tokens, enough of them, and no page too soon."""

import pytest

from curriculum import Curriculum, Phase, check, returns
from pipeline.errors import UsageError


def curriculum(*phases: Phase, **more) -> Curriculum:
    return Curriculum(phases, **more)


def test_shares_are_whole_and_add_up():
    phase = Phase("p", 1_000_003, 128, {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3})
    shares = phase.shares()
    assert sum(shares.values()) == 1_000_003
    assert max(shares.values()) - min(shares.values()) <= 1


def test_more_tokens_never_mean_fewer_of_a_source():
    """Rounding by largest remainders takes a token from a source now and then (the Alabama paradox)."""
    phase = Phase("p", 1_000, 8, {"a": 0.43, "b": 0.31, "c": 0.157, "d": 0.0921, "e": 0.0109, "f": 0.0})
    before = phase.shares(0)
    assert set(before.values()) == {0}
    for tokens in range(1, 1_001):
        now = phase.shares(tokens)
        assert sum(now.values()) == tokens
        assert [now[s] - before[s] for s in sorted(now)].count(0) == 5 and min(now[s] - before[s] for s in now) == 0
        assert all(abs(now[s] - tokens * w / sum(phase.weights.values())) < 1 for s, w in phase.weights.items())
        before = now
    assert before == phase.shares() and before["f"] == 0


def test_ties_go_to_the_first_by_name():
    assert Phase("p", 3, 8, {"b": 1, "a": 1}).shares() == {"a": 2, "b": 1}
    assert Phase("p", 1, 8, {"c": 1, "b": 1, "a": 1}).shares() == {"a": 1, "b": 0, "c": 0}
    assert Phase("p", 2, 8, {"d": 1, "c": 1, "b": 1, "a": 1}).shares() == {"a": 1, "b": 1, "c": 0, "d": 0}


def test_weights_need_not_add_up_to_one():
    assert Phase("p", 100, 8, {"a": 3, "b": 1}).shares() == {"a": 75, "b": 25}


def test_a_phase_goes_on_where_the_one_before_stopped():
    c = curriculum(
        Phase("one", 100, 8, {"a": 1}), Phase("two", 50, 8, {"a": 0.5, "b": 0.5}), Phase("three", 10, 8, {"b": 1})
    )
    assert [(i.start, i.length) for i in c.intervals("a")] == [(0, 100), (100, 25), (125, 0)]
    assert [(i.start, i.length) for i in c.intervals("b")] == [(0, 0), (0, 25), (25, 10)]


@pytest.mark.parametrize(
    "phase", [{"tokens": 0}, {"length": 1}, {"weights": {}}, {"weights": {"a": -1, "b": 2}}, {"weights": {"a": 0}}]
)
def test_senseless_phases_are_refused(phase):
    with pytest.raises(UsageError):
        Phase(**{"name": "p", "tokens": 10, "length": 8, "weights": {"a": 1}} | phase)


def test_two_phases_of_one_name_are_refused():
    with pytest.raises(UsageError):
        curriculum(Phase("p", 10, 8, {"a": 1}), Phase("p", 10, 8, {"a": 1}))


def test_every_short_source_is_named_with_what_it_lacks():
    c = curriculum(Phase("one", 1_000, 8, {"a": 0.5, "b": 0.5}), Phase("two", 2_000, 8, {"a": 1}))
    with pytest.raises(
        UsageError, match=r"phase two: source a is short of 500 tokens.*phase one: source b is short of 100 tokens"
    ):
        check(c, {"a": 500, "b": 100})
    check(c, {"a": 625, "b": 125})


def test_a_source_may_be_held_to_fewer_epochs():
    c = curriculum(Phase("one", 1_000, 8, {"a": 1}), max_epochs={"a": 1})
    check(c, {"a": 1_000})
    with pytest.raises(UsageError, match="short of 1 tokens"):
        check(c, {"a": 999})


def test_fractions_of_an_epoch_count():
    c = curriculum(Phase("one", 1_500, 8, {"a": 1}, epochs=1.5))
    check(c, {"a": 1_000})
    with pytest.raises(UsageError):
        check(c, {"a": 999})


def simulated(c: Curriculum, source: str, line: int) -> list[float]:
    """The least distance by phase, by laying out every token."""
    seen: dict[int, float] = {}
    least, begin = [float("inf")] * len(c.phases), 0
    for n, (phase, interval) in enumerate(zip(c.phases, c.intervals(source), strict=True)):
        for k in range(interval.length):
            place, now = (interval.start + k) % line, begin + k / interval.weight
            if place in seen:
                least[n] = min(least[n], now - seen[place])
            seen[place] = now
        begin += phase.tokens
    return least


@pytest.mark.parametrize("line", [70, 100, 130, 333])
def test_the_distance_of_repetitions_is_that_of_a_simulation(line):
    c = curriculum(
        Phase("one", 400, 8, {"a": 0.5, "b": 0.5}),
        Phase("two", 100, 8, {"b": 1}),
        Phase("three", 300, 8, {"a": 0.25, "b": 0.75}),
        Phase("four", 200, 8, {"a": 0.9, "b": 0.1}),
    )
    for got, wanted in zip(returns(c, "a", line), simulated(c, "a", line), strict=True):
        assert got == wanted or wanted - 5 <= got <= wanted + 1e-6  # whole tokens miss the bends by a little


def test_a_page_that_would_come_again_too_soon_is_refused():
    phase = Phase("p", 1_000, 8, {"a": 0.5, "b": 0.5}, window=500)
    check(curriculum(phase), {"a": 250, "b": 500})
    with pytest.raises(UsageError, match=r"source a comes again after 498 tokens, the window is 500"):
        check(curriculum(phase), {"a": 249, "b": 500})


def test_scaling_keeps_the_shape():
    small = curriculum(Phase("p", 10**12, 2_048, {"a": 0.7, "b": 0.3}, window=10**9)).scaled(1e-6)
    assert small.phases[0].shares() == {"a": 700_000, "b": 300_000}
    assert small.phases[0].length == 2_048 and small.phases[0].window == 1_000
