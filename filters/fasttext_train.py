"""Training a classifier of texts: labelled texts in, a model and a card out, the same bytes every time."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xxhash

import readers
from filters.fasttext import POSITIVE, PREFIX, LabelScore, at_least, model_at
from filters.fasttext_report import HeldOut, held_out_figures, model_card
from filters.fasttext_words import shaped_words
from pipeline.errors import UsageError
from pipeline.hashing import file_digest
from pipeline.root import redact
from pipeline.rules import Rules
from readers import TEXT, Field, Unread

GOOD, REST = POSITIVE.removeprefix(PREFIX), "cc"
HELD_OUT = 10  # one document in so many is kept from training, by a hash of its text
MOST_LABELS = 100
# Word bigrams after DCLM; the size and the rate are ours: small enough for a laptop, enough for 400,000 documents.
SETTINGS = {"dim": 32, "lr": 0.5, "wordNgrams": 2, "minCount": 1, "bucket": 500_000, "seed": 0, "thread": 1}
# fastText leaves nine tenths of its matrix as it finds the memory, so that a model differs from run to run, or is NaN.
# In a process of its own that memory is new, and glibc's MALLOC_PERTURB_=255 makes it zero in any case.
LEARN = """import json, sys, fasttext
texts, model, settings = sys.argv[1:]
fasttext.train_supervised(texts, **json.loads(settings)).save_model(model)
"""


class Labelled(NamedTuple):
    """Texts with their labels: those to learn from in the order of their hashes, and those held out by label."""

    lines: list[tuple[str, str]]
    held: dict[str, list[str]]


def train_classifier(positives: Path | str, negatives: Path | str, out: Path, keep: float = 0.1) -> Rules:
    """Train on the texts at two addresses and write `model.bin`, `quality.json` and `README.md` into `out`.

    An address is that of a folder of .txt (one text a file), Parquet or JSON Lines, or of a stage of a run, on a disk
    or in an object store (`readers.texts`). Rows that cannot be read are left out, and told on stderr.

    The threshold is the score that the share `keep` of the held-out negatives reaches: with crawl pages as negatives
    that keeps the best tenth of a crawl, DCLM's choice (table 5).
    """
    texts = {label: _texts(where) for label, where in ((GOOD, positives), (REST, negatives))}
    where = {GOOD: str(positives), REST: str(negatives)}
    rules = _train(_labelled(texts, where), out, keep)
    assert rules is not None
    return rules


def train_on_column(
    address: str, column: str, out: Path, at_least: float | None = None, keep: float = 0.1
) -> Rules | None:
    """Train on rows of Parquet or JSON Lines, or of a stage, whose `column` says what a text is.

    With `at_least`, texts with that number or a greater one are good and the others not; the result is as of
    `train_classifier`. Else each value is a label (at most 100), and there is no threshold. Raises UsageError when the
    column is not there, or a label has too few texts.
    """
    kind = "scalar" if at_least is None else "number"
    source = readers.source(address, (TEXT, Field("label", kind, (column,), required=True)))
    seen = readers.describe_source(source)
    if seen and "label" not in seen.fields:
        raise UsageError(f"{redact(address)} has no column {column}, only {', '.join(seen.names[:30])}")
    unread, texts = Unread(), defaultdict[str, list[str]](list)
    for table in unread.good(source):
        for text, value in zip(table["text"].to_pylist(), table["label"].to_pylist(), strict=True):
            if value is not None:
                texts[_label(value, at_least)].append(text)
        if len(texts) > MOST_LABELS:
            raise UsageError(
                f"{redact(address)}: column {column} has over {MOST_LABELS} values; give --at-least NUMBER"
            )
    _tell(address, unread)
    if len(texts) < 2:
        raise UsageError(f"{redact(address)}: column {column} has one value only, {', '.join(texts) or 'none'}")
    return _train(_labelled(texts, dict.fromkeys(texts, address)), out, keep)


def _label(value: Any, at_least: float | None) -> str:
    if at_least is not None:
        return GOOD if value >= at_least else REST
    name = re.sub(r"\s+", "_", str(value).strip()) or "none"
    return name.removesuffix(".0") if re.fullmatch(r"-?\d+\.0", name) else name


def _train(labelled: Labelled, out: Path, keep: float) -> Rules | None:
    out.mkdir(parents=True, exist_ok=True)
    model_file = out / "model.bin"
    learn(labelled.lines, model_file)
    about, rules = _judged(labelled, model_file, keep)
    (out / "quality.json").write_text(json.dumps(about, indent=1) + "\n")
    (out / "README.md").write_text(model_card(about))
    return rules


def learn(lines: Sequence[tuple[str, str]], model_file: Path) -> None:
    """Write a model that learnt from (label, line) pairs. Raises UsageError when fastText makes none of them."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(f"{PREFIX}{label} {line}\n" for label, line in lines)
        file.flush()
        settings = json.dumps(SETTINGS | {"epoch": passes(len(lines)), "verbose": 0})
        command = [sys.executable, "-c", LEARN, file.name, str(model_file), settings]
        done = subprocess.run(command, env=os.environ | {"MALLOC_PERTURB_": "255"}, capture_output=True, text=True)
    if done.returncode:
        raise UsageError(f"fastText made no model of these texts: {done.stderr.strip().rpartition(chr(10))[2]}")
    model_at.cache_clear()


