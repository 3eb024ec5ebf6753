"""Near duplicates from pages to verdicts: who is dropped, against whom, and the traps."""

import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from dedup import minhash, routing
from dedup.minhash import plan as module
from dedup.minhash import verify as compare
from dedup.tokens import Tokens
from pipeline import parquet, store
from pipeline.errors import StageFailed, UsageError
from pipeline.receipts import receipt_name, receipted
from pipeline.run import plan, run
from pipeline.runner import Local
from pipeline.shuffle import Scatter
from pipeline.stage import Map

REPO_ROOT = Path(__file__).resolve().parents[3]

WORDS = [f"w{number}" for number in range(5_000)]


def text(seed: int, words: int = 200) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


def changed(original: str, places: int, seed: int = 0) -> str:
    """The text with some words replaced, far from one another."""
    found = original.split()
    for place in range(places):
        found[place * len(found) // max(places, 1)] = f"new{seed}x{place}"
    return " ".join(found)


def page(id: str, text: str | None, **more) -> dict:
    return {"id": id, "text": text, **more}


def near(source, **more):
    return minhash.near("near", source, **{"buckets": 3, **more})


EVERY = pytest.mark.parametrize("verify", ["none", "sketch", "text"])


@EVERY
def test_copies_are_dropped_against_the_page_that_was_crawled_first(corpus, verify):
    source = corpus.source(
        [page("late", text(1), timestamp=9), page("other", text(2))],
        [page("early", text(1).upper(), timestamp=3), page("nearly", changed(text(1), 1), timestamp=5)],
        [page("alone", text(3))],
    )
    found = corpus.verdicts(near(source, verify=verify))
    assert {id: row["reason"] for id, row in found.items()} == {
        "early": None,
        "late": "minhash:duplicate",
        "nearly": "minhash:duplicate",
    }
    assert all(row["near_kept"] == "early" and row["near_size"] == 3 for row in found.values())


@EVERY
@pytest.mark.parametrize(("keep", "kept"), [("longest", "b"), ("newest", "c"), ("first", "a"), ("best", "b")])
def test_the_policy_says_who_is_kept(corpus, keep, kept, verify):
    shards = [
        [page("a", text(1, 400), timestamp=1)],
        [page("b", text(1, 400) + " more", timestamp=2)],
        [page("c", text(1, 400), timestamp=3)],
    ]
    best = "score" if keep == "best" else None
    source = Map("scored", corpus.source(*shards), (score,))
    found = corpus.verdicts(near(source, keep=keep, best=best, verify=verify))
    assert {id for id, row in found.items() if row["reason"] is None} == {kept}
    assert {row["near_kept"] for row in found.values()} == {kept}


def score(table):
    values = {"a": -1.0, "b": 2.5, "c": None}
    return table.append_column("score", pa.array([values[id] for id in table["id"].to_pylist()], pa.float64()))


@EVERY
def test_pages_that_share_a_template_survive_when_they_are_compared(corpus, verify):
    """Four fifths of every page are the same words; Jaccard similarity of two is about 0.66."""
    template = text(0, 800)
    pages = [page(f"p{number}", f"{template} {text(number + 1)}") for number in range(30)]
    source = corpus.source(pages[:15], pages[15:])
    dropped = corpus.dropped(near(source, bands=200, rows=3, verify=verify))
    assert dropped == set() if verify != "none" else len(dropped) == 29


@EVERY
def test_a_chain_is_one_family_of_candidates_and_its_ends_survive_a_comparison(corpus, verify):
    chain = [text(5, 300)]
    for step in range(1, 8):
        words = chain[-1].split()
        words[step * 40 - 40 : step * 40 - 20] = [f"s{step}x{n}" for n in range(20)]
        chain.append(" ".join(words))
    source = corpus.source([page(f"c{number}", t, timestamp=number) for number, t in enumerate(chain)])
    found = corpus.verdicts(near(source, bands=300, rows=5, verify=verify))
    kept = {id for id in (f"c{n}" for n in range(8)) if not (found.get(id) or {}).get("reason")}
    if verify == "none":
        assert kept == {"c0"}
    else:  # neighbours are alike (0.85), those two steps apart are not (0.72)
        assert kept == {"c0", "c2", "c4", "c6"}
        assert {row["near_kept"] for row in found.values()} == kept


@EVERY
def test_empty_and_short_pages(corpus, verify):
    """Pages without words are nobody's copies; pages shorter than an n-gram are compared as a whole."""
    source = corpus.source(
        [page("e1", ""), page("e2", " — "), page("e3", None), page("s1", "two words")],
        [page("s2", "Two, words!"), page("s3", "two birds")],
        [],
    )
    assert corpus.verdicts(near(source, verify=verify)).keys() == {"s1", "s2"}


@EVERY
def test_a_shard_without_duplicates_keeps_all_and_has_an_empty_verdict(corpus, verify):
    source = corpus.source([page("a", text(1))], [page("b", text(2))], [])
    goal = Map("kept", source, verdicts=near(source, verify=verify))
    assert corpus.verdicts(near(source, verify=verify)) == {}
    done = run(goal, root=str(corpus.folder / "run"), runner=Local())
    assert done["kept"].rows_out == 2


@EVERY
@pytest.mark.parametrize(("buckets", "few"), [(1, 64), (37, 1)])
def test_the_answer_is_the_same_for_any_shards_and_buckets(corpus, another, verify, buckets, few, monkeypatch):
    monkeypatch.setattr(routing, "FEW_BUCKETS", few)
    draw = random.Random(3)
    pages = [page(f"p{n}", changed(text(n % 40, 150), n % 3, n), timestamp=draw.randrange(5)) for n in range(120)]
    options = {"verify": verify, "bands": 40, "rows": 6}
    one = corpus.verdicts(near(corpus.source(pages), **options))
    assert len(one) == 120 and sum(row["reason"] is None for row in one.values()) == 40
    draw.shuffle(pages)
    many = another("again")
    goal = near(many.source(pages[:7], [], pages[7:60], pages[60:]), **options, buckets=buckets)
    assert many.verdicts(goal) == one


@EVERY
def test_a_second_run_makes_nothing_and_a_removed_input_stops_voting(corpus, verify):
    shards = [[page("a", text(1))], [page("b", text(1), timestamp=5)], [page("c", text(2))]]
    source = corpus.source(*shards)
    assert corpus.dropped(near(source, verify=verify)) == {"b"}
    again = corpus.verdicts(near(source, verify=verify))
    assert set(again) == {"a", "b"}
    fewer = corpus.source(*shards[1:])
    assert corpus.dropped(near(fewer, verify=verify)) == set()


@EVERY
def test_a_record_that_stands_in_two_shards_is_two_pages(corpus, verify):
    """One of them stays; other pages of equal ids are not touched."""
    source = Map(
        "numbered",
        corpus.source([page("1", text(1)), page("2", text(2))], [page("1'", text(3)), page("2'", text(1))]),
        (numbered,),
    )
    where = str(corpus.folder / "run")
    done = run(Map("kept", source, verdicts=near(source, verify=verify)), root=where, runner=Local())
    assert done["kept"].rows_out == 3
    texts = [
        row["text"] for s in store.listing(where, "kept") for row in parquet.read_table(where, f"kept/{s}").to_pylist()
    ]
    assert sorted(texts) == sorted([text(1), text(2), text(3)])


def numbered(table):
    ids = [id.rstrip("'") for id in table["id"].to_pylist()]
    return table.set_column(0, "id", pa.array(ids, pa.string()))


@EVERY
def test_an_id_that_is_twice_in_a_shard_is_refused(corpus, verify):
    source = Map("numbered", corpus.source([page("7", text(1)), page("7'", text(2)), page("8", text(1))]), (numbered,))
    with pytest.raises(StageFailed, match="ids repeat: '7' is the id of two pages of one shard"):
        run(near(source, verify=verify), root=str(corpus.folder / "run"), runner=Local())


@EVERY
def test_a_second_snapshot_drops_what_the_first_kept(corpus, another, verify):
    first, second, third = another("first"), another("second"), another("third")
    options = {"verify": verify, "keep": "newest"}
    one = first.source([page("a", text(1), timestamp=1), page("a-copy", text(1)), page("b", text(2))])
    assert first.dropped(near(one, **options)) == {"a-copy"}
    roots = (str(first.folder / "run"),)
    two = second.source([page("c", changed(text(1), 1), timestamp=99)], [page("d", text(3)), page("d2", text(3))])
    found = second.verdicts(near(two, prior_runs=roots, **options))
    assert found["c"]["reason"] == "minhash:prior_run" and found["c"]["near_kept"] == "a"
    assert [found[id]["reason"] for id in ("d", "d2")].count(None) == 1
    assert set(found) == {"c", "d", "d2"}
    roots += (str(second.folder / "run"),)
    three = third.source([page("e", text(2)), page("f", text(3)), page("g", text(4))])
    assert third.dropped(near(three, prior_runs=roots, **options)) == {"e", "f"}


@pytest.mark.parametrize("other", [{"bands": 14, "rows": 8}, {"rows": 19}, {"ngram": 4}, {"seed": 2}, {"parts": 2}])
def test_signatures_made_otherwise_are_not_compared_in_silence(corpus, another, other):
    first = another("first")
    first.verdicts(near(first.source([], [page("a", text(1))])))
    roots = (str(first.folder / "run"),)
    source = corpus.source([page("b", text(1))])
    assert corpus.dropped(near(source, prior_runs=roots)) == {"b"}
    with pytest.raises(UsageError, match=r"near\.bands were made with other bands"):
        near(source, prior_runs=roots, **other)


def test_prior_runs_must_hold_the_stage(corpus, tmp_path):
    with pytest.raises(UsageError, match=r"holds no stage near\.bands"):
        near(corpus.source([]), prior_runs=(str(tmp_path),))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"verify": "yes"}, "near: verify=yes is unknown; it is one of none, sketch, text"),
        ({"sketch": "x"}, "near: sketch=x is unknown; it is one of fast, minwise"),
        ({"keep": "any"}, "keep=any is unknown; it is one of first, longest, newest, best"),
        ({"keep": "best"}, "keep=best needs best=COLUMN, and nothing else does"),
        ({"best": "column"}, "keep=best needs best=COLUMN, and nothing else does"),
        ({"bands": 0}, "near: bands=0, rows=20, parts=1; give at least 1 of each"),
        ({"rows": 0}, "near: bands=450, rows=0, parts=1; give at least 1 of each"),
        ({"parts": 0}, "near: bands=450, rows=20, parts=0; give at least 1 of each"),
    ],
)
def test_wrong_arguments_are_named(corpus, wrong, message):
    with pytest.raises(UsageError) as error:
        near(corpus.source([]), **wrong)
    assert str(error.value) == message


