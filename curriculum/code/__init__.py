"""Code as a source: files of checkouts or data sets that one may use and somebody wrote, rid of what is private."""

from collections.abc import Mapping

import pyarrow as pa

import readers
from curriculum.code.checkouts import repositories, repository
from curriculum.code.filters import Licensed, Original, human_written
from curriculum.code.languages import language
from curriculum.code.measures import CODE_MEASURES, code_measures
from curriculum.code.repository_level import whole_repositories
from curriculum.code.scrub import ScrubCode
from curriculum.sources import fetched, with_asked
from dedup import minhash
from pipeline.doc import Doc
from pipeline.errors import UsageError
from pipeline.stage import Map, Source, Stage
from pipeline.stats import TextCount
from pipeline.transform import annotate, screen
from readers import Field
from readers.values import Kind
from stages.labels import model_scores

__all__ = [
    "Licensed", "Original", "code_files", "code_pages", "human_written", "repositories", "repository",
    "repository_pages",
]  # fmt: skip

# The names that data sets of code have for their columns.
FIELDS = (
    Field("url"),
    Field("language", names=("language", "lang", "programming_language")),
    Field("license", "strings", ("license", "licence", "licenses", "max_stars_repo_licenses", "detected_licenses")),
    Field("repo", names=("repo", "repo_name", "repository", "repository_name", "max_stars_repo_name")),
    Field("path", names=("path", "max_stars_repo_path", "file_path", "filename")),
    Field("text", names=("text", "content", "code"), required=True),
)
QUALITY = "quality"  # the column with the score of a model
LANGUAGE = pa.schema([("language", pa.string())])


def code_files(
    address: str, columns: Mapping[str, str] | None = None, asked: Mapping[str, Kind] | None = None
) -> Source:
    """Files of code as rows of Parquet or JSON Lines, with the columns `url`, `language`, `license`, `repo` and
    `path`, and those that are `asked` about.
    """
    return readers.source(address, with_asked(FIELDS, asked), columns, fetched)


def by_name_and_text(doc: Doc) -> dict[str, str | None]:
    """The language that a row has, or that its path and text tell."""
    known = doc.fields.get("language")
    return {"language": known or language(doc.fields.get("path") or "", doc.text)}


def code_pages(
    name: str,
    place: str,
    columns: Mapping[str, str],
    asked: Mapping[str, Kind] | None = None,
    tokens: TextCount | bool = True,
    model: str = "",
) -> Stage:
    """The code at a place: `repos:` a folder of checkouts, `repo:` one of your own, or rows of a data set.

    Files of others stay when their licence is permissive; rows of a data set without a column for it are taken to be
    yours. What a program wrote is dropped, the rest scrubbed, and near copies are dropped (stage `<name>.clean`).
    `tokens` is how the funnel counts text. Columns that decide nothing say what a file is like (`CODE_MEASURES`) and,
    with a fastText `model` of `mews quality train`, its `quality`, 0 to 1.
    """
    kind, _, path = place.partition(":")
    if kind in ("repo", "repos"):
        source, licensed = (repositories(path), True) if kind == "repos" else (repository(path), False)
        named = ()
    else:
        made = {*CODE_MEASURES.names, *((QUALITY,) if model else ())}
        source = code_files(place, columns, {n: kind for n, kind in (asked or {}).items() if n not in made})
        seen = readers.describe_source(source)
        licensed, named = bool(seen and "license" in seen.fields), (annotate(by_name_and_text, LANGUAGE),)
    scores = (annotate(code_measures, CODE_MEASURES), *(model_scores({QUALITY: model}) if model else ()))
    judged = screen(*((Licensed(),) if licensed else ()), Original(), human_written)
    written = Map(f"{name}.written", source, (judged, *named, ScrubCode(), *scores), tokens=tokens)
    copies = minhash.near(f"{name}.near", written, bands=14, rows=8)
    return Map(f"{name}.clean", written, verdicts=copies, tokens=tokens)


def repository_pages(
    name: str, place: str, columns: Mapping[str, str], tokens: TextCount | bool = True, buckets: int = 16
) -> Stage:
    """The code at a place, as for `code_pages`, with the files of each repository joined to one document.

    Rows of a data set need the columns `repo` and `path`. Raises UsageError without them.
    """
    files = code_pages(name, place, columns, None, tokens)
    if place.partition(":")[0] not in ("repo", "repos"):
        seen = readers.describe_source(code_files(place, columns))
        for column in ("repo", "path"):
            if seen and column not in seen.fields:
                raise UsageError(
                    f"source {name}: {place} has no column {column}, by which files are joined to repositories, only "
                    f"{', '.join(seen.names[:30])}; say which column it is: columns={column}=NAME"
                )
    return whole_repositories(name, files, buckets)
