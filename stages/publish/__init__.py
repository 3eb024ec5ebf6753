"""The last stage: Parquet shards as a data set is published, with their statistics and the data set's card."""

from fnmatch import fnmatchcase

import pyarrow as pa

from pipeline.errors import UsageError
from pipeline.make import Make
from pipeline.run import plan
from pipeline.stage import Map, Stage
from pipeline.transform import Annotate
from stages.publish.card import Card
from stages.publish.shards import CALLED, TOKENS, PublishShards

__all__ = ["REFINEDWEB", "Card", "publish"]

# tiiuae/falcon-refinedweb, in its order; image_urls holds [url, alt text] pairs.
REFINEDWEB = pa.schema(
    [
        ("content", pa.string()),
        ("url", pa.string()),
        ("timestamp", pa.timestamp("s")),
        ("dump", pa.string()),
        ("segment", pa.string()),
        ("image_urls", pa.list_(pa.list_(pa.string()))),
    ]
)


def publish(
    name: str,
    source: Stage,
    schema: pa.Schema = REFINEDWEB,
    megabytes: int = 256,
    columns: tuple[str, ...] = (),
    beside: tuple[Stage, ...] = (),
    title: str = "",
) -> Make:
    """`<root>/<name>/data/train-00000-of-00042.parquet` of about `megabytes` each; stats.json and README.md above them.

    `columns` are added to those of `schema`: names or patterns ("gopher.*") of columns of `source`, such as id,
    language, language_score, warc, offset and length (the place in the WARC file) or measured values, and token_count,
    which is counted here. `beside` are stages to be made as well, for later runs. `title` is the card's name of the
    data set. Raises UsageError when `source` lacks a column.
    """
    if megabytes < 1:
        raise UsageError(f"{name}: megabytes={megabytes}; give the size of a file, at least 1")
    missing = [f.name for f in schema if CALLED.get(f.name, f.name) not in source.schema.names]
    if missing:
        raise UsageError(f"{name} is to have the columns {missing}, which stage {source.name} does not make")
    whole = pa.schema([*schema, *_added(name, source, schema, columns)])
    shards = PublishShards(name, source, whole, megabytes)
    published = Make(name, shards, folder=f"{name}/data")
    return Make(f"{name}.card", Card(published, beside, title or name, lost(source, whole)), folder=name)


def _added(name: str, source: Stage, schema: pa.Schema, patterns: tuple[str, ...]) -> list[pa.Field]:
    """The fields that patterns ask for and the schema has not, in the order of the patterns, each once."""
    offered = {field.name: field for field in source.schema}
    offered.setdefault(TOKENS, pa.field(TOKENS, pa.int64()))
    found = [column for pattern in patterns for column in offered if fnmatchcase(column, pattern)]
    if unknown := [pattern for pattern in patterns if not any(fnmatchcase(column, pattern) for column in offered)]:
        raise UsageError(
            f"{name}: columns={','.join(unknown)} is no column of stage {source.name}: {', '.join(offered)}"
        )
    held = {CALLED.get(column, column) for column in schema.names}
    return [offered[column] for column in dict.fromkeys(found) if column not in held]


def lost(source: Stage, schema: pa.Schema) -> tuple[str, ...]:
    """Columns that transforms of the recipe added by `annotate` and that are not published."""
    annotated = [
        column
        for stage in plan(source)
        if isinstance(stage, Map)
        for transform in stage.transforms
        if isinstance(transform, Annotate)
        for column in transform.schema.names
    ]
    return tuple(column for column in dict.fromkeys(annotated) if column not in schema.names)
