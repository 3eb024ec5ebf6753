"""The Python in docs/writing.md runs as it stands, and the cap on pages a domain does what it says."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.doc import Doc
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map
from pipeline.verify import faults
from tests.helpers.corpus import Corpus
from tests.helpers.markdown import REPO_ROOT, Block, blocks

WRITING = [b for b in blocks(REPO_ROOT / "docs/writing.md") if b.language == "python" and b.comment("not run") is None]


def module(block: Block, folder: Path, name: str):
    """The block as a module, which functions in it can be sent to workers from."""
    (folder / f"{name}.py").write_text(block.text + "\n")
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize("block", WRITING, ids=lambda block: f"line {block.line}")
def test_every_block_of_code_runs(block: Block, tmp_path: Path):
    module(block, tmp_path, f"writing_{block.line}")


def of(text: str) -> Block:
    return next(block for block in WRITING if text in block.text)


def test_the_filters_judge_as_they_say(tmp_path: Path):
    loud, calm = Doc("SHOUTING ALL THE WAY, from here"), Doc("a calm word to everybody who reads")
    for name, block in (("shouting", of("def shouting")), ("MostlyUpper", of("class MostlyUpper"))):
        judge = getattr(module(block, tmp_path, f"filters_{block.line}"), name)
        judge = judge(0.5) if name == "MostlyUpper" else judge
        assert judge(loud) in ("shouting", "upper") and judge(calm) is None
    quiet = module(of('Rules("quiet"'), tmp_path, "quiet_rules").quiet
    assert (quiet(loud), quiet(calm), quiet(Doc("HI"))) == ("shouting", None, "few_letters")
    assert quiet.replace(upper=None)(loud) is None


def test_the_transform_and_the_column_work_on_rows_and_on_none(tmp_path: Path, corpus: Corpus):
    eased = module(of("def reading_ease"), tmp_path, "eased").eased
    long_enough = module(of("def long_enough"), tmp_path, "long_enough").long_enough
    pages = corpus.source([{"id": "a", "text": "short. one"}, {"id": "b", "text": "word " * 50}])
    stats = run(Map("kept", pages, (eased, long_enough)), root=str(tmp_path / "run"), runner=Local())
    assert {reason: size.rows for reason, size in stats["kept"].dropped.items()} == {"length:short": 1}


def test_the_maker_counts_the_pages_of_each_shard(tmp_path: Path, corpus: Corpus):
    sizes = module(of("class CountPages"), tmp_path, "sizes").sizes
    rows = [{"id": name, "text": "text"} for name in "abc"]
    pages = corpus.source(rows[:2], rows[2:])
    stats = run(sizes(pages), root=str(tmp_path / "run"), runner=Local())
    read = [pq.read_table(path).to_pylist() for path in sorted((tmp_path / "run/sizes").iterdir())]
    assert stats["sizes"].rows_out == 2 and sorted(row["pages"] for part in read for row in part) == [1, 2]
    assert list(faults(str(tmp_path / "run"))) == []


CAP = of("def capped")


def test_the_cap_is_short():
    assert len(CAP.text.splitlines()) < 25


@pytest.mark.parametrize("buckets", [1, 7])
def test_a_domain_keeps_so_many_pages_whatever_the_shards_and_buckets(tmp_path: Path, buckets: int):
    capped = module(CAP, tmp_path, "cap").capped
    urls = [f"http://{host}/{n}" for host, count in HOSTS.items() for n in range(count)]
    rows = [{"id": f"p{number}", "url": url, "text": "text"} for number, url in enumerate(urls)]
    kept = []
    for name, shards in (("one", [rows]), ("four", [rows[n::4] for n in (2, 0, 3, 1)])):
        corpus = Corpus(tmp_path / name)
        pages = corpus.source(*shards)
        root = str(tmp_path / name / "run")
        goal = Map("capped", pages, verdicts=capped("cap", pages, most=3, buckets=buckets))
        stats = run(goal, root=root, runner=Local())
        assert list(faults(root)) == []
        dropped = corpus.dropped(capped("cap", pages, most=3, buckets=buckets), "again")
        kept.append({row["url"] for row in rows if row["id"] not in dropped})
        assert stats["capped"].rows_out == 3 + 3 + 2 + 1
        assert {reason: size.rows for reason, size in stats["capped"].dropped.items()} == {"cap:domain": 9}
    assert kept[0] == kept[1], "the same pages stay"
    assert Counter(url.split("/")[2].removeprefix("www.") for url in kept[0])["small.org"] == 2


# 8 pages of shop.example.com's domain, 7 of news.co.uk, which is no part of co.uk, 2 and 1 of others
HOSTS = {
    "shop.example.com": 5,
    "www.example.com": 3,
    "a.news.co.uk": 4,
    "news.co.uk": 3,
    "small.org": 2,
    "other.co.uk": 1,
}
