"""A page or text, split once into words, lines and paragraphs that all filters share."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from pipeline.vocabulary import Splitter, Words, split_words

LINE_BREAK = r"(?>\r\n|\r|\n)"
BLANK_LINE = rf"[^\S\r\n]*+{LINE_BREAK}"
LINE_BREAKS = re.compile(rf"{LINE_BREAK}(?:{BLANK_LINE})*+")
PARAGRAPH_BREAKS = re.compile(rf"{LINE_BREAK}(?:{BLANK_LINE})++")


@dataclass
class Doc:
    """One page or text with its columns.

    `fields` holds the other columns of its row; `fields["language"]` (ISO 639-1), where it is there, chooses how
    words are split. `splitter` replaces our word rules by another `text -> list of words`.
    """

    text: str
    url: str = ""
    id: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])
    splitter: Splitter | None = None

    @property
    def language(self) -> str:
        """The language code of the row, "en" where it has none."""
        return self.fields.get("language") or "en"

    @cached_property
    def split(self) -> Words:
        """The words as numbers, with the vocabulary that they are numbers of."""
        return split_words(self.text, self.language, self.splitter)

    @cached_property
    def words(self) -> list[str]:
        """The words in order; punctuation marks are words of their own."""
        return self.split.strings()

    @property
    def word_ids(self) -> np.ndarray:
        """The words as int32 numbers: equal words have equal numbers inside one Doc, and nothing more is promised."""
        return self.split.ids

    def each_word(self, fn: Callable[[str], Any], dtype: Any) -> np.ndarray:
        """`fn(word)` for every word in order, as an array; `fn` runs once for each distinct word a process has seen.

        `fn` must be a pure function that is defined once (a module function or a frozen dataclass with `__call__`).
        """
        return self.split.each(fn, dtype)

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text that are not blank, with their indentation; [""] when there are none.

        Line breaks are LF, CRLF and CR (Rae et al. 2021: a line is what stands between line breaks).
        """
        return [line for line in LINE_BREAKS.split(self.text) if line.strip()] or [""]

    @cached_property
    def paragraphs(self) -> list[str]:
        """The stripped text cut at every run of two or more line breaks with nothing but white space between them."""
        return PARAGRAPH_BREAKS.split(self.text.strip())


def docs(table: pa.Table) -> Iterator[Doc]:
    """A Doc for each row of a table; its fields are the row's other scalar columns (no lists, no binaries)."""
    empty = [""] * table.num_rows
    text, url, ids = (table[c].to_pylist() if c in table.column_names else empty for c in ("text", "url", "id"))
    names = [field.name for field in table.schema if field.name not in ("text", "url", "id") and _is_plain(field.type)]
    columns = [table[name].to_pylist() for name in names]
    for row, values in enumerate(zip(*columns, strict=True) if columns else iter([()] * table.num_rows)):
        yield Doc(text[row] or "", url[row] or "", ids[row] or "", dict(zip(names, values, strict=True)))


def _is_plain(kind: pa.DataType) -> bool:
    binaries = (pat.is_binary, pat.is_large_binary, pat.is_fixed_size_binary, pat.is_binary_view)
    return not pat.is_nested(kind) and not any(is_binary(kind) for is_binary in binaries)
