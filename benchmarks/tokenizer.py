"""What training a tokenizer costs, and what its options do to compression, on the same sample.

`python -m benchmarks.tokenizer NAME=FOLDER ...` trains small tokenizers of several options on shards with `text` and
prints bytes a token and tokens a word on texts that were not trained on, beside the time that training took.
"""

import dataclasses
import sys
import time

from tokenizers import Tokenizer

import readers
from tokenizer import evaluate, sample
from tokenizer.latex import commands
from tokenizer.train import END, TokenizerConfig, train

VOCABULARY = 16_384
TRAINED, TRIED = 10_000_000, 2_000_000  # bytes
PLAIN = TokenizerConfig(VOCABULARY, "gpt4", "free", False, special=(END,))
OPTIONS = {
    "gpt2": dataclasses.replace(PLAIN, pattern="gpt2"),
    "gpt4": PLAIN,
    "falcon": dataclasses.replace(PLAIN, pattern="falcon", digits="threes", punctuation=True),
    "gpt4, single digits": dataclasses.replace(PLAIN, digits="single"),
    "gpt4, single digits, punctuation": dataclasses.replace(PLAIN, digits="single", punctuation=True),
    "the same with LaTeX": dataclasses.replace(PLAIN, digits="single", punctuation=True, latex=commands()),
}


def rows(folders: dict[str, str], size: int, seed: int) -> list[sample.Row]:
    """A sample of all sources alike."""
    sources = {name: readers.source(folder) for name, folder in folders.items()}
    below = sample.bounds(sample.measure(sources, seed), size, alpha=0.0)
    return list(sample.sample_rows(sources, below, seed))


def main(sources: list[str]) -> None:
    folders = dict(source.split("=", 1) for source in sources)
    trained = rows(folders, TRAINED, 0)
    known = {row.id for row in trained}
    tried = [row for row in rows(folders, TRIED, 1) if row.id not in known]
    made: dict[str, tuple[Tokenizer, float]] = {}
    for name, config in OPTIONS.items():
        started = time.process_time()
        made[name] = train((row.text for row in trained), config), time.process_time() - started
    found = evaluate.evaluate({name: tokenizer for name, (tokenizer, _) in made.items()}, tried)
    print("| | training, CPU s | all |", " | ".join(folders), "|\n|" + "---|" * (len(folders) + 3))
    for name, findings in found.items():
        sizes = [findings.total(), *(findings.total(domain=source) for source in folders)]
        figures = " | ".join(f"{size.bytes_per_token:.3f}, {size.fertility:.3f}" for size in sizes)
        print(f"| {name} | {made[name][1]:.1f} | {figures} |")
    print("\nBytes a token, tokens a word.")


if __name__ == "__main__":
    main(sys.argv[1:])