def test_prior_runs_of_pages_that_were_never_stored(corpus):
    with pytest.raises(UsageError, match="near: prior_runs needs pages that are a stage"):
        near(corpus.source([]).source, prior_runs=("somewhere",))


def test_the_least_arguments_are_enough(corpus):
    source = corpus.source([page("a", text(1)), page("b", text(1), timestamp=4)])
    assert corpus.dropped(near(source, bands=1, rows=1, parts=1, buckets=1)) == {"b"}


def test_stages_have_names_and_buckets(corpus):
    """By bands, by pages, and for one task; what the funnel and the docs call them."""
    goal = near(corpus.source([]), buckets=128, verify="text")
    found, waiting = {}, [goal]
    while waiting:
        stage = waiting.pop()
        found[stage.name] = getattr(stage, "buckets", None)
        waiting += stage.inputs()
    assert {name: buckets for name, buckets in found.items() if buckets} == {
        "near.bands": 128, "near.pairs.by": 128, "near.contracted.by": 8, "near.stars.by": 8, "near.cross_edges.in": 1,
        "near.cross_edges.by": 8, "near.labels": 8, "near.pages": 8, "near.members.by": 8, "near.rest": 8,
        "near.answers": 8,
    }  # fmt: skip
    assert {"near.requests", "near.requested", "near.texts", "near.groups", "near.judged", "near.routed"} < set(found)


