"""Special tokens of a tokenizer: which ends a text, fills a sequence, or marks a middle that was put last."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tokenizers import Tokenizer

from pipeline.errors import UsageError

# In the order of trust: a chat model's tokenizer has one for the end of a text and another for the end of a turn.
END_OF_TEXT = (
    *("<|endoftext|>", "<|end_of_text|>", "<eos>", "</s>", "<|eos|>", "<EOS>", "[EOS]", "<|EOS|>", "<|endofdocument|>"),
    *("<｜end▁of▁sentence｜>", "<|end_of_sentence|>", "<|end_of_document|>", "<eod>", "<|im_end|>", "<|eot_id|>"),
)
# Prefix, suffix, middle of the models that publish theirs.
FIM_MARKERS = (
    ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),  # Qwen Coder, CodeGemma, and what is trained here
    (">>PREFIX<<", ">>SUFFIX<<", ">>MIDDLE<<"),  # Falcon
    ("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),  # StarCoder
    ("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),  # SantaCoder
    ("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),  # DeepSeek Coder
    ("▁<PRE>", "▁<SUF>", "▁<MID>"),  # Code Llama
    ("[PREFIX]", "[SUFFIX]", "[MIDDLE]"),  # Codestral
)
# Where `transformers` looks for the end of text, the first that says so counts.
SETTINGS = ("tokenizer_config.json", "special_tokens_map.json")


def special_tokens(tokenizer: Tokenizer) -> dict[str, int]:
    """The special tokens of a tokenizer and their numbers: those that no text can write."""
    added = tokenizer.get_added_tokens_decoder()
    return {token.content: number for number, token in added.items() if token.special}


def end_of_text(tokenizer: Tokenizer, settings: Mapping[str, bytes], shown: str, asked: str = "") -> int:
    """The number of the token that ends a text: `asked`, or what the settings call `eos_token`, or a known name.

    `settings` are the files of `SETTINGS` that lie beside tokenizer.json. Raises UsageError when there is none, or it
    is no special token: a page's text could then write it.
    """
    special = special_tokens(tokenizer)
    if asked:
        return _asked(special, asked, shown, "which eos_token= says ends a text")
    if named := _said(settings, "eos_token"):
        return _asked(special, named, shown, "which its tokenizer_config.json says ends a text")
    known = next((name for name in END_OF_TEXT if name in special), None)
    if known is None:
        raise UsageError(f"{shown} has no token that ends a text: name it with eos_token={_others(special)}")
    return special[known]


def padding(tokenizer: Tokenizer, settings: Mapping[str, bytes], shown: str, end: int, asked: str = "") -> int:
    """The number of the token that fills a sequence: `asked`, or what the settings call `pad_token`, or `end`.

    Raises UsageError when `asked` is no special token.
    """
    special = special_tokens(tokenizer)
    if asked:
        return _asked(special, asked, shown, "which pad_token= says fills a sequence")
    return special.get(_said(settings, "pad_token"), end)


def fim_markers(
    tokenizer: Tokenizer, settings: Mapping[str, bytes], shown: str, asked: Sequence[str] = ()
) -> tuple[tuple[str, int], ...]:
    """The markers of prefix, suffix and middle with their numbers; () when the tokenizer has none.

    They are those that are `asked` for, or what the settings call `prefix_token`, `suffix_token` and `middle_token`, or
    those of a known family. Raises UsageError when what is asked for is not three special tokens.
    """
    special = special_tokens(tokenizer)
    if asked:
        if len(set(asked)) != len(asked) or len(asked) != 3:
            raise UsageError(f"fim_markers={' '.join(asked)}: give three, of prefix, suffix and middle, with blanks")
        said = "which fim_markers= names; a page's text could write it"
        return tuple((marker, _asked(special, marker, shown, said)) for marker in asked)
    named = tuple(_said(settings, f"{part}_token") for part in ("prefix", "suffix", "middle"))
    family = next((family for family in (named, *FIM_MARKERS) if set(family) <= set(special)), ())
    return tuple((marker, special[marker]) for marker in family)


def _asked(special: Mapping[str, int], name: str, shown: str, why: str) -> int:
    if name not in special:
        raise UsageError(f"{shown} has no special token {name}, {why}{_others(special)}")
    return special[name]


def _others(special: Mapping[str, int]) -> str:
    return f"; its special tokens are {', '.join([*special][:20])}" if special else "; it has no special tokens"


def _said(settings: Mapping[str, bytes], key: str) -> str:
    """The token that a settings file names by a key: a string, or an object whose content it is; "" where none does."""
    for file in SETTINGS:
        try:
            said: Any = json.loads(settings.get(file) or b"{}").get(key)
        except (ValueError, AttributeError):
            continue
        said = said.get("content") if isinstance(said, dict) else said
        if isinstance(said, str) and said:
            return said
    return ""
