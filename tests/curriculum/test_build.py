"""The whole way: shards, a tokenizer, phases, packed sequences; and the recipes of six models at a small scale."""

import importlib
import io
import json
import random
from collections import Counter
from dataclasses import fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import zstandard
from typer.testing import CliRunner

from curriculum.build import Inputs, with_sources
from curriculum.sources import folder as files
from mews.__main__ import command_line, main
from mews.arguments import convert_arguments, parameters
from pipeline.errors import MewsError, UsageError
from pipeline.funnel import stage_stats
from pipeline.parquet import read_table
from pipeline.run import plan, run
from pipeline.runner import Local
from pipeline.stage import Map, Stage
from pipeline.view import planned
from recipes import curriculum, fox_1
from tests.helpers.object_store import bucket
from tokenizer.encode import encoder
from tokenizer.reader import Megatron, PackedReader, Parquet
from tokenizer.train import END, TokenizerConfig, train

MODELS = ("falcon_7b", "falcon_40b", "falcon_mamba", "falcon_h1", "falcon_edge", "fox_1")


def words(chosen: random.Random, number: int) -> str:
    """Words of a language of a hundred thousand."""
    parts = ["ka", "to", "mi", "ren", "sol", "ver", "ung", "ist", "pra", "lo"]
    made = ["".join(chosen.choice(parts) for _ in range(chosen.randint(1, 5))) for _ in range(number)]
    return "\n".join(" ".join(made[n : n + 9]) for n in range(0, number, 9))


def write(folder: Path, source: str, pages: int) -> str:
    chosen = random.Random(source)
    folder.joinpath(source).mkdir(parents=True)
    texts = [words(chosen, chosen.randint(5, 400)) for _ in range(pages)]
    rows = [{"id": f"{source}-{i}", "language": "en", "text": text} for i, text in enumerate(texts)]
    for n in range(2):
        pq.write_table(pa.Table.from_pylist(rows[n::2]), folder / source / f"{n}.parquet")
    return str(folder / source)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """Shards of three sources, and a tokenizer trained on them by the command line."""
    base = tmp_path_factory.mktemp("curriculum")
    at = {source: write(base, source, 120) for source in ("web", "code", "math")}
    listed = [f"{source}={folder}" for source, folder in at.items()]
    choice = ["--preset", "falcon_edge", "--vocabulary", "800", "--latex", "20", "--sample-bytes", "200000"]
    with pytest.raises(SystemExit, match="0"):
        main(["tokenizer", "train", *listed, "--out", str(base / "tokenizer"), *choice])
    return base, at


def recipe(base: Path, at: dict[str, str], **more) -> Stage:
    return curriculum.recipe(str(base / "tokenizer"), ",".join(f"{s}={f}" for s, f in at.items()), scale=0.2, **more)


def table_of(root: Path) -> list[dict]:
    return read_table(str(root), "shares/bucket-00000.parquet").to_pylist()


@pytest.fixture(scope="module")
def done(made) -> Path:
    """The root of a run of all three phases."""
    base, at = made
    run(recipe(base, at), root=str(base / "out"), runner=Local())
    return base / "out"


def pieces(root: Path, phase: str) -> list[tuple[str, list[int]]]:
    """The page and the tokens of each piece of a packed phase."""
    found = []
    for shard in planned(str(root), f"{phase}.packed"):
        for row in read_table(str(root), f"{phase}.packed/{shard}.parquet").to_pylist():
            ends = np.cumsum(row["lengths"])
            parts = zip(row["ids"], [0, *ends[:-1]], ends, strict=True)
            found += [(name, row["tokens"][start:end]) for name, start, end in parts]
    return found


