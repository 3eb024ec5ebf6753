"""Texts to token numbers, as training sees them: a page's tokens, then the end-of-text token."""

import functools
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from tokenizers import Tokenizer

from pipeline import store
from pipeline.errors import UsageError
from pipeline.root import redact
from pipeline.stats import TextCount
from readers.listing import Folder, parent
from tokenizer.encode_cache import EncodeCache, is_cuttable
from tokenizer.foreign import as_tokenizer_json
from tokenizer.special_tokens import SETTINGS, end_of_text, fim_markers, padding

BATCH = 256  # texts a call
NAMES = ("tokenizer.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "vocab.json")
Encode = Callable[[list[str]], list[list[int]]]


@functools.cache
def shared_tokenizer(folder: Folder, name: str, digest: str) -> Tokenizer:
    """The tokenizer of a file, loaded once a process; markers that stand in a text are text, never special tokens.

    Raises UsageError when the file is not the one of this digest any more.
    """
    data = read_tokenizer(folder, name)
    if hashlib.sha256(data).hexdigest() != digest:
        raise UsageError(f"{folder.shown(name)} changed since the run was planned; start the run anew")
    tokenizer = Tokenizer.from_str(data.decode())
    tokenizer.encode_special_tokens = True
    return tokenizer


@functools.cache
def encode_function(folder: Folder, name: str, digest: str) -> Encode:
    """What encodes texts with the tokenizer of a file, made once a process."""
    tokenizer = shared_tokenizer(folder, name, digest)
    return EncodeCache(tokenizer) if is_cuttable(tokenizer) else functools.partial(encode_plain, tokenizer)


def encode_plain(tokenizer: Tokenizer, texts: list[str]) -> list[list[int]]:
    """Token numbers of each text, by the tokenizer alone."""
    return [encoding.ids for encoding in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]


@dataclass(frozen=True)
class Encoder:
    """A tokenizer.json by content: `digest` is that of its bytes, `end` the number of the end-of-text token.

    `padding` is the number of the token that fills a sequence. `size` counts its tokens. `markers` are the
    fill-in-the-middle markers of prefix, suffix and middle with their numbers, () where the tokenizer has none.
    """

    folder: Folder
    name: str
    digest: str
    end: int
    padding: int
    size: int
    markers: tuple[tuple[str, int], ...] = ()

    def __call__(self, texts: list[str]) -> list[np.ndarray]:
        """Tokens of each text with the end token (int32 arrays)."""
        return list(self._encode(texts))

    def with_offsets(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Tokens of a text with the end token (int32), and of each but that the characters [begin, end) that it is
        (int64, n x 2).
        """
        encode = encode_function(self.folder, self.name, self.digest)
        if isinstance(encode, EncodeCache):
            numbers, offsets = encode.with_offsets(text)
        else:
            encoding = shared_tokenizer(self.folder, self.name, self.digest).encode(text, add_special_tokens=False)
            numbers, offsets = encoding.ids, np.array(encoding.offsets, np.int64).reshape(-1, 2)
        return np.array([*numbers, self.end], np.int32), offsets

    def _encode(self, texts: list[str]) -> Iterator[np.ndarray]:
        encode = encode_function(self.folder, self.name, self.digest)
        for start in range(0, len(texts), BATCH):
            for numbers in encode(texts[start : start + BATCH]):
                yield np.array([*numbers, self.end], np.int32)


def find_tokenizer(address: str) -> tuple[Folder, str]:
    """The folder and name of a tokenizer's file, which may be given by its folder: the first of `NAMES` that is there.

    Raises UsageError without one.
    """
    folder, name = parent(address)
    if store.exists(folder, name):
        return Folder(folder), name
    for name in NAMES:
        if store.exists(address, name):
            return Folder(address), name
    said = f"no tokenizer at {redact(address)}"
    raise UsageError(
        f"{said}: train one with `mews tokenizer train`, or give a folder that holds a tokenizer.json or .model"
    )


def read_tokenizer(folder: Folder, name: str) -> bytes:
    """A tokenizer's file as tokenizer.json, also one of GPT-2's or SentencePiece's. Raises UsageError."""
    data, merges = store.read_bytes(folder.address, name), "merges.txt"
    needed = name == "vocab.json" and store.exists(folder.address, merges)
    beside = {merges: store.read_bytes(folder.address, merges)} if needed else {}
    return as_tokenizer_json(name, data, beside, folder.shown(name))


def load(address: str) -> Tokenizer:
    """The tokenizer of a file or folder. Raises UsageError when there is none, or it is none."""
    folder, name = find_tokenizer(address)
    return parsed_tokenizer(read_tokenizer(folder, name), folder.shown(name))


def parsed_tokenizer(data: bytes, shown: str) -> Tokenizer:
    """The tokenizer that a file's bytes are. Raises UsageError."""
    try:
        return Tokenizer.from_str(data.decode())
    except Exception as error:  # the library raises Exception itself
        raise UsageError(f"{shown} is no tokenizer.json: {' '.join(str(error).split())[:200]}") from None


def encoder(address: str, eos_token: str = "", pad_token: str = "", fim: Sequence[str] = ()) -> Encoder:
    """The encoder of a tokenizer.json (or of a folder that holds one), local or in an object store.

    The end of text is `eos_token`, or what the files beside it call so, or a known name (`special_tokens.END_OF_TEXT`);
    padding is `pad_token`, or what the files call so, or the end of text; `fim` are the markers of prefix, suffix and
    middle where neither the files nor the names tell. Raises UsageError on tokens that it does not have, and without an
    end of text.
    """
    folder, name = find_tokenizer(address)
    data, shown = read_tokenizer(folder, name), folder.shown(name)
    tokenizer = parsed_tokenizer(data, shown)
    settings = {n: store.read_bytes(folder.address, n) for n in SETTINGS if store.exists(folder.address, n)}
    end = end_of_text(tokenizer, settings, shown, eos_token)
    pad = padding(tokenizer, settings, shown, end, pad_token)
    markers = fim_markers(tokenizer, settings, shown, fim)
    return Encoder(folder, name, hashlib.sha256(data).hexdigest(), end, pad, tokenizer.get_vocab_size(), markers)


@dataclass(frozen=True)
class TokenLengths:
    """Tokens of each text of a column in training (int64), the end token included; 0 for a null."""

    encoder: Encoder

    def __call__(self, texts: pa.ChunkedArray) -> pa.ChunkedArray:
        """The numbers of tokens."""
        column: list[str | None] = texts.to_pylist()
        lengths = map(len, self.encoder([text for text in column if text is not None]))
        counted = [0 if text is None else next(lengths) for text in column]
        return pa.chunked_array([pa.array(counted, pa.int64())])


def token_count(encoder: Encoder) -> TextCount:
    """How a funnel counts text in tokens of a tokenizer: `Map(..., tokens=token_count(encoder))`."""
    return TextCount("tokens", TokenLengths(encoder))
