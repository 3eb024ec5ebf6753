"""C4's line rules, as FineWeb runs them (Raffel et al. 2020, section 2.2): lines go, and some words cost the page."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from filters.fineweb import SENTENCE_ENDS
from pipeline.doc import Doc

CITATION = re.compile(r"\[(?:\d*|edit|citation needed)\]")
END_MARKS = (".", "?", "!", '"', "'")
POLICIES = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")


@dataclass(frozen=True)
class Quality:
    """Keeps the lines that look like sentences: use it as `edit(c4.quality)`, for it changes the text.

    FineWeb leaves out the rule of `end_mark`, which alone costs 30 % of the pages. `sentences` counts those of a line;
    ours goes by words that are end marks, and 0 for `min_sentences` takes the rule out.
    """

    end_mark: bool = True
    keep_citations: bool = False
    min_words: int = 3
    longest_word: int = 1000
    min_sentences: int = 5
    sentences: Callable[[str], int] | None = None

    name = "c4.quality"

    def __call__(self, doc: Doc) -> tuple[str, str | None]:
        """The text of the kept lines, and the reason to drop the page."""
        lines, measured = self._sift(doc)
        reason = self.judge(measured)
        return (doc.text if reason else "\n".join(lines).strip()), reason

    def measure(self, doc: Doc) -> dict[str, float]:
        return self._sift(doc)[1]

    def judge(self, measured: Mapping[str, float]) -> str | None:
        rules = (
            ("lorem_ipsum", measured["lorem_ipsum"]),
            ("curly_bracket", measured["curly_bracket"]),
            ("few_sentences", measured["sentences"] < self.min_sentences),
        )
        return next((reason for reason, broken in rules if broken), None)

    def _sift(self, doc: Doc) -> tuple[list[str], dict[str, float]]:
        """The kept lines, and what was met on the way; of the two words that cost a page the first met counts."""
        kept, cost = [], {"lorem_ipsum": 0.0, "curly_bracket": 0.0}
        for raw in doc.text.splitlines():
            line = self._sentence_like(raw.strip())
            if line is None:
                continue
            lower = line.lower()
            script = "javascript" in lower
            costs = "lorem_ipsum" if "lorem ipsum" in lower else "curly_bracket" if "{" in line and not script else None
            if costs:
                cost[costs] = 1.0 if not any(cost.values()) else cost[costs]
            elif not script and not any(policy in lower for policy in POLICIES):
                kept.append(line)
        count = self.sentences or (lambda line: count_sentences(Doc(line, fields=doc.fields)))
        return kept, {"lines": len(kept), "sentences": sum(map(count, kept)), **cost}

    def _sentence_like(self, line: str) -> str | None:
        words = line.split()
        if len(line) > self.longest_word and any(len(word) > self.longest_word for word in words):
            return None
        line = line if self.keep_citations else CITATION.sub("", line)
        if self.end_mark and (not line.endswith(END_MARKS) or line.endswith("...")):
            return None
        return line if len(words) >= self.min_words else None


def count_sentences(doc: Doc) -> int:
    """Sentences of a text: a word that is an end mark ends one when a word that is no mark follows."""
    if SENTENCE_ENDS.isdisjoint(doc.text[:-1]):
        return 1
    count, ended = 1, False
    for word in doc.words:
        if word in SENTENCE_ENDS:
            ended = True
        elif ended and any(map(str.isalnum, word)):
            count, ended = count + 1, False
    return count


quality = Quality()
without_end_marks = Quality(end_mark=False)
