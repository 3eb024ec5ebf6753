"""C4's line rules, as FineWeb runs them (Raffel et al. 2020, section 2.2): lines go, and some words cost the page."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.doc import Doc
from pipeline.rules import EditRules, least, most
from text.sentences import SENTENCE_ENDS

CITATION = re.compile(r"\[(?:\d*|edit|citation needed)\]")
END_MARKS = (".", "?", "!", '"', "'")
POLICIES = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")


@dataclass(frozen=True)
class SentenceLines:
    """Keeps the lines that look like sentences, and measures what is left.

    A line stays that ends in an `end_mark`, has `min_words` words or more and none of over `longest_word` characters.
    `sentences` counts the sentences of a line; None counts by words that are end marks.
    """

    end_mark: bool = True
    keep_citations: bool = False
    min_words: int = 3
    longest_word: int = 1000
    sentences: Callable[[str], int] | None = None

    def __call__(self, doc: Doc) -> tuple[str, dict[str, float]]:
        """The text of the kept lines, and what was met; of the two things that cost a page, only the first counts."""
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
        return "\n".join(kept).strip(), {"lines": len(kept), "sentences": sum(map(count, kept)), **cost}

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


quality = EditRules(
    "c4.quality",
    SentenceLines(),
    (most("lorem_ipsum", 0), most("curly_bracket", 0), least("sentences", 5, "few_sentences")),
)
# FineWeb leaves out the rule of the end mark, which alone costs 30 % of the pages.
without_end_marks = replace(quality, fn=SentenceLines(end_mark=False))
