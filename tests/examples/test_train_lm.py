"""Data sets of equal tokens, and the example that trains on them, at toy size on a CPU."""

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mews.__main__ import main
from pipeline.parquet import read_table
from pipeline.run import run
from pipeline.runner import Local
from recipes import ablate
from tokenizer.train import TokenizerConfig, train

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "train_lm.py"


def texts(seed: int, words: str, number: int) -> list[str]:
    """Sentences in which each word is followed by one of two."""
    chosen, listed = random.Random(seed), words.split()
    after = {word: random.Random(word).sample(listed, 2) for word in listed}
    made = []
    for _ in range(number):
        line = [chosen.choice(listed)]
        while len(line) < 60:
            line.append(chosen.choice(after[line[-1]]))
        made.append(" ".join(line))
    return made


ONE, OTHER = (
    "the mill stands by a river where boats carry grain home",
    "five zinc jugs vex quick dwarfs behind foxy hymns",
)


@pytest.fixture
def sets(tmp_path) -> Path:
    """Two packed sets of equal tokens, and texts that are like the first."""
    made = {"alike": texts(1, ONE, 260), "unlike": texts(2, OTHER, 400)}
    for name, listed in made.items():
        (tmp_path / name).mkdir()
        rows = [{"id": f"{name}{n}", "text": text} for n, text in enumerate(listed)]
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / name / "a.parquet")
    (tmp_path / "t").mkdir()
    special = ("<|endoftext|>",)
    every = [text for listed in made.values() for text in listed]
    (tmp_path / "t" / "tokenizer.json").write_text(train(every, TokenizerConfig(330, special=special)).to_str())
    held = "".join(json.dumps({"text": text}) + "\n" for text in texts(3, ONE, 20))
    (tmp_path / "held.jsonl").write_text(held)
    listed = ",".join(f"{name}={tmp_path / name}" for name in made)
    run(ablate.recipe(str(tmp_path / "t"), listed, scale=0.015), root=str(tmp_path / "out"), runner=Local())
    return tmp_path


def test_sets_have_equal_tokens_of_their_own_source_alone(sets):
    rows = [row for row in read_table(str(sets / "out"), "shares/bucket-00000.parquet").to_pylist() if row["source"]]
    assert [(row["phase"], row["source"], row["realised"]) for row in rows] == [
        ("alike", "alike", 15_000),
        ("unlike", "unlike", 15_000),
    ]


@pytest.mark.slow
def test_a_model_needs_fewer_bits_for_texts_like_those_it_was_trained_on(sets):
    pytest.importorskip("torch")
    bits = {}
    for name in ("alike", "unlike"):
        with pytest.raises(SystemExit, match="0"):
            packing = ["--out", str(sets / name), "--format", "numpy"]
            main(["tokenizer", "pack", str(sets / "out" / f"{name}.packed"), *packing])
        given = [str(sets / name), "--tokenizer", str(sets / "t"), "--held", str(sets / "held.jsonl")]
        small = ["--width", "64", "--layers", "2", "--batch", "4", "--epochs", "8"]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        said = subprocess.check_output([sys.executable, SCRIPT, *given, *small], text=True, env=environment)
        found = re.search(r"seed 0: ([\d.]+) bits per byte \(([\d.]+) before\)", said)
        bits[name] = tuple(map(float, found.groups()))
    assert bits["alike"][0] < 0.8 * bits["alike"][1]
    assert bits["alike"][0] < 0.8 * bits["unlike"][0]


def test_without_pytorch_a_line_says_what_to_do(tmp_path):
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError('torch')")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--help"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == (
        "error: examples/train_lm.py needs PyTorch, which Mews does not: .venv/bin/pip install torch\n"
    )
