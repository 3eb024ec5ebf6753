"""Which special token of a tokenizer ends a text, and which mark a text whose middle was put last."""

import json
from collections.abc import Mapping
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
    named = asked or next((name for file in SETTINGS if (name := _eos_token(settings.get(file)))), "")
    if named:
        if named not in special:
            by = "eos_token=" if asked else "its tokenizer_config.json"
            raise UsageError(f"{shown} has no special token {named}, which {by} says ends a text{_others(special)}")
        return special[named]
    known = next((name for name in END_OF_TEXT if name in special), None)
    if known is None:
        raise UsageError(f"{shown} has no token that ends a text: name it with eos_token={_others(special)}")
    return special[known]


def _others(special: Mapping[str, int]) -> str:
    return f"; its special tokens are {', '.join([*special][:20])}" if special else "; it has no special tokens"


def _eos_token(settings: bytes | None) -> str:
    """The end of text in a settings file: a string, or an object whose content it is; "" for none."""
    try:
        said: Any = json.loads(settings or b"{}").get("eos_token")
    except (ValueError, AttributeError):
        return ""
    said = said.get("content") if isinstance(said, dict) else said
    return said if isinstance(said, str) else ""


def fim_markers(tokenizer: Tokenizer) -> tuple[tuple[str, int], ...]:
    """The markers of prefix, suffix and middle with their numbers; () when the tokenizer has none."""
    special = special_tokens(tokenizer)
    family = next((family for family in FIM_MARKERS if set(family) <= set(special)), ())
    return tuple((marker, special[marker]) for marker in family)
