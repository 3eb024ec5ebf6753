"""Tokens a second and padding: our packing beside datatrove's DocumentTokenizer, on the same texts and tokenizer.

`python -m benchmarks.packing FOLDER TOKENIZER` prints a table. FOLDER holds Parquet shards with `id` and `text`. Both
run on one thread, in turns; both end with files that a training run can read. In the first turn ours has met no word
yet; the fastest of three turns is what a long run comes to.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tokenizer import encode, sample
from tokenizer.export import export
from tokenizer.pack import Pack

LENGTH = 2_048
ROUNDS = 3
BYTES = 8_000_000


def texts(folder: str) -> list[str]:
    """Texts of a folder, about `BYTES` of them."""
    below = sample.bounds(sample.measure({"web": folder}), BYTES)
    return [row.text for row in sample.rows({"web": folder}, below)]


def drawn(listed: list[str], tokenizer: str) -> pa.Table:
    """The texts as a phase of a mixture draws them."""
    size = len(listed)
    zeros = pa.array(np.zeros(size, np.int64))
    names = pa.array([str(i) for i in range(size)])
    columns = {"position": pa.array(np.arange(size, dtype=float)), "source": names, "id": names, "copy": zeros}
    tokens = pa.array([len(t) for t in encode.encoder(tokenizer)(listed)])
    flags = pa.array(np.zeros(size, bool))
    return pa.table({**columns, "epoch": zeros, "skip": zeros, "tokens": tokens, "infilled": flags, "text": listed})


def ours(table: pa.Table, tokenizer: str, method: str, out: Path) -> float:
    """Pack to Parquet and export to Megatron's form; returns the share of padding."""
    packed = Pack(encode.encoder(tokenizer), LENGTH, method)(table)  # type: ignore[arg-type]
    pq.write_table(packed, out / "part.parquet")
    export(out, out / "megatron", "megatron")
    tokens = sum(sum(lengths) for lengths in packed["lengths"].to_pylist())
    return 1 - tokens / (packed.num_rows * LENGTH)


def datatrove(listed: list[str], tokenizer: str, out: Path) -> float:
    """Tokenise and shuffle, as its examples do; sequences are cut when they are read, so nothing is padded."""
    from datatrove.data import Document
    from datatrove.pipeline.tokens import DocumentTokenizer

    file = str(Path(tokenizer, "tokenizer.json"))
    step = DocumentTokenizer(str(out), tokenizer_name_or_path=file, eos_token="<|endoftext|>", shuffle_documents=True)
    step.run(Document(text=text, id=str(i)) for i, text in enumerate(listed))
    return 0.0


def timed(run: Callable[[Path], float]) -> tuple[float, float]:
    """CPU seconds and padding of one turn, into a folder of its own."""
    with tempfile.TemporaryDirectory() as out:
        started = time.process_time()
        padding = run(Path(out))
        return time.process_time() - started, padding


def main(folder: str, tokenizer: str) -> None:
    os.environ["RAYON_NUM_THREADS"] = "1"
    listed = texts(folder)
    table = drawn(listed, tokenizer)
    encode.load.cache_clear()
    total = sum(table["tokens"].to_pylist())
    runs: dict[str, Callable[[Path], float]] = {
        "best fit": lambda out: ours(table, tokenizer, "best_fit", out),
        "concatenation": lambda out: ours(table, tokenizer, "concatenate", out),
        "datatrove": lambda out: datatrove(listed, tokenizer, out),
    }
    turns = [{name: timed(run) for name, run in runs.items()} for _ in range(ROUNDS)]
    print(f"{len(listed):,} texts, {total:,} tokens, sequences of {LENGTH:,}\n")
    print("| | tokens a CPU second, first turn | fastest turn | ratio to datatrove | padding |\n|---|---|---|---|---|")
    best = {name: min(turn[name][0] for turn in turns) for name in runs}
    for name in runs:
        first, ratio = turns[0][name][0], best["datatrove"] / best[name]
        print(f"| {name} | {total / first:,.0f} | {total / best[name]:,.0f} | {ratio:.2f} | {turns[0][name][1]:.2%} |")


if __name__ == "__main__":
    main(*sys.argv[1:3])
