"""Repository-level documents: a repository as one text, its files with their paths in the order of their imports."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from curriculum.code.imports import CodeFile, order_by_imports
from pipeline.hashing import hash64
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Stage
from pipeline.transform import put

LONGEST = 8 << 20  # characters of a document; a larger repository becomes several
FILES = pa.schema([("key", pa.uint64()), *((n, pa.string()) for n in "repo path id language license text".split())])
DOCUMENTS = pa.schema(
    [
        *((name, pa.string()) for name in ("id", "url", "language", "license", "text")),
        ("paths", pa.list_(pa.string())),  # of its files, in their order
    ]
)
# How a language writes the line that names a file; all others write // before it.
COMMENTS = {
    "# {}": "python ruby shell perl r makefile yaml julia cmake dockerfile elixir powershell nim nix awk crystal"
    " coffeescript",
    "-- {}": "sql haskell lua ada elm vhdl applescript agda idris lean",
    "% {}": "tex matlab prolog erlang",
    ";; {}": "common-lisp emacs-lisp scheme clojure assembly",
    "(* {} *)": "ocaml coq isabelle pascal",
    "<!-- {} -->": "html markdown",
    "/* {} */": "css",
    "! {}": "fortran",
    "rem {}": "batch",
    "* {}": "cobol",
}
COMMENT_OF = {language: form for form, languages in COMMENTS.items() for language in languages.split()}


def by_repository(table: pa.Table, shard: str) -> pa.Table:
    """A Scatter's rows: the files, by a hash of their repository."""
    return put(table, "key", pa.array(hash64(table["repo"]))).select(FILES.names).cast(FILES)


def join_files(table: pa.Table) -> pa.Table:
    """A Gather's function (`DOCUMENTS`): the repositories of a bucket. Files of no repository are left out."""
    columns = ("repo", "path", "id", "text", "language", "license")  # all, so that no order of the input shows
    rows = table.sort_by([(name, "ascending") for name in columns]).to_pylist()
    made: list[dict[str, Any]] = []
    for repository, group in itertools.groupby(rows, key=lambda row: row["repo"]):
        if repository:
            made += repository_documents(repository, list(group))
    return pa.Table.from_pylist(made, DOCUMENTS)


def repository_documents(repository: str, rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows of a repository, one unless its text is longer than `LONGEST`."""
    files = [CodeFile(row["path"] or "", row["language"] or "", row["text"] or "") for row in rows]
    size, parts = 0, [list[int]()]
    for number in order_by_imports(files):
        if size and size + len(files[number].text) > LONGEST:
            parts.append([])
            size = 0
        parts[-1].append(number)
        size += len(files[number].text)
    for part, numbers in enumerate(parts):
        chosen = [files[n] for n in numbers]
        licences = sorted({rows[n]["license"] for n in numbers if rows[n]["license"]})
        letters = Counter[str]()
        for file in chosen:
            letters[file.language] += len(file.text)
        yield {
            "id": f"{repository}#{part + 1}" if part else repository,
            "language": max(sorted(letters), key=lambda language: letters[language]),
            "license": ", ".join(licences) or None,
            "text": "\n".join(f"{heading(file)}\n{file.text.rstrip()}\n" for file in chosen),
            "paths": [file.path for file in chosen],
        }


def heading(file: CodeFile) -> str:
    """The line that names a file, as a comment of its language."""
    return COMMENT_OF.get(file.language, "// {}").format(file.path)


def whole_repositories(name: str, files: Stage, buckets: int = 16) -> Gather:
    """The stage `<name>.repositories`: one document for each repository of a stage of code files."""
    return Gather(
        f"{name}.repositories", Scatter(f"{name}.by_repository", files, by_repository, "key", buckets), join_files
    )
