"""The card and the statistics: of these shards alone, the same whenever they are made, and true about their source."""

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from pipeline.doc import Doc
from pipeline.funnel import stage_stats
from pipeline.run import run
from pipeline.runner import Local
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source
from pipeline.summary import summary
from pipeline.transform import screen
from pipeline.verify import faults, mend
from stages.publish import publish

SCHEMA = pa.schema([("id", pa.string()), ("url", pa.string()), ("language", pa.string()), ("text", pa.string())])
COLUMNS = pa.schema([("content", pa.string()), ("url", pa.string())])
SENTENCES = {"en": "one two three four", "de": "eins zwei drei", "fr": "un"}


def pages(name: str):
    """Ten English, six German and two French pages of 4, 3 and 1 tokens, and an English one that is too long."""
    codes = ["en"] * 10 + ["de"] * 6 + ["fr"] * 2
    rows = [
        {"id": f"{name}{n}", "url": f"http://{code}.example/{n}", "language": code, "text": SENTENCES[code]}
        for n, code in enumerate(codes)
    ]
    rows.append({"id": f"{name}x", "url": "http://en.example/x", "language": "en", "text": "word " * 9})
    yield pa.Table.from_pylist(rows, SCHEMA)


@dataclass(frozen=True)
class AtMost:
    words: int
    name: str = "length"

    def __call__(self, doc: Doc) -> str | None:
        return "long" if len(doc.text.split()) > self.words else None


def recipe(*codes: str, screened: bool = True):
    raw = Map("raw", Source(("a", "b"), pages, SCHEMA))
    steps = (screen(AtMost(5)),) if screened else ()
    clean = {code: Map(f"clean.{code}", raw, steps, where={"language": code}) for code in codes}
    return tuple(publish(f"out.{code}", clean[code], COLUMNS, title=f"Out ({code})") for code in codes)


def made(root: Path, *codes: str, **options) -> dict[str, bytes]:
    """The cards and statistics after a run."""
    run(*recipe(*codes, **options), root=str(root), runner=Local(), about={"recipe": "own", "arguments": []})
    files = [path for path in sorted(root.glob("out.*/*")) if path.is_file()]
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def head(card: Path) -> dict:
    return yaml.safe_load(card.read_text().split("---\n")[1])


@pytest.mark.parametrize(
    "broken",
    ["out.en/README.md", "out.en/stats.json", "clean.en/*.parquet", "out.de/data/*.parquet", "receipts/out.en/*.json"],
)
@pytest.mark.parametrize("how", ["cut", "gone"])
def test_files_that_are_made_again_are_the_same(tmp_path: Path, broken: str, how: str):
    before = made(tmp_path, "en", "de")
    victim = next(iter(sorted(tmp_path.glob(broken))))
    victim.unlink() if how == "gone" else victim.write_bytes(victim.read_bytes()[:-5])
    for fault in list(faults(str(tmp_path))):
        mend(str(tmp_path), fault)
    assert made(tmp_path, "en", "de") == before
    assert list(faults(str(tmp_path))) == []


def test_a_card_does_not_depend_on_what_else_a_run_publishes(tmp_path: Path):
    alone = made(tmp_path / "one", "en")
    both = made(tmp_path / "two", "en", "de")
    assert {name: both[name] for name in alone} == alone
    both_again = made(tmp_path / "three", "de", "fr", "en")
    assert {name: both_again[name] for name in alone} == alone


def test_a_card_tells_documents_and_tokens_of_its_own_language(tmp_path: Path):
    made(tmp_path, "en", "de", screened=False)
    english, german = ((tmp_path / f"out.{code}/README.md").read_text() for code in ("en", "de"))
    assert "22 documents, 98 tokens" in english and "12 documents, 36 tokens" in german
    assert "| out.de | published | 12 | 31.6% | 36 |  |" in german
    assert "out.de" not in english and "clean.de" not in english


def test_a_card_shows_the_funnel(tmp_path: Path):
    made(tmp_path, "en")
    card = (tmp_path / "out.en/README.md").read_text()
    lines = [line for line in card.splitlines() if line.startswith("| ") and "documents" not in line]
    assert lines == [
        "| raw | read | 38 | 100.0% | 138 |  |",
        "| clean.en | length | 20 | 52.6% | 80 | long 2 |",
        "| out.en | published | 20 | 52.6% | 80 |  |",
    ]


