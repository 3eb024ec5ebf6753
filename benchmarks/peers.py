"""What Gopher's rules cost in other toolkits, on the same texts, each in an environment of its own.

`python -m benchmarks.peers FOLDER [--peer dolma=PYTHON] [--peer nemo=PYTHON]` prints a Markdown table of the English
pages of a folder of WARC files. PYTHON is that of an environment with the toolkit (`pip install dolma`, `pip install
nemo-curator`); the repository's own has datatrove. Every page passes all rules of repetition and quality, as each
toolkit has them, so none is spared work by a page that an earlier rule drops. Time is that of the processor, the
fastest of three rounds after one that warms up. data-juicer has no set of Gopher's rules.
"""

import argparse
import json
import subprocess
import sys

from benchmarks.pages import pages

TIMING = """
import json, sys, time
texts = json.load(sys.stdin)
def seconds():
    start = time.process_time()
    for text in texts:
        judge(text)
    return time.process_time() - start
seconds()
print(len(texts) / min(seconds() for _ in range(3)), file=sys.stderr)
"""
JUDGES = {  # Python that defines `judge(text)`
    "mews": """
from filters import gopher
from pipeline.doc import Doc
def judge(text):
    doc = Doc(text, "", "", {})
    gopher.repetition(doc), gopher.quality(doc)
""",
    "datatrove": """
from datatrove.data import Document
from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter
from datatrove.utils.text import split_into_parts
rules = GopherRepetitionFilter(), GopherQualityFilter()
def judge(text):
    split_into_parts.cache_clear()
    document = Document(text=text, id="")
    for rule in rules:
        rule.filter(document)
""",
    "dolma": """
from dolma.core.data_types import Document
from dolma.taggers.gopher import GopherTagger
tagger = GopherTagger()
def judge(text):
    tagger.predict(Document(id="", text=text, source=""))
""",
    "nemo": """
from nemo_curator.stages.text.filters.heuristic import repetition as r, string as s
top, duplicate = {2: 0.2, 3: 0.18, 4: 0.16}, {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.1}
rules = [
    s.WordCountFilter(), s.MeanWordLengthFilter(), s.SymbolsToWordsFilter(), s.BulletsFilter(), s.EllipsisFilter(),
    s.WordsWithoutAlphabetsFilter(), s.CommonEnglishWordsFilter(), r.RepeatedLinesFilter(),
    r.RepeatedParagraphsFilter(), r.RepeatedLinesByCharFilter(), r.RepeatedParagraphsByCharFilter(),
    *(r.RepeatingTopNGramsFilter(n, limit) for n, limit in top.items()),
    *(r.RepeatingDuplicateNGramsFilter(n, limit) for n, limit in duplicate.items()),
]
def judge(text):
    for rule in rules:
        rule.keep_document(rule.score_document(text))
""",
}


def pages_a_second(name: str, python: str, texts: list[str]) -> float:
    """Pages that one processor judges in a second, in a process of that Python."""
    program = JUDGES[name] + TIMING
    done = subprocess.run([python, "-c", program], input=json.dumps(texts), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr.strip().splitlines()[-1]}")
    return float(done.stderr.strip().splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="folder of *.warc.gz")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON", help="dolma or nemo")
    parser.add_argument("--limit", type=int, default=300, help="pages, in the order of a hash of their ids")
    options = parser.parse_args()
    texts = [page.text for page in pages(options.folder, options.limit) if page.language == "en"]
    pythons = {"mews": sys.executable, "datatrove": sys.executable}
    pythons |= dict(peer.split("=", 1) for peer in options.peer)
    print(f"{len(texts)} English pages, mean {sum(map(len, texts)) // len(texts):,} characters.\n")
    print("| toolkit | pages a CPU second |\n|---|---:|")
    for name, python in pythons.items():
        print(f"| {name} | {pages_a_second(name, python, texts):,.0f} |", flush=True)


if __name__ == "__main__":
    main()
