"""Tokenizers in other files than tokenizer.json: GPT-2's vocab.json with merges.txt, and SentencePiece's .model.

Both are turned into what a tokenizer.json holds, so that one library encodes all. The format of a .model is
SentencePiece's sentencepiece_model.proto, of which the few fields below are read.
"""

import json
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE, Unigram

from pipeline.errors import UsageError

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6  # types of pieces
SPACE = "▁"
UNIGRAM, PAIRS = 1, 2  # types of models


class Piece(NamedTuple):
    """A piece of a SentencePiece vocabulary."""

    text: str
    score: float
    type: int


def gpt2_json(vocabulary: bytes, merges: bytes) -> str:
    """The tokenizer.json of GPT-2's two files, with its end of text as a special token."""
    vocab: dict[str, int] = json.loads(vocabulary)
    lines = [line for line in merges.decode().split("\n") if line and not line.startswith("#version")]
    tokenizer = Tokenizer(BPE(vocab=vocab, merges=[(a, b) for a, _, b in (line.partition(" ") for line in lines)]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(
        [AddedToken(t, special=True) for t in vocab if t.startswith("<|") and t.endswith("|>")]
    )
    return tokenizer.to_str()


def sentencepiece_json(data: bytes) -> str:
    """The tokenizer.json of a SentencePiece model, unigram or BPE. Raises ValueError on what is none."""
    model = parse_model(data)
    tokens = {piece.text: number for number, piece in enumerate(model.pieces)}
    unknown = next((n for n, piece in enumerate(model.pieces) if piece.type == UNKNOWN), None)
    if model.type == UNIGRAM:
        scores = [(piece.text, piece.score) for piece in model.pieces]
        tokenizer = Tokenizer(Unigram(scores, unknown, model.byte_fallback))
        # The model would find "</s>" in a text, since it is in its vocabulary: texts are cut within such pieces.
        special = [p.text for p in model.pieces if p.type in (UNKNOWN, CONTROL) and len(p.text) > 1]
        inside = "|".join(f"{re.escape(text[0])}(?={re.escape(text[1:])})" for text in special)
        tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(inside), "isolated") if special else None
    elif model.type == PAIRS:
        unk = model.pieces[unknown].text if unknown is not None else None
        merges = list(_merges(model.pieces, tokens))
        tokenizer = Tokenizer(
            BPE(vocab=tokens, merges=merges, unk_token=unk, fuse_unk=True, byte_fallback=model.byte_fallback)
        )
    else:
        raise ValueError(f"a SentencePiece model of type {model.type}; unigram (1) and BPE (2) can be read")
    tokenizer.normalizer = normalizers.Sequence(model.normalizers())
    steps = [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
    tokenizer.decoder = decoders.Sequence([*steps, *([decoders.Strip(" ", 1, 0)] if model.dummy_prefix else [])])
    for piece in model.pieces:
        if piece.type in (UNKNOWN, CONTROL, USER_DEFINED):
            special = piece.type != USER_DEFINED
            added = AddedToken(piece.text, special=special, normalized=False)
            (tokenizer.add_special_tokens if special else tokenizer.add_tokens)([added])
    return tokenizer.to_str()


def _merges(pieces: list[Piece], tokens: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Every pair of pieces that makes a piece, the best first: SentencePiece merges any pair whose piece it knows."""
    known = {piece.text for piece in pieces if piece.type == NORMAL}
    for piece in sorted((p for p in pieces if p.type == NORMAL), key=lambda p: -p.score):
        pairs = [(piece.text[:n], piece.text[n:]) for n in range(1, len(piece.text))]
        yield from sorted((p for p in pairs if known.issuperset(p)), key=lambda p: (tokens[p[0]], tokens[p[1]]))


@dataclass(frozen=True)
class SentencePieceModel:
    """What of a .model matters here; `charsmap` is its compiled table of normalised characters."""

    pieces: list[Piece]
    type: int
    byte_fallback: bool
    charsmap: bytes
    dummy_prefix: bool
    squeeze: bool

    def normalizers(self) -> list[normalizers.Normalizer]:
        """The steps from a text to what its pieces are found in."""
        steps: list[normalizers.Normalizer] = [normalizers.Precompiled(self.charsmap)] if self.charsmap else []
        if self.squeeze:
            steps += [normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]
        if self.dummy_prefix:
            steps.append(normalizers.Prepend(SPACE))
        return [*steps, normalizers.Replace(" ", SPACE)]


def parse_model(data: bytes) -> SentencePieceModel:
    """A .model file. Raises ValueError on what is none."""
    pieces, trainer, normalizer = [], dict[int, bytes | int](), dict[int, bytes | int]()
    for number, value in _fields(data):
        if number == 1 and isinstance(value, bytes):
            piece = dict(_fields(value))
            score = struct.unpack("<f", _bytes(piece.get(2, bytes(4))))[0]
            pieces.append(Piece(_bytes(piece.get(1)).decode(), score, _number(piece.get(3), NORMAL)))
        elif number == 2:
            trainer = dict(_fields(_bytes(value)))
        elif number == 3:
            normalizer = dict(_fields(_bytes(value)))
    if not pieces:
        raise ValueError("it holds no pieces")
    flags = (bool(_number(normalizer.get(3), 1)), bool(_number(normalizer.get(4), 1)))
    fallback = bool(_number(trainer.get(35), 0))
    return SentencePieceModel(
        pieces, _number(trainer.get(3), UNIGRAM), fallback, _bytes(normalizer.get(2, b"")), *flags
    )


def _bytes(value: bytes | int | None) -> bytes:
    if not isinstance(value, bytes):
        raise ValueError("it is no SentencePiece model")
    return value


def _number(value: bytes | int | None, default: int) -> int:
    return value if isinstance(value, int) else default


def _fields(data: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Numbers and values of the fields of a Protocol Buffers message. Raises ValueError on what is none."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        size, at = _varint(data, at) if wire == 2 else ({1: 8, 5: 4}.get(wire, -1), at)
        if size < 0 or at + size > len(data):
            raise ValueError("it is no SentencePiece model, or cut short")
        yield number, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data):
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if not data[at - 1] & 128:
            return value, at
    raise ValueError("it is no SentencePiece model, or cut short")


def as_tokenizer_json(name: str, data: bytes, beside: Mapping[str, bytes], shown: str) -> bytes:
    """The tokenizer.json of a file by its name; `beside` has merges.txt where that is needed. Raises UsageError."""
    try:
        if name.endswith(".model"):
            return sentencepiece_json(data).encode()
        if name == "vocab.json":
            return gpt2_json(data, beside["merges.txt"]).encode()
    except KeyError:
        raise UsageError(f"{shown} lacks merges.txt beside it") from None
    except Exception as error:  # the library raises Exception itself
        raise UsageError(f"{shown} cannot be read: {' '.join(str(error).split())[:200]}") from None
    return data