def test_the_head_of_a_card_is_what_the_hub_reads(tmp_path: Path):
    made(tmp_path, "de")
    said = head(tmp_path / "out.de/README.md")
    assert said["pretty_name"] == "Out (de)"
    assert said["language"] == ["de"]
    assert said["task_categories"] == ["text-generation"] and said["size_categories"] == ["n<1K"]
    assert said["configs"] == [
        {"config_name": "default", "data_files": [{"split": "train", "path": "data/train-*.parquet"}]}
    ]
    info, file = said["dataset_info"], tmp_path / "out.de/data/train-00000-of-00001.parquet"
    assert info["features"] == [{"name": "content", "dtype": "string"}, {"name": "url", "dtype": "string"}]
    assert info["download_size"] == file.stat().st_size
    (split,) = info["splits"]
    assert split["name"] == "train" and split["num_examples"] == 12
    assert split["num_bytes"] == info["dataset_size"] > 0


def test_languages_are_listed_by_their_documents(tmp_path: Path):
    raw = Map("raw", Source(("a",), pages, SCHEMA))
    run(publish("all", raw, COLUMNS), root=str(tmp_path), runner=Local())
    assert head(tmp_path / "all/README.md")["language"] == ["en", "de", "fr"]


def test_an_unknown_language_is_no_language_of_the_card(tmp_path: Path):
    def read(name: str):
        rows = [{"id": f"{n}", "url": "", "language": code, "text": ""} for n, code in enumerate(("und", "sv", None))]
        yield pa.Table.from_pylist(rows, SCHEMA)

    run(publish("all", Map("raw", Source(("a",), read, SCHEMA)), COLUMNS), root=str(tmp_path), runner=Local())
    assert head(tmp_path / "all/README.md")["language"] == ["sv"]


def test_the_statistics_are_those_of_the_command_line(tmp_path: Path):
    made(tmp_path, "en")
    told = json.loads((tmp_path / "out.en/stats.json").read_text())
    everything = summary(stage_stats(str(tmp_path)))
    assert told == {name: json.loads(json.dumps(everything[name])) for name in ("raw", "clean.en", "out.en")}
    assert list(told["clean.en"]["steps"].values())[-1]["dropped"] == {"length:long": [2, 18]}


def lost(table: pa.Table) -> pa.Table:
    counts = {"pages": pa.array([40], pa.int64()), "lost": pa.array([30], pa.int64())}
    rows = pa.table({"host": ["shop|.example"], **counts, "kept": ["a0"]})
    return rows if table.num_rows else rows.slice(0, 0)


def all_of_it(table: pa.Table, shard: str) -> pa.Table:
    return table.select(["id"]).append_column("key", pa.array([0] * table.num_rows, pa.uint64()))


def test_the_card_names_hosts_that_lost_their_pages_to_one_family(tmp_path: Path):
    raw = Map("raw", Source(("a",), pages, SCHEMA))
    beside = Gather("hosts", Scatter("all", raw, all_of_it, "key", 1), lost)
    run(publish("out", raw, COLUMNS, beside=(beside,)), root=str(tmp_path), runner=Local())
    assert "| shop&#124;.example | 40 | 30 | a0 |" in (tmp_path / "out/README.md").read_text()


def test_a_recipe_with_other_arguments_makes_another_card_and_no_other_shard(tmp_path: Path):
    first = made(tmp_path, "en")
    goals = recipe("en")
    shard = next((tmp_path / "out.en/data").iterdir())
    before = shard.stat().st_mtime_ns
    run(*goals, root=str(tmp_path), runner=Local(), about={"recipe": "own", "arguments": ["snapshot=CC-MAIN-2024-10"]})
    card = (tmp_path / "out.en/README.md").read_bytes()
    assert b"snapshot=CC-MAIN-2024-10" in card and card != first["out.en/README.md"]
    assert shard.stat().st_mtime_ns == before


def test_the_card_tells_how_many_documents_reserve_their_use(tmp_path: Path):
    schema = pa.schema([*SCHEMA, ("robots", pa.string()), ("tdm_reservation", pa.int8())])

    def read(name: str):
        (table,) = pages(name)
        robots = ["noai", "otherbot:noai,noindex", "nofollow", None] + [None] * (table.num_rows - 4)
        table = table.append_column("robots", pa.array(robots, pa.string()))
        tdm = [None, 1, 0, 1] + [None] * (table.num_rows - 4)
        yield table.append_column("tdm_reservation", pa.array(tdm, pa.int8()))

    run(publish("out", Map("raw", Source(("a",), read, schema)), COLUMNS), root=str(tmp_path), runner=Local())
    card = (tmp_path / "out/README.md").read_text()
    assert "## Opt-outs\n\nPublished documents that reserve their use: noai 2, noindex 1, tdm_reservation 2.\n" in card
    without = tmp_path / "without"
    made(without, "en")
    assert "Opt-outs" not in (without / "out.en/README.md").read_text(), "nothing is known where nothing was read"
