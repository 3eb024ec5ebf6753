"""What a text is made of, in plain measures of whole columns: how easily it reads, and its code, formulas and lists.

Each is counted in one pass over the bytes of a column, by NumPy or by Arrow's RE2: no page is split into words.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.transform import put
from text.formulas import find_formulas

LINE = r"\n[ \t\r\f]*\S"  # its first sign, behind a line break: ten times as fast as "^"
LIST = r"(?m)^[ \t]*(?:[-*•‣◦–·]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])[ \t]+\S"
TABLE = r"(?m)^[ \t]*\|.*\||^[^\t\n]+\t[^\t\n]+\t|^[^|\n]+ \| [^|\n]+ \| "
# Lines that end as statements do, begin with a word of a language, or are comments, includes, prompts.
CODE = (
    r"(?m)^.*(?:[;{}]|\)[ \t]*(?::|=>)|\w\([^ \n].*\)|\w\(\)|\\)[ \t]*$|^[ \t]*(?:[})\]]+[;,]?[ \t]*$|//"
    r"|#(?:include|define|!)|/\*|\$ \w|>>> |(?:import|from) [\w.]+(?: import .*)?$)|^[ \t]+return\b.*$"
    r"|^[ \t]*(?:def|class|public|private|static|void|func|fn|let|const|var|if|for|while|elif|else|try)\b"
    r"[^.!?\n]*[(:={;][^.!?\n]*$"
)
# What may begin a formula between delimiters; signs and commands of mathematics that stand without any.
DELIMITER = (
    r"\$[^\d\s]|\$\d+[a-z]?\$|\$\d[^$\n]{0,100}[\\^_=][^$\n]{0,100}\$|\$\s+\\|\\[(\[]|\\begin\{"
    r"|\[i?(?:tex|latex|math)\]"
)
BARE = (
    r"[∀∃∈∉∑∏∫√∂∞≤≥≠≈∇⊂⊆∪∩]|\\(?:d?frac|sqrt|sum|prod|int|lim|infty|mathbb|mathcal|mathrm|partial|nabla|alpha|beta"
    r"|gamma|delta|epsilon|theta|lambda|mu|pi|sigma|omega|cdot|times|leq?|geq?|neq?|approx|equiv|in|to|forall|exists)\b"
)
# Pronouns of the first and second person, and contractions ("it's" may be of it: "its" is not).
INVOLVED = r"(?i)\b(?:i|me|my|mine|myself|we|us|our|ours|you|your|yours|yourself)\b|[a-z]['’](?:m|re|ve|ll|d|t|s)\b"
FORMULAS_FULL = 5  # words a formula: a text with a formula for so many, or fewer, is all formulas
LETTER, VOWEL, E, MARK, SPACE = (np.uint8(1 << n) for n in range(5))
E_TO_VOWEL, LETTER_TO_VOWEL, MARK_TO_SPACE = 1, 1, 1  # bits between them
KINDS = np.zeros(256, np.uint8)  # of bytes
KINDS[[*range(0x80, 0x100), *(ord(c) for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'")]] |= LETTER
KINDS[[ord(c) for c in "aeiouyAEIOUY"]] |= VOWEL
KINDS[[ord("e"), ord("E")]] |= E
KINDS[[ord(c) for c in ".!?"]] |= MARK
KINDS[[ord(c) for c in " \t\n\r\"')]"]] |= SPACE
MEASURES = pa.schema(
    [(name, pa.float32()) for name in ("reading_ease", "involved", "code", "formulas", "lists", "tables")]
    + [("formula_count", pa.int32())]
)


def count_matches(texts: pa.ChunkedArray, pattern: str) -> pa.ChunkedArray:
    """Matches of a pattern in each text (float64)."""
    return pc.cast(pc.count_substring_regex(texts, pattern), pa.float64())


def count_lines(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lines of each text that are not blank, and 1 where there are none (float64)."""
    return pc.max_element_wise(count_matches(pc.binary_join_element_wise("\n", texts, ""), LINE), 1.0)


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
    read = data[int(places[0]) : int(places[-1])].to_pybytes().translate(KINDS.tobytes())
    kinds = np.frombuffer(b"\0\0" + read + b"\0", np.uint8)  # two before the first byte, one behind the last
    two_before, before, here, after = kinds[:-3], kinds[1:-2], kinds[2:-1], kinds[3:]
    begins = here & ~before  # kinds that the byte before is not of
    silent = ((here & E) >> E_TO_VOWEL) & ~(after << LETTER_TO_VOWEL) & ~before & two_before
    ends = (after >> MARK_TO_SPACE) & here
    flags = ((begins, LETTER), (begins & ~silent, VOWEL), (ends, MARK))
    sums = (np.add.reduceat((n & bit) // bit, places[:-1] - places[0], dtype=np.uint32) for n, bit in flags)
    return Counts(*(each.astype(np.float64) for each in sums))


def reading_ease(parts: Counts) -> np.ndarray:
    """Flesch's reading ease of English texts (1948): 100 is very easy, 30 hard, and 0 and below harder still.

    A word has a syllable at least, and a text a sentence. NaN where a text has no word.
    """
    words = np.where(parts.words > 0, parts.words, np.nan)
    syllables = np.maximum(parts.syllables, words)
    return 206.835 - 1.015 * words / np.maximum(parts.sentences, 1) - 84.6 * syllables / words


def count_formulas(texts: pa.ChunkedArray) -> np.ndarray:
    """The formulas between delimiters in each text (float64); only a text that may have one is read."""
    counts = np.zeros(len(texts))
    for row in np.flatnonzero(pc.match_substring_regex(texts, DELIMITER).to_numpy()):
        counts[row] = sum(1 for _ in find_formulas(texts[row].as_py()))
    return counts


@dataclass(frozen=True)
class Measures:
    """A transform that adds `MEASURES` and drops nothing.

    `reading_ease` is Flesch's; `involved` tells the register: the pronouns of the first and second person and the
    contractions among the words, of which conversation has many and a report few (Biber 1988). Both are null for
    languages other than English, and without words. `code`, `lists` and `tables` are the shares of
    lines that look like code, items of lists, rows of tables. `formula_count` counts formulas between delimiters, as
    Markdown has them. `formulas` is 1 where there is one for every five words or more, and less in proportion; in texts
    without delimiters the signs and commands of mathematics count.
    """

    name: str = "labels.measures"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows with the columns."""
        texts = pc.fill_null(table["text"], "")
        lines, parts = count_lines(texts), count_parts(texts)
        words = np.where(parts.words > 0, parts.words, np.nan)
        of_english = (reading_ease(parts), np.minimum(count_matches(texts, INVOLVED).to_numpy() / words, 1.0))
        ease, involved = (_english_only(pa.array(values, from_pandas=True), table) for values in of_english)
        found = count_formulas(texts)
        per_word = np.maximum(found, count_matches(texts, BARE).to_numpy()) / np.maximum(parts.words, 1)
        shares = [pc.divide(count_matches(texts, pattern), lines) for pattern in (CODE, LIST, TABLE)]
        formulas = pa.array(np.minimum(per_word * FORMULAS_FULL, 1.0))
        columns = (ease, involved, shares[0], formulas, *shares[1:], pa.array(found))
        for field, column in zip(MEASURES, columns, strict=True):
            table = put(table, field.name, pc.cast(column, field.type))
        return table


def _english_only(values: pa.Array, table: pa.Table) -> pa.Array | pa.ChunkedArray:
    """Null for pages that are known to be in other languages."""
    if "language" not in table.column_names:
        return values
    english = pc.equal(pc.fill_null(table["language"], "en"), "en")
    return pc.if_else(english, values, pa.scalar(None, pa.float64()))


def measures() -> Measures:
    """Columns of plain measures; see `Measures`."""
    return Measures()
