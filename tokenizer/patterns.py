"""How text is cut before merges are learned: a pattern by name, digits, punctuation and LaTeX commands."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Literal

from tokenizers import Regex
from tokenizers.pre_tokenizers import ByteLevel, PreTokenizer, Split
from tokenizers.pre_tokenizers import Sequence as Steps

from pipeline.errors import UsageError

Pattern = Literal["falcon", "gpt2", "gpt4"]
Digits = Literal["single", "threes", "free"]

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
GPT4 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
# Falcon splits runs of punctuation off first, then by GPT-2's pattern, then numbers from the left in threes.
PATTERNS: dict[Pattern, str] = {"falcon": GPT2, "gpt2": GPT2, "gpt4": GPT4}
PUNCTUATION = r"[\p{P}$+<=>^~|`]+"
DIGITS: dict[Digits, tuple[str, ...]] = {"single": (r"\p{N}",), "threes": (r"\p{N}+", r"\p{N}{3}"), "free": ()}
LATEX = re.compile(r"\\\\\(\?:[A-Za-z(?:|)]*\)\(\?!\[A-Za-z\]\)\|?")  # what `commands` writes, before a rule or alone


def splitter(
    pattern: Pattern, digits: Digits, punctuation: bool, latex: Sequence[str] = (), longest: int = 0
) -> PreTokenizer:
    r"""The pre-tokenizer of these choices; it cuts text and changes no character.

    Pattern "falcon" always splits punctuation. Digits "threes" groups from the left, as Falcon does: 12345 is 123, 45.
    Each command of `latex` ("\\frac") stands alone wherever no letter follows it. Pieces of more than `longest`
    characters, where that is given, are cut.
    """
    if pattern not in PATTERNS or digits not in DIGITS:
        raise UsageError(f"pattern {pattern!r}, digits {digits!r}: choose from {list(PATTERNS)} and {list(DIGITS)}")
    rules = [PUNCTUATION] if punctuation or pattern == "falcon" else []
    rules += [PATTERNS[pattern], *DIGITS[digits]]
    if latex:
        # First alone, then before every other rule: that keeps in one piece what the first has set apart.
        rules = [command_pattern(latex), *(f"{command_pattern(latex)}|{rule}" for rule in rules)]
    rules += [rf"[\s\S]{{{longest}}}"] if longest else []
    return Steps(
        [*(Split(Regex(rule), "isolated") for rule in rules), ByteLevel(add_prefix_space=False, use_regex=False)]
    )


def command_pattern(latex: Sequence[str]) -> str:
    """A regular expression of just these commands, grouped by first letter so that few are tried."""
    names = sorted(command.removeprefix("\\") for command in latex)
    if bad := [name for name in names if not (name.isascii() and name.isalpha())]:
        raise UsageError(f"not a LaTeX command of letters: {bad[0]!r}")
    groups = [f"{first}(?:{'|'.join(n[1:] for n in group)})" for first, group in groupby(names, lambda n: n[0])]
    return rf"\\(?:{'|'.join(groups)})(?![A-Za-z])"