def _judged(labelled: Labelled, model_file: Path, keep: float) -> tuple[dict[str, Any], Rules | None]:
    """What a model makes of the texts held out; with two labels of ours, the filter that it is, too."""
    held = _predicted(labelled, model_file)
    is_filter = set(held.labels) == {GOOD, REST}
    trained = {label: sum(one == label for one, _ in labelled.lines) for label in held.labels}
    about: dict[str, Any] = {
        "digest": file_digest(model_file),
        "settings": SETTINGS,
        "shape": True,
        "trained_on": len(labelled.lines),
    }
    about |= {"trained": trained, "held": {label: len(labelled.held[label]) for label in held.labels}}
    about |= held_out_figures(held, GOOD if is_filter else None)
    if not is_filter:
        return about, None
    scores, good = held.chances[:, held.labels.index(GOOD)], held.right == held.labels.index(GOOD)
    threshold = float(np.quantile(scores[~good], 1 - keep))
    about |= {"threshold": threshold, "keep": keep}
    about |= {"positives_kept": float((scores[good] >= threshold).mean())}
    about |= {"negatives_kept": float((scores[~good] >= threshold).mean())}
    return about, at_least(threshold, LabelScore(model_file, POSITIVE))


def _predicted(labelled: Labelled, model_file: Path) -> HeldOut:
    model, labels, chances, right = model_at(model_file), sorted(labelled.held), list[list[float]](), list[int]()
    for number, label in enumerate(labels):
        for text in labelled.held[label]:
            said = dict(zip(*model.predict(shaped_words(text), k=-1), strict=True))
            chances.append([min(float(said.get(PREFIX + each, 0.0)), 1.0) for each in labels])
            right.append(number)
    return HeldOut(labels, np.array(chances), np.array(right))


def passes(texts: int) -> int:
    """Passes over the training texts: fastText's five, and more when there are few texts to learn from."""
    return max(5, min(50, 15_000 // texts))


def _texts(address: Path | str) -> Iterator[str]:
    unread = Unread()
    yield from readers.folder_texts(str(address), unread)
    _tell(str(address), unread)


def _tell(address: str, unread: Unread) -> None:
    if str(unread):
        print(f"{redact(address)}: {unread}", file=sys.stderr)


def _labelled(texts: Mapping[str, Any], where: Mapping[str, str]) -> Labelled:
    """The texts split by hash. Raises UsageError when a label has too few to learn from and to try."""
    held: dict[str, list[str]] = {}
    lines: dict[int, tuple[str, str]] = {}
    for label, some in texts.items():
        unique = {xxhash.xxh3_64_intdigest(text): text for text in some if text}
        held[label] = [text for key, text in sorted(unique.items()) if key % HELD_OUT == 0]
        lines |= {key: (label, shaped_words(text)) for key, text in unique.items() if key % HELD_OUT}
        if not held[label] or len(held[label]) == len(unique):
            said = f"{redact(where[label])}: {len(unique)} texts"
            of = f" of label {label}" if len(set(where.values())) == 1 else ""
            raise UsageError(f"{said}{of} are too few to learn from; give a hundred or more")
    return Labelled([line for _, line in sorted(lines.items())], held)
