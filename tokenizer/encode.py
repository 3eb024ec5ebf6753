"""Texts to token numbers, as training sees them: a page's tokens, then the end-of-text token."""

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from tokenizers import Tokenizer

from pipeline.errors import UsageError
from pipeline.transform import put
from tokenizer.chunks import Chunks, cuttable

BATCH = 256  # texts a call


@functools.cache
def load(path: str, digest: str) -> Callable[[list[str]], list[list[int]]]:
    """What encodes texts with the tokenizer of a file, once a process.

    Markers that stand in a page's text are text, never special tokens.
    """
    data = Path(path).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise UsageError(f"{path} changed since the run was planned; start the run anew")
    tokenizer = Tokenizer.from_str(data.decode())
    tokenizer.encode_special_tokens = True
    return Chunks(tokenizer) if cuttable(tokenizer) else functools.partial(whole, tokenizer)


def whole(tokenizer: Tokenizer, texts: list[str]) -> list[list[int]]:
    """Token numbers of each text, by the tokenizer alone."""
    return [encoding.ids for encoding in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]


@dataclass(frozen=True)
class Encoder:
    """A tokenizer.json by content: `digest` is that of its bytes, `end` the number of the end-of-text token.

    `infill` are the numbers of the prefix, suffix and middle markers, where the tokenizer has them.
    """

    path: str
    digest: str
    end: int
    size: int
    markers: tuple[tuple[str, int], ...] = ()

    def __call__(self, texts: list[str], infilled: list[bool] | None = None) -> list[np.ndarray]:
        """Tokens of each text with the end token (int32 arrays); texts marked in `infilled` hold FIM markers."""
        marked = infilled or [False] * len(texts)
        plain = self._encode([t for t, m in zip(texts, marked, strict=True) if not m])
        return [self._infilled(t) if m else next(plain) for t, m in zip(texts, marked, strict=True)]

    def _encode(self, texts: list[str]):
        encode = load(self.path, self.digest)
        for start in range(0, len(texts), BATCH):
            for numbers in encode(texts[start : start + BATCH]):
                yield np.array([*numbers, self.end], np.int32)

    def _infilled(self, text: str) -> np.ndarray:
        """A text "<prefix>...<suffix>...<middle>...", whose markers become their tokens and whose parts are text."""
        found = sorted((text.index(marker), marker, number) for marker, number in self.markers if marker in text)
        parts = []
        for (start, marker, number), stop in zip(found, [*(f[0] for f in found[1:]), len(text)], strict=True):
            (tokens,) = self._encode([text[start + len(marker) : stop]])
            parts += [np.array([number], np.int32), tokens[:-1]]
        return np.concatenate([*parts, np.array([self.end], np.int32)])


def opened(file: Path) -> Tokenizer:
    """The tokenizer of a file. Raises UsageError when it holds none."""
    try:
        return Tokenizer.from_str(file.read_text())
    except Exception as error:  # the library raises Exception itself
        raise UsageError(f"{file} is no tokenizer.json: {' '.join(str(error).split())[:200]}") from None


def encoder(path: str, end: str = "<|endoftext|>") -> Encoder:
    """The encoder of a tokenizer.json (or a folder that holds one). Raises UsageError where it has no end token."""
    file = Path(path) / "tokenizer.json" if Path(path).is_dir() else Path(path)
    if not file.is_file():
        raise UsageError(f"no tokenizer at {path}: train one with `python -m mews tokenizer train`")
    data, tokenizer = file.read_bytes(), opened(file)
    number = tokenizer.token_to_id(end)
    if number is None or not getattr(tokenizer.get_added_tokens_decoder().get(number), "special", False):
        raise UsageError(f"{file} has no special token {end}, which ends a page")
    families = (("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"), (">>PREFIX<<", ">>SUFFIX<<", ">>MIDDLE<<"))
    known = tokenizer.get_vocab()
    markers = next((tuple((m, known[m]) for m in family) for family in families if set(family) <= set(known)), ())
    return Encoder(str(file.resolve()), hashlib.sha256(data).hexdigest(), number, tokenizer.get_vocab_size(), markers)


@dataclass(frozen=True)
class Count:
    """A transform that adds `tokens` (int64): what each `text` is in training, its end token included."""

    encoder: Encoder
    name: str = "tokens"

    def __call__(self, table: pa.Table) -> pa.Table:
        infilled = table["infilled"].to_pylist() if "infilled" in table.column_names else None
        tokens = self.encoder([t or "" for t in table["text"].to_pylist()], infilled)
        return put(table, "tokens", pa.array([len(t) for t in tokens], pa.int64()))
