"""Train a small language model on packed sequences, and print its bits per byte on texts that it has not seen.

    python examples/train_lm.py out/ablate/raw --tokenizer out/tokenizer --held held.jsonl --seed 1

reads out/ablate/raw.npy of `mews tokenizer pack --format numpy`, with raw.lengths.npy and raw.starts.npy beside it.
Needs PyTorch, which Mews does not. The model is a transformer of GPT-2's kind; a page does not see those before it in
its sequence. Every text of the held-out files (.txt, .jsonl with `text`) is cut into pieces of the model's length.
"""

import argparse
import json
import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

try:
    import torch
    from torch import nn
    from torch.nn import functional
except ModuleNotFoundError:
    raise SystemExit(
        "error: examples/train_lm.py needs PyTorch, which Mews does not: .venv/bin/pip install torch"
    ) from None


class Block(nn.Module):
    """Attention and a feed-forward layer, each behind a normalisation."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """`x` is batch x length x width; `mask` says which token sees which, batch x 1 x length x length."""
        batch, length, width = x.shape
        parts = self.qkv(self.first(x)).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(*parts, attn_mask=mask)
        x = x + self.out(seen.transpose(1, 2).reshape(batch, length, width))
        return x + self.feed(self.second(x))


class Model(nn.Module):
    """A transformer that predicts the next token; its input and output embeddings are one."""

    def __init__(self, vocabulary: int, length: int, width: int, layers: int):
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList(Block(width, max(1, width // 64)) for _ in range(layers))
        self.last = nn.LayerNorm(width)
        for embedding in (self.tokens, self.places):
            nn.init.normal_(embedding.weight, std=0.02)

    def losses(self, tokens: torch.Tensor, pages: torch.Tensor) -> torch.Tensor:
        """Nats of each token but the first (batch x length - 1), and 0 for padding, whose page is -1."""
        inputs, here = tokens[:, :-1], pages[:, :-1]
        mask = (here[:, :, None] == here[:, None, :]).tril()[:, None]
        x = self.tokens(inputs) + self.places.weight[: inputs.shape[1]]
        for block in self.blocks:
            x = block(x, mask)
        scores = self.last(x) @ self.tokens.weight.T
        found = functional.cross_entropy(scores.flatten(0, 1), tokens[:, 1:].flatten(), reduction="none")
        return found.view(inputs.shape) * (pages[:, 1:] >= 0)


def packed(base: str) -> tuple[np.ndarray, np.ndarray]:
    """Sequences, and the number of the page that each token is of; -1 is padding."""
    matrix = np.load(f"{base}.npy", mmap_mode="r").astype(np.int64)
    lengths, starts = np.load(f"{base}.lengths.npy"), np.load(f"{base}.starts.npy")
    pages = np.full(matrix.shape, -1, np.int64)
    for row, (low, high) in enumerate(pairwise(starts)):
        numbers = np.repeat(np.arange(high - low), lengths[low:high])
        pages[row, : len(numbers)] = numbers
    return matrix, pages


def texts_of(files: list[str]) -> Iterator[str]:
    """The texts of some files."""
    for file in map(Path, files):
        lines = file.read_text().split("\n")
        yield from (
            (json.loads(line)["text"] for line in lines if line) if file.suffix == ".jsonl" else ["\n".join(lines)]
        )


def train(model: Model, sequences: np.ndarray, pages: np.ndarray, given: argparse.Namespace) -> int:
    """Train for so many passes over the sequences; returns the number of steps."""
    steps = math.ceil(given.epochs * len(sequences) / given.batch)
    optimizer = torch.optim.AdamW(model.parameters(), lr=given.rate, betas=(0.9, 0.95), weight_decay=0.1)
    warm = max(1, steps // 20)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min((n + 1) / warm, 0.1 + 0.45 * (1 + math.cos(math.pi * n / steps)))
    )
    order = np.concatenate(
        [np.random.default_rng([given.seed, n]).permutation(len(sequences)) for n in range(given.epochs)]
    )
    for step in range(steps):
        rows = order[step * given.batch : (step + 1) * given.batch]
        losses = model.losses(torch.from_numpy(sequences[rows]), torch.from_numpy(pages[rows]))
        loss = losses.sum() / (losses > 0).sum().clamp(min=1)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return steps


@torch.no_grad()
def bits_per_byte(model: Model, texts: list[str], tokenizer: Tokenizer, end: int, length: int) -> float:
    """Bits that the model needs for a byte of the texts. Each text and piece begins behind the end of text."""
    nats, size = 0.0, 0
    for text in texts:
        numbers = tokenizer.encode(text, add_special_tokens=False).ids
        for start in range(0, len(numbers), length - 1):
            piece = torch.tensor([[end, *numbers[start : start + length - 1]]])
            nats += model.losses(piece, torch.zeros_like(piece)).sum().item()
        size += len(text.encode())
    return nats / math.log(2) / max(size, 1)


def main() -> None:
    """Train, and print a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", help="what was packed, without .npy")
    parser.add_argument("--tokenizer", required=True, help="the folder of its tokenizer.json")
    parser.add_argument("--held", nargs="+", required=True, help="files of texts that were held out")
    for name, kind, usual in (("width", int, 256), ("layers", int, 4), ("batch", int, 16), ("epochs", int, 1)):
        parser.add_argument(f"--{name}", type=kind, default=usual)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--end", default="<|endoftext|>", help="the token that ends a text")
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    tokenizer = Tokenizer.from_file(str(Path(given.tokenizer) / "tokenizer.json"))
    end = tokenizer.token_to_id(given.end)
    if end is None:
        parser.error(f"{given.tokenizer} has no token {given.end}: name the one that ends a text with --end")
    sequences, pages = packed(given.data)
    model = Model(tokenizer.get_vocab_size(), sequences.shape[1], given.width, given.layers)
    texts = list(texts_of(given.held))
    before = bits_per_byte(model, texts, tokenizer, end, sequences.shape[1])
    steps = train(model, sequences, pages, given)
    after = bits_per_byte(model, texts, tokenizer, end, sequences.shape[1])
    parameters = sum(each.numel() for each in model.parameters())
    size = f"{parameters:,} parameters, {steps} steps of {given.batch} x {sequences.shape[1]} tokens"
    print(f"{Path(given.data).name}: {size}, seed {given.seed}: {after:.4f} bits per byte ({before:.4f} before)")


if __name__ == "__main__":
    main()
