"""Files that other people wrote: JSON Lines and Parquet, on a disk, an object store or the web, as a source of rows.

What a file's rows call themselves, and which columns they have, is not ours to say: ids are made unique here, only
the columns that are asked for are read, and a bad row costs that row (docs/sources.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.errors import UsageError
from pipeline.stage import Source
from readers import stored
from readers.listing import Fetch, Listed, listed
from readers.parquet_rows import no_column
from readers.reader import FileReader
from readers.rows import SOURCE_ID, TEXT, Found
from readers.stored import StageReader
from readers.texts import Unread, folder_texts, strings
from readers.values import Field

__all__ = [
    "TEXT",
    "Fetch",
    "Field",
    "FileReader",
    "Found",
    "Unread",
    "Versions",
    "describe_source",
    "folder_texts",
    "source",
    "strings",
]

FILES_LOOKED_AT = 8  # to find out whether there is a text


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
    reader = FileReader(folder, fields)
    found = Source(tuple(file.name for file in files), reader, reader.schema, Versions(files))
    if (seen := describe_source(found)) and TEXT.name not in seen.fields:
        text = next(field for field in fields if field.name == TEXT.name)
        raise UsageError(f"{folder.shown(files[0].name)} has {no_column(text, seen.names)}")
    return found


def with_columns(fields: Sequence[Field], columns: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields with the names that a person gave to their columns. Raises UsageError on a field that is not there."""
    known = {"id" if field is SOURCE_ID else field.name: field for field in fields}
    if unknown := sorted(set(columns) - set(known)):
        raise UsageError(f"columns= names {', '.join(unknown)}; ours are {', '.join(known)}")
    given = {known[name].name: column for name, column in columns.items()}
    return tuple(replace(f, names=(given[f.name],), required=True) if f.name in given else f for f in fields)


def describe_source(source: Source) -> Found | None:
    """What the first files of a source have for its fields; None when they lie on the web, or have no row."""
    reader = source.read
    if not isinstance(reader, FileReader | StageReader) or (isinstance(reader, FileReader) and reader.folder.is_remote):
        return None
    names: dict[str, None] = {}
    for name in source.list[:FILES_LOOKED_AT]:
        found = reader.look(name)
        if TEXT.name in found.fields:
            return found
        names |= dict.fromkeys(found.names)
    return Found([*names], {}) if names else None


class Versions:
    """What tells that a file was replaced: its place, its size, and when it was written; its size in bytes."""

    def __init__(self, files: Sequence[Listed]):
        self._files = {file.name: file for file in files}

    def __call__(self, name: str) -> str:
        """What tells whether a file changed."""
        return self._files[name].version

    @property
    def size(self) -> int | None:
        """Bytes of all files; None when they lie on the web."""
        sizes = [file.size for file in self._files.values()]
        return None if None in sizes else sum(filter(None, sizes))
