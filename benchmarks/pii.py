"""Private data side by side with the peers: precision, recall and F1 by type, and speed.

`python -m benchmarks.pii FOLDER` prints both tables, and puts the first into docs/pii.md; FOLDER holds labelled texts:
presidio-research's sentences, contact pages with marked entities (webstruct), example numbers of libphonenumber.
"""

import ipaddress
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import phonenumbers
import zstandard

from benchmarks.arguments import positional
from stages import pii
from stages.pii import presidio as pii_presidio
from stages.pii.finder import entities_for

Found = tuple[str, int, int]  # type, start, end
Finder = Callable[[str], list[Found]]

SETS = {"sentences": "presidio_research.jsonl.zst", "contact pages": "webstruct_contact_entities.jsonl.zst"}
LABELS = {"TEL": "phone", "FAX": "phone", "EMAIL": "email"} | {entity: name for name, entity in pii.PII_TYPES.items()}
STOCK_REGIONS = ("US", "GB", "DE", "FR", "IL", "IN", "CA", "BR")  # presidio's own
START, END = "<!-- made by benchmarks/pii.py -->\n", "<!-- end -->\n"


def presidio(text: str) -> list[Found]:
    """Presidio as it comes: its recognizers of our types, its regions, every score, no language model."""
    names = {entity: name for name, entity in pii.PII_TYPES.items()}
    found = pii_presidio.presidio_alone(text, pii_presidio.ENTITIES, STOCK_REGIONS)
    return [(names[result.entity], result.start, result.end) for result in found]


def datatrove(text: str) -> list[Found]:
    """What datatrove's PIIFormatter (FineWeb's) replaces."""
    found = []
    for name, replacer in (("email", _datatrove().emails_replacer), ("ip", _datatrove().ip_replacer)):
        for match in replacer.regex.finditer(text):
            if replacer.validator is None or replacer.validator(match.group()):
                found.append((name, *match.span()))
    return found


@cache
def _datatrove():
    from datatrove.pipeline.formatters import PIIFormatter

    return PIIFormatter()


def ours(text: str) -> list[Found]:
    return [(span.type, span.start, span.end) for span in pii.find(text)]


PARTLY_LABELLED = ("contact pages",)
KNOWN = {"datatrove": ("email", "ip")}  # the types of a finder that has not all
FINDERS: dict[str, Finder] = {"presidio": presidio, "datatrove": datatrove, "ours": ours}


def table(folder: str | Path) -> str:
    """Markdown: precision, recall and F1 of each finder by type and set, then recall of phone numbers by notation."""
    return f"{_quality(Path(folder))}\n{_notations(Path(folder))}"


def _quality(folder: Path) -> str:
    lines = ["| set | type | labelled | " + " | ".join(f"{name} P / R / F1" for name in FINDERS) + " |"]
    lines.append("|---|---|---|" + "---|" * len(FINDERS))
    for group, file in SETS.items():
        items = [(row["text"], _gold(row)) for row in read(folder / file)]
        lines += _rows(group, items, pii.PII_TYPES, public)
        if group in PARTLY_LABELLED:
            lines += _rows(f"{group}, addresses without a label aside", items, ["email"], disputable)
    return "\n".join(lines) + "\n"


def _rows(
    group: str, items: list[tuple[str, list[Found]]], types: Iterable[str], fair: Callable[..., Any]
) -> list[str]:
    """A line a type; `fair` takes away the findings that are neither right nor wrong."""
    scores = {name: score([(g, fair(t, find(t), g)) for t, g in items]) for name, find in FINDERS.items()}
    lines = []
    for type in types:
        labelled = sum(found[0] == type for _, gold in items for found in gold)
        of_type = (scores[name].get(type) if type in KNOWN.get(name, pii.PII_TYPES) else None for name in FINDERS)
        if labelled:
            lines.append(f"| {group} | {type} | {labelled} | {' | '.join(map(_cell, of_type))} |")
    return lines


def _notations(folder: Path) -> str:
    numbers = [phonenumbers.parse(row["e164"]) for row in read(folder / "libphonenumber_examples.jsonl.zst")]
    known = [n for n in numbers if phonenumbers.region_code_for_number(n) in set(pii.REGIONS) & set(STOCK_REGIONS)]
    written = {
        "every region, +41446681800": ("{}", numbers, phonenumbers.PhoneNumberFormat.E164),
        "every region, +41 44 668 18 00": ("{}", numbers, phonenumbers.PhoneNumberFormat.INTERNATIONAL),
        "every region, Tel. 044 668 18 00": ("Tel. {}", numbers, phonenumbers.PhoneNumberFormat.NATIONAL),
        "regions that both know, 044 668 18 00": ("{}", known, phonenumbers.PhoneNumberFormat.NATIONAL),
    }
    lines = ["| phone numbers | labelled | presidio R | ours R |", "|---|---|---|---|"]
    for name, (words, group, form) in written.items():
        texts = [words.format(phonenumbers.format_number(number, form)) for number in group]
        cells = (sum(any(t == "phone" for t, *_ in find(x)) for x in texts) / len(texts) for find in (presidio, ours))
        lines.append(f"| {name} | {len(texts)} | {' | '.join(f'{cell:.3f}' for cell in cells)} |")
    return "\n".join(lines) + "\n"


