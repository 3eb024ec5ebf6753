"""Our rules beside datatrove's on the same pages: decisions, measured values, and every kind of difference.

`python -m benchmarks.parity FOLDER [--limit N]` prints the Markdown tables for a folder of WARC files.
"""

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from benchmarks.pages import Page, pages
from benchmarks.reference import RULES, Answer, Rule, reference_words, same_quality
from pipeline.doc import Doc
from text.splitter import UNSPACED_CHARACTER

TOLERANCE = 1e-12
BLANKS = re.compile(r"(?<=\n)[^\S\n]+(?=\n)")  # datatrove counts lines of blanks as lines that repeat, we do not


@dataclass(frozen=True)
class Compared:
    """One page under one rule: datatrove, ours on datatrove's words, ours as it comes."""

    rule: str
    page: Page
    theirs: Answer
    same_words: Answer
    ours: Answer

    @property
    def exact(self) -> bool:
        """Whether the reason and each measured value are equal on the same words (and the text where one is made)."""
        values = self.theirs.values
        close = all(abs(self.same_words.values[key] - value) <= TOLERANCE for key, value in values.items())
        return close and self.same_words.reason == self.theirs.reason and self.same_words.text == self.theirs.text

    @property
    def agrees(self) -> bool:
        return (self.ours.reason is None) == (self.theirs.reason is None)

    @property
    def kind(self) -> tuple[str, str, str, str]:
        """Rule, their answer, our answer, and why they differ."""
        return self.rule, self.theirs.reason or "keeps", self.ours.reason or "keeps", why(self)


def compare(some: Iterable[Page], rules: Iterable[Rule] = RULES) -> Iterator[Compared]:
    """Every page under every rule."""
    rules = tuple(rules)
    for page in some:
        page = replace(page, text=BLANKS.sub("", page.text))
        fields = {"language": "en"}  # datatrove's rules run as for English on every page, and so do ours
        shared = Doc(page.text, page.url, page.id, fields, splitter=reference_words)
        ours = Doc(page.text, page.url, page.id, fields)
        for rule in rules:
            yield Compared(rule.name, page, rule.theirs(shared), rule.equal(shared), rule.ours(ours))


def why(compared: Compared) -> str:
    """The cause of a difference, as the page shows it."""
    letters = [c for c in compared.page.text if c.isalpha()]
    if letters and sum(bool(UNSPACED_CHARACTER.match(c)) for c in letters) > 0.1 * len(letters):
        return "script without spaces: for datatrove's English splitter a clause is one word, for ours it is several"
    if compared.rule == "url.blocked":
        return "whole words of the URL: we fold their case, datatrove does not"
    if compared.rule == "gopher.quality" and same_quality(Doc(compared.page.text)) == compared.theirs.reason:
        return "marks that make no word: ours are all but letters and digits, datatrove's a list"
    return "a value at its limit: some words are cut elsewhere (emoticons, abbreviations, units)"


def table(folder: str, limit: int | None = None) -> str:
    """The Markdown of both tables: agreement by rule, and each kind of difference with its cause and number."""
    count, english, exact, agree, agree_english = (Counter() for _ in range(5))
    kinds: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for result in compare(pages(folder, limit)):
        rule, is_english = result.rule, result.page.language == "en"
        count[rule] += 1
        exact[rule] += result.exact
        agree[rule] += result.agrees
        english[rule] += is_english
        agree_english[rule] += result.agrees and is_english
        if not result.agrees or result.ours.reason != result.theirs.reason:
            kinds[result.kind] += 1
    lines = [
        "| rule | pages | same words: decision and values equal | our words: same decision | of these English |",
        "|---|---:|---:|---:|---:|",
    ]
    for rule in count:
        shares = exact[rule] / count[rule], agree[rule] / count[rule], agree_english[rule] / max(english[rule], 1)
        lines.append(f"| {rule} | {count[rule]} | " + " | ".join(f"{share:.2%}" for share in shares) + " |")
    lines += ["", "| rule | datatrove | ours | pages | why |", "|---|---|---|---:|---|"]
    for (rule, theirs, ours, cause), pages_ in sorted(kinds.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"| {rule} | {theirs} | {ours} | {pages_} | {cause} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="folder of *.warc.gz")
    parser.add_argument("--limit", type=int, help="pages, in the order of a hash of their ids")
    options = parser.parse_args()
    print(table(options.folder, options.limit), end="")


if __name__ == "__main__":
    main()
