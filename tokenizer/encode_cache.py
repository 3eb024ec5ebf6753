"""A cache of encoded chunks: a BPE meets the same words again and again, and need not merge them anew.

No piece of the house's patterns goes on from a character that is no space over a space to another such character. So
a text may be cut before such a space, its chunks be encoded one by one, and the tokens are those of the whole text.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from tokenizer.patterns import DIGITS, LATEX, PATTERNS, PUNCTUATION

CHARACTERS = 50_000_000  # the memory of chunks begins anew when it holds more: a few hundred MB
LONGEST = 64  # a longer chunk is rarely met twice
KNOWN = {*PATTERNS.values(), PUNCTUATION, *(rule for rules in DIGITS.values() for rule in rules), ""}


def is_cuttable(tokenizer: Tokenizer) -> bool:
    """Whether the tokens of a text are those of its chunks: so for every tokenizer that was trained here."""
    state: dict[str, Any] = json.loads(tokenizer.to_str())
    steps = (state["pre_tokenizer"] or {}).get("pretokenizers") or [{}]
    last = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False}
    if state["normalizer"] or not all(token["special"] for token in state["added_tokens"]):
        return False
    return all(map(_is_ours, steps[:-1])) and last.items() <= steps[-1].items()


def _is_ours(step: dict[str, Any]) -> bool:
    rule = (step.get("pattern") or {}).get("Regex", "?")
    return step["type"] == "Split" and step["behavior"] == "Isolated" and LATEX.sub("", rule) in KNOWN


def cut_chunks(text: str) -> list[str]:
    """The chunks of a text, in order; together they are the text. All but the first begin with their space."""
    parts = text.split(" ")
    chunks = [parts[0]]
    for before, part in pairwise(parts):
        if before and part and not before[-1].isspace() and not part[0].isspace():
            chunks.append(" " + part)
        else:
            chunks[-1] += " " + part
    return chunks


@dataclass
class EncodeCache:
    """Encodes texts with a tokenizer that `is_cuttable`; remembers chunks."""

    tokenizer: Tokenizer
    known: dict[str, list[int]] = field(default_factory=dict)
    characters: int = 0

    def __call__(self, texts: Iterable[str]) -> list[list[int]]:
        """Token numbers of each text."""
        cuts = [cut_chunks(text) for text in texts]
        found = self._new({chunk for chunks in cuts for chunk in chunks})
        known = self.known
        known |= found
        tokens = [[number for chunk in chunks for number in known[chunk]] for chunks in cuts]
        self._forget(found)
        return tokens

    def with_offsets(self, text: str) -> tuple[list[int], np.ndarray]:
        """Token numbers of a text, and of each the characters [begin, end) of which it has bytes (int64, n x 2)."""
        numbers = self([text])[0]
        after = np.cumsum(self._sizes[numbers])  # a token of bytes is as long as its bytes are many
        begins_character = (np.frombuffer(text.encode(), np.uint8) & 0xC0) != 0x80
        character = np.cumsum(begins_character) - 1  # of each byte
        return numbers, np.stack([character[after - self._sizes[numbers]], character[after - 1] + 1], axis=1)

    @cached_property
    def _sizes(self) -> np.ndarray:
        """The bytes of each token: byte-level vocabularies write each byte as one character."""
        vocabulary = self.tokenizer.get_vocab()
        sizes = np.zeros(max(vocabulary.values()) + 1, np.int64)
        sizes[list(vocabulary.values())] = [len(token) for token in vocabulary]
        return sizes

    def _new(self, wanted: set[str]) -> dict[str, list[int]]:
        """Tokens of the chunks that are not remembered."""
        new = sorted(chunk for chunk in wanted if chunk not in self.known)  # set - keys would walk through all keys
        encoded = self.tokenizer.encode_batch_fast(new, add_special_tokens=False)
        return {chunk: encoding.ids for chunk, encoding in zip(new, encoded, strict=True)}

    def _forget(self, found: dict[str, list[int]]) -> None:
        """Keep the short ones of these chunks only, and nothing at all once there are too many."""
        for chunk in found:
            if len(chunk) > LONGEST:
                del self.known[chunk]
            else:
                self.characters += len(chunk)
        if self.characters > CHARACTERS:
            self.known, self.characters = {}, 0
