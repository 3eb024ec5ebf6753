"""Tokens a second and padding: our packing beside datatrove's DocumentTokenizer, on the same texts and tokenizer.

`python -m benchmarks.packing FOLDER TOKENIZER` prints a table. FOLDER holds Parquet shards with `id` and `text`. Both
run on one thread, in turns; both end with files that a training run can read. Ours remembers words: it is measured
when it has met none yet, and when it has met those of as many other texts, on texts that it has not seen.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import readers
from benchmarks.arguments import positional
from tokenizer import encode, sample
from tokenizer.export import export
from tokenizer.pack import Pack

LENGTH = 2_048
ROUNDS = 3
BYTES = 8_000_000


def texts(folder: str) -> list[str]:
    """Texts of a folder, about `BYTES` of them."""
    sources = {"web": readers.source(folder)}
    below = sample.bounds(sample.measure(sources), BYTES)
    return [row.text for row in sample.sample_rows(sources, below)]


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
    export(str(out), str(out / "megatron"), "megatron")
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


def turn(run: Callable[[Path], float], before: list[str], tokenizer: str) -> tuple[float, float]:
    """A turn of a process that has met the words of these texts, and of no others."""
    encode.encode_function.cache_clear()
    encode.encoder(tokenizer)(before)
    return timed(run)


def main(folder: str, tokenizer: str) -> None:
    os.environ["RAYON_NUM_THREADS"] = "1"
    listed = texts(folder)
    others, listed = listed[::2], listed[1::2]
    table = drawn(listed, tokenizer)
    total = sum(table["tokens"].to_pylist())
    runs: dict[str, Callable[[Path], float]] = {
        "best fit": lambda out: ours(table, tokenizer, "best_fit", out),
        "concatenation": lambda out: ours(table, tokenizer, "concatenate", out),
        "datatrove": lambda out: datatrove(listed, tokenizer, out),
    }
    turns = [
        {n: [turn(run, known, tokenizer) for known in ([], others)] for n, run in runs.items()} for _ in range(ROUNDS)
    ]
    best = {name: [min(t[name][k][0] for t in turns) for k in (0, 1)] for name in runs}
    print(f"{len(listed):,} texts, {total:,} tokens, sequences of {LENGTH:,}; after {len(others):,} other texts\n")
    print(
        "| | tokens a CPU second, from nothing | after others | ratios to datatrove | padding |\n|---|---|---|---|---|"
    )
    for name, times in best.items():
        ratios = ", ".join(f"{d / t:.2f}" for d, t in zip(best["datatrove"], times, strict=True))
        speeds = " | ".join(f"{total / t:,.0f}" for t in times)
        print(f"| {name} | {speeds} | {ratios} | {turns[0][name][0][1]:.2%} |")


if __name__ == "__main__":
    main(*positional(__doc__, "FOLDER", "TOKENIZER"))