def test_words_of_a_tokeniser_of_ones_own(corpus):
    """With letters for tokens, and pairs of them for n-grams, texts of other words are alike."""
    source = corpus.source([page("a", "abc def"), page("b", "ab cdef", timestamp=1), page("c", "fed cba", timestamp=2)])
    assert corpus.dropped(near(source, ngram=2)) == set()
    for verify in ("none", "text"):
        assert corpus.dropped(near(source, ngram=2, tokenise=letters, verify=verify)) == {"b"}


def letters(texts: pa.Array) -> Tokens:
    codes = [[ord(letter) for letter in text or "" if letter != " "] for text in texts.to_pylist()]
    hashes = np.array([code for text in codes for code in text], np.uint64)
    places = np.zeros(len(hashes), np.int32)
    return Tokens(hashes, places, places, np.cumsum([0, *map(len, codes)]))


@pytest.mark.parametrize("verify", ["sketch", "text"])
def test_the_similarity_that_is_asked_for(corpus, verify):
    """A tenth of the words differs: with single words for n-grams the similarity is 0.82."""
    source = corpus.source([page("a", text(1)), page("b", changed(text(1), 20), timestamp=1)])
    options = {"bands": 100, "rows": 3, "ngram": 1, "verify": verify}
    assert corpus.dropped(near(source, similarity=0.7, **options)) == {"b"}
    assert corpus.dropped(near(source, similarity=0.9, **options)) == set()