def test_from_shards_to_sequences(made, done):
    rows = table_of(done)
    assert [r["phase"] for r in rows if r["source"] is None] == ["short", "long", "decay"]
    assert all(r["realised"] == r["wanted"] for r in rows)
    web = [r["realised"] for r in rows if r["source"] == "web"]
    assert web == [24_000, 12_000, 2_442]
    markers = {n for _, n in encoder(str(made[0] / "tokenizer")).markers}
    for phase, length in (("short", 1_024), ("long", 2_048), ("decay", 2_048)):
        assert len(Parquet(str(done / f"{phase}.packed"))[0]) == length
        wanted = {r["source"]: r["realised"] for r in rows if r["phase"] == phase and r["source"]}
        for source, tokens in wanted.items():
            mine = [part for name, part in pieces(done, phase) if name.startswith(source)]
            infilled = sum(bool(markers & set(part)) for part in mine)
            more = sum(map(len, mine)) - tokens
            assert 3 * infilled <= more <= 16 * infilled, "three markers, and what the cuts cost"
            assert (infilled > 0) == (source == "code")


def test_the_run_ends_with_the_table_of_shares(made, tmp_path):
    base, at = made
    listed = ",".join(f"{s}={f}" for s, f in at.items())
    given = ["recipes.curriculum", f"tokenizer={base}/tokenizer", f"sources={listed}", "scale=0.2"]
    ran = CliRunner().invoke(command_line("run"), ["run", *given, "--root", str(tmp_path / "out"), "--runner", "local"])
    assert ran.exit_code == 0
    shown = [line.split() for line in ran.output.splitlines()]
    assert [sum(line[:1] == [f"{source}.counted"] for line in shown) for source in at] == [1, 1, 1]
    assert sum(line[:2] == ["read", "120"] and line[2] == "100.0%" for line in shown) == 3
    counted = stage_stats(str(tmp_path / "out"))["web.counted"]
    stream = read_table(str(tmp_path / "out"), "plan/bucket-00000.parquet").filter(pc.field("source") == "web")
    assert counted.unit == "tokens" and counted.tokens_out == pc.sum(stream["tokens"]).as_py()
    assert ["short", "web", "24,000", "24,000", "0.8000"] in [line[:5] for line in shown]


def test_a_piece_has_all_three_markers_or_none(made, done):
    numbers = [n for _, n in encoder(str(made[0] / "tokenizer")).markers]
    held = Counter(
        sum(part.count(n) for n in numbers) for phase in ("short", "long") for _, part in pieces(done, phase)
    )
    assert set(held) == {0, 3} and held[3] > 5


def test_a_trainer_that_stops_in_a_phase_that_grows_sees_each_sequence_once(made, tmp_path):
    base, at = made
    given = {"code": at["code"], "math": at["math"], "web": at["web"]}

    def run_with(scale: float) -> Parquet:
        goal = curriculum.recipe(str(base / "tokenizer"), ",".join(f"{s}={f}" for s, f in given.items()), scale=scale)
        run(goal, root=str(tmp_path), runner=Local())
        return Parquet(str(tmp_path / "short.packed"))

    small = run_with(0.1)
    first = PackedReader(small, batch=3)
    seen = [row for batch in first for row in batch]
    before = np.stack([small[n] for n in range(len(small))])
    assert len(before) - 3 < first.position <= len(before)
    large = run_with(0.2)
    assert len(large) > len(before) + 5
    assert (np.stack([large[n] for n in range(len(before))]) == before).all(), "what was made stays where it was"
    seen += [row for batch in PackedReader(large, batch=1, position=first.position) for row in batch]
    assert (np.stack(seen) == np.stack([large[n] for n in range(len(large))])).all()
    grown = [len(part) for _, part in pieces(tmp_path, "short")]
    assert sum(grown) >= 30_000


