"""Pages of others as sources: folders of Parquet or JSON Lines, anywhere, and stages of a run."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import readers
from curriculum.token_stream import CLUSTERS
from pipeline.errors import UsageError
from pipeline.stage import Source, Stage
from readers import Field
from readers.values import Kind
from stages import download
from stages.download.origin import FetchConfig, split_url

CLUSTER = Field("cluster", "integer", CLUSTERS)
FIELDS = (Field("url"), Field("language"), readers.TEXT, CLUSTER)


def folder(address: str, columns: Mapping[str, str] | None = None, asked: Mapping[str, Kind] | None = None) -> Source:
    """The pages at an address: a folder, a pattern ("data/*.parquet") or a file of Parquet or JSON Lines (plain or
    packed), on a disk, s3://, gs:// or https:// (a file); or a stage of a run, as in ROOT/clean.

    `columns` maps our names (id, url, language, text, cluster) to the files' own; text is found under `content` too.
    `asked` are other columns to be read, with their kinds.
    Rows have an `id` that is their place, and the file's own id as `source_id`; a row that is bad is quarantined.
    Raises UsageError when there is nothing to read.
    """
    return readers.source(address, with_asked(FIELDS, asked), columns, fetched)


def with_asked(fields: Sequence[Field], asked: Mapping[str, Kind] | None) -> tuple[Field, ...]:
    """The fields, and behind them those that are asked about and not among them."""
    own = {field.name for field in fields}
    more = (Field(name, kind, required=True) for name, kind in (asked or {}).items() if name not in own)
    return (*fields, *more)


@contextmanager
def fetched(url: str) -> Iterator[Path]:
    """A file of the web, on the local disk while it is needed."""
    origin, name = split_url(url, FetchConfig())
    with download.local(origin, name) as path:
        yield path


def size(source: Source) -> int | None:
    """Bytes of a source's files; None where they are not known beforehand."""
    return source.version.size if isinstance(source.version, readers.Versions) else None


def check_clusters(found: Mapping[str, Source | Stage]) -> None:
    """Raise UsageError when a source does not tell how many copies its pages stand for."""
    for name, source in found.items():
        seen = readers.describe_source(source) if isinstance(source, Source) else None
        names = seen.names if seen else source.schema.names
        if not (CLUSTER.name in seen.fields if seen else CLUSTER.column_in(names)):
            raise UsageError(
                f"rehydrate=true: source {name} has no sizes of families of copies in a column {', '.join(CLUSTERS)}, "
                f"only {', '.join(names[:30])}; say which column has them: columns=cluster=NAME"
            )
