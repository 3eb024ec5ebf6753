"""Training the quality classifier: two folders in, a model and a threshold out, the same bytes every time."""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import xxhash

import readers
from filters.fasttext import POSITIVE, LabelScore, at_least, lower_words, score
from pipeline.errors import UsageError
from pipeline.hashing import file_digest
from pipeline.root import redact
from pipeline.rules import Rules
from readers import Unread

NEGATIVE = "__label__cc"
HELD_OUT = 10  # one document in so many is kept from training, by a hash of its text
# Word bigrams after DCLM; the size and the rate are ours: small enough for a laptop, enough for 400,000 documents.
# Fewer buckets would not do: fastText leaves most of its matrix as it finds the memory, and only one of over 32 MB is
# sure to lie in new memory, which is zero. With 1,000 buckets the model differs from run to run, or is NaN.
SETTINGS = {"dim": 32, "lr": 0.5, "wordNgrams": 2, "minCount": 1, "bucket": 500_000, "seed": 0, "thread": 1}


def train_classifier(positives: Path | str, negatives: Path | str, out: Path, keep: float = 0.1) -> Rules:
    """Train on the texts at two addresses and write `model.bin` and `quality.json` into `out`.

    An address is that of a folder of .txt (one text a file), Parquet or JSON Lines, or of a stage of a run, on a disk
    or in an object store (`readers.texts`). Rows that cannot be read are left out, and told on stderr.

    The threshold is the score that the share `keep` of the held-out negatives reaches: with crawl pages as negatives
    that keeps the best tenth of a crawl, DCLM's choice (table 5).
    """
    import fasttext

    held, texts = _split({POSITIVE: positives, NEGATIVE: negatives})
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(f"{label} {text}\n" for label, text in texts)
        file.flush()
        model = fasttext.train_supervised(file.name, verbose=0, epoch=passes(len(texts)), **SETTINGS)
    model.save_model(str(out / "model.bin"))
    model_file = out / "model.bin"
    scores = {
        label: np.array([score(model_file, POSITIVE, lower_words(text)) for text in held[label]]) for label in held
    }
    threshold = float(np.quantile(scores[NEGATIVE], 1 - keep))
    model_digest = file_digest(model_file)
    found = {
        "threshold": threshold,
        "digest": model_digest,
        "keep": keep,
        "settings": SETTINGS,
        **_figures(scores, threshold),
    }
    (out / "quality.json").write_text(json.dumps({**found, "trained_on": len(texts)}, indent=1) + "\n")
    return at_least(threshold, LabelScore(model_file, POSITIVE))


def passes(texts: int) -> int:
    """Passes over the training texts: fastText's five, and more when there are few texts to learn from."""
    return max(5, min(50, 15_000 // texts))


def _figures(scores: dict[str, np.ndarray], threshold: float) -> dict[str, float]:
    """How well the held-out texts are told apart: the area under the curve, and both shares over the threshold."""
    good, bad = scores[POSITIVE], np.sort(scores[NEGATIVE])
    below = (np.searchsorted(bad, good, "left") + np.searchsorted(bad, good, "right")) / 2
    return {
        "held_out": len(good) + len(bad),
        "auc": float(below.mean() / len(bad)),
        "positives_kept": float((good >= threshold).mean()),
        "negatives_kept": float((bad >= threshold).mean()),
    }


def _split(folders: dict[str, Path | str]) -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    """Held-out texts by label, and labelled lines to train on in the order of their hashes."""
    held: dict[str, list[str]] = {}
    lines: dict[int, tuple[str, str]] = {}
    for label, folder in folders.items():
        unread = Unread()
        unique = {xxhash.xxh3_64_intdigest(text): text for text in readers.folder_texts(str(folder), unread) if text}
        if str(unread):
            print(f"{redact(str(folder))}: {unread}", file=sys.stderr)
        held[label] = [text for key, text in sorted(unique.items()) if key % HELD_OUT == 0]
        lines |= {key: (label, lower_words(text)) for key, text in unique.items() if key % HELD_OUT}
        if not held[label] or len(held[label]) == len(unique):
            where = redact(str(folder))
            raise UsageError(f"{where}: {len(unique)} texts are too few to learn from; give a hundred or more")
    return held, [line for _, line in sorted(lines.items())]
