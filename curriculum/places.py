"""What stands at the place of a source, as in sources=web=PLACE: pages, code, repositories, or tasks over these."""

from collections.abc import Mapping

from curriculum.code import code_pages, repository_pages
from curriculum.code.repository_level import DOCUMENTS
from curriculum.sources import folder
from curriculum.tasks import task_pages
from pipeline.errors import UsageError
from pipeline.stage import Source, Stage
from pipeline.stats import PRETOKENS, TextCount
from readers.values import Kind

CODE = "code"  # the source whose pages are programs
TASKS, REPOSITORY_LEVEL = "tasks", "repo-level"


def pages(
    name: str,
    place: str,
    columns: Mapping[str, str],
    asked: Mapping[str, Kind] | None = None,
    tokens: TextCount = PRETOKENS,
    seed: int = 0,
    buckets: int = 16,
    code_model: str = "",
) -> Source | Stage:
    """The pages at a place, with the columns that are `asked` about.

    A place is a folder, a file or a stage of a run; code (see `code.code_pages`), after `repo:` or `repos:` or where
    the source is called `code`; code after `repo-level:`, of which the files of each repository are one document (see
    `code.repository_pages`); or `tasks:TOKENS:PLACE`, synthetic tasks of up to so many tokens over another place
    (see `tasks.task_pages`), whose texts lie in so many `buckets`. `tokens` is how text is counted, `code_model` scores
    the quality of code. Raises UsageError.
    """
    kind, _, rest = place.partition(":")
    if kind == TASKS:
        size, _, texts = rest.partition(":")
        if not size.isascii() or not size.isdigit() or not texts:
            raise UsageError(
                f"source {name}: {place!r}; write tasks:TOKENS:PLACE, as in tasks:30000:out/refinedweb/clean"
            )
        return task_pages(name, pages(name, texts, columns, None, tokens), int(size), tokens, seed, buckets)
    if kind == REPOSITORY_LEVEL:
        if lost := sorted(set(asked or {}) - set(DOCUMENTS.names)):
            raise UsageError(
                f"source {name}: choices ask about {', '.join(lost)}, which files of code have and whole repositories "
                f"have not; they have {', '.join(DOCUMENTS.names)}"
            )
        return repository_pages(name, rest, columns, tokens, buckets)
    if name == CODE or kind in ("repo", "repos"):
        return code_pages(name, place, columns, asked, tokens, code_model)
    return folder(place, columns, asked)
