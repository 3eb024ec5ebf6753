"""Pages of one reason on a terminal: what was measured, and the text with what the rule objected to."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from pipeline.errors import UsageError
from pipeline.funnel import stage_stats
from pipeline.stage import Stage
from report.limits import told
from report.page.chain import document_chain
from report.page.pages import SHOWN, Gathering
from report.page.sample import Stratum, chosen_shards, sample, strata_of
from report.record_place import origins_of
from report.stored import bytes_of_shards, shard_stats
from report.terminal import for_terminal

CHARACTERS = 700  # printed of a text


def samples(root: str, stages: Sequence[Stage], reason: str, count: int = SHOWN) -> list[dict[str, Any]]:
    """Pages of a reason, chosen by a hash of their ids: `kept`, or a reason or error, whole or without its step.

    Of each page: stage, reason, id, url, record (as in `RecordPlace`), measured (a sentence) and text (pieces that are
    plain and marked by turns). Raises UsageError, with the reasons that there are, when no page has this one.
    """
    chain = document_chain(root, stages)
    strata = [s for s in strata_of(chain, stage_stats(root)) if reason in _names(s)]
    if not strata:
        known = dict.fromkeys(s.reason or "kept" for s in strata_of(chain, stage_stats(root)))
        there = f"there are {', '.join(known)}" if known else "the run has made no shard yet"
        raise UsageError(f"no page has the reason {reason}; {there}")
    shards = chosen_shards(bytes_of_shards({stage: shard_stats(root, stage) for stage in chain.parents}))
    gates = [gate for gate in chain.gates() if gate.line in {s.line for s in strata}]
    gathering = Gathering(root, chain, gates, strata, sample(root, strata, shards, count), 0, count,
                          origins=origins_of(stages))  # fmt: skip
    pages = list(gathering.pages(shards))
    judges = {gate.line: gate.judge for gate in gates}
    rows = []
    for page in pages:
        stratum, detail = strata[page.stratum], page.detail or {}
        measured = page.values.get(stratum.line)
        said = told(judges[stratum.line], measured) if measured else detail.get("measured") or detail.get("error")
        row = {"stage": stratum.stage, "reason": stratum.reason or "kept", "id": page.id, "url": page.url}
        rows.append({**row, "record": detail["record"], "measured": said or "", "text": detail["text"]})
    return rows


def _names(stratum: Stratum) -> tuple[str, ...]:
    return (stratum.reason, stratum.reason.partition(":")[2]) if stratum.reason else ("kept",)


def print_samples(rows: Sequence[dict[str, Any]], console: Console) -> None:
    """The pages; what is marked stands in reverse video, and off a terminal in »quotes«."""
    for row in rows:
        console.print(Text(for_terminal(row["url"]), "bold"), soft_wrap=True)
        told = f"  {row['stage']}: {row['reason']}, id {row['id']}"
        for line in (told, *(f"  {row['record'][name]}" for name in ("told", "command") if row["record"][name])):
            console.print(Text(for_terminal(line), "dim"), soft_wrap=True)
        if row["measured"]:
            console.print(Text(for_terminal(f"  {row['measured']}")), soft_wrap=True)
        console.print(_marked(row["text"], console.is_terminal), soft_wrap=True)


def _marked(pieces: Sequence[str], live: bool) -> Text:
    text, left = Text("  "), CHARACTERS
    for number, piece in enumerate(pieces):
        piece = for_terminal(piece[:left])
        left -= len(piece)
        piece = f"»{piece}«" if number % 2 and piece and not live else piece
        text.append(piece.replace("\n", "\n  "), "reverse" if number % 2 else "")
        if left <= 0:
            text.append(" …")
            break
    return text
