"""The data of a report in a form that a browser reads at once: a JSON object, and numbers as they lie in memory.

Layout: the length of the JSON in bytes (uint32), the JSON, padding to a multiple of four, then the arrays that
`arrays` lists by name, kind and length. All of it is compressed with gzip and written as base64, which has no
character that means anything to HTML.
"""

import base64
import gzip
import json
import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from report.page.chain import DocumentChain, Gate
from report.page.facts import PageFacts
from report.page.pages import SampledPage
from report.page.sample import Reservoir, Stratum

LEVEL = 6  # of compression: 9 takes three times as long for 1 % less
KINDS = {"f4": np.float32, "u4": np.uint32, "i4": np.int32}


def embedded(data: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> str:
    """The data and the arrays as text; the same input gives the same text."""
    listed = [(name, _kind(array), len(array)) for name, array in arrays.items()]
    head = json.dumps({**data, "arrays": listed}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    said = head.encode(errors="replace")
    said += b" " * (-len(said) % 4)
    raw = struct.pack("<I", len(said)) + said + b"".join(array.tobytes() for array in arrays.values())
    return base64.b64encode(gzip.compress(raw, LEVEL, mtime=0)).decode()


def _kind(array: np.ndarray) -> str:
    return next(kind for kind, dtype in KINDS.items() if array.dtype == dtype)


@dataclass
class Coded:
    """Words as numbers, in the order in which they were met."""

    words: dict[str, int] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)

    def add(self, word: str) -> None:
        """Take down the number of a word."""
        self.numbers.append(self.words.setdefault(word, len(self.words)))


@dataclass
class PageColumns:
    """The sampled pages as columns. A page that is added is not held; only what the columns say of it is."""

    gates: Sequence[Gate]
    ids: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    extracts: list[str] = field(default_factory=list)
    details: dict[int, dict[str, Any]] = field(default_factory=dict)
    numbers: dict[str, list[int]] = field(
        default_factory=lambda: {n: [] for n in ("stratum", "stop", "size", "tokens", "followed")}
    )
    facts: dict[str, Coded] = field(default_factory=lambda: {name: Coded() for name in PageFacts._fields})
    tracks: Coded = field(default_factory=Coded)
    values: dict[int, np.ndarray] = field(default_factory=dict)  # of the pages that were measured
    pinned: int = 0

    def __post_init__(self) -> None:
        self.names = [(g.line, v) for g in self.gates for v in dict.fromkeys(limit.value for limit in g.judge.limits)]

    def add(self, page: SampledPage) -> None:
        """Take down a page."""
        if page.detail is not None:
            self.details[len(self.urls)] = {"id": page.id, **page.detail}
        if page.values:
            row = (page.values.get(line, {}).get(value, np.nan) for line, value in self.names)
            self.values[len(self.ids)] = np.fromiter(row, np.float32, len(self.names))
        self.ids.append(page.id)
        self.urls.append(page.url)
        self.extracts.append(page.extract)
        for name, numbers in self.numbers.items():
            numbers.append(getattr(page, name))
        for coded, word in zip(self.facts.values(), page.facts, strict=True):
            coded.add(word)
        self.tracks.add(page.track)
        self.pinned += page.pinned

    def arrays(self) -> dict[str, np.ndarray]:
        """All numbers; of the values one array for each that a limit judges, NaN where a page was not measured."""
        values = np.full((len(self.urls), len(self.names)), np.nan, np.float32)
        for place, row in self.values.items():
            values[place] = row
        found = {f"value{n}": np.ascontiguousarray(values[:, n]) for n in range(len(self.names))}
        found |= {name: np.array(numbers, np.int32) for name, numbers in self.numbers.items()}
        found |= {name: np.array(coded.numbers, np.uint32) for name, coded in self.facts.items()}
        return {**found, "track": np.array(self.tracks.numbers, np.uint32)}

    def told(self, chain: DocumentChain) -> dict[str, Any]:
        """What is said of the pages beside the numbers; `tracks` are the lines of the funnel that a page may meet."""
        ways = [chain.way(stage) for stage in self.tracks.words]
        return {
            "urls": self.urls,
            "extracts": self.extracts,
            "details": self.details,
            "facts": {name: list(coded.words) for name, coded in self.facts.items()},
            "tracks": [[n for n, line in enumerate(chain.lines) if line.stage in way] for way in ways],
            "pinned": self.pinned,
        }


def gates_told(gates: Sequence[Gate], columns: PageColumns) -> list[dict[str, Any]]:
    """The gates with their limits by their public names; `column` is the number of the array of values."""
    return [
        {
            "line": gate.line,
            "stage": gate.stage,
            "step": gate.step,
            "filter": gate.judge.name,
            "movable": gate.movable,
            "limits": [
                {**vars(limit), "name": name, "column": columns.names.index((gate.line, limit.value))}
                for name, limit in gate.judge.named.items()
            ],
        }
        for gate in gates
    ]


def lines_told(chain: DocumentChain) -> list[dict[str, Any]]:
    """The lines of the funnel. `verdict` says that all pages together decide there."""
    verdicts = {stage.verdicts.name for stage in chain.maps.values() if stage.verdicts}
    return [
        {
            "stage": line.stage,
            "step": line.step,
            "kept": line.kept,
            "dropped": line.dropped,
            "quarantined": line.quarantined,
            "begins": line.begins,
            "verdict": line.step in verdicts,
        }
        for line in chain.lines
    ]


def strata_told(strata: Iterable[Stratum], sampled: Iterable[Reservoir], columns: PageColumns) -> list[dict[str, Any]]:
    """The strata with the number of their sampled pages, and of those that are followed under other limits."""
    followed = Counter(
        stratum for stratum, so in zip(columns.numbers["stratum"], columns.numbers["followed"], strict=True) if so
    )
    told = enumerate(zip(strata, sampled, strict=True))
    return [{**s._asdict(), "sampled": len(r.ids), "followed": followed[number]} for number, (s, r) in told]