def test_seeds_and_sketches_are_passed_on(corpus):
    bands = near(corpus.source([]), seed=5, sketch="minwise", ngram=3, parts=2)
    while not isinstance(getattr(bands, "rows", None), module.Bands):
        bands = bands.inputs()[0]
    assert bands.rows == module.Bands(module.Banding(450, 20, "minwise", 5), 3, module.word_tokens, 2)


def test_parts_are_deduplicated_by_themselves(corpus):
    shards = [[page(f"p{number}", text(1))] for number in range(40)]
    source = corpus.source(*shards)
    kept = 40 - len(corpus.dropped(near(source, parts=4)))
    assert kept == 4
    assert len({routing.part_of(f"shard{n}", 100) for n in range(2_000)}) == 100


def test_a_family_that_is_too_large_to_compare_is_judged_in_parts(corpus, monkeypatch):
    monkeypatch.setattr(compare, "MAX_TEXTS", 4)
    base = text(1, 400)
    pages = [page(f"p{number}", changed(base, 1, number), timestamp=number) for number in range(10)]
    pages += [page(f"q{number}", changed(base, 1, 0), timestamp=50) for number in range(10)]
    found = corpus.verdicts(near(corpus.source(pages), verify="text"))
    assert {id for id in found if not found[id]["reason"]} == {"p0", "p4", "p8"}
    assert found["q3"]["near_kept"] == "p0" and found["p0"]["near_size"] == 14


@pytest.mark.slow
def test_a_page_of_fifty_megabytes(corpus):
    large = " ".join(map(str, range(6_500_000)))
    assert len(large) > 50_000_000
    source = corpus.source([page("a", large, timestamp=1), page("b", large + " more", timestamp=2)])
    assert corpus.dropped(near(source, bands=14, rows=8, buckets=1)) == {"b"}


def test_a_page_of_a_million_words_takes_little_memory():
    """The classic sketch by matrices would take 72 GB for it."""
    code = """if True:
        import resource, numpy, pyarrow
        from dedup.minhash.banding import Banding
        from dedup.minhash.signatures import Bands
        bands = Bands(Banding(450, 20))
        def peak(words):
            text = " ".join(map(str, range(words)))
            bands(pyarrow.table({"id": ["a"], "text": [text]}), "shard")
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        before = peak(1000)
        print(peak(1_000_000) - before)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPO_ROOT)
    assert float(done.stdout) < 250


@dataclass(frozen=True)
class FailsOnce:
    """A transform that ends in an error of reading, once, when it has seen all but the last batch."""

    flag: str

    def __call__(self, table: pa.Table) -> pa.Table:
        if "last" in table["id"].to_pylist() and not Path(self.flag).exists():
            Path(self.flag).touch()
            raise OSError("the network went away")
        return table


def test_a_task_that_is_tried_again_adds_no_phantom_pages(corpus, another, tmp_path):
    shards = [[page("a", text(1)), page("b", text(1), timestamp=2)], [page("c", text(2)), page("last", text(3))]]
    calm = corpus.verdicts(near(corpus.source(*shards)))
    stormy = another("stormy")
    source = Map("flaky", stormy.source(*shards), (FailsOnce(str(tmp_path / "flag")),))
    assert stormy.verdicts(near(source)) == calm
    assert (tmp_path / "flag").exists()
    where = str(stormy.folder / "run")
    for stage in ("near.bands", "near.pairs", "near.members"):
        store.remove(where, receipt_name(stage, receipted(where, stage)[0]))
        assert stormy.verdicts(near(source)) == calm


def test_the_memory_of_a_file_of_bands_is_that_of_the_rows_that_pages_become(corpus):
    source = corpus.source([page("a", text(1)), page("b", text(2))])
    (sent,) = [stage for stage in plan(near(source, bands=7, rows=3)) if stage.name == "near.bands"]
    assert isinstance(sent, Scatter) and sent.sends == 7
    assert sent.rows(pa.table({"id": ["a", "b"], "text": [text(1), text(2)]}), "s").num_rows == 14
