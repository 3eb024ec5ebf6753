"""Synthetic tasks over the texts of a source, of any length: a source of its own for phases of long sequences.

    <name>.texts ─► <name>.scattered ─► <name>.tasks

Pages lie in buckets by a hash of their ids. The pages of a bucket, one after the other, are cut into as many paragraphs
as a task has room for; the kinds take turns.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, groupby, islice
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from curriculum.tasks.kinds import KINDS, Task
from curriculum.token_stream import ToPages
from pipeline.errors import UsageError
from pipeline.hashing import hash64
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, Stage
from pipeline.stats import TextCount
from pipeline.transform import put

SHORTEST = 256  # tokens of a task
ROOM = 0.85  # of a task's tokens are its paragraphs; the rest is for what is planted, asked and answered
FEWEST = 3  # paragraphs
LONGEST_PARAGRAPH = 1 / 8  # of the paragraphs of a task
BREAKS = re.compile(r"\n\s*\n|\n")
SENT = pa.schema(
    {"key": pa.uint64(), "id": pa.string(), "language": pa.string(), "text": pa.string(), "tokens": pa.int64()}
)
TASKS = pa.schema(
    [
        *((name, pa.string()) for name in ("id", "url", "language", "text", "task", "question", "answer")),
        ("seed", pa.uint64()),  # of its random numbers
        ("pages", pa.list_(pa.string())),  # ids of the pages that its paragraphs are of
    ]
)


class Excerpt(NamedTuple):
    """A paragraph, the tokens that it has by its share of its page, and its page."""

    text: str
    tokens: float
    page: str
    language: str | None


@dataclass(frozen=True)
class CountTexts:
    """A transform that adds `tokens`, as a TextCount counts them."""

    count: TextCount
    name: str = "tokens"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows with the column."""
        return put(table, "tokens", self.count.of(table["text"]))


def by_page(table: pa.Table, shard: str) -> pa.Table:
    """A Scatter's rows: the pages, by a hash of their ids."""
    return put(table, "key", pa.array(hash64(table["id"]))).select(SENT.names).cast(SENT)


@dataclass(frozen=True)
class MakeTasks:
    """A Gather's function (`TASKS`): tasks of at most `tokens` tokens over the pages of a bucket.

    All are nearly as long, but for the last of a bucket and those whose paragraphs are counted too low by their share
    of a page. Memory: the bucket.
    """

    tokens: int
    count: TextCount
    seed: int = 0

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows that are made of these."""
        rows = table.sort_by([(name, "ascending") for name in ("key", "id", "text", "language")]).to_pylist()
        made = (self._row(number, group) for number, group in enumerate(self._groups(rows)))
        return pa.Table.from_pylist([row for row in made if row], TASKS)

    def _groups(self, rows: list[dict[str, Any]]) -> Iterator[list[Excerpt]]:
        """The paragraphs of each task."""
        room, group, size = self.tokens * ROOM, list[Excerpt](), 0.0
        for part in (part for row in rows for part in self._paragraphs(row)):
            if size + part.tokens > room:
                yield group
                group, size = [], 0.0
            group.append(part)
            size += part.tokens
        yield group

    def _paragraphs(self, row: dict[str, Any]) -> Iterator[Excerpt]:
        text = row["text"]
        per_character = row["tokens"] / max(len(text), 1)
        longest = max(int(self.tokens * ROOM * LONGEST_PARAGRAPH / max(per_character, 1e-9)), 1)
        for paragraph in filter(str.strip, BREAKS.split(text)):
            for part in cut_long(paragraph.strip(), longest):
                yield Excerpt(part, len(part) * per_character, row["id"], row["language"])

    def _row(self, number: int, group: list[Excerpt]) -> dict[str, Any] | None:
        """The row of a task; None where there are too few paragraphs."""
        while len(group) >= FEWEST:
            content = xxhash.xxh3_64_intdigest("\n".join(f"{part.page}:{part.text}" for part in group))
            seed = xxhash.xxh3_64_intdigest(f"{self.seed}:{content}")
            kind, task = make_task(number, group, seed)
            if (size := self._size(task)) <= self.tokens:
                return self._named(f"{kind}-{seed:016x}", kind, seed, task, group)
            group = group[: min(int(len(group) * self.tokens / size), len(group) - 1)]
        return None

    def _size(self, task: Task) -> int:
        return pc.sum(self.count.of(pa.chunked_array([[task.text]]))).as_py()

    def _named(self, name: str, kind: str, seed: int, task: Task, group: list[Excerpt]) -> dict[str, Any]:
        said = {"text": task.text, "task": kind, "question": task.question, "answer": task.answer}
        pages = list(dict.fromkeys(part.page for part in group))
        return {"id": name, "url": None, "language": group[0].language, **said, "seed": seed, "pages": pages}


def make_task(number: int, group: Sequence[Excerpt], seed: int) -> tuple[str, Task]:
    """The kind and the task whose turn it is; the next one's where these paragraphs do not serve."""
    pages = [[part.text for part in parts] for _, parts in groupby(group, key=lambda part: part.page)]
    for kind in islice(cycle(KINDS), number % len(KINDS), None):
        if task := KINDS[kind](pages, random.Random(seed)):
            return kind, task
    raise AssertionError("some kinds take any paragraphs")


def cut_long(paragraph: str, longest: int) -> Iterator[str]:
    """The paragraph in parts of at most so many characters, cut at blanks where there are any."""
    while len(paragraph) > longest:
        at = paragraph.rfind(" ", longest // 2, longest + 1)
        at = at if at > 0 else longest
        yield paragraph[:at]
        paragraph = paragraph[at:].strip()
    if paragraph:
        yield paragraph


def task_pages(
    name: str, texts: Source | Stage, tokens: int, count: TextCount, seed: int = 0, buckets: int = 16
) -> Gather:
    """The stage `<name>.tasks`: tasks of at most `tokens` tokens over the pages of a source, with their answers.

    The pages lie in so many `buckets`; each should hold the tokens of several tasks. Raises UsageError on lengths that
    are too short for a task.
    """
    if tokens < SHORTEST:
        raise UsageError(f"source {name}: tasks of {tokens} tokens; give at least {SHORTEST}")
    counted = Map(f"{name}.texts", texts, (ToPages(), CountTexts(count)), tokens=count)
    scattered = Scatter(f"{name}.scattered", counted, by_page, "key", buckets)
    return Gather(f"{name}.tasks", scattered, MakeTasks(tokens, count, seed))
