"""What a text is made of, in plain measures of whole columns: how easily it reads, and its code, formulas and lists.

Each is counted in one pass over the bytes of a column, by NumPy or by Arrow's RE2: no page is split into words.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.transform import put

LINE = r"(?m)^.*\S"
LIST = r"(?m)^[ \t]*(?:[-*•‣◦–·]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])[ \t]+\S"
TABLE = r"(?m)^[ \t]*\|.*\||^[^\t\n]+\t[^\t\n]+\t|^[^|\n]+ \| [^|\n]+ \| "
# Lines that end as statements do, begin with a word of a language, or are comments, includes, prompts.
CODE = (
    r"(?m)^.*(?:[;{}]|\)[ \t]*(?::|=>)|\w\([^ \n].*\)|\w\(\)|\\)[ \t]*$|^[ \t]*(?:[})\]]+[;,]?[ \t]*$|//"
    r"|#(?:include|define|!)|/\*|\$ \w|>>> |(?:import|from) [\w.]+(?: import .*)?$)|^[ \t]+return\b.*$"
    r"|^[ \t]*(?:def|class|public|private|static|void|func|fn|let|const|var|if|for|while|elif|else|try)\b"
    r"[^.!?\n]*[(:={;][^.!?\n]*$"
)
# LaTeX between its marks, its commands, and signs of mathematics.
FORMULA = (
    r"\$[^$\n]*[\\^_{}=][^$\n]*\$|\\\(|\\\[|\\begin\{(?:equation|align|gather|eqnarray|multline|displaymath|math)"
    r"|[∀∃∈∉∑∏∫√∂∞≤≥≠≈±×÷→⇒⇔∇⊂⊆∪∩]"
)
FORMULAS_FULL = 5  # words a formula: a text with a formula for so many, or fewer, is all formulas
LETTER, VOWEL, E, MARK, SPACE = (np.uint8(1 << n) for n in range(5))
KINDS = np.zeros(256, np.uint8)  # of bytes
KINDS[[*range(0x80, 0x100), *(ord(c) for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'")]] |= LETTER
KINDS[[ord(c) for c in "aeiouyAEIOUY"]] |= VOWEL
KINDS[[ord("e"), ord("E")]] |= E
KINDS[[ord(c) for c in ".!?"]] |= MARK
KINDS[[ord(c) for c in " \t\n\r\"')]"]] |= SPACE
MEASURES = pa.schema([(name, pa.float32()) for name in ("reading_ease", "code", "formulas", "lists", "tables")])


def count_matches(texts: pa.ChunkedArray, pattern: str) -> pa.ChunkedArray:
    """Matches of a pattern in each text (float64)."""
    return pc.cast(pc.count_substring_regex(texts, pattern), pa.float64())


class Counts(NamedTuple):
    """Words, syllables and sentences of each text (float64)."""

    words: np.ndarray
    syllables: np.ndarray
    sentences: np.ndarray


def count_parts(texts: pa.ChunkedArray) -> Counts:
    """Counts by the bytes of the texts, as English is written: words are runs of letters (all beyond ASCII among them),
    syllables runs of vowels, without the e at the end of "came"; sentences end with a mark before white space.
    """
    texts = pc.binary_join_element_wise(pc.fill_null(texts, ""), "\n", "")  # so that no text touches the next
    column = pc.cast(texts, pa.large_string()).combine_chunks()
    column = column if isinstance(column, pa.Array) else column.chunk(0)
    if not len(column):
        return Counts(*np.zeros((3, 0)))
    _, offsets, data = column.buffers()
    places = np.frombuffer(offsets, np.int64)[column.offset :][: len(column) + 1]
    kinds = KINDS[np.frombuffer(data, np.uint8)[places[0] : places[-1]]] if data else np.zeros(0, np.uint8)
    padded = np.concatenate(([0, 0], kinds, [0])).astype(np.uint8)
    two_before, before, here, after = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    letters = here & LETTER
    begins = (letters > 0) & ((before & LETTER) == 0)
    sounds = ((here & VOWEL) > 0) & ((before & VOWEL) == 0)
    silent = ((here & E) > 0) & ((after & LETTER) == 0) & ((before & VOWEL) == 0) & ((two_before & VOWEL) > 0)
    ends = ((here & MARK) > 0) & ((after & SPACE) > 0)
    return Counts(*(_sums(each, places - places[0]) for each in (begins, sounds & ~silent, ends)))


def _sums(flags: np.ndarray, places: np.ndarray) -> np.ndarray:
    """How many flags are set in each text."""
    total = np.concatenate(([0], np.cumsum(flags, dtype=np.int64)))
    return np.diff(total[places]).astype(np.float64)


def reading_ease(parts: Counts) -> np.ndarray:
    """Flesch's reading ease of English texts (1948): 100 is very easy, 30 hard, and 0 and below harder still.

    A word has a syllable at least, and a text a sentence. NaN where a text has no word.
    """
    words = np.where(parts.words > 0, parts.words, np.nan)
    syllables = np.maximum(parts.syllables, words)
    return 206.835 - 1.015 * words / np.maximum(parts.sentences, 1) - 84.6 * syllables / words


@dataclass(frozen=True)
class Measures:
    """A transform that adds `MEASURES` (float32) and drops nothing.

    `reading_ease` is Flesch's, null for languages other than English. `code`, `lists` and `tables` are the shares of
    lines that look like code, items of lists, rows of tables. `formulas` is 1 where there is one for every five words
    or more, and less in proportion.
    """

    name: str = "labels.measures"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows with the columns."""
        texts = pc.fill_null(table["text"], "")
        lines, parts = pc.max_element_wise(count_matches(texts, LINE), 1.0), count_parts(texts)
        ease = pa.array(reading_ease(parts), from_pandas=True)
        if "language" in table.column_names:
            english = pc.equal(pc.fill_null(table["language"], "en"), "en")
            ease = pc.if_else(english, ease, pa.scalar(None, pa.float64()))
        per_word = count_matches(texts, FORMULA).to_numpy() / np.maximum(parts.words, 1)
        shares = [pc.divide(count_matches(texts, pattern), lines) for pattern in (CODE, LIST, TABLE)]
        columns = (ease, shares[0], pa.array(np.minimum(per_word * FORMULAS_FULL, 1.0)), *shares[1:])
        for field, column in zip(MEASURES, columns, strict=True):
            table = put(table, field.name, pc.cast(column, field.type))
        return table


def measures() -> Measures:
    """Columns of plain measures; see `Measures`."""
    return Measures()
