"""Datatrove's pipeline for RefinedWeb and FineWeb, run in an environment of its own: it imports nothing of ours.

Its blocks stand as in datatrove's `examples/fineweb.py`, with their defaults, up to four settings that make it run
without a network and give the same answers under any load: the language model is a file; the list of public suffixes
is the one inside tldextract; a page may take 60 seconds in place of one; nothing is written of the pages that it drops.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    LanguageFilter,
    URLFilter,
)
from datatrove.pipeline.readers import WarcReader
from datatrove.pipeline.writers import JsonlWriter
from tldextract import TLDExtract


def pipeline(data: str, out: Path, model: str, rules: str, explained: bool) -> list[Any]:
    """The blocks in order; with `explained`, each filter also writes the pages that it drops."""

    def dropped(name: str) -> dict[str, Any]:
        return {"exclusion_writer": JsonlWriter(str(out / "dropped" / name))} if explained else {}

    blocklist = URLFilter(**dropped("url"))
    blocklist.tldextractor = TLDExtract(suffix_list_urls=())
    english = LanguageFilter(languages=["en"], **dropped("language"))
    vars(english.model)["MODEL_URL"] = model  # of this object, since workers get the object and not the class
    blocks = [
        WarcReader(data, glob_pattern="*.warc.gz"),
        blocklist,
        Trafilatura(favour_precision=True, timeout=60),
        english,
        GopherRepetitionFilter(**dropped("gopher.repetition")),
        GopherQualityFilter(**dropped("gopher.quality")),
    ]
    if rules == "fineweb":
        blocks += [
            C4QualityFilter(filter_no_terminal_punct=False, **dropped("c4")),
            FineWebQualityFilter(**dropped("fineweb")),
        ]
    return [*blocks, JsonlWriter(str(out / "kept"))]


def main() -> None:
    """Run it on every `*.warc.gz` of a folder, a task a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("out", type=Path)
    parser.add_argument("model", help="lid.176.ftz or lid.176.bin")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rules", choices=("gopher", "fineweb"), default="gopher")
    parser.add_argument("--explained", action="store_true")
    given = parser.parse_args()
    Trafilatura().extract("<p>Its imports fail here, or else on every page, each after its whole time.</p>")
    executor = LocalPipelineExecutor(
        pipeline(given.data, given.out, given.model, given.rules, given.explained),
        tasks=len(list(Path(given.data).glob("*.warc.gz"))),
        workers=given.workers,
        logging_dir=str(given.out / "logs"),
    )
    print(json.dumps({"tasks": executor.tasks}))
    executor.run()
    if not list((given.out / "kept").rglob("*.jsonl.gz")):
        sys.exit("datatrove kept nothing; its log says why")


if __name__ == "__main__":
    main()