def test_two_mixtures_are_compared_by_the_command_line(done, tmp_path):
    ran = CliRunner().invoke(command_line(), ["mixture", "diff", str(done), "recipes.fox_1", "--json"])
    lines = {(line["phase"], line["source"]): line for line in json.loads(ran.output)["lines"]}
    first = lines["short", "web"]["first"]
    assert first == {"wanted": 24_000, "realised": 24_000, "wanted_share": 0.8, "realised_share": 0.8}
    assert lines["stage-1", "web"]["second"]["wanted"] == 840_000_000_000 and lines["stage-1", "web"]["first"] is None
    shown = CliRunner().invoke(command_line(), ["mixture", "diff", str(done), str(done)]).output
    assert [line.split()[2:7] for line in shown.splitlines() if line.startswith("short  web")] == [
        ["80.00", "80.00", "+0.00", "80.00", "80.00"]
    ]


@pytest.mark.parametrize(
    ("second", "said"), [("recipes.curriculum", "has no CURRICULUM"), ("nowhere", "has no shares/")]
)
def test_what_has_no_mixture_is_told(done, second, said):
    ran = CliRunner().invoke(command_line(), ["mixture", "diff", str(done), second])
    assert isinstance(ran.exception, UsageError) and said in str(ran.exception)


def test_a_packed_phase_is_exported_and_read_again(done, tmp_path, capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["tokenizer", "pack", str(done / "long.packed"), "--out", str(tmp_path / "long")])
    assert "sequences of 2,048 tokens" in capsys.readouterr().out
    ours, theirs = PackedReader(Parquet(str(done / "long.packed")), 2), PackedReader(Megatron(tmp_path / "long"), 2)
    assert sum(1 for a, b in zip(ours, theirs, strict=True) if (a == b).all()) == len(ours.sequences) // 2


def test_the_report_compares_and_finds_nothing_broken(made, capsys, tmp_path):
    base, at = made
    given = [str(base / "tokenizer"), "--source", f"web={at['web']}", "--source", f"code={at['code']}"]
    with pytest.raises(SystemExit, match="0"):
        main(["tokenizer", "report", *given, "--out", str(tmp_path / "report.html")])
    assert "0 round trips broken" in capsys.readouterr().out
    assert (tmp_path / "report.html").read_text().count("<svg") == 2


@pytest.mark.parametrize("model", MODELS)
def test_recipes_plan_at_a_small_scale(made, model):
    base, _ = made
    module = importlib.import_module(f"recipes.{model}")
    for phase in module.CURRICULUM.phases:
        assert sum(phase.weights.values()) == pytest.approx(1) or sum(phase.weights.values()) == pytest.approx(100)
    listed = ",".join(f"{source}={base}/web" for source in module.CURRICULUM.sources)
    have = ",".join(f"{source}=1e9" for source in module.CURRICULUM.sources)
    goal = module.recipe(str(base / "tokenizer"), listed, scale=1e-6, have=have)
    names = [stage.name for stage in plan(goal)]
    assert all(f"{phase.name}.packed" in names for phase in module.CURRICULUM.phases)
    assert plan(goal)[-1].schema.names[0] == "phase"


def test_tokens_known_beforehand_fail_a_budget_before_any_work(made):
    base, at = made
    with pytest.raises(UsageError, match="source math is short of"):
        recipe(base, at, have="web=1e9,code=1e9,math=10")


