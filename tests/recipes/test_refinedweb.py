"""The main job on the sample snapshot, against the truth that the sample knows, and as a person would use it."""

import json
import re
from collections import Counter
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import sample
from filters import gopher, lines
from mews.recipe_loader import stages_of
from pipeline.errors import UsageError
from pipeline.funnel import funnel
from pipeline.run import run
from pipeline.runner import Local
from pipeline.transform import edit, screen
from pipeline.verify import faults
from recipes import refinedweb
from report.compare import compare
from report.explain import explain, explain_lines
from report.whatif import whatif, whatif_lines

FATES = {  # what the reasons of a fate begin with
    "url": ("url.",),
    "language": ("language:",),
    "thin": ("gopher.", "extract:empty", "language:unsure"),
    "quality": ("gopher.quality:",),
    "repetition": ("gopher.repetition:",),
    "lines": ("lines:",),
    "duplicate": ("kept", "minhash:", "url:"),
    "quarantined": ("warc:damaged", "warc:encoding", "warc:not_html"),
    "kept": ("kept",),
    "skipped": ("warc:other_type", "warc:other_status"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("refinedweb")
    run(
        *refinedweb.recipe(signals=True),
        root=str(root),
        runner=Local(),
        about={"recipe": "recipes.refinedweb", "arguments": []},
    )
    return root


@pytest.fixture(scope="module")
def truth(sample_folder: Path) -> list[dict]:
    sample.make(str(sample_folder))
    return sample.truth(str(sample_folder)).to_pylist()


@pytest.fixture(scope="module")
def fates(made: Path) -> dict[str, list[tuple[str, str]]]:
    """What happened to each id: (reason, text), once for every place where it lies."""
    found: dict[str, list[tuple[str, str]]] = {}
    places = [("clean/*", None), ("*.rejects/*", "reason"), ("quarantine/*/*", "error")]
    for pattern, column in places:
        for path in sorted(made.glob(f"{pattern}.parquet")):
            for row in pq.read_table(path).to_pylist():
                found.setdefault(row["id"], []).append((row[column] if column else "kept", row.get("text") or ""))
    return found


def test_every_page_is_somewhere_once(made: Path, fates: dict, truth: list[dict]):
    assert {len(places) for places in fates.values()} == {1}
    assert list(faults(str(made))) == []
    assert {row["id"] for row in truth} == set(fates)


def test_pages_meet_the_fate_that_was_planted(fates: dict, truth: list[dict]):
    met, missed = Counter[str](), Counter[str]()
    for row in truth:
        reason = fates.get(row["id"], [("nowhere", "")])[0][0]
        (met if reason.startswith(FATES[row["expected"]]) else missed)[row["expected"]] += 1
    assert sum(missed.values()) <= 0.005 * len(truth), missed
    assert all(met[fate] for fate in FATES)


def test_one_page_of_each_family_of_copies_is_kept(fates: dict, truth: list[dict]):
    families: dict[str, list[str]] = {}
    for row in truth:
        if row["expected"] == "duplicate":
            families.setdefault(row["group"], []).append(fates[row["id"]][0][0])
    kept = Counter(sum(reason == "kept" for reason in reasons) for reasons in families.values())
    assert len(families) > 80 and kept[1] >= 0.98 * len(families), kept


def test_boilerplate_is_cut_wherever_it_stands(fates: dict, truth: list[dict]):
    pages = [(row, fates[row["id"]][0][1]) for row in truth if row["kind"] == "boilerplate"]
    assert pages
    planted = {value for row, _ in pages for kind, value in json.loads(row["planted"]) if kind == "repeated"}
    assert len(planted) > 3
    left = [text for _, text in pages if any(paragraph in text for paragraph in planted)]
    assert left == []


def test_private_data_is_replaced(made: Path, fates: dict, truth: list[dict]):
    values = [(kind, value) for row in truth for kind, value in json.loads(row["pii"])]
    texts = "\n".join(text for (reason, text), *_ in fates.values() if reason == "kept")
    left = [(kind, value) for kind, value in values if value in texts]
    assert len(values) > 100 and len(left) <= 0.02 * len(values), left
    counts = json.loads((made / "refinedweb/stats.json").read_text())["clean"]["counts"]
    assert {"email", "phone"} <= set(counts) and min(counts.values()) > 0


def test_what_is_published_is_what_was_kept(made: Path):
    published = [
        row for path in sorted(made.glob("refinedweb/data/*.parquet")) for row in pq.read_table(path).to_pylist()
    ]
    kept = pq.read_table(made / "clean").to_pylist()
    assert [(p["url"], p["content"]) for p in published] == [(k["url"], k["text"]) for k in kept]
    assert all("\n\n\n" not in page["content"] and "https://" not in page["content"] for page in published)
    assert any(page["image_urls"] for page in published)


def test_the_funnel_only_narrows(made: Path):
    kept = [line.kept.rows for line in funnel(str(made))]
    assert kept == sorted(kept, reverse=True) and kept[0] > 1900 and 700 < kept[-1] < 1100
    assert {line.stage for line in funnel(str(made))} == {"raw", "filtered", "unique", "fuzzy", "clean"}
    steps = [line.step for line in funnel(str(made))]
    assert steps[:3] == ["read", "url.blocked", "url.curated_source"] and "gopher.repetition" in steps


def test_explain_says_where_a_page_went(made: Path, fates: dict):
    page = next(i for i, places in fates.items() if places[0][0] == "gopher.quality:short")
    said = "\n".join(explain_lines(explain(str(made), page, stages_of(str(made)))))
    assert "\nraw: kept" in said and "\nfiltered: dropped by gopher.quality:short\n" in said
    assert re.search(r"gopher\.quality: words \d+ \(under 50, at most 100,000\)", said)


def test_whatif_with_the_same_threshold_changes_nothing_and_with_another_what_a_run_would(made: Path):
    same = "\n".join(whatif_lines(whatif(str(made), stages_of(str(made)), ["gopher.quality.min_words=50"])))
    assert same.splitlines()[-1] == "0 pages would change sides"
    other = "\n".join(whatif_lines(whatif(str(made), stages_of(str(made)), ["gopher.quality.min_words=150"])))
    before, after = next(line for line in other.splitlines() if line.split()[:1] == ["short"]).split()[1:]
    assert int(after) > int(before)
    assert "kept -> gopher.quality:short" in other


@pytest.mark.parametrize(
    ("change", "filters"),
    [
        ("gopher.quality.min_words=150", (gopher.repetition, gopher.quality.replace(min_words=150))),
        ("gopher.quality.ellipsis_lines=1", (gopher.repetition, gopher.quality.replace(ellipsis_lines=1.0))),
        ("gopher.repetition.top_4gram=0.5", (gopher.repetition.replace(top_4gram=0.5), gopher.quality)),
    ],
)
def test_whatif_says_what_a_run_would_keep(made: Path, change: str, filters: tuple):
    """Also of pages that a later filter of the run never saw, since an earlier one had dropped them."""
    judged, kept = (screen(*filters), edit(lines.corrections)), 0
    for path in (made / "raw").iterdir():
        table = pq.read_table(path)
        for transform in judged:
            table = transform(table)
            table = table.filter(pc.is_null(table["reason"]))
        kept += table.num_rows
    said = "\n".join(whatif_lines(whatif(str(made), stages_of(str(made)), [change])))
    told = next(line for line in said.splitlines() if line.startswith("  lines "))
    assert int(told.split()[-1].replace(",", "")) == kept


@pytest.mark.parametrize(
    "change",
    ["gopher.quality.min_word=3", "gopher.quality.distinct=0", "gopher.quality.words=3", "lines.max_upper=0.3"],
)
def test_whatif_refuses_what_is_no_threshold_of_the_measured_values(made: Path, change: str):
    """A name that is misspelt, and settings that the measured values already hold."""
    with pytest.raises(UsageError, match=r"no limit is called .*; there are url\.blocked\.domain, "):
        whatif(str(made), stages_of(str(made)), [change])


@pytest.mark.parametrize("change", ["lines.flagged", "lines.flagged=", "lines.flagged=nan"])
def test_whatif_refuses_what_is_no_number(made: Path, change: str):
    with pytest.raises(UsageError, match="gives no limit; write"):
        whatif(str(made), stages_of(str(made)), [change])


def test_a_run_is_kept_alike_with_itself(made: Path):
    assert compare(str(made), str(made)).jaccard == 1