def score(pairs: Iterable[tuple[list[Found], list[Found]]]) -> dict[str, tuple[float, float]]:
    """Precision and recall by type; a finding is right when it overlaps a label of its type, and vice versa."""
    tally: dict[str, list[int]] = {}
    for gold, found in pairs:
        for side, (these, those) in enumerate(((found, gold), (gold, found))):
            for one in these:
                counts = tally.setdefault(one[0], [0, 0, 0, 0])
                counts[2 * side] += any(_overlap(one, other) for other in those)
                counts[2 * side + 1] += 1
    return {type: (a / max(b, 1), c / max(d, 1)) for type, (a, b, c, d) in tally.items()}


def _overlap(one: Found, other: Found) -> bool:
    return one[0] == other[0] and min(one[2], other[2]) > max(one[1], other[1])


def _cell(scored: tuple[float, float] | None) -> str:
    if scored is None:
        return "–"
    precision, recall = scored
    return f"{precision:.3f} / {recall:.3f} / {2 * precision * recall / max(precision + recall, 1e-9):.3f}"


def _gold(row: dict[Any, Any]) -> list[Found]:
    """The labels of our types."""
    spans = ((LABELS.get(s["type"]), s["start"], s["end"]) for s in row["spans"])
    return public(row["text"], [(type, start, end) for type, start, end in spans if type])


def public(text: str, found: list[Found], gold: Sequence[Found] = ()) -> list[Found]:
    """Without private IP addresses: they are nobody's, so neither right nor wrong."""
    return [one for one in found if one[0] != "ip" or ipaddress.ip_interface(text[one[1] : one[2]]).ip.is_global]


def disputable(text: str, found: list[Found], gold: list[Found]) -> list[Found]:
    """Without the e-mail addresses that no label marks and that plainly are some: neither right nor wrong."""

    def plainly(one: Found) -> bool:
        written = re.sub(r" ?[\[(]?(?:\bat\b|\(a\)|@)[\])]? ?", "@", text[one[1] : one[2]])
        host = re.sub(r" ?[\[(]?\bdot\b[\])]? ?", ".", written).rpartition("@")[2]
        return one[0] == "email" and pii_presidio.public_suffixes()(host).fqdn != ""

    return [one for one in public(text, found) if any(_overlap(one, other) for other in gold) or not plainly(one)]


def read(file: Path) -> Iterator[dict[Any, Any]]:
    """The rows of a zstd-compressed JSONL file."""
    for line in zstandard.ZstdDecompressor().decompress(file.read_bytes(), 1 << 30).split(b"\n"):
        if line.strip():
            yield json.loads(line)


def speed(texts: Sequence[str]) -> str:
    """Milliseconds a page in one process, side by side: presidio as it comes and with our types only, and `find`."""
    entities = entities_for(tuple(pii.PII_TYPES))
    finders = (
        pii.find,
        lambda text: stock().analyze(text, "en"),
        lambda text: pii_presidio.presidio_alone(text, entities, pii.REGIONS),
    )
    for find in finders:
        find("loads what is loaded once: kim@example.com, Tel. (212) 555-0187")
    took = [([_seconds(find, text) for find in finders], pii.has_candidate(text)) for text in texts]
    lines = ["| pages | number | ours, ms | presidio, ms | times | presidio with our types, ms | times |"]
    lines.append("|---|---|---|---|---|---|---|")
    for name, group in (("all", took), ("without a candidate", [x for x in took if not x[1]])):
        mine, *theirs = (1000 * sum(times[n] for times, _ in group) / max(len(group), 1) for n in range(3))
        cells = (f"{each:.2f} | {each / max(mine, 1e-9):.0f}" for each in theirs)
        lines.append(f"| {name} | {len(group)} | {mine:.3f} | {' | '.join(cells)} |")
    times = sorted(times[0] for times, _ in took)
    return "\n".join(lines) + f"\nours, ms: 99 % of pages under {1000 * times[len(times) * 99 // 100]:.1f}\n"


@cache
def stock():
    """Presidio's engine with all the recognizers that it loads by itself for English, and no language model."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    pii_presidio.silence_presidio()
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    asking = ("SpacyRecognizer", "EmailRecognizer")  # a model that is not there; the network for a list of suffixes
    registry.recognizers = [each for each in registry.recognizers if each.name not in asking]
    registry.recognizers.append(pii_presidio.email_recognizer())
    nothing = NoOpNlpEngine([{"lang_code": "en", "model_name": "none"}])
    return AnalyzerEngine(registry=registry, nlp_engine=nothing, supported_languages=["en"])


def _seconds(function: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    function(text)
    return time.process_time() - began


def main(folder: str, pages_folder: str | None = None) -> None:
    made = table(folder)
    print(made)
    doc = Path(__file__).parents[1] / "docs" / "pii.md"
    before, _, rest = doc.read_text().partition(START)
    doc.write_text(f"{before}{START}\n{made}\n{END}{rest.partition(END)[2]}")
    if pages_folder:
        from benchmarks.pages import pages

        print(speed([page.text for page in pages(pages_folder, 500)]))


if __name__ == "__main__":
    main(*positional(__doc__, "FOLDER", "PAGES?"))