@pytest.mark.parametrize(
    ("given", "spread", "said"),
    [
        ({"web": "x"}, False, "sources= lacks"),
        ({"web": "x", "moon": "y"}, True, "no source moon"),
        ({"math": "x"}, True, "phase stage-2-8k has none"),
    ],
)
def test_sources_that_do_not_fit_are_named(given, spread, said):
    with pytest.raises(UsageError, match=said):
        with_sources(fox_1.CURRICULUM, given, spread)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sources": "web={base}/web,web={base}/code"}, "gives a name twice"),
        ({"sources": "a/b={base}/web"}, "names are letters"),
        ({"sources": "web={base}/nowhere"}, "no Parquet or JSONL file"),
        ({"sources": "web={base}/garbage"}, "no Parquet file"),
        ({"columns": "body=x"}, "columns= names body"),
        ({"columns": "text=body"}, "no column body, only id, language, text"),
        ({"columns": "web: text=body"}, "no column body, only id, language, text"),
        ({"columns": "moon: text=body"}, "columns= names source moon, which is no source here: web"),
        ({"have": "web=many"}, "give tokens"),
        ({"have": "moon=5"}, "names moon, which is no source"),
        ({"scale": 0.0}, "scale=0: give a number above 0"),
        ({"scale": float("nan")}, "scale=nan"),
        ({"scale": 1e6}, "at the very most, by the size of its files"),
        ({"buckets": 5}, "buckets=5 is not a power of two; take 8"),
        ({"tokenizer": "{base}/web/0.parquet"}, "is no tokenizer.json"),
        ({"evals": "{base}/none.jsonl"}, "cannot read the evaluation set"),
        ({"where": "web: edu >= 3"}, "no column edu, only id, language, text.*columns=edu=NAME"),
        ({"where": "web: text > 3"}, "column text holds texts"),
        ({"where": "web: os.remove"}, "is not understood"),
        ({"order": "web: -edu"}, "no column edu"),
        ({"order": "short/moon: edu"}, "no source moon"),
        ({"upsample": "web: language 0.5=2"}, "column language holds texts"),
        ({"neighbours": "web: a b"}, "neighbours 'a b' is neither host nor a column"),
        ({"neighbours": "web: family"}, "no column family, only.*columns=family=NAME"),
        ({"neighbours": "web: host", "order": "web: -tokens"}, "exclude each other: a page has one place"),
        ({"fim": "moon=0.5"}, "fim= names moon, which is no source here: web"),
        ({"fim": "web=often"}, "fim=web=often: give shares, as in fim=code=0.5"),
        ({"fim": "web=2"}, "give the share of pieces whose middle is put last, 0 to 1"),
        ({"fim_markers": "<a> <b>"}, "fim_markers=<a> <b>: give three"),
        ({"fim_markers": "<a> <b> <c>"}, "has no special token <a>, which fim_markers= names"),
        ({"pad_token": "<pad>"}, "has no special token <pad>, which pad_token= says"),
        ({"sources": "web=tasks:9:{base}/web"}, "tasks of 9 tokens; give at least 256"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(made, given, said):
    base, _ = made
    base.joinpath("garbage").mkdir(exist_ok=True)
    base.joinpath("garbage/a.parquet").write_text("no parquet")
    usual = {"tokenizer": "{base}/tokenizer", "sources": "web={base}/web"}
    asked = {k: v.format(base=base) if isinstance(v, str) else v for k, v in {**usual, **given}.items()}
    with pytest.raises(MewsError, match=said) as refused:
        curriculum.recipe(**asked)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


def test_sources_that_call_a_column_differently_are_mixed(made, tmp_path):
    base, at = made
    called = {"web": ["id", "lang", "text"], "code": ["id", "language", "body"], "math": ["id", "language", "text"]}
    for source, names in called.items():
        tmp_path.joinpath(source).mkdir()
        pq.write_table(pq.read_table(at[source]).rename_columns(names), tmp_path / source / "a.parquet")
    given = {source: str(tmp_path / source) for source in called}
    goal = recipe(base, given, columns="web: language=lang; code: text=body", where="web: language == 'en'")
    run(goal, root=str(tmp_path / "out"), runner=Local())
    assert all(row["realised"] == row["wanted"] > 0 for row in table_of(tmp_path / "out"))
    assert {name.partition("-")[0] for name, _ in pieces(tmp_path / "out", "short")} == set(called)


def test_pages_of_evaluation_sets_are_left_out(made, tmp_path):
    base, at = made
    page = pq.read_table(Path(at["web"]) / "0.parquet").filter(pc.greater(pc.utf8_length(pc.field("text")), 500))
    text = page["text"][0].as_py()
    tmp_path.joinpath("quiz.jsonl").write_text(json.dumps({"question": text[:400]}) + "\n")
    goal = recipe(base, {"web": at["web"]}, evals=str(tmp_path / "quiz.jsonl"))
    stats = run(goal, root=str(tmp_path / "out"), runner=Local())
    assert {reason: size.rows for reason, size in stats["web.unseen"].dropped.items()} == {"contaminated:quiz": 1}
    assert stats["web.counted"].rows_in == 119


def test_a_phase_chooses_by_columns_and_code_is_infilled_all_the_same(made, tmp_path):
    base, at = made
    for source in ("web", "code"):
        table = pq.read_table(at[source])
        edu = pa.array([n % 5 for n in range(len(table))], pa.int32())
        (tmp_path / source).mkdir()
        pq.write_table(table.append_column("edu", edu), tmp_path / source / "a.parquet")
    given = {source: str(tmp_path / source) for source in ("web", "code")}
    where = "decay/web: edu >= 3 and language == 'en'; decay/code: edu == 4"
    goal = recipe(base, given, where=where, order="decay/web: -edu")
    run(goal, root=str(tmp_path / "out"), runner=Local())
    rows = {(row["phase"], row["source"]): row for row in table_of(tmp_path / "out")}
    assert {source for phase, source in rows if phase == "decay"} == {"web.decay", "code.decay", None}
    assert {source for phase, source in rows if phase == "short"} == {"web", "code", None}
    assert all(row["realised"] == row["wanted"] for row in rows.values())
    score = dict(zip(*(pq.read_table(tmp_path / "web")[c].to_pylist() for c in ("id", "edu")), strict=True))
    parts = pieces(tmp_path / "out", "decay")
    assert {score[name] for name, _ in parts if name in score} == {4}, "the best come first, and there are enough"
    markers = {n for _, n in encoder(str(base / "tokenizer")).markers}
    assert any(markers & set(part) for name, part in parts if name.startswith("code"))


def test_any_source_may_be_infilled_and_padding_and_markers_named(made, tmp_path):
    base, at = made
    given = {source: at[source] for source in ("web", "math")}
    special = ("<|endoftext|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")
    named = {"pad_token": special[3], "fim_markers": " ".join(special[1:4])}
    run(recipe(base, given, fim="math=0.9", **named), root=str(tmp_path), runner=Local())
    numbers = encoder(str(base / "tokenizer"))
    markers = {n for _, n in numbers.markers}
    infilled = Counter((name[:3], bool(markers & set(part))) for name, part in pieces(tmp_path, "short"))
    assert infilled["mat", True] > 4 * infilled["mat", False] and not infilled["web", True] and infilled["web", False]
    (last,) = {row["tokens"][-1] for row in packed_rows(tmp_path, "short") if sum(row["lengths"]) < 1_024}
    assert last == numbers.markers[2][1] != numbers.end


@pytest.mark.parametrize("column", ["host", "family"])
def test_neighbours_share_sequences_and_shares_stay(made, tmp_path, column):
    base, at = made
    rows = [
        row | {"text": row["text"][:700]}
        for n in (0, 1)
        for row in pq.read_table(f"{at['web']}/{n}.parquet").to_pylist()
    ]
    known = {row["id"]: f"h{n % 60}.example" for n, row in enumerate(rows)}
    told = {"host": lambda n: {"url": f"http://{known[n]}/x"}, "family": lambda n: {"family": int(known[n][1:-8])}}
    write_rows(tmp_path / "web", [row | told[column](row["id"]) for row in rows])
    given = {"web": str(tmp_path / "web"), "code": at["code"]}

    def sharing(root: Path, **more) -> float:
        """The share of web pages of a sequence that lie in it beside one of their host."""
        run(recipe(base, given, **more), root=str(root), runner=Local())
        assert all(row["realised"] == row["wanted"] for row in table_of(root))
        beside, all_pages = 0, 0
        for row in packed_rows(root, "short"):
            hosts = [known[name] for name in row["ids"] if name in known]
            beside += sum(hosts.count(host) > 1 for host in hosts)
            all_pages += len(hosts)
        return beside / all_pages

    assert sharing(tmp_path / "together", neighbours=f"short/web: {column}") > 0.9
    assert sharing(tmp_path / "plain") < 0.7


def packed_rows(root: Path, phase: str) -> list[dict]:
    names = [f"{phase}.packed/{shard}.parquet" for shard in planned(str(root), f"{phase}.packed")]
    return [row for name in names for row in read_table(str(root), name).to_pylist()]


def test_synthetic_tasks_are_a_source_of_a_phase(made, tmp_path):
    base, at = made
    given = {"web": at["web"], "tasks": f"tasks:900:{at['math']}"}
    goal = recipe(base, given, evals="", where="decay/tasks: task == 'copying'", buckets=1)
    run(goal, root=str(tmp_path), runner=Local())
    rows = {(row["phase"], row["source"]): row for row in table_of(tmp_path)}
    assert all(row["realised"] == row["wanted"] for row in rows.values())
    assert rows["short", "tasks"]["wanted"] == 6_000 and rows["decay", "tasks.decay"]["wanted"] > 5_000
    whole = [(name, part) for name, part in pieces(tmp_path, "short") if "-" in name and name.split("-")[0] != "web"]
    assert {name.split("-")[0] for name, _ in whole} <= {"retrieval", "ordering", "counting", "copying", "key_value"}
    assert len(whole) > 5
    assert {name.split("-")[0] for name, _ in pieces(tmp_path, "decay")} == {"web", "copying"}


def test_the_arguments_of_all_curricula_are_the_fields_of_inputs():
    names = [field.name for field in fields(Inputs)]
    for recipe_of_one in (curriculum.recipe, fox_1.recipe):
        assert [parameter.name for parameter in parameters(recipe_of_one)] == names
    given = convert_arguments(fox_1.recipe, ["tokenizer=t", "sources=web=x", "scale=1e-6", "spread=true"])
    assert given == {"tokenizer": "t", "sources": "web=x", "scale": 1e-6, "spread": True}


def test_a_missing_tokenizer_is_said(made):
    with pytest.raises(UsageError, match="no tokenizer"):
        curriculum.recipe("/nowhere", f"web={made[1]['web']}")


@pytest.mark.parametrize("name", ["near_size", "minhash_cluster_size"])
def test_pages_are_repeated_by_the_sizes_that_their_store_has(made, tmp_path, name):
    base, at = made
    rows = pq.read_table(Path(at["web"]) / "0.parquet").to_pylist()[:40]
    write_rows(tmp_path / "in", [{**row, name: 1 + n % 3} for n, row in enumerate(rows)])
    given = (str(base / "tokenizer"), f"web={tmp_path / 'in'}")
    stages = curriculum.recipe(*given, scale=0.01, rehydrate=True)
    run(stages, root=str(tmp_path / "out"), runner=Local())
    buckets = planned(str(tmp_path / "out"), "web.stream")
    stream = [row for b in buckets for row in read_table(str(tmp_path / "out"), f"web.stream/{b}.parquet").to_pylist()]
    times = Counter(row["id"] for row in stream)
    assert times == {row["id"]: 1 + n % 3 for n, row in enumerate(rows)}


def test_rehydration_without_sizes_is_refused(made):
    base, at = made
    with pytest.raises(UsageError, match=r"rehydrate=true: source web has no sizes .*, only id, language, text; say"):
        curriculum.recipe(str(base / "tokenizer"), f"web={at['web']}", scale=0.01, rehydrate=True)


def write_rows(folder: Path, rows: list[dict]) -> None:
    folder.mkdir()
    pq.write_table(pa.Table.from_pylist(rows), folder / "a.parquet")


def test_everything_may_lie_in_a_bucket(made, tmp_path):
    base, at = made
    rows = pq.read_table(Path(at["web"]) / "0.parquet").to_pylist()
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    contaminated = max((row["text"] for row in rows), key=len)
    files = {f"t/{path.name}": path.read_bytes() for path in (base / "tokenizer").iterdir()}
    files |= {"web/a.jsonl": f'{lines}{{"te\n'.encode(), "quiz.jsonl": json.dumps({"q": contaminated}).encode()}
    with bucket(files) as (url, _):
        given = (url.format("t"), f"web={url.format('web')}")
        goal = curriculum.recipe(*given, scale=0.05, evals=url.format("quiz.jsonl"))
        stats = run(goal, root=url.format("run"), runner=Local())
        assert stats["web.unseen"].dropped["contaminated:quiz"].rows == 1
        assert stats["web.unseen"].quarantined == {"row:not_json": 1}
        packed = Parquet(url.format("run/short.packed"))
        assert len(packed) > 5
        with pytest.raises(SystemExit, match="0"):
            main(["tokenizer", "pack", url.format("run/short.packed"), "--out", str(tmp_path / "short")])
        assert (Megatron(tmp_path / "short")[0] == packed[0]).all()
        assert "MYSECRET" not in repr(goal)


def test_an_end_of_text_may_be_named(made, tmp_path):
    base, at = made
    config = json.loads((base / "tokenizer" / "tokenizer_config.json").read_text())
    assert config["eos_token"] == "<|endoftext|>"
    with pytest.raises(UsageError, match=r"has no special token </doc>, which eos_token= says ends a text"):
        curriculum.recipe(str(base / "tokenizer"), f"web={at['web']}", eos_token="</doc>")


def test_a_tokenizer_without_markers_cannot_have_code_infilled(made, tmp_path):
    _, at = made
    texts = [text for folder in at.values() for text in pq.read_table(folder)["text"].to_pylist()]
    (tmp_path / "tokenizer.json").write_text(train(texts, TokenizerConfig(400, special=(END,))).to_str())
    listed = f"web={at['web']},code={at['code']}"
    with pytest.raises(UsageError, match="no special tokens for fill-in-the-middle"):
        curriculum.recipe(str(tmp_path), listed, scale=0.01)
    assert curriculum.recipe(str(tmp_path), f"web={at['web']}", scale=0.01)


def excerpt(path: Path, out: Path, size: int) -> str:
    """The first texts of a file, as many as make `size` characters."""
    taken, lines = 0, []
    with open(path, "rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as stream:
        for line in io.BufferedReader(stream):
            row = json.loads(line)
            lines.append(json.dumps(row | {"text": row["text"][:20_000]}))
            taken += len(row["text"][:20_000])
            if taken > size:
                break
    out.mkdir(parents=True)
    out.joinpath("part.jsonl").write_text("\n".join(lines) + "\n")
    return str(out)


def test_real_texts_go_the_whole_way(shared, tmp_path):
    files = {"web": "nltk_misc", "books": "books_eltec", "code": "code", "math": "math_latex", "science": "tech_docs"}
    texts = shared / "data" / "text"
    at = {s: excerpt(texts / f"{name}.jsonl.zst", tmp_path / s, 250_000) for s, name in files.items()}
    run(*(as_store(s, folder) for s, folder in at.items()), root=str(tmp_path / "store"), runner=Local())
    listed = [f"{s}={tmp_path}/store/{s}.texts" for s in at]
    choice = ["--preset", "falcon_edge", "--vocabulary", "4096"]
    with pytest.raises(SystemExit, match="0"):
        main(["tokenizer", "train", *listed, "--out", str(tmp_path / "t"), *choice])
    sources = ",".join(f"{s}={f}" for s, f in at.items())
    given = {"columns": "language=lang", "spread": True, "buckets": 4}
    goal = fox_1.recipe(str(tmp_path / "t"), sources, scale=1e-7, **given)
    run(goal, root=str(tmp_path / "out"), runner=Local())
    rows = table_of(tmp_path / "out")
    assert all(r["realised"] == r["wanted"] for r in rows) and {r["source"] for r in rows} == {*at, None}


def as_store(source: str, folder: str) -> Stage:
    return Map(f"{source}.texts", files(folder, {"language": "lang"}))
