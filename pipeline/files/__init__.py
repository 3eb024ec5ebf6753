"""Files that other people wrote: JSON Lines and Parquet, on a disk, an object store or the web, as a source of rows.

What a file's rows call themselves, and which columns they have, is not ours to say: ids are made unique here, only
the columns that are asked for are read, and a bad row costs that row (docs/sources.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.errors import UsageError
from pipeline.files import stored
from pipeline.files.listing import Fetch, Listed, listed
from pipeline.files.parquet_rows import no_column
from pipeline.files.reader import Reader
from pipeline.files.rows import SOURCE_ID, TEXT
from pipeline.files.values import Field
from pipeline.stage import Source

__all__ = ["TEXT", "Fetch", "Field", "Reader", "Versions", "source"]

FILES_LOOKED_AT, ROWS_LOOKED_AT = 8, 1_000  # to find out whether there is a text


def source(
    address: str,
    fields: Sequence[Field] = (TEXT,),
    columns: Mapping[str, str] | None = None,
    fetch: Fetch | None = None,
) -> Source:
    """The rows at an address: a folder, a pattern ("data/*.parquet"), a file, or a stage of a run.

    Tables have `id`, `source_id`, the `fields`, and `error`. `columns` maps fields to the names that they have in the
    files. `fetch` gets a file of the web. Of a stage of a run the shards of its plan are read, with their own ids.
    Raises UsageError when there is nothing to read, or no text in what there is.
    """
    fields = with_columns((SOURCE_ID, *fields), columns or {})
    stage = stored.stage_at(address)
    if stage:
        return stored.stage_source(*stage, fields)
    folder, files = listed(address, fetch)
    reader = Reader(folder, fields)
    if not folder.is_remote:
        check_text(reader, files)
    return Source(tuple(file.name for file in files), reader, reader.schema, Versions(files))


def with_columns(fields: Sequence[Field], columns: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields with the names that a person gave to their columns. Raises UsageError on a field that is not there."""
    known = {"id" if field is SOURCE_ID else field.name: field for field in fields}
    if unknown := sorted(set(columns) - set(known)):
        raise UsageError(f"columns= names {', '.join(unknown)}; ours are {', '.join(known)}")
    given = {known[name].name: column for name, column in columns.items()}
    return tuple(replace(f, names=(given[f.name],), required=True) if f.name in given else f for f in fields)


def check_text(reader: Reader, files: Sequence[Listed]) -> None:
    """Raise UsageError when the first rows have no text: its column has another name, as a rule."""
    seen: dict[str, None] = {}
    for file in files[:FILES_LOOKED_AT]:
        columns, has_text = reader.columns(file.name, ROWS_LOOKED_AT)
        if has_text:
            return
        seen |= dict.fromkeys(columns)
    if seen:
        raise UsageError(f"{reader.folder.shown(files[0].name)} has {no_column(reader.text, seen)}")


class Versions:
    """What tells that a file was replaced: its place, its size, and when it was written; its size in bytes."""

    def __init__(self, files: Sequence[Listed]):
        self._files = {file.name: file for file in files}

    def __call__(self, name: str) -> str:
        return self._files[name].version

    @property
    def size(self) -> int | None:
        """Bytes of all files; None when they lie on the web."""
        sizes = [file.size for file in self._files.values()]
        return None if None in sizes else sum(filter(None, sizes))
