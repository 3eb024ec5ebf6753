"""Tokens of texts by remembered chunks: a BPE meets the same words again and again, and need not merge them anew.

No piece of the house's patterns goes on from a character that is no space over a space to another such character. So
a text may be cut before such a space, its chunks be encoded one by one, and the tokens are those of the whole text.
"""

import json
from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tokenizers import Tokenizer

from tokenizer.patterns import DIGITS, LATEX, PATTERNS, PUNCTUATION

CHARACTERS = 50_000_000  # the memory of chunks begins anew when it holds more: a few hundred MB
LONGEST = 64  # a longer chunk is rarely met twice
KNOWN = {*PATTERNS.values(), PUNCTUATION, *(rule for rules in DIGITS.values() for rule in rules), ""}


def cuttable(tokenizer: Tokenizer) -> bool:
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


def cut(text: str) -> list[str]:
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
class Chunks:
    """Encodes texts with a tokenizer that is `cuttable`; remembers chunks."""

    tokenizer: Tokenizer
    known: dict[str, list[int]] = field(default_factory=dict)
    characters: int = 0

    def __call__(self, texts: Iterable[str]) -> list[list[int]]:
        """Token numbers of each text."""
        cuts = [cut(text) for text in texts]
        known = self._learn({chunk for chunks in cuts for chunk in chunks})
        return [[number for chunk in chunks for number in known[chunk]] for chunks in cuts]

    def _learn(self, wanted: set[str]) -> Mapping[str, list[int]]:
        """Tokens of all these chunks and of those remembered."""
        if self.characters > CHARACTERS:
            self.known, self.characters = {}, 0
        new = sorted(wanted - self.known.keys())
        tokens = [e.ids for e in self.tokenizer.encode_batch_fast(new, add_special_tokens=False)]
        found = dict(zip(new, tokens, strict=True))
        short = {chunk: ids for chunk, ids in found.items() if len(chunk) <= LONGEST}
        self.known |= short
        self.characters += sum(map(len, short))
        return ChainMap(found, self.known)
