"""What a person should know of a run, in sentences: what went wrong, and what is worth a look."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.funnel import Line, rows_of
from report.status import StageStatus

MUCH = 0.15  # of the documents that come to a step: a reason that takes more is named
FAILED = 0.01  # of all documents: quarantined
UNLIKE = 0.5  # of the duplicates that were compared: those that a check of their texts would refuse
HOSTS = 5  # that are named
OF_A_HOST = 5  # pages compared, of which a share is named
FEW = 100  # documents, of which no share is named


def remarks(
    lines: Sequence[Line],
    stages: Sequence[StageStatus],
    warned: Sequence[str],
    duplicates: Sequence[Mapping[str, Any]],
    hosts: Sequence[Mapping[str, Any]],
    odd: int,
) -> Iterator[tuple[str, str]]:
    """("bad" or "look", a sentence), the worst first."""
    yield from (("bad", line) for line in warned)
    yield from _unfinished(stages)
    yield from _duplicates(duplicates)
    yield from (("bad", line) for line in template_lines(hosts))
    came = sum(sum(rows_of(line)) for line in lines if line.begins)
    if failed := sum(rows_of(line)[2] for line in lines):
        said = (
            f"{failed:,} documents ({failed / max(came, 1):.1%}) could not be read or judged; they are in quarantine."
        )
        yield ("bad" if failed > FAILED * came else "look"), said
    yield from _reasons(lines)
    if odd:
        yield "look", f"{odd:,} shards are unlike the others; they are on top of the table of shards."


def template_lines(hosts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A sentence for each of the first hosts that lost most of their pages to one family (`template_hosts`)."""
    for host in hosts[:HOSTS]:
        lost = f"{host['host']} lost {host['lost']:,} of its {host['pages']:,} pages to one family"
        yield f"{lost}: a template may have been taken for the page."


def _unfinished(stages: Sequence[StageStatus]) -> Iterator[tuple[str, str]]:
    waiting = [each.stage for each in stages if each.shards is None or each.made < each.shards]
    if waiting:
        said = f"{len(waiting):,} of {len(stages):,} stages lack shards, {waiting[0]} first"
        yield "bad", f"The run is not finished: {said}."
    for each in stages:
        if each.failed:
            yield "bad", f"{each.stage}: {len(each.failed):,} shards failed, {each.failed[0]} for one."


def _duplicates(duplicates: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for each in duplicates:
        unlike = [h for h in each["hosts"] if h.compared >= OF_A_HOST and h.refused > UNLIKE * h.compared]
        for host in unlike[:HOSTS]:
            lost = f"{host.host} lost {host.lost:,} of its {host.pages:,} pages in {each['stage']}"
            checked = (
                f"of {host.compared:,} that were compared a check of the texts would have refused {host.refused:,}"
            )
            yield "bad", f"{lost}, and {checked}."
        compared, least = len(each["alike"]), each["refusedBelow"]
        unlike = sum(value < least for value in each["alike"])
        if unlike > UNLIKE * compared:
            said = f"{unlike:,} of {compared:,} dropped pages that were compared have less than {least:.0%}"
            yield "bad", f"{each['stage']}: {said} of their runs of words in common with the page that was kept."


def _reasons(lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    for line in lines:
        came = sum(rows_of(line))
        for reason, size in line.dropped.items():
            if came >= FEW and size.rows > MUCH * came:
                yield "look", f"{reason} takes {size.rows / came:.0%} of the documents that come to it."
