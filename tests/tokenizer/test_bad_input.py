"""What a person may get wrong with tokenizers and packing: one line that says what, where and what to do."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mews.__main__ import main
from tests.helpers.object_store import bucket


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    base = tmp_path_factory.mktemp("bad")
    tables = {"web": {"id": ["a"], "text": ["some text"]}, "nulls": {"text": pa.nulls(2, pa.string())}}
    for name, table in {**tables, "other": {"id": ["a"], "body": ["x"]}}.items():
        base.joinpath(name).mkdir()
        pq.write_table(pa.table(table), base / name / "a.parquet")
    for name, text in (("garbage/a.parquet", "no parquet"), ("tokenizer.json", '{"a":1}')):
        base.joinpath(name).parent.mkdir(exist_ok=True)
        base.joinpath(name).write_text(text)
    base.joinpath("file").write_text("")
    return base


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("train web={base}/garbage --out {base}/t", "a.parquet is no Parquet file"),
        ("train web={base}/other --out {base}/t", "a.parquet has no column text or content, only id, body"),
        ("train web={base}/web web={base}/web --out {base}/t", "give each a name of its own"),
        ("train web={base}/web --out {base}/t --preset none", "no preset 'none'"),
        ("train web={base}/web --out {base}/t --pattern none", "choose from falcon, gpt2, gpt4"),
        ("train web={base}/web --out {base}/t --vocabulary -5", "has no room for 256 bytes, 12 special tokens"),
        ("train web={base}/web --out {base}/t --latex 900", "the list has 868: give 0 to 868"),
        ("train web={base}/web --out {base}/t --reserved 3", "12 special tokens have names"),
        ("train web={base}/web --out {base}/t", "give more text or a lower --vocabulary"),
        ("report {base}/tokenizer.json --source web={base}/web", "tokenizer.json is no tokenizer.json"),
        ("report {base}/nowhere --source web={base}/web", "train one with"),
        ("pack {base}/nowhere --out {base}/p", "no packed shard"),
        ("pack {base}/web --out {base}/p", "holds no packed sequences but id, text"),
        ("pack {base}/web --out {base}/p --format torch", "choose megatron or numpy"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(base, capsys, given, said):
    with pytest.raises(SystemExit) as left:
        main(["tokenizer", *given.format(base=base).split()])
    error = capsys.readouterr().err
    assert left.value.code in (1, 2) and error.startswith("error: ") and error.count("\n") == 1
    assert said in error


@pytest.mark.parametrize("given", ["--alpha -1", "--alpha 2", "--sample-bytes 0"])
def test_numbers_out_of_bounds_are_refused(base, given):
    with pytest.raises(SystemExit, match="2"):
        main(["tokenizer", "train", f"web={base}/web", "--out", str(base / "t"), *given.split()])


def test_a_place_that_cannot_be_written_is_named(base, capsys):
    choice = ["--vocabulary", "270", "--preset", "falcon"]
    texts = base / "enough"
    texts.mkdir()
    pq.write_table(pa.table({"text": ["the cat and the hat and the bat"] * 9}), texts / "a.parquet")
    with pytest.raises(SystemExit, match="1"):
        main(["tokenizer", "train", str(texts), "--out", str(base / "file" / "t"), *choice])
    assert capsys.readouterr().err == f"error: {base}/file/t: Not a directory\n"


def test_two_tokenizers_in_folders_of_one_name_are_both_reported(base, capsys):
    texts = base / "two"
    texts.mkdir()
    pq.write_table(pa.table({"text": ["the cat and the hat and the bat"] * 9}), texts / "a.parquet")
    for folder in ("one/bpe", "two/bpe"):
        with pytest.raises(SystemExit, match="0"):
            main(["tokenizer", "train", str(texts), "--out", str(base / folder), "--vocabulary", "270"])
    capsys.readouterr()
    given = [str(base / "one/bpe"), str(base / "two/bpe"), "--source", f"web={texts}", "--out", str(base / "r/a.html")]
    with pytest.raises(SystemExit, match="0"):
        main(["tokenizer", "report", *given])
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert all(f"{base}/{n}/bpe" in (base / "r/a.html").read_text() for n in ("one", "two"))
    with pytest.raises(SystemExit, match="2"):
        main(["tokenizer", "report", str(base / "one/bpe"), "--source", f"web={base}/nulls"])
    assert "no text to try them on" in capsys.readouterr().err


def test_a_tokenizer_is_trained_from_a_bucket_into_a_bucket(base, capsys):
    rows = b"".join(b'{"text": "the cat and the hat and the bat"}\n' for _ in range(9)) + b'{"text": 5}\n'
    with bucket({"in/a.jsonl": rows}) as (url, _):
        given = [f"web={url.format('in')}", "--out", url.format("out/t"), "--vocabulary", "270"]
        with pytest.raises(SystemExit, match="0"):
            main(["tokenizer", "train", *given])
        said = capsys.readouterr()
        with pytest.raises(SystemExit, match="0"):
            main(["tokenizer", "report", url.format("out/t"), "--source", given[0], "--out", str(base / "s3.html")])
    assert "MYSECRET" not in said.out + said.err
    assert "1 rows could not be read (1 row:text_not_string; the first is s3://corpus" in said.err
    assert "/in/a.jsonl:10: 5)" in said.err
    assert "t: " in capsys.readouterr().out and "MYSECRET" not in (base / "s3.html").read_text()
